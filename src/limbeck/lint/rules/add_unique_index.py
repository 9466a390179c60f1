"""Builds a unique index on rows that are there.

## Problem

It fails if two rows have the same values, when the table has been locked for as long as it took to
find them.

## Instead of

```python
op.create_index("person_email", "person", ["email"], unique=True)
```

## Use

On PostgreSQL build it CONCURRENTLY: where that fails nobody has waited, and the next run drops the
INVALID index that it leaves and builds it again. Elsewhere look for duplicates before, and say that
you have.

```python
# on PostgreSQL
with op.get_context().autocommit_block():
    op.create_index("person_email", "person", ["email"], unique=True, postgresql_concurrently=True)
```

```python
# on MySQL
# limbeck: allow(add-unique-index) duplicates were merged by the job of last week
op.create_index("person_email", "person", ["email"], unique=True)
```
"""

from __future__ import annotations

from limbeck.lint.rule import Case, rule


def find(case: Case) -> str | None:
    if "unique" not in case.action.words or "concurrently" in case.action.words:
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
