"""Runs SQL that cannot be read.

## Problem

What a DO block, a CALL or a statement that is not known here does, no rule can tell.

## Instead of

```python
op.execute("CALL tidy_up()")
```

## Use

Plain statements or operations; where code is needed, say what it does.

```python
# limbeck: allow(unread-sql) moves rows in batches of 1,000
op.execute("CALL tidy_up()")
```
"""

from __future__ import annotations

from limbeck.lint.rule import ALL, Case, rule
from limbeck.lint.text import shortened


def find(case: Case) -> str | None:
    if case.statement.raw:
        return f"what this does cannot be read: {shortened(case.statement.sql)}"
    return None


RULE = rule(
    __name__,
    __doc__,
    "warning",
    ["unread"],
    find,
    ("Use plain statements or operations, or say in an allowance what it does."),
    dialects=ALL,
    new_tables=True,
)
