"""Adds a NOT NULL column without a default to a table that has rows.

## Problem

On PostgreSQL it fails as soon as there is a row. On MySQL and MariaDB the rows get a zero that
nobody chose. Inserts of the old release, which does not know the column, fail on both.

## Instead of

```python
op.add_column("person", sa.Column("country", sa.String(2), nullable=False))
```

## Use

Add it with a constant default: no row is written for that. Or add it nullable, fill it in batches,
and demand NOT NULL last.

```python
op.add_column("person", sa.Column("country", sa.String(2), nullable=False, server_default="NL"))
```

```python
op.add_column("person", sa.Column("province", sa.String(2)))
```
"""

from __future__ import annotations

from limbeck.lint.rule import ALL, Case, rule


def find(case: Case) -> str | None:
    column = case.column
    if column.nullable or column.default is not None or column.serial or column.generated:
        return None
    return (
        f"{case.table}.{column.name} is NOT NULL without "
        "a default: rows that exist have no value for it"
    )


RULE = rule(
    __name__,
    __doc__,
    "error",
    ["add column"],
    find,
    ("Give it a constant default, or add it nullable, fill it in batches, and set NOT NULL last."),
    dialects=ALL,
)
