"""Creates a table without a primary key.

## Problem

Rows cannot be told apart: updates by key, logical replication and online schema changes need one.

## Instead of

```python
op.create_table("note", sa.Column("text", sa.Text()))
```

## Use

A primary key.

```python
op.create_table("note", sa.Column("id", sa.BigInteger(), primary_key=True))
```
"""

from __future__ import annotations

from limbeck.lint.rule import Case, rule


def find(case: Case) -> str | None:
    if case.action.words & {"temporary", "partition", "as select"} or not case.action.columns:
        return None
    if any(c.kind == "primary key" for c in case.action.constraints):
        return None
    return f"{case.table} has no primary key"


RULE = rule(
    __name__, __doc__, "style", ["create table"], find, "Give it a primary key.", new_tables=True
)
