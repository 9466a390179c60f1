"""JSON instead of JSONB.

## Problem

JSON has no equality: DISTINCT, GROUP BY and UNION fail on it. It cannot be indexed either.

## Instead of

```python
# on PostgreSQL
op.add_column("person", sa.Column("extra", sa.JSON()))
```

## Use

JSONB.

```python
# on PostgreSQL
from sqlalchemy.dialects.postgresql import JSONB

op.add_column("person", sa.Column("extra", JSONB()))
```
"""

from __future__ import annotations

from limbeck.lint.rule import POSTGRESQL, Case, rule


def find(case: Case) -> str | None:
    found = [c for c in case.columns if c.type == "json"]
    return f"{case.table}.{found[0].name} is JSON" if found else None


RULE = rule(
    __name__,
    __doc__,
    "style",
    ["create table", "add column"],
    find,
    "Use sqlalchemy.dialects.postgresql.JSONB.",
    dialects=POSTGRESQL,
    new_tables=True,
)
