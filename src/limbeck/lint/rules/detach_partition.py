"""Detaches a partition while nobody can use the table.

## Problem

DETACH PARTITION takes ACCESS EXCLUSIVE on the whole partitioned table.

## Instead of

```python
# on PostgreSQL
op.execute("ALTER TABLE event DETACH PARTITION event_2024")
```

## Use

CONCURRENTLY, from PostgreSQL 14, outside a transaction.

```python
# on PostgreSQL
with op.get_context().autocommit_block():
    op.execute("ALTER TABLE event DETACH PARTITION event_2024 CONCURRENTLY")
```
"""

from __future__ import annotations

from limbeck.lint.rule import POSTGRESQL, Case, rule


def find(case: Case) -> str | None:
    if case.action.words & {"concurrently", "finalize"}:
        return None
    return f"detaching {case.action.other} makes all users of {case.table} wait"


RULE = rule(
    __name__,
    __doc__,
    "error",
    ["detach partition"],
    find,
    ("Use DETACH PARTITION … CONCURRENTLY within op.get_context().autocommit_block()."),
    dialects=POSTGRESQL,
)
