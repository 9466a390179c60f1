"""Empties a table.

## Problem

All rows are gone, under a lock that nobody passes; CASCADE empties every table that refers to this
one as well. On MySQL and MariaDB it also commits what ran before.

## Instead of

```python
op.execute("TRUNCATE audit")
```

## Use

Delete the rows that have to go, in batches, outside the migration; where a table really is to be
emptied, allow it by name.

```python
# limbeck: allow(truncate) a cache, filled again by the next start
op.execute("TRUNCATE audit")
```
"""

from __future__ import annotations

from limbeck.lint.rule import Case, rule


def find(case: Case) -> str | None:
    also = " and every table that refers to it" if "cascade" in case.action.words else ""
    return f"TRUNCATE loses all rows of {case.table}{also}"


RULE = rule(
    __name__,
    __doc__,
    "error",
    ["truncate"],
    find,
    ("Delete the rows that have to go, in batches; or allow it by name."),
    loses_data=True,
)
