"""Lets a column be NULL that could not be.

## Problem

Code that reads the column does not expect NULL, and fails once the first one is written.

## Instead of

```python
op.alter_column(
    "person", "name", nullable=True, existing_type=sa.String(100), existing_nullable=False
)
```

## Use

Deploy code that can read NULL before code that writes it, and say so.

```python
# limbeck: allow(drop-not-null) release 42 reads NULL as "unnamed"
op.alter_column(
    "person", "name", nullable=True, existing_type=sa.String(100), existing_nullable=False
)
```
"""

from __future__ import annotations

from limbeck.lint.rule import Case, rule


def find(case: Case) -> str | None:
    column = None if case.before is None else case.before.columns.get(case.action.name)
    if case.action.kind == "modify column" and (
        not case.column.nullable or column is None or column.nullable
    ):
        return None
    return f"{case.table}.{case.action.name} may be NULL from now on: readers have to expect it"


RULE = rule(
    __name__,
    __doc__,
    "warning",
    ["drop not null", "modify column"],
    find,
    "Deploy code that reads NULL first.",
)
