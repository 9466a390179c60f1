"""A constraint without a name.

## Problem

The server gives it one, which may differ from database to database, and dropping it later needs
the name.

## Instead of

```python
op.create_table(
    "note",
    sa.Column("id", sa.BigInteger(), primary_key=True),
    sa.Column("n", sa.Integer()),
    sa.CheckConstraint("n > 0"),
)
```

## Use

A name, or a naming convention on the `MetaData`.

```python
op.create_table(
    "note",
    sa.Column("id", sa.BigInteger(), primary_key=True),
    sa.Column("n", sa.Integer()),
    sa.CheckConstraint("n > 0", name="n_positive"),
)
```
"""

from __future__ import annotations

from limbeck.lint.rule import Case, rule


def find(case: Case) -> str | None:
    own = (
        (case.action.constraint,) if case.action.constraint is not None else case.action.constraints
    )
    found = [c for c in own if not c.name and c.kind in ("unique", "foreign key", "check")]
    return f"a {found[0].kind} constraint of {case.table} has no name" if found else None


RULE = rule(
    __name__,
    __doc__,
    "style",
    ["create table", "add constraint"],
    find,
    "Name it, or give the MetaData a naming_convention.",
    new_tables=True,
)
