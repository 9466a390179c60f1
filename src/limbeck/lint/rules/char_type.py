"""CHAR(n).

## Problem

Values are filled with blanks, which some comparisons ignore and others do not.

## Instead of

```python
op.add_column("person", sa.Column("country", sa.CHAR(2)))
```

## Use

VARCHAR or TEXT.

```python
op.add_column("person", sa.Column("country", sa.String(2)))
```
"""

from __future__ import annotations

import re

from limbeck.lint.rule import Case, rule


def find(case: Case) -> str | None:
    found = [t for t in case.types if re.match(r"(char|character|bpchar)(\(|$)", t)]
    return f"{case.table} has a column of {found[0]}" if found else None


RULE = rule(
    __name__,
    __doc__,
    "style",
    ["create table", "add column", "alter type", "modify column"],
    find,
    "Use sa.String or sa.Text.",
    new_tables=True,
)
