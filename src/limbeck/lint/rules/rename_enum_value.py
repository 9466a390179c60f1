"""Renames a value of an enum type.

## Problem

Code that runs with the old value fails to read and to write it.

## Instead of

```python
# on PostgreSQL
op.execute("ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'")
```

## Use

Add the new value, deploy code that knows both, move the rows over, and let the old value be.

```python
# on PostgreSQL
op.execute("ALTER TYPE mood ADD VALUE 'blue' AFTER 'sad'")
```
"""

from __future__ import annotations

from limbeck.lint.rule import POSTGRESQL, Case, rule


def find(case: Case) -> str | None:
    return f"renaming a value of {case.action.name} breaks code that runs with the old one"


RULE = rule(
    __name__,
    __doc__,
    "error",
    ["rename enum value"],
    find,
    "Add the new value and move over in steps.",
    dialects=POSTGRESQL,
)
