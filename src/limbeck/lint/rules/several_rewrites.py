"""Writes the same table anew more than once.

## Problem

Each statement copies the whole table again.

## Instead of

```python
# on MySQL
op.alter_column("person", "age", type_=sa.BigInteger(), existing_type=sa.Integer())
op.alter_column("person", "email", type_=sa.Text(), existing_type=sa.String(100))
```

## Use

One ALTER TABLE with all changes.

```python
# on MySQL
# limbeck: allow(change-type) in the maintenance window of Sunday
op.execute("ALTER TABLE person MODIFY age BIGINT, MODIFY email TEXT")
```
"""

from __future__ import annotations

from limbeck.lint.rule import Case, rule


def find(case: Case) -> str | None:
    if not case.has("rewrite") or case.action.table is None:
        return None
    others = [
        c
        for c in case.earlier
        if c.has("rewrite")
        and c.action.table == case.action.table
        and c.statement is not case.statement
    ]
    if not others:
        return None
    return f"{case.table} is written anew {len(others) + 1} times"


RULE = rule(__name__, __doc__, "warning", [], find, "Merge them into one ALTER TABLE.", sized=True)
