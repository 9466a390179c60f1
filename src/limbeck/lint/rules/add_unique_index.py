"""Builds a unique index on rows that are there.

## Problem

It fails if two rows have the same values; built CONCURRENTLY it leaves an INVALID index behind
that slows every write.

## Instead of

```python
# on PostgreSQL
with op.get_context().autocommit_block():
    op.create_index("person_email", "person", ["email"], unique=True, postgresql_concurrently=True)
```

## Use

Look for duplicates before, and say that you have.

```python
# on PostgreSQL
with op.get_context().autocommit_block():
    # limbeck: allow(add-unique-index) duplicates were merged by the job of last week
    op.create_index("person_email", "person", ["email"], unique=True, postgresql_concurrently=True)
```
"""

from __future__ import annotations

from limbeck.lint.rule import Case, rule


def find(case: Case) -> str | None:
    if "unique" not in case.action.words:
        return None
    keys = ", ".join(case.action.keys)
    return f"the unique index on {case.table} ({keys}) fails if two rows have the same values"


RULE = rule(
    __name__,
    __doc__,
    "warning",
    ["create index"],
    find,
    ("Look for duplicates first: SELECT … GROUP BY … HAVING count(*) > 1."),
)
