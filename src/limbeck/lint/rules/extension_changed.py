"""Updates or drops an extension.

## Problem

Functions and types may behave in another way or go away, together with what uses them, which the
catalog does not always know.

## Instead of

```python
# on PostgreSQL
op.execute("ALTER EXTENSION pg_trgm UPDATE")
```

## Use

Try it on a copy, and say so.

```python
# on PostgreSQL
# limbeck: allow(extension-changed) 1.6 only adds functions
op.execute("ALTER EXTENSION pg_trgm UPDATE")
```
"""

from __future__ import annotations

from limbeck.lint.rule import POSTGRESQL, Case, rule


def find(case: Case) -> str | None:
    return f"{case.action.kind} {case.action.name}: what uses it may behave in another way"


RULE = rule(
    __name__,
    __doc__,
    "warning",
    ["update extension", "drop extension"],
    find,
    "Try it on a copy of the database first.",
    dialects=POSTGRESQL,
)
