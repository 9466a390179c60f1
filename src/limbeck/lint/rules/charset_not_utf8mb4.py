"""A character set that cannot hold all of Unicode.

## Problem

`utf8` is short for `utf8mb3`, which refuses emoji and some scripts.

## Instead of

```python
# on MySQL
op.execute("CREATE TABLE note (id BIGINT PRIMARY KEY) CHARSET=utf8")
```

## Use

utf8mb4.

```python
# on MySQL
op.execute("CREATE TABLE note (id BIGINT PRIMARY KEY) CHARSET=utf8mb4")
```
"""

from __future__ import annotations

import re

from limbeck.lint.rule import MYSQL, Case, rule


def find(case: Case) -> str | None:
    found = re.search(r"(?:charset|character set)\s*=?\s*(\w+)", case.statement.sql, re.IGNORECASE)
    if found is None or found[1].lower() in ("utf8mb4", "binary"):
        return None
    return f"{case.table} is in {found[1]}"


RULE = rule(
    __name__,
    __doc__,
    "style",
    ["create table", "rewrite table"],
    find,
    "Use utf8mb4.",
    dialects=MYSQL,
    new_tables=True,
)
