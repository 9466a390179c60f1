"""Writes a whole table anew.

## Problem

VACUUM FULL, CLUSTER, SET TABLESPACE and SET UNLOGGED lock everybody out on PostgreSQL until all of
the table is copied. ENGINE, CONVERT TO, ROW_FORMAT and OPTIMIZE copy it on MySQL and MariaDB.

## Instead of

```python
# on PostgreSQL
with op.get_context().autocommit_block():
    op.execute("VACUUM FULL person")
```

```python
# on MySQL
op.execute("ALTER TABLE person ROW_FORMAT=COMPRESSED")
```

## Use

pg_repack or pg_squeeze on PostgreSQL, gh-ost or pt-online-schema-change on MySQL and MariaDB,
outside the migrations.

```python
# on PostgreSQL
with op.get_context().autocommit_block():
    op.execute("VACUUM person")
```
"""

from __future__ import annotations

from limbeck.lint.rule import Case, rule


def find(case: Case) -> str | None:
    if not case.has("rewrite"):
        return None
    return f"{case.table} is written anew as a whole while others wait"


RULE = rule(
    __name__,
    __doc__,
    "error",
    ["rewrite table", "vacuum", "set expression"],
    find,
    ("Use pg_repack, gh-ost or pt-online-schema-change outside the migrations."),
    sized=True,
)
