"""Adds a column that counts to a table that has rows.

## Problem

Every row gets its number, and the table is written anew while others wait. On MySQL and MariaDB
with statement-based replication the numbers can differ between servers.

## Instead of

```python
# on PostgreSQL
op.execute("ALTER TABLE audit ADD COLUMN number bigserial")
```

## Use

A plain column, a sequence as its default for new rows, and the old rows in batches.

```python
# on PostgreSQL
op.execute("CREATE SEQUENCE audit_number")
op.add_column("audit", sa.Column("number", sa.BigInteger()))
op.alter_column("audit", "number", server_default=sa.text("nextval('audit_number')"))
```
"""

from __future__ import annotations

from limbeck.lint.rule import Case, rule


def find(case: Case) -> str | None:
    if not case.column.serial:
        return None
    return f"numbering {case.table}.{case.column.name} writes every row anew"


RULE = rule(
    __name__,
    __doc__,
    "error",
    ["add column"],
    find,
    ("Add a plain column, then a default for new rows, and number the old ones in batches."),
    sized=True,
)
