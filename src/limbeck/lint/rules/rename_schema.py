"""Renames a schema.

## Problem

All code that names the schema breaks at once, and so do functions and search paths that hold its
name as text.

## Instead of

```python
# on PostgreSQL
op.execute("ALTER SCHEMA old RENAME TO older")
```

## Use

Create the new schema beside it and move tables one by one, each with a view left behind.

```python
# on PostgreSQL
op.create_schema("older")
```
"""

from __future__ import annotations

from limbeck.lint.rule import POSTGRESQL, Case, rule


def find(case: Case) -> str | None:
    return f"renaming the schema {case.action.name} breaks everything that names it"


RULE = rule(
    __name__,
    __doc__,
    "error",
    ["rename schema"],
    find,
    "Create a new schema and move the tables one by one.",
    dialects=POSTGRESQL,
)
