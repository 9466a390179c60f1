"""Builds an index over more than three columns.

## Problem

An index that is not unique seldom gains from a fourth column, and every write pays for it.

## Instead of

```python
op.create_index("person_all", "person", ["email", "name", "nickname", "age"])
```

## Use

The columns that narrow the search most.

```python
op.create_index("person_some", "person", ["email", "name"])
```
"""

from __future__ import annotations

from limbeck.lint.rule import Case, rule


def find(case: Case) -> str | None:
    if len(case.action.keys) <= 3 or "unique" in case.action.words:
        return None
    return f"{case.action.name} has {len(case.action.keys)} columns"


RULE = rule(
    __name__,
    __doc__,
    "style",
    ["create index"],
    find,
    "Keep the columns that narrow the search most.",
    new_tables=True,
)
