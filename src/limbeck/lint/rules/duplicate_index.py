"""Builds an index that another one already serves.

## Problem

An index on the first columns of another index answers no query that the other could not, and every
write pays for both.

## Instead of

```python
op.create_index("person_name_again", "person", ["name"])
```

## Use

The index that is there. Where the new one is to have more columns, drop the old one.

```python
op.create_index("person_name_city", "person", ["city_id", "name"])
```
"""

from __future__ import annotations

import re

from limbeck.lint.rule import Case, rule
from limbeck.schema.objects import Index


def find(case: Case) -> str | None:
    keys = tuple(key.casefold() for key in case.action.keys)
    special = case.action.words & {"unique", "fulltext"} or case.action.text not in ("", "btree")
    if special or case.before is None or re.search(r"\bWHERE\b", case.statement.sql, re.IGNORECASE):
        return None
    served = {i.name: i.columns for i in case.before.indexes.values() if _is_plain(i)}
    served |= {c.name or "unique": c.columns for c in case.before.uniques}
    if case.before.primary_key is not None:
        served["the primary key"] = case.before.primary_key.columns
    for name, columns in served.items():
        if keys and tuple(c.casefold() for c in columns[: len(keys)]) == keys:
            return f"{case.table} ({', '.join(case.action.keys)}) is served by {name} already"
    return None


def _is_plain(index: Index) -> bool:
    """Whether it holds every row, in the order of its columns."""
    plain = len(index.columns) == len(index.elements)
    return plain and not any(e.descending or e.nulls for e in index.elements) and not index.options


RULE = rule(
    __name__,
    __doc__,
    "warning",
    ["create index"],
    find,
    "Use the index that is there.",
)
