"""Removes, moves or inserts values of an ENUM or SET.

## Problem

Values are stored as numbers: only new ones at the end leave the rows as they are. Any other change
copies the table while writes wait, and values that are gone become errors or empty.

## Instead of

```python
# on MySQL
op.alter_column(
    "person", "mood", type_=sa.Enum("sad", "happy"), existing_type=sa.Enum("sad", "ok", "happy")
)
```

## Use

New values at the end.

```python
# on MySQL
op.alter_column(
    "person",
    "mood",
    type_=sa.Enum("sad", "ok", "happy", "calm"),
    existing_type=sa.Enum("sad", "ok", "happy"),
)
```
"""

from __future__ import annotations

from limbeck.dialects.mysql.ways import column_change
from limbeck.lint.rule import MYSQL, Case, rule


def find(case: Case) -> str | None:
    old = case.statement.known.type(case.action.table, case.action.name) or ""
    if not (old.startswith(("enum", "set")) and case.column.type.startswith(("enum", "set"))):
        return None
    if column_change(case.action, case.statement.known).type != "copy":
        return None
    return (
        f"the values of {case.table}.{case.action.name} are not the old ones with more behind them"
    )


RULE = rule(
    __name__, __doc__, "error", ["modify column"], find, "Only append values.", dialects=MYSQL
)
