"""A foreign key's column has another type than the key it points to.

## Problem

A smaller type overflows before the key does, and comparing the two may keep an index from being
used.

## Instead of

```python
# on PostgreSQL
op.add_column(
    "audit", sa.Column("mayor_id", sa.Integer(), sa.ForeignKey("person.id", name="audit_mayor"))
)
```

## Use

The type of the key.

```python
# on PostgreSQL
op.add_column(
    "audit", sa.Column("mayor_id", sa.BigInteger(), sa.ForeignKey("person.id", name="audit_mayor"))
)
```
"""

from __future__ import annotations

from limbeck.dialects.postgresql.rewrites import canonical
from limbeck.lint.rule import POSTGRESQL, Case, rule
from limbeck.statements.action import ConstraintText


def _adds(earlier: Case, case: Case, constraint: ConstraintText) -> bool:
    action = earlier.action
    return (
        action.kind == "add column"
        and action.table == case.action.table
        and action.name == constraint.columns[0]
    )


def find(case: Case) -> str | None:
    constraint = case.action.constraint
    if case.action.column is not None:
        constraint = case.action.column.constraint("foreign key")
    if constraint is None or constraint.referred is None or len(constraint.columns) != 1:
        return None
    known = case.statement.known
    own = known.type(case.action.table, constraint.columns[0])
    own = own or next((c.column.type for c in case.earlier if _adds(c, case, constraint)), None)
    target = None if known.before is None else known.before.find(constraint.referred)
    key = None if target is None else target.primary_key
    if own is None or target is None or key is None or len(key.columns) != 1:
        return None
    other = target.column(key.columns[0]).type.text
    if other is None or canonical(own) == canonical(other):
        return None
    return (
        f"{case.table}.{constraint.columns[0]} is {own}, "
        f"and {constraint.referred}.{key.columns[0]} {other}"
    )


RULE = rule(
    __name__,
    __doc__,
    "warning",
    ["add constraint", "add column"],
    find,
    "Give the column the type of the key.",
    dialects=POSTGRESQL,
)
