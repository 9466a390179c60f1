"""Creates a table without naming its schema.

## Problem

Where it goes depends on the search path of whoever runs the migration.

## Instead of

```python
# on PostgreSQL
op.create_table("note", sa.Column("id", sa.BigInteger(), primary_key=True))
```

## Use

The schema.

```python
# on PostgreSQL
op.create_table("note", sa.Column("id", sa.BigInteger(), primary_key=True), schema="public")
```
"""

from __future__ import annotations

from limbeck.lint.rule import POSTGRESQL, Case, rule


def find(case: Case) -> str | None:
    if case.action.table is None or case.action.table.schema is not None:
        return None
    return f"where {case.table} goes depends on the search path"


RULE = rule(
    __name__,
    __doc__,
    "style",
    ["create table"],
    find,
    "Pass schema=.",
    dialects=POSTGRESQL,
    new_tables=True,
)
