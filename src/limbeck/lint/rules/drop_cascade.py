"""Drops something with CASCADE.

## Problem

CASCADE also drops what depends on the object: foreign keys of other tables, views, defaults,
columns. What that is, the revision does not say, and a downgrade does not bring it back.

## Instead of

```python
# on PostgreSQL
op.execute("DROP TABLE city CASCADE")
```

## Use

Drop what depends on it by name, so that the revision says what goes.

```python
op.drop_constraint("person_city", "person", type_="foreignkey")
# limbeck: allow(drop-table) replaced by the geo service
op.drop_table("city")
```
"""

from __future__ import annotations

from limbeck.lint.rule import Case, rule


def find(case: Case) -> str | None:
    if "cascade" not in case.action.words:
        return None
    return f"CASCADE drops whatever depends on {case.action.name or case.table}"


RULE = rule(
    __name__,
    __doc__,
    "warning",
    [
        "drop table",
        "drop column",
        "drop constraint",
        "drop sequence",
        "drop type",
        "drop domain",
        "drop view",
        "drop function",
        "drop extension",
    ],
    find,
    ("Drop what depends on it by name first, then the object without CASCADE."),
)
