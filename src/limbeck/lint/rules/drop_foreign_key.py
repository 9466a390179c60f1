"""Drops a foreign key.

## Problem

From then on rows may point to nothing, and nobody is told; `ON DELETE` no longer happens.

## Instead of

```python
op.drop_constraint("person_city", "person", type_="foreignkey")
```

## Use

Where that is meant, say why.

```python
# limbeck: allow(drop-foreign-key) cities move to another database
op.drop_constraint("person_city", "person", type_="foreignkey")
```
"""

from __future__ import annotations

from limbeck.lint.rule import Case, rule


def find(case: Case) -> str | None:
    keys = () if case.before is None else case.before.foreign_keys
    is_key = case.action.text == "foreign key" or any(k.name == case.action.name for k in keys)
    if not is_key:
        return None
    return f"without {case.action.name}, rows of {case.table} may point to nothing"


RULE = rule(
    __name__,
    __doc__,
    "warning",
    ["drop constraint"],
    find,
    "Say why the rows need no check any more.",
)
