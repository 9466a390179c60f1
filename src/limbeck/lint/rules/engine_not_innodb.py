"""A storage engine other than InnoDB.

## Problem

No transactions, no foreign keys, no online changes.

## Instead of

```python
# on MySQL
op.execute("CREATE TABLE note (id BIGINT PRIMARY KEY) ENGINE=MyISAM")
```

## Use

InnoDB, the default.

```python
# on MySQL
op.create_table("note", sa.Column("id", sa.BigInteger(), primary_key=True))
```
"""

from __future__ import annotations

import re

from limbeck.lint.rule import MYSQL, Case, rule


def find(case: Case) -> str | None:
    found = re.search(r"engine\s*=?\s*(\w+)", case.statement.sql, re.IGNORECASE)
    if found is None or found[1].lower() == "innodb":
        return None
    return f"{case.table} is stored by {found[1]}"


RULE = rule(
    __name__,
    __doc__,
    "style",
    ["create table", "rewrite table"],
    find,
    "Leave the engine out, or name InnoDB.",
    dialects=MYSQL,
    new_tables=True,
)
