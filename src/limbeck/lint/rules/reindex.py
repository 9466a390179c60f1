"""Rebuilds an index while nobody can use it.

## Problem

REINDEX stops writes to the table, and reads that would use the index, until it is done.

## Instead of

```python
# on PostgreSQL
op.execute("REINDEX TABLE person")
```

## Use

REINDEX CONCURRENTLY, which cannot run in a transaction.

```python
# on PostgreSQL
with op.get_context().autocommit_block():
    op.execute("REINDEX TABLE CONCURRENTLY person")
```
"""

from __future__ import annotations

from limbeck.lint.rule import POSTGRESQL, Case, rule


def find(case: Case) -> str | None:
    if "concurrently" in case.action.words:
        return None
    return f"REINDEX stops writes to {case.action.name or case.table}, and reads that use the index"


RULE = rule(
    __name__,
    __doc__,
    "error",
    ["reindex"],
    find,
    ("Use REINDEX … CONCURRENTLY within op.get_context().autocommit_block()."),
    dialects=POSTGRESQL,
    sized=True,
)
