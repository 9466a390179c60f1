"""Changes who may read or write what.

## Problem

A policy or grant can open rows to somebody, or make queries of the application fail, and tests
with a superuser see neither.

## Instead of

```python
# on PostgreSQL
op.execute("ALTER TABLE person ENABLE ROW LEVEL SECURITY")
```

## Use

Have it looked at by whoever answers for access, and say so.

```python
# on PostgreSQL
# limbeck: allow(access-rights) reviewed by the security team
op.execute("ALTER TABLE person ENABLE ROW LEVEL SECURITY")
```
"""

from __future__ import annotations

from limbeck.lint.rule import Case, rule


def find(case: Case) -> str | None:
    return f"who may use {case.table} changes"


RULE = rule(
    __name__,
    __doc__,
    "warning",
    ["row security", "policy", "grant"],
    find,
    "Have it reviewed, and say by whom.",
)
