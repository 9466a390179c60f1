"""Rows that are stored compressed.

## Problem

Pages are kept twice in memory and packed anew at every change; ALTER has fewer ways that block
nobody.

## Instead of

```python
# on MySQL
op.execute("CREATE TABLE note (id bigint PRIMARY KEY) ROW_FORMAT = COMPRESSED")
```

## Use

The default, and compression by the file system where it is needed.

```python
# on MySQL
op.create_table("note", sa.Column("id", sa.BigInteger(), primary_key=True))
```
"""

from __future__ import annotations

import re

from limbeck.lint.rule import MYSQL, Case, rule

_COMPRESSED = re.compile(
    r"\brow_format\s*=?\s*compressed\b|\bkey_block_size\s*=?\s*[1-9]|\bpage_compressed\s*=?\s*'?1",
    re.IGNORECASE,
)


def find(case: Case) -> str | None:
    found = _COMPRESSED.search(case.statement.sql)
    return f"{case.table} has {found[0]}" if found else None


RULE = rule(
    __name__,
    __doc__,
    "style",
    ["create table", "rewrite table", "table option"],
    find,
    "Leave the row format to the server.",
    dialects=MYSQL,
    new_tables=True,
)
