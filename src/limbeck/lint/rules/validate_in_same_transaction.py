"""Validates a constraint in the transaction that adds it.

## Problem

The lock of ADD CONSTRAINT is held until the transaction ends, so that others wait for the whole
scan: NOT VALID has gained nothing.

## Instead of

```python
# on PostgreSQL
op.create_check_constraint("age_positive", "person", "age > 0", postgresql_not_valid=True)
op.validate_constraint("age_positive", "person")
```

## Use

Two revisions and `transaction_per_migration`, or an `autocommit_block` around the second step.

```python
# on PostgreSQL
op.create_check_constraint("age_positive", "person", "age > 0", postgresql_not_valid=True)
with op.get_context().autocommit_block():
    op.validate_constraint("age_positive", "person")
```
"""

from __future__ import annotations

from limbeck.lint.rule import POSTGRESQL, Case, rule


def find(case: Case) -> str | None:
    added = [
        c
        for c in case.same_transaction()
        if c.action.kind == "add constraint"
        and (c.action.table, c.action.name) == (case.action.table, case.action.name)
    ]
    if not added:
        return None
    return f"{case.action.name} is validated under the lock that adding it took"


RULE = rule(
    __name__,
    __doc__,
    "error",
    ["validate constraint"],
    find,
    ("Validate it in a revision of its own, or in op.get_context().autocommit_block()."),
    dialects=POSTGRESQL,
    sized=True,
)
