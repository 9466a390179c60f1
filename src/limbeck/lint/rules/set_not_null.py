"""Demands NOT NULL of a column that may hold NULL.

## Problem

It fails if a row has NULL there. PostgreSQL reads the whole table to find out, under a lock that
stops reads and writes; MySQL and MariaDB write the table anew.

## Instead of

```python
op.alter_column("person", "nickname", nullable=False, existing_type=sa.String(50))
```

## Use

On PostgreSQL let a check prove it first, which stops nobody: the check added as NOT VALID,
validated in a later transaction, and NOT NULL then needs no look at the rows. On MySQL and MariaDB
fill the NULLs first and do it in a quiet hour, or with an online schema change tool.

```python
# on PostgreSQL
op.create_check_constraint(
    "nickname_set", "person", "nickname IS NOT NULL", postgresql_not_valid=True
)
```

```python
# on PostgreSQL
op.validate_constraint("nickname_set", "person")
op.alter_column("person", "nickname", nullable=False, existing_type=sa.String(50))
op.drop_constraint("nickname_set", "person")
```

```python
# on MySQL
# limbeck: allow(set-not-null) 40,000 rows, done within a second on the copy
op.alter_column("person", "nickname", nullable=False, existing_type=sa.String(50))
```
"""

from __future__ import annotations

from limbeck.lint.rule import Case, rule


def _becomes_not_null(case: Case) -> bool:
    column = None if case.before is None else case.before.columns.get(case.action.name)
    return not case.column.nullable and (column is None or column.nullable)


def find(case: Case) -> str | None:
    if case.action.kind == "modify column" and not _becomes_not_null(case):
        return None
    if case.action.kind == "set not null" and not case.has("scan"):
        return None
    return (
        f"SET NOT NULL on {case.table}.{case.action.name} "
        "looks at every row while nobody can use the table"
    )


RULE = rule(
    __name__,
    __doc__,
    "error",
    ["set not null", "modify column"],
    find,
    (
        "On PostgreSQL prove it with a NOT VALID check that is validated first; elsewhere "
        "fill the NULLs and choose a quiet hour."
    ),
    sized=True,
)
