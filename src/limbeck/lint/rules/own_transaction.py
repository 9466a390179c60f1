"""Begins or ends a transaction by hand.

## Problem

Limbeck runs a revision in a transaction where the server can; COMMIT in the middle leaves half of
it applied when the rest fails.

## Instead of

```python
op.execute("COMMIT")
```

## Use

`autocommit_block` for what has to run outside of a transaction.

```python
# on PostgreSQL
with op.get_context().autocommit_block():
    op.execute("VACUUM person")
```
"""

from __future__ import annotations

from limbeck.lint.rule import ALL, Case, rule


def find(case: Case) -> str | None:
    return "the revision begins or ends a transaction that Limbeck looks after"


RULE = rule(
    __name__,
    __doc__,
    "error",
    ["begin", "commit"],
    find,
    ("Use op.get_context().autocommit_block(), and leave transactions to Limbeck."),
    dialects=ALL,
    new_tables=True,
)
