"""Drops a table.

## Problem

All rows are gone, code that still uses the table fails, and dropping it locks every table that its
foreign keys point to.

## Instead of

```python
op.drop_table("audit")
```

## Use

Stop using the table, deploy, and drop it in a later revision; keep a copy where the rows may be
wanted again.

```python
# limbeck: allow(drop-table) copied to the archive, unused since release 41
op.drop_table("audit")
```
"""

from __future__ import annotations

from limbeck.lint.rule import ALL, Case, rule


def find(case: Case) -> str | None:
    return f"dropping {case.table} loses all its rows and breaks code that still uses it"


RULE = rule(
    __name__,
    __doc__,
    "error",
    ["drop table"],
    find,
    (
        "Deploy code that does not use the table, then drop it in a later revision and "
        "allow that by name."
    ),
    dialects=ALL,
    loses_data=True,
)
