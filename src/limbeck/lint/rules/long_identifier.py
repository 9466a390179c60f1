"""A name that is longer than the server keeps.

## Problem

PostgreSQL cuts names after 63 bytes without an error, so that two of them may become one; MySQL
and MariaDB refuse more than 64 characters.

## Instead of

```python
# on PostgreSQL
op.execute(
    "ALTER TABLE person ADD COLUMN "
    "a_name_that_somebody_has_generated_from_several_other_names_and_prefixes int"
)
```

## Use

A shorter one.

```python
op.add_column("person", sa.Column("a_name", sa.Integer()))
```
"""

from __future__ import annotations

from limbeck.lint.rule import Case, rule


def find(case: Case) -> str | None:
    limit = 63 if case.server.product == "postgresql" else 64
    names = [case.action.name, case.action.new_name, *(c.name for c in case.columns)]
    names += [case.action.table.name] if case.action.table is not None else []
    found = [n for n in names if len(n.encode()) > limit]
    return (
        (f"'{found[0]}' has {len(found[0].encode())} bytes, more than {limit}") if found else None
    )


RULE = rule(
    __name__,
    __doc__,
    "warning",
    [
        "create table",
        "add column",
        "add constraint",
        "create index",
        "rename table",
        "rename column",
    ],
    find,
    "Shorten it.",
    new_tables=True,
)
