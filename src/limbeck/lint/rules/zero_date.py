"""A zero as the default of a date.

## Problem

'0000-00-00' is no date. With NO_ZERO_DATE, which is on in MySQL's default mode, the server refuses
it, and a table that has it cannot be changed or restored there.

## Instead of

```python
# on MySQL
op.execute("ALTER TABLE person ADD COLUMN born DATE DEFAULT '0000-00-00', ALGORITHM = INSTANT")
```

## Use

NULL for what is not known.

```python
# on MySQL
op.execute("ALTER TABLE person ADD COLUMN born DATE, ALGORITHM = INSTANT")
```
"""

from __future__ import annotations

from limbeck.lint.rule import MYSQL, Case, rule


def find(case: Case) -> str | None:
    defaults = [(c.name, c.default) for c in case.columns] or [(case.action.name, case.action.text)]
    found = [name for name, default in defaults if default and "0000-00-00" in default]
    return f"{case.table}.{found[0]} defaults to a zero date" if found else None


RULE = rule(
    __name__,
    __doc__,
    "warning",
    ["create table", "add column", "modify column", "set default"],
    find,
    "Use NULL for what is not known.",
    dialects=MYSQL,
    new_tables=True,
)
