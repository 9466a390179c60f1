"""Refreshes a materialized view while nobody can read it.

## Problem

REFRESH MATERIALIZED VIEW holds ACCESS EXCLUSIVE on the view until its query is done.

## Instead of

```python
# on PostgreSQL
op.execute("REFRESH MATERIALIZED VIEW person_count")
```

## Use

CONCURRENTLY, which needs a unique index on the view.

```python
# on PostgreSQL
op.execute("REFRESH MATERIALIZED VIEW CONCURRENTLY person_count")
```
"""

from __future__ import annotations

from limbeck.lint.rule import POSTGRESQL, Case, rule


def find(case: Case) -> str | None:
    if "concurrently" in case.action.words:
        return None
    return f"readers of {case.table} wait until it is filled again"


RULE = rule(
    __name__,
    __doc__,
    "warning",
    ["refresh view"],
    find,
    "Use REFRESH MATERIALIZED VIEW CONCURRENTLY.",
    dialects=POSTGRESQL,
)
