"""Runs in a transaction what the server refuses there.

## Problem

CONCURRENTLY, VACUUM and their like fail inside a transaction, and a migration is one. In raw SQL
Limbeck does not take them out of it.

## Instead of

```python
# on PostgreSQL
op.execute("CREATE INDEX CONCURRENTLY person_email ON person (email)")
```

## Use

An `autocommit_block`, which commits what ran before and begins again after.

```python
# on PostgreSQL
with op.get_context().autocommit_block():
    op.execute("CREATE INDEX CONCURRENTLY person_email ON person (email)")
```
"""

from __future__ import annotations

from limbeck.lint.rule import POSTGRESQL, Case, rule


def find(case: Case) -> str | None:
    if not case.has("no transaction") or not case.statement.in_transaction:
        return None
    if not case.statement.raw:
        return None
    return "the server refuses this statement inside a transaction"


RULE = rule(
    __name__,
    __doc__,
    "error",
    [],
    find,
    "Put it in 'with op.get_context().autocommit_block():'.",
    dialects=POSTGRESQL,
    new_tables=True,
)
