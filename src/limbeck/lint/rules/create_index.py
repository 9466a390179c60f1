"""Builds an index while writes wait.

## Problem

CREATE INDEX holds a SHARE lock for as long as it reads the table: everybody can read, nobody can
write.

## Instead of

```python
# on PostgreSQL
op.create_index("person_email", "person", ["email"])
```

## Use

Build it CONCURRENTLY, which takes longer and stops nobody. That cannot run in a transaction.

```python
# on PostgreSQL
with op.get_context().autocommit_block():
    op.create_index("person_email", "person", ["email"], postgresql_concurrently=True)
```
"""

from __future__ import annotations

from limbeck.lint.rule import POSTGRESQL, Case, rule


def find(case: Case) -> str | None:
    if "concurrently" in case.action.words:
        return None
    return (
        f"building {case.action.name or 'an index'} makes "
        f"writes to {case.table} wait until it is done"
    )


RULE = rule(
    __name__,
    __doc__,
    "error",
    ["create index"],
    find,
    ("Use postgresql_concurrently=True within op.get_context().autocommit_block()."),
    dialects=POSTGRESQL,
    sized=True,
)
