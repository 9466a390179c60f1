"""Asks for a way of changing a table that makes others wait.

## Problem

ALGORITHM=COPY and LOCK=SHARED or EXCLUSIVE forbid the server the ways that let others go on.

## Instead of

```python
# on MySQL
op.execute("ALTER TABLE person ADD COLUMN note TEXT, ALGORITHM=COPY")
```

## Use

Leave it out, or demand the opposite: the statement then fails where the server would have to copy.

```python
# on MySQL
op.execute("ALTER TABLE person ADD COLUMN note TEXT, ALGORITHM=INSTANT")
```
"""

from __future__ import annotations

from limbeck.lint.rule import MYSQL, Case, rule


def find(case: Case) -> str | None:
    if case.action.text not in ("algorithm=copy", "lock=shared", "lock=exclusive"):
        return None
    return f"{case.action.text.upper()} makes writes to {case.table} wait"


RULE = rule(
    __name__,
    __doc__,
    "error",
    ["table option"],
    find,
    ("Leave it out, or demand ALGORITHM=INSTANT or INPLACE with LOCK=NONE."),
    dialects=MYSQL,
    sized=True,
)
