"""A table or column that is called by a word of SQL.

## Problem

Every statement that somebody writes by hand has to quote it, and the next version of the server
reserves more words.

## Instead of

```python
op.add_column("person", sa.Column("order", sa.Integer()))
```

## Use

Another name.

```python
op.add_column("person", sa.Column("position_in_list", sa.Integer()))
```
"""

from __future__ import annotations

from functools import cache

from limbeck.lint.rule import Case, rule


@cache
def _reserved(product: str) -> frozenset[str]:
    """The words that SQLAlchemy quotes for that server."""
    from sqlalchemy.engine import make_url

    preparer = make_url(f"{product}://").get_dialect()().identifier_preparer
    return frozenset(preparer.reserved_words)


def find(case: Case) -> str | None:
    action = case.action
    names = [c.name for c in case.columns]
    if action.kind in ("rename table", "rename column"):
        names.append(action.new_name)
    if action.kind == "create table" and action.table is not None:
        names.append(action.table.name)
    found = [name for name in names if name.lower() in _reserved(case.server.product)]
    return f"'{found[0]}' is a word of SQL" if found else None


RULE = rule(
    __name__,
    __doc__,
    "style",
    ["create table", "rename table", "add column", "rename column"],
    find,
    "Choose another name.",
    new_tables=True,
)
