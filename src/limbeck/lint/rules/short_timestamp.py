"""A TIMESTAMP on MySQL.

## Problem

It ends on 19 January 2038 (in MariaDB up to 11.4 too), and is shown in the time zone of the
session, so that two clients read two values.

## Instead of

```python
# on MySQL
op.create_table("visit", sa.Column("at", sa.TIMESTAMP()))
```

## Use

DATETIME, in UTC.

```python
# on MySQL
op.create_table("visit", sa.Column("at", sa.DateTime()))
```
"""

from __future__ import annotations

from limbeck.lint.rule import MYSQL, Case, rule


def find(case: Case) -> str | None:
    found = [c.name for c in case.columns if c.type.startswith("timestamp")]
    return f"{case.table}.{found[0]} is a TIMESTAMP" if found else None


RULE = rule(
    __name__,
    __doc__,
    "style",
    ["create table", "add column", "modify column"],
    find,
    "Use DATETIME in UTC.",
    dialects=MYSQL,
    new_tables=True,
)
