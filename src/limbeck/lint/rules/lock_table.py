"""Locks a table by hand.

## Problem

The lock is held until the transaction ends, whatever follows.

## Instead of

```python
# on PostgreSQL
op.execute("LOCK TABLE person IN ACCESS EXCLUSIVE MODE")
```

## Use

Let each statement take the lock that it needs.

```python
# on PostgreSQL
op.execute("SELECT id FROM person WHERE id = 1 FOR UPDATE")
```
"""

from __future__ import annotations

from limbeck.lint.rule import Case, rule


def find(case: Case) -> str | None:
    return f"LOCK TABLE {case.table} makes others wait until the transaction ends"


RULE = rule(
    __name__,
    __doc__,
    "warning",
    ["lock table"],
    find,
    "Let each statement take the lock that it needs.",
)
