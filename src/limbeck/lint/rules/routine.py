"""Puts code into the database.

## Problem

A function, procedure or trigger is of one version at a time, while two versions of the application
run during a rollout; comparisons with models do not see it.

## Instead of

```python
# on PostgreSQL
op.execute("CREATE FUNCTION twice(n integer) RETURNS integer LANGUAGE sql AS $$ SELECT 2 * n $$")
```

## Use

The application, a generated column, or a name with a version, so that both can be there.

```python
# on PostgreSQL
op.execute("ALTER TABLE audit ALTER COLUMN action SET DEFAULT 'none'")
```
"""

from __future__ import annotations

from limbeck.lint.rule import Case, rule


def find(case: Case) -> str | None:
    what = "a trigger" if case.action.kind == "create trigger" else "a function or procedure"
    return f"{what} is code that comparisons do not see"


RULE = rule(
    __name__,
    __doc__,
    "style",
    ["create function", "create trigger"],
    find,
    "Keep code in the application, or give its name a version.",
    new_tables=True,
)
