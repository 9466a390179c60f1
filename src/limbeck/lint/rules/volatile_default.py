"""Adds a column whose default differs from row to row.

## Problem

Each row needs a value of its own, so that the whole table is written anew: on PostgreSQL while
nobody can use it, on MySQL and MariaDB while nobody can write.

## Instead of

```python
# on PostgreSQL
op.add_column("person", sa.Column("token", sa.Uuid(), server_default=sa.text("gen_random_uuid()")))
```

## Use

Add it without a default, set the default for new rows, and fill the old ones in batches.

```python
# on PostgreSQL
op.add_column("person", sa.Column("token", sa.Uuid()))
op.alter_column("person", "token", server_default=sa.text("gen_random_uuid()"))
op.backfill("person", {"token": sa.text("gen_random_uuid()")}, where="token IS NULL")
```
"""

from __future__ import annotations

from limbeck.lint.rule import Case, rule


def find(case: Case) -> str | None:
    column = case.column
    if column.default is None or column.generated or column.serial or not case.has("rewrite"):
        return None
    return f"the default {column.default} of {case.table}.{column.name} writes every row anew"


RULE = rule(
    __name__,
    __doc__,
    "error",
    ["add column"],
    find,
    ("Add the column without a default, then set the default, then fill old rows in batches."),
    sized=True,
)
