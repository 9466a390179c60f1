"""Adds a check and tests all rows at once.

## Problem

PostgreSQL reads the whole table while nobody can use it. MySQL and MariaDB copy it while writes
wait.

## Instead of

```python
op.create_check_constraint("age_positive", "person", "age > 0")
```

## Use

On PostgreSQL add it as NOT VALID, which tests new rows only, and validate it in a later revision.
MySQL and MariaDB have no such way: choose a quiet hour.

```python
# on PostgreSQL
op.create_check_constraint("age_positive", "person", "age > 0", postgresql_not_valid=True)
```

```python
# on PostgreSQL
op.validate_constraint("age_positive", "person")
```

```python
# on MySQL
# limbeck: allow(add-check) 40,000 rows, done within a second on the copy
op.create_check_constraint("age_positive", "person", "age > 0")
```
"""

from __future__ import annotations

from limbeck.lint.rule import Case, rule


def find(case: Case) -> str | None:
    if case.constraint.kind not in ("check", "not null") or case.constraint.not_valid:
        return None
    return f"the check {case.action.name} tests every row of {case.table} while others wait"


RULE = rule(
    __name__,
    __doc__,
    "error",
    ["add constraint"],
    find,
    (
        "On PostgreSQL pass postgresql_not_valid=True and validate in a later revision; "
        "elsewhere choose a quiet hour."
    ),
    sized=True,
)
