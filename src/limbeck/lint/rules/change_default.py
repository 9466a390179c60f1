"""Changes the default of a column.

## Problem

Rows that are there keep their value, and processes of the old release go on relying on the old
default until they are replaced.

## Instead of

```python
op.alter_column("person", "age", server_default="18", existing_type=sa.Integer())
```

## Use

Write the value in the application before you rely on another default.

```python
# limbeck: allow(change-default) the application always writes the age
op.alter_column("person", "age", server_default="18", existing_type=sa.Integer())
```
"""

from __future__ import annotations

from limbeck.lint.rule import Case, rule


def find(case: Case) -> str | None:
    return (
        f"the default of {case.table}.{case.action.name} changes: old and new code differ meanwhile"
    )


RULE = rule(
    __name__,
    __doc__,
    "style",
    ["set default", "drop default"],
    find,
    "Let the application write the value during the rollout.",
)
