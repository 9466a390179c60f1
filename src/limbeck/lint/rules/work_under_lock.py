"""Reads or writes a whole table while the transaction holds a lock that others wait for.

## Problem

A lock is held until the transaction ends. What follows ACCESS EXCLUSIVE in the same transaction
makes everybody wait as long as it takes: an index build, a validation, an UPDATE, a rewrite of
another table.

## Instead of

```python
# on PostgreSQL
op.add_column("person", sa.Column("country", sa.String(2)))
op.execute("UPDATE person SET country = 'NL' WHERE country IS NULL")
```

## Use

Two revisions with `transaction_per_migration`, or the second step in an `autocommit_block`; for
rows `op.backfill`, which has transactions of its own.

```python
# on PostgreSQL
op.add_column("person", sa.Column("country", sa.String(2)))
op.backfill("person", {"country": "NL"}, where="country IS NULL")
```
"""

from __future__ import annotations

from limbeck.lint.rule import POSTGRESQL, Case, rule


def _adds(holds: list[Case], case: Case) -> bool:
    """Whether it is the constraint's own lock: `validate-in-same-transaction` tells that."""
    return all(c.action.name == case.action.name for c in holds)


def find(case: Case) -> str | None:
    works = case.has("scan") or case.has("rewrite") or case.action.kind in ("update", "delete")
    if not works:
        return None
    holds = [
        c
        for c in case.same_transaction()
        if c.blocks("reads and writes")
        and not c.is_new(c.action.table)
        and c.statement is not case.statement
    ]
    if not holds or (case.action.kind == "validate constraint" and _adds(holds, case)):
        return None
    return (
        f"the lock on {holds[0].table} (line {holds[0].statement.line}) "
        f"is held while {case.table} is read or written"
    )


RULE = rule(
    __name__,
    __doc__,
    "warning",
    [],
    find,
    ("Put it in a revision of its own, or in op.get_context().autocommit_block()."),
    dialects=POSTGRESQL,
    sized=True,
)
