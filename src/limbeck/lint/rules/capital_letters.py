"""A table whose name has capital letters.

## Problem

On MySQL such names differ from server to server: on Linux "Note" and "note" are two tables, on
macOS and Windows one. On PostgreSQL whoever writes the name has to quote it.

## Instead of

```python
op.create_table("Note", sa.Column("id", sa.BigInteger(), primary_key=True))
```

## Use

Small letters.

```python
op.create_table("note", sa.Column("id", sa.BigInteger(), primary_key=True))
```
"""

from __future__ import annotations

from limbeck.lint.rule import Case, rule


def find(case: Case) -> str | None:
    action = case.action
    table = action.new_name if action.kind == "rename table" else getattr(action.table, "name", "")
    return f"the name of {table} has capital letters" if table != table.lower() else None


RULE = rule(
    __name__,
    __doc__,
    "style",
    ["create table", "rename table"],
    find,
    "Use small letters.",
    new_tables=True,
)
