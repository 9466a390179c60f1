"""Adds a value to an enum type without saying where.

## Problem

It goes to the end, and values compare and sort by their place.

## Instead of

```python
# on PostgreSQL
op.execute("ALTER TYPE mood ADD VALUE 'calm'")
```

## Use

BEFORE or AFTER.

```python
# on PostgreSQL
op.execute("ALTER TYPE mood ADD VALUE 'calm' AFTER 'ok'")
```
"""

from __future__ import annotations

from limbeck.lint.rule import POSTGRESQL, Case, rule


def find(case: Case) -> str | None:
    if "placed" in case.action.words:
        return None
    return f"the value {case.action.text} of {case.action.name} goes to the end"


RULE = rule(
    __name__,
    __doc__,
    "style",
    ["add enum value"],
    find,
    "Say BEFORE or AFTER which value.",
    dialects=POSTGRESQL,
)
