"""Adds foreign keys to several tables in one transaction.

## Problem

Each locks two tables, and all locks are held until the transaction ends: together they stop writes
to many tables, and two runs of that kind can wait for each other.

## Instead of

```python
# on PostgreSQL
op.create_foreign_key(
    "audit_person", "audit", "person", ["person_id"], ["id"], postgresql_not_valid=True
)
op.create_foreign_key("audit_city", "audit", "city", ["city_id"], ["id"], postgresql_not_valid=True)
```

## Use

A revision for each, and one transaction for each revision (`transaction_per_migration`).

```python
# on PostgreSQL
op.create_foreign_key(
    "audit_person", "audit", "person", ["person_id"], ["id"], postgresql_not_valid=True
)
```

```python
# on PostgreSQL
op.create_foreign_key("audit_city", "audit", "city", ["city_id"], ["id"], postgresql_not_valid=True)
```
"""

from __future__ import annotations

from limbeck.lint.rule import POSTGRESQL, Case, rule


def find(case: Case) -> str | None:
    if case.constraint.kind != "foreign key":
        return None
    others = [
        c.constraint.referred
        for c in case.same_transaction()
        if c.action.constraint is not None
        and c.constraint.kind == "foreign key"
        and not c.is_new(c.action.table)
        and c.constraint.referred != case.constraint.referred
    ]
    if not others:
        return None
    return (
        f"locks on {others[-1]} and {case.constraint.referred} "
        "are held together until the transaction ends"
    )


RULE = rule(
    __name__,
    __doc__,
    "warning",
    ["add constraint"],
    find,
    "Give each foreign key a revision of its own.",
    dialects=POSTGRESQL,
)
