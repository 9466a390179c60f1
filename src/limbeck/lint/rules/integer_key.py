"""A key of INTEGER or SMALLINT.

## Problem

It is full after two thousand million rows, deleted ones included, and changing it later writes the
table anew.

## Instead of

```python
op.create_table("note", sa.Column("id", sa.Integer(), primary_key=True))
```

## Use

BIGINT.

```python
op.create_table("note", sa.Column("id", sa.BigInteger(), primary_key=True))
```
"""

from __future__ import annotations

from limbeck.lint.rule import Case, rule


def _is_small(type_: str) -> bool:
    return type_.split("(", maxsplit=1)[0] in (
        "integer",
        "int",
        "int4",
        "smallint",
        "int2",
        "serial",
        "smallserial",
        "mediumint",
    )


def find(case: Case) -> str | None:
    keys = {c for k in case.action.constraints if k.kind == "primary key" for c in k.columns}
    small = [
        c
        for c in case.columns
        if (c.name in keys or c.serial or c.constraint("primary key")) and _is_small(c.type)
    ]
    return f"{case.table}.{small[0].name} is {small[0].type}" if small else None


RULE = rule(
    __name__,
    __doc__,
    "style",
    ["create table", "add column"],
    find,
    "Use sa.BigInteger().",
    new_tables=True,
)
