"""VARCHAR with a limit.

## Problem

The limit is often a guess. Lifting it is cheap, lowering it reads the whole table; TEXT with a
check can be changed online.

## Instead of

```python
# on PostgreSQL
op.add_column("person", sa.Column("motto", sa.String(80)))
```

## Use

TEXT, and a check where there is a real limit.

```python
# on PostgreSQL
op.add_column("person", sa.Column("motto", sa.Text()))
```
"""

from __future__ import annotations

from limbeck.lint.rule import POSTGRESQL, Case, rule


def find(case: Case) -> str | None:
    found = [t for t in case.types if t.startswith(("varchar(", "character varying("))]
    return f"{case.table} has a column of {found[0]}" if found else None


RULE = rule(
    __name__,
    __doc__,
    "style",
    ["create table", "add column", "alter type"],
    find,
    "Use sa.Text and a check constraint.",
    dialects=POSTGRESQL,
    new_tables=True,
)
