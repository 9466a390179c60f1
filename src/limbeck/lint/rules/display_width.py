"""A whole number with a display width.

## Problem

INT(11) holds the same numbers as INT: the width says how a client may pad them. MySQL 8.0.17
deprecated it, and reports types without it.

## Instead of

```python
# on MySQL
op.execute("ALTER TABLE person ADD COLUMN height INT(5), ALGORITHM = INSTANT")
```

## Use

The type alone. TINYINT(1), which clients read as a boolean, may stay.

```python
# on MySQL
op.execute("ALTER TABLE person ADD COLUMN height INT, ALGORITHM = INSTANT")
```
"""

from __future__ import annotations

import re

from limbeck.lint.rule import MYSQL, Case, rule

_WIDE = re.compile(r"(tinyint|smallint|mediumint|int|integer|bigint)\s*\(\s*\d+\s*\)")


def find(case: Case) -> str | None:
    found = [t for t in case.types if _WIDE.match(t) and not re.match(r"tinyint\s*\(\s*1\s*\)", t)]
    return f"{case.table} has a column of {found[0]}" if found else None


RULE = rule(
    __name__,
    __doc__,
    "style",
    ["create table", "add column", "alter type", "modify column"],
    find,
    "Leave out the width.",
    dialects=MYSQL,
    new_tables=True,
)
