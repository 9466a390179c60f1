"""A foreign key whose column has no index.

## Problem

PostgreSQL makes none by itself. Deleting or changing a row of the other table then reads this
whole table, once for each row.

## Instead of

```python
# on PostgreSQL
op.create_foreign_key(
    "audit_person", "audit", "person", ["person_id"], ["id"], postgresql_not_valid=True
)
```

## Use

Build the index before.

```python
# on PostgreSQL
with op.get_context().autocommit_block():
    op.create_index("audit_person_id", "audit", ["person_id"], postgresql_concurrently=True)
```

```python
# on PostgreSQL
op.create_foreign_key(
    "audit_person", "audit", "person", ["person_id"], ["id"], postgresql_not_valid=True
)
```
"""

from __future__ import annotations

from limbeck.lint.rule import POSTGRESQL, Case, rule


def find(case: Case) -> str | None:
    constraint = case.constraint
    if constraint.kind != "foreign key" or case.before is None:
        return None
    first = constraint.columns[:1]
    indexed = [tuple(e.column for e in index.elements) for index in case.before.indexes.values()]
    indexed += [unique.columns for unique in case.before.uniques]
    indexed += [case.before.primary_key.columns] if case.before.primary_key is not None else []
    indexed += [c.action.keys for c in case.earlier if c.action.table == case.action.table]
    if any(columns[:1] == first for columns in indexed):
        return None
    return (
        f"{case.table} ({', '.join(constraint.columns)}) has no "
        f"index: deletes in {constraint.referred} read all of it"
    )


RULE = rule(
    __name__,
    __doc__,
    "warning",
    ["add constraint"],
    find,
    "Build an index on the column first.",
    dialects=POSTGRESQL,
    sized=True,
)
