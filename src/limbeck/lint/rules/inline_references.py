"""Writes REFERENCES behind a column, which MySQL ignores.

## Problem

MySQL before version 9 reads the words and makes no foreign key, without an error.

## Instead of

```python
# on MySQL
op.execute("ALTER TABLE audit ADD COLUMN mayor_id BIGINT REFERENCES person (id)")
```

## Use

A foreign key of its own.

```python
# on MySQL
op.add_column("audit", sa.Column("mayor_id", sa.BigInteger()))
op.execute("SET foreign_key_checks = 0")
op.create_foreign_key("audit_mayor", "audit", "person", ["mayor_id"], ["id"])
```
"""

from __future__ import annotations

from limbeck.lint.rule import MYSQL, Case, rule


def find(case: Case) -> str | None:
    if case.server.product == "mariadb" or case.server.at_least(9):
        return None
    named = [c.name for c in case.columns if c.constraint("foreign key") is not None]
    if not named:
        return None
    return f"MySQL ignores the REFERENCES behind {case.table}.{named[0]}"


RULE = rule(
    __name__,
    __doc__,
    "error",
    ["add column", "create table"],
    find,
    "Use op.create_foreign_key.",
    dialects=MYSQL,
    new_tables=True,
)
