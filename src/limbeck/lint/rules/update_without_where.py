"""Changes or deletes all rows in one statement.

## Problem

All rows are locked until the transaction ends, which also holds back vacuum and replicas; a
failure near the end undoes everything.

## Instead of

```python
op.execute("UPDATE person SET nickname = name")
```

## Use

Batches by key, each in its own transaction.

```python
op.backfill("person", {"nickname": sa.text("name")})
```
"""

from __future__ import annotations

from limbeck.lint.rule import Case, rule


def find(case: Case) -> str | None:
    if case.action.words & {"where", "limit"} or case.statement.in_batches:
        return None
    verb = "changes" if case.action.kind == "update" else "deletes"
    return f"one statement {verb} all rows of {case.table}"


RULE = rule(
    __name__,
    __doc__,
    "warning",
    ["update", "delete"],
    find,
    "Do it in batches, each in its own transaction: op.backfill().",
    sized=True,
)
