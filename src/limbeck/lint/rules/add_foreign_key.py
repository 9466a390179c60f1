"""Adds a foreign key and checks all rows at once.

## Problem

PostgreSQL reads the whole table while writes to both tables wait. MySQL and MariaDB copy the
table, unless `foreign_key_checks` is off, while writes to it wait.

## Instead of

```python
op.create_foreign_key("audit_person", "audit", "person", ["person_id"], ["id"])
```

## Use

On PostgreSQL add it as NOT VALID, which checks new rows only, and validate it in a later revision.
On MySQL and MariaDB look for rows that point to nothing, then add it with the checks off.

```python
# on PostgreSQL
op.create_foreign_key(
    "audit_person", "audit", "person", ["person_id"], ["id"], postgresql_not_valid=True
)
```

```python
# on PostgreSQL
op.validate_constraint("audit_person", "audit")
```

```python
# on MySQL
op.execute("SET foreign_key_checks = 0")
op.create_foreign_key("audit_person", "audit", "person", ["person_id"], ["id"])
op.execute("SET foreign_key_checks = 1")
```
"""

from __future__ import annotations

from limbeck.lint.rule import Case, rule


def _checks_rows(case: Case) -> bool:
    if case.server.product == "postgresql":
        return not case.constraint.not_valid
    return case.has("rewrite")


def find(case: Case) -> str | None:
    constraint = case.constraint
    if constraint.kind != "foreign key" or not _checks_rows(case):
        return None
    return (
        f"the foreign key checks every row of {case.table} "
        f"while writes to it and {constraint.referred} wait"
    )


RULE = rule(
    __name__,
    __doc__,
    "error",
    ["add constraint"],
    find,
    (
        "On PostgreSQL pass postgresql_not_valid=True and validate in a later revision; "
        "on MySQL add it with foreign_key_checks = 0 after a look at the rows."
    ),
    sized=True,
)
