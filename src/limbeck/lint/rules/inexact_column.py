"""A column of floating point.

## Problem

What is stored is the nearest binary fraction: 0.1 is not 0.1, sums depend on the order of their
parts, and `=` finds nothing.

## Instead of

```python
op.create_table("fee", sa.Column("amount", sa.Double()))
```

## Use

NUMERIC for amounts, and for whatever is compared.

```python
op.create_table("fee", sa.Column("amount", sa.Numeric(12, 2)))
```
"""

from __future__ import annotations

import re

from limbeck.lint.rule import Case, rule

_INEXACT = re.compile(r"(float|double|real)\b")


def find(case: Case) -> str | None:
    found = [c.name for c in case.columns if _INEXACT.match(c.type)]
    return f"{case.table}.{found[0]} is floating point" if found else None


RULE = rule(
    __name__,
    __doc__,
    "style",
    ["create table", "add column", "modify column"],
    find,
    "Use NUMERIC where values are exact.",
    new_tables=True,
)
