"""Turns the timeout for locks off.

## Problem

Limbeck sets a short timeout, so that a migration that has to wait gives up before others queue
behind it. Without one, a single long transaction stops the table for everybody.

## Instead of

```python
# on PostgreSQL
op.execute("SET lock_timeout = 0")
```

```python
# on MySQL
op.execute("SET SESSION lock_wait_timeout = 86400")
```

## Use

The setting `lock_timeout`, and a short time where a revision needs another.

```python
# on PostgreSQL
op.execute("SET LOCAL lock_timeout = '5s'")
```

```python
# on MySQL
op.execute("SET SESSION lock_wait_timeout = 5")
```
"""

from __future__ import annotations

from limbeck.lint.rule import Case, rule


def find(case: Case) -> str | None:
    name, value = case.action.name, case.action.text
    if name == "lock_timeout" and value in ("0", "0s", "0ms", "default"):
        return "without lock_timeout, everybody queues behind this migration while it waits"
    if name == "lock_wait_timeout" and value.isdigit() and int(value) > 60:
        return f"a lock_wait_timeout of {value} seconds lets everybody queue behind this migration"
    return None


RULE = rule(__name__, __doc__, "error", ["set"], find, "Leave the timeout on, and short.")
