"""Adds a stored generated column.

## Problem

Its values are computed for all rows at once, and the table is written anew while others wait.

## Instead of

```python
op.add_column(
    "person", sa.Column("age_months", sa.Integer(), sa.Computed("age * 12", persisted=True))
)
```

## Use

A column that is filled by a trigger or by the application; on MySQL, MariaDB, and PostgreSQL from
18, a virtual one.

```python
op.add_column("person", sa.Column("age_months", sa.Integer()))
```

```python
# on MySQL
op.add_column(
    "person", sa.Column("age_days", sa.Integer(), sa.Computed("age * 365", persisted=False))
)
```
"""

from __future__ import annotations

from limbeck.lint.rule import Case, rule


def find(case: Case) -> str | None:
    if case.column.generated != "stored":
        return None
    return f"computing {case.table}.{case.column.name} writes every row anew"


RULE = rule(
    __name__,
    __doc__,
    "error",
    ["add column"],
    find,
    ("Use a plain column filled by a trigger, or a virtual one where the server has them."),
    sized=True,
)
