"""Drops a column.

## Problem

The values are gone, and a downgrade brings the column back empty. While the new release rolls out,
processes of the old one still select and insert the column, and fail.

## Instead of

```python
op.drop_column("person", "nickname")
```

## Use

Stop using the column first: take it out of the models, or mark it `deferred`, and deploy. Drop it
in a later revision, and say by name that you mean it.

```python
# limbeck: allow(drop-column) nobody has read it since release 41
op.drop_column("person", "nickname")
```
"""

from __future__ import annotations

from limbeck.lint.rule import ALL, Case, rule


def find(case: Case) -> str | None:
    return (
        f"dropping {case.table}.{case.action.name} loses "
        "its values and breaks code that still uses it"
    )


RULE = rule(
    __name__,
    __doc__,
    "error",
    ["drop column"],
    find,
    (
        "Deploy code that does not use the column, then drop it in a later revision and "
        "allow that by name."
    ),
    dialects=ALL,
    loses_data=True,
)
