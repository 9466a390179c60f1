"""Columns in an order that wastes space.

## Problem

PostgreSQL puts a column of eight bytes at a multiple of eight: after a boolean seven bytes stay
empty, in every row.

## Instead of

```python
# on PostgreSQL
op.create_table(
    "visit",
    sa.Column("is_new", sa.Boolean()),
    sa.Column("id", sa.BigInteger(), primary_key=True),
    sa.Column("is_paid", sa.Boolean()),
    sa.Column("amount", sa.BigInteger()),
)
```

## Use

The wide columns first, then the narrow ones, then text and what else has no fixed length.

```python
# on PostgreSQL
op.create_table(
    "visit",
    sa.Column("id", sa.BigInteger(), primary_key=True),
    sa.Column("amount", sa.BigInteger()),
    sa.Column("is_new", sa.Boolean()),
    sa.Column("is_paid", sa.Boolean()),
)
```
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from limbeck.lint.rule import POSTGRESQL, Case, rule

_WIDTHS = (
    (8, re.compile(r"(bigint|int8|bigserial|double|float8|money|timestamp|time\b|interval)")),
    (4, re.compile(r"(integer|int4?\b|serial\b|real\b|float4|date\b|oid\b)")),
    (2, re.compile(r"(smallint|int2|smallserial)")),
    (1, re.compile(r"bool")),
)
"""Columns whose width is what they are aligned to, or a multiple of it."""


def _width(type_: str) -> int | None:
    if "[" in type_:
        return None
    return next((width for width, pattern in _WIDTHS if pattern.match(type_)), None)


def _padding(widths: Iterable[int]) -> int:
    """The bytes that stay empty between columns of those widths."""
    at = empty = 0
    for width in widths:
        gap = -at % width
        at, empty = at + gap + width, empty + gap
    return empty


def find(case: Case) -> str | None:
    widths = [w for c in case.action.columns if (w := _width(c.type)) is not None]
    saved = _padding(widths) - _padding(sorted(widths, reverse=True))
    if saved < 8:
        return None
    return f"the order of the columns of {case.table} leaves {saved} bytes of each row empty"


RULE = rule(
    __name__,
    __doc__,
    "style",
    ["create table"],
    find,
    "Put wide columns first.",
    dialects=POSTGRESQL,
    new_tables=True,
)
