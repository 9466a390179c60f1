"""Gathers statistics, or tidies a table, in the run.

## Problem

ANALYZE reads a part of the table and OPTIMIZE TABLE writes all of it while the run goes on, and
what the transaction holds stays locked for that long.

## Instead of

```python
op.execute(
    "ANALYZE person" if op.get_context().dialect.name == "postgresql" else "ANALYZE TABLE person"
)
```

## Use

autovacuum, InnoDB's own statistics, or a job after the run.

```python
op.add_column("person", sa.Column("seen_at", sa.DateTime()))
```
"""

from __future__ import annotations

from limbeck.lint.rule import Case, rule


def find(case: Case) -> str | None:
    return f"statistics of {case.table} are gathered while the run goes on"


RULE = rule(
    __name__,
    __doc__,
    "style",
    ["analyze"],
    find,
    "Leave it to the server, or to a job after the run.",
    sized=True,
)
