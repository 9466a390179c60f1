"""Adds a unique constraint and builds its index while nobody can use the table.

## Problem

PostgreSQL builds the index under ACCESS EXCLUSIVE. On every server it fails if two rows have the
same values.

## Instead of

```python
op.create_unique_constraint("person_email", "person", ["email"])
```

## Use

On PostgreSQL build a unique index CONCURRENTLY, then let the constraint use it. MySQL and MariaDB
build it online: look for duplicates before.

```python
# on PostgreSQL
op.create_index("person_email", "person", ["email"], unique=True, postgresql_concurrently=True)
op.create_unique_constraint(
    "person_email", "person", ["email"], postgresql_using_index="person_email"
)
```

```python
# on MySQL
# limbeck: allow(add-unique-constraint) duplicates were merged by the job of last week
op.create_unique_constraint("person_email", "person", ["email"])
```
"""

from __future__ import annotations

from limbeck.lint.rule import Case, rule


def find(case: Case) -> str | None:
    constraint = case.action.constraint
    if case.action.column is not None:
        constraint = case.action.column.constraint("unique")
    if constraint is None or constraint.kind != "unique" or constraint.using_index:
        return None
    alone = " while nobody can use it" if case.server.product == "postgresql" else ""
    return f"the unique constraint on {case.table} builds an index{alone}, and fails on duplicates"


RULE = rule(
    __name__,
    __doc__,
    "error",
    ["add constraint", "add column"],
    find,
    (
        "On PostgreSQL build a unique index CONCURRENTLY and add the constraint USING "
        "INDEX; elsewhere look for duplicates first."
    ),
    sized=True,
)
