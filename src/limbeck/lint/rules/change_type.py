"""Changes the type of a column so that all rows are written anew.

## Problem

The table and its indexes are written again: on PostgreSQL nobody can use it meanwhile, on MySQL
and MariaDB nobody can write. Values may not fit, and code of the old release may not read the new
type.

## Instead of

```python
op.alter_column("person", "age", type_=sa.BigInteger(), existing_type=sa.Integer())
```

## Use

Changes that keep the rows are not reported: a longer VARCHAR, VARCHAR to TEXT on PostgreSQL, new
values at the end of an ENUM on MySQL. For others: add a column of the new type, write both, copy
in batches, read the new one, drop the old one.

```python
op.add_column("person", sa.Column("age_big", sa.BigInteger()))
```

```python
op.alter_column("person", "nickname", type_=sa.String(60), existing_type=sa.String(50))
```
"""

from __future__ import annotations

from limbeck.dialects.mysql.ways import column_change
from limbeck.lint.rule import Case, rule


def find(case: Case) -> str | None:
    if not case.has("rewrite"):
        return None
    if case.action.kind == "alter type":
        return (
            f"{case.table}.{case.action.name} becomes {case.action.text}: "
            "all rows are written anew while nobody can use the table"
        )
    change = column_change(case.action, case.statement.known)
    if change.type not in ("copy", "rebuild"):
        return None
    return (
        f"{case.table}.{case.action.name} becomes "
        f"{case.column.type}: the table is copied while writes wait"
    )


RULE = rule(
    __name__,
    __doc__,
    "error",
    ["alter type", "modify column"],
    find,
    ("Add a column of the new type, write both, copy in batches, then switch."),
    sized=True,
)
