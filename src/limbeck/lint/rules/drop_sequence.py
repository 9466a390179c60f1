"""Drops a sequence.

## Problem

Its value is lost: a sequence made anew starts from the beginning, and gives numbers that are
taken.

## Instead of

```python
# on PostgreSQL
op.execute("DROP SEQUENCE ticket_number")
```

## Use

Drop it once nothing takes numbers from it, and allow that by name.

```python
# on PostgreSQL
# limbeck: allow(drop-sequence) tickets get identity columns since the last release
op.execute("DROP SEQUENCE ticket_number")
```
"""

from __future__ import annotations

from limbeck.lint.rule import Case, rule


def find(case: Case) -> str | None:
    return f"dropping the sequence {case.action.name} loses its value"


RULE = rule(
    __name__,
    __doc__,
    "error",
    ["drop sequence"],
    find,
    ("Make sure that nothing takes numbers from it, and allow it by name."),
    loses_data=True,
)
