"""Assigns a column twice in one UPDATE.

## Problem

PostgreSQL refuses it when it runs; MySQL takes the last.

## Instead of

```python
op.execute("UPDATE person SET age = 1, age = 2 WHERE id = 1")
```

## Use

One assignment.

```python
op.execute("UPDATE person SET age = 2 WHERE id = 1")
```
"""

from __future__ import annotations

import re

from limbeck.lint.rule import Case, rule


def find(case: Case) -> str | None:
    found = re.search(r"\bset (.*?)(?: where | from |$)", case.action.text, re.DOTALL)
    columns = re.findall(r"(?:^|, )([\w.]+) =", found[1]) if found is not None else []
    twice = [c for i, c in enumerate(columns) if c in columns[:i]]
    return f"{twice[0]} is assigned twice" if twice else None


RULE = rule(
    __name__, __doc__, "error", ["update"], find, "Assign each column once.", new_tables=True
)
