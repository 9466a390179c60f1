"""Builds a FULLTEXT or SPATIAL index while writes wait.

## Problem

MySQL and MariaDB build these with LOCK=SHARED: everybody can read the table, nobody can write to
it.

## Instead of

```python
# on MySQL
op.execute("CREATE FULLTEXT INDEX person_words ON person (name)")
```

## Use

Do it in a quiet hour, or on a copy of the table with an online schema change tool.

```python
# on MySQL
# limbeck: allow(create-fulltext-index) in the maintenance window of Sunday
op.execute("CREATE FULLTEXT INDEX person_words ON person (name)")
```
"""

from __future__ import annotations

from limbeck.lint.rule import MYSQL, Case, rule


def find(case: Case) -> str | None:
    if not case.action.words & {"fulltext", "spatial"}:
        return None
    return f"building {case.action.name} makes writes to {case.table} wait until it is done"


RULE = rule(
    __name__,
    __doc__,
    "warning",
    ["create index"],
    find,
    "Choose a quiet hour, or an online schema change tool.",
    dialects=MYSQL,
    sized=True,
)
