"""Adds an EXCLUDE constraint to a table that has rows.

## Problem

Its index is built under ACCESS EXCLUSIVE, and there is no NOT VALID for it.

## Instead of

```python
# on PostgreSQL
op.execute("ALTER TABLE person ADD CONSTRAINT one_name EXCLUDE USING btree (name WITH =)")
```

## Use

There is no way around the lock: create it with the table, or choose a quiet hour and a short
table.

```python
# on PostgreSQL
# limbeck: allow(add-exclude-constraint) 2,000 rows
op.execute("ALTER TABLE person ADD CONSTRAINT one_name EXCLUDE USING btree (name WITH =)")
```
"""

from __future__ import annotations

from limbeck.lint.rule import POSTGRESQL, Case, rule


def find(case: Case) -> str | None:
    if case.constraint.kind != "exclude":
        return None
    return f"the index of {case.action.name} is built while nobody can use {case.table}"


RULE = rule(
    __name__,
    __doc__,
    "error",
    ["add constraint"],
    find,
    "Create it with the table, or choose a quiet hour.",
    dialects=POSTGRESQL,
    sized=True,
)
