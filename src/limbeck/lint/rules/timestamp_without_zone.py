"""A timestamp without a time zone.

## Problem

Which moment it is depends on who reads it.

## Instead of

```python
# on PostgreSQL
op.add_column("person", sa.Column("seen", sa.DateTime()))
```

## Use

TIMESTAMP WITH TIME ZONE.

```python
# on PostgreSQL
op.add_column("person", sa.Column("seen", sa.DateTime(timezone=True)))
```
"""

from __future__ import annotations

from limbeck.lint.rule import POSTGRESQL, Case, rule


def find(case: Case) -> str | None:
    found = [
        c for c in case.columns if c.type.startswith("timestamp") and "with time zone" not in c.type
    ]
    return f"{case.table}.{found[0].name} has no time zone" if found else None


RULE = rule(
    __name__,
    __doc__,
    "style",
    ["create table", "add column"],
    find,
    "Use sa.DateTime(timezone=True).",
    dialects=POSTGRESQL,
    new_tables=True,
)
