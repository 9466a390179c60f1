"""Creates an enum.

## Problem

Values can be added; they cannot be removed or moved without writing tables anew.

## Instead of

```python
# on PostgreSQL
op.execute("CREATE TYPE size AS ENUM ('small', 'large')")
```

```python
# on MySQL
op.add_column("person", sa.Column("size", sa.Enum("small", "large")))
```

## Use

A table of values with a foreign key, or text with a check.

```python
op.add_column("person", sa.Column("size", sa.String(10)))
```
"""

from __future__ import annotations

from limbeck.lint.rule import Case, rule


def find(case: Case) -> str | None:
    if case.action.kind == "create enum":
        return f"{case.action.name} is an enum type"
    found = [c for c in case.columns if c.type.startswith("enum(")]
    return f"{case.table}.{found[0].name} is an ENUM" if found else None


RULE = rule(
    __name__,
    __doc__,
    "style",
    ["create enum", "create table", "add column"],
    find,
    "Use a table of values, or text with a check.",
    new_tables=True,
)
