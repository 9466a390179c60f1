"""Renames a table, or moves it to another schema.

## Problem

While the new release rolls out, processes of the old one still use the old name, and fail.

## Instead of

```python
op.rename_table("audit", "audit_log")
```

## Use

Let the model have the new name and the table the old one (`__tablename__ = "audit"`). Where the
table itself has to be renamed, leave a view with the old name behind until nobody uses it.

```python
# limbeck: allow(rename-table) the view below answers to the old name
op.rename_table("audit", "audit_log")
op.execute("CREATE VIEW audit AS SELECT * FROM audit_log")
```
"""

from __future__ import annotations

from limbeck.lint.rule import ALL, Case, rule


def find(case: Case) -> str | None:
    return f"{case.table} becomes {case.action.new_name}: code that runs with the old name breaks"


RULE = rule(
    __name__,
    __doc__,
    "error",
    ["rename table", "set table schema"],
    find,
    ("Keep the name in __tablename__, or leave a view with the old name behind."),
    dialects=ALL,
)
