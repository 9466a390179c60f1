"""Changes what logical replication is told of a row.

## Problem

Subscribers find changed rows by it: with another identity they may fail, or get far more data.

## Instead of

```python
# on PostgreSQL
op.execute("ALTER TABLE person REPLICA IDENTITY FULL")
```

## Use

Agree with whoever reads the replication stream, and say so.

```python
# on PostgreSQL
# limbeck: allow(replica-identity) the warehouse is switched over tonight
op.execute("ALTER TABLE person REPLICA IDENTITY FULL")
```
"""

from __future__ import annotations

from limbeck.lint.rule import POSTGRESQL, Case, rule


def find(case: Case) -> str | None:
    return f"subscribers of {case.table} see other data from now on"


RULE = rule(
    __name__,
    __doc__,
    "warning",
    ["replica identity"],
    find,
    "Agree with whoever reads the replication stream.",
    dialects=POSTGRESQL,
)
