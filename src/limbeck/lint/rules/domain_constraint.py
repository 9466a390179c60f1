"""Gives a domain a constraint.

## Problem

Adding one to a domain reads every table with a column of it, under locks, and cannot be seen from
the table. A constraint of a domain is also checked wherever a value is cast.

## Instead of

```python
# on PostgreSQL
op.execute("CREATE DOMAIN postcode AS text CHECK (value <> '')")
```

## Use

A plain type, and a check on the table.

```python
# on PostgreSQL
op.create_check_constraint("name_set", "person", "name <> ''", postgresql_not_valid=True)
```
"""

from __future__ import annotations

from limbeck.lint.rule import POSTGRESQL, Case, rule


def find(case: Case) -> str | None:
    if "check" not in case.action.words or "not valid" in case.action.words:
        return None
    return f"the constraint of the domain {case.action.name} is checked in every table that uses it"


RULE = rule(
    __name__,
    __doc__,
    "warning",
    ["create domain", "alter domain"],
    find,
    ("Put the check on the table; or add it to the domain as NOT VALID."),
    dialects=POSTGRESQL,
)
