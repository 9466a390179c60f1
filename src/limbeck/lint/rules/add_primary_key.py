"""Adds a primary key to a table that has rows.

## Problem

The index is built, and NULLs are looked for, while nobody can use the table; MySQL and MariaDB
write the whole table anew.

## Instead of

```python
op.create_primary_key("audit_key", "audit", ["person_id", "action"])
```

## Use

On PostgreSQL prove NOT NULL and build a unique index CONCURRENTLY, then let the key use it. On
MySQL and MariaDB choose a quiet hour.

```python
# on PostgreSQL
# the columns are NOT NULL and audit_unique is a unique index on them, built CONCURRENTLY
op.create_primary_key(
    "audit_key", "audit", ["person_id", "action"], postgresql_using_index="audit_unique"
)
```
"""

from __future__ import annotations

from limbeck.lint.rule import Case, rule


def find(case: Case) -> str | None:
    if case.constraint.kind != "primary key" or case.constraint.using_index:
        return None
    return f"the primary key of {case.table} is built while nobody can use the table"


RULE = rule(
    __name__,
    __doc__,
    "error",
    ["add constraint"],
    find,
    ("On PostgreSQL build a unique index CONCURRENTLY and add the key USING INDEX."),
    sized=True,
)
