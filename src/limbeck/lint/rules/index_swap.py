"""Drops an index and builds another in its place.

## Problem

Between the two, queries that need the index read whole tables.

## Instead of

```python
op.drop_index("person_name", table_name="person")
op.create_index("person_name", "person", ["name", "nickname"])
```

## Use

Build the new one under another name, then drop the old one; rename it if the name matters.

```python
op.create_index("person_names", "person", ["name", "nickname"])
op.drop_index("person_name", table_name="person")
```
"""

from __future__ import annotations

from collections.abc import Sequence

from limbeck.lint.rule import Case, rule


def _may_serve(drop: Case, keys: Sequence[str]) -> bool:
    """Whether the dropped index has a column of the new one, as far as is known."""
    index = None if drop.before is None else drop.before.indexes.get(drop.action.name)
    return index is None or not keys or bool(set(index.columns).intersection(keys))


def find(case: Case) -> str | None:
    dropped = [
        c.action.name
        for c in case.earlier
        if c.action.kind == "drop index"
        and c.action.table == case.action.table
        and _may_serve(c, case.action.keys)
    ]
    if not dropped:
        return None
    return (
        f"{dropped[-1]} is dropped before {case.action.name} "
        "is built: queries have no index meanwhile"
    )


RULE = rule(
    __name__,
    __doc__,
    "warning",
    ["create index"],
    find,
    ("Build the new index first, under another name, and drop the old one after it."),
    sized=True,
)
