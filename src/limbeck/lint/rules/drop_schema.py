"""Drops a schema or a whole database.

## Problem

Everything in it is gone, whoever owns it.

## Instead of

```python
# on PostgreSQL
op.execute("DROP SCHEMA old CASCADE")
```

## Use

Drop the objects that the migrations made, one by one; then the schema without CASCADE, which fails
if anything is left in it.

```python
# on PostgreSQL
# limbeck: allow(drop-schema) empty since the revision before
op.execute("DROP SCHEMA old")
```
"""

from __future__ import annotations

from limbeck.lint.rule import Case, rule


def find(case: Case) -> str | None:
    return (
        f"dropping {case.action.kind.removeprefix('drop ')} "
        f"{case.action.name} loses everything in it"
    )


RULE = rule(
    __name__,
    __doc__,
    "error",
    ["drop schema", "drop database"],
    find,
    ("Drop the objects in it one by one first, then the schema without CASCADE, allowed by name."),
    loses_data=True,
)
