"""Names the account that a routine, trigger or view runs as.

## Problem

The account has to be there on every server; where it is not, what was made cannot be used, and
restoring a dump fails.

## Instead of

```python
# on MySQL
op.execute("CREATE DEFINER = 'root'@'localhost' VIEW names AS SELECT name FROM person")
```

## Use

The account that runs the migration, with the rights of the caller.

```python
# on MySQL
op.execute("CREATE SQL SECURITY INVOKER VIEW names AS SELECT name FROM person")
```
"""

from __future__ import annotations

import re

from limbeck.lint.rule import MYSQL, Case, rule

_DEFINER = re.compile(
    r"\s*(?:CREATE|ALTER)\b(?:(?!\bAS\b|\bBEGIN\b).)*?\bDEFINER\s*=\s*(?!CURRENT_USER)(\S+)",
    re.IGNORECASE | re.DOTALL,
)


def find(case: Case) -> str | None:
    found = _DEFINER.match(case.statement.sql)
    return f"what is made runs as {found[1]}" if found else None


RULE = rule(
    __name__,
    __doc__,
    "warning",
    ["create view", "replace view", "create trigger", "create function", "unread"],
    find,
    "Leave DEFINER out, or write SQL SECURITY INVOKER.",
    dialects=MYSQL,
    new_tables=True,
)
