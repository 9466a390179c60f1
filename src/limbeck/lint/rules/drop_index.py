"""Drops an index while nobody can use the table.

## Problem

DROP INDEX needs ACCESS EXCLUSIVE on the table: it waits for the longest transaction that uses the
table, and everybody else waits behind it.

## Instead of

```python
# on PostgreSQL
op.drop_index("person_name", table_name="person")
```

## Use

Drop it CONCURRENTLY, which waits without stopping others.

```python
# on PostgreSQL
with op.get_context().autocommit_block():
    op.drop_index("person_name", table_name="person", postgresql_concurrently=True)
```
"""

from __future__ import annotations

from limbeck.lint.rule import POSTGRESQL, Case, rule


def find(case: Case) -> str | None:
    if "concurrently" in case.action.words:
        return None
    return (
        f"dropping {case.action.name} waits for all users of {case.table} and makes all others wait"
    )


RULE = rule(
    __name__,
    __doc__,
    "warning",
    ["drop index"],
    find,
    ("Use postgresql_concurrently=True within op.get_context().autocommit_block()."),
    dialects=POSTGRESQL,
    sized=True,
)
