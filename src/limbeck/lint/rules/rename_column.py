"""Renames a column.

## Problem

While the new release rolls out, processes of the old one still use the old name, and fail.

## Instead of

```python
op.alter_column(
    "person",
    "nickname",
    new_column_name="alias",
    existing_type=sa.String(50),
    existing_nullable=True,
)
```

## Use

Let the model have the new name and the column the old one: `alias = mapped_column("nickname",
String(50))`. Where the column itself has to be renamed: add the new column, write both, copy the
values, read the new one, drop the old one.

```python
op.add_column("person", sa.Column("alias", sa.String(50)))
```
"""

from __future__ import annotations

from limbeck.lint.rule import ALL, Case, rule


def find(case: Case) -> str | None:
    new = case.action.new_name
    if not new or case.is_new(case.action.table):
        return None
    return (
        f"renaming {case.table}.{case.action.name} to {new} breaks code that runs with the old name"
    )


RULE = rule(
    __name__,
    __doc__,
    "error",
    ["rename column", "modify column"],
    find,
    ("Give the attribute another name in the model, or add a column and move over in steps."),
    dialects=ALL,
)
