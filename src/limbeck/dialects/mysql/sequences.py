"""Sequences of MariaDB: read from each, and in normal form."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence as Several
from dataclasses import replace

import sqlalchemy as sa

from limbeck.metadata import build
from limbeck.schema.names import Name
from limbeck.schema.objects import Sequence

_LOW, _HIGH = -(2**63) + 1, 2**63 - 2
"""What MariaDB takes as limits: https://mariadb.com/kb/en/create-sequence/"""
_CACHE = 1000


def inspected(
    connection: sa.Connection, schema: str | None, database: str, names: Several[str]
) -> Iterator[Sequence]:
    """The sequences of those names, in one query: each is a table of one row."""
    quote = connection.dialect.identifier_preparer.quote_identifier
    selects = [
        f"SELECT {number}, start_value, increment, minimum_value, maximum_value, cycle_option, "
        f"cache_size FROM {quote(database)}.{quote(name)}"
        for number, name in enumerate(names)
    ]
    if not selects:
        return
    for row in connection.execute(build.text(" UNION ALL ".join(selects))):
        number, start, increment, low, high, cycle, cache = row
        name = Name(names[number], schema)
        yield Sequence(name, start, increment, low, high, bool(cycle), cache)


def normalized(item: Sequence) -> Sequence:
    """A sequence with those settings alone that differ from the server's defaults."""
    forward = (item.increment or 1) > 0
    low, high = (1, _HIGH) if forward else (_LOW, -1)
    minimum = low if item.minvalue is None else item.minvalue
    maximum = high if item.maxvalue is None else item.maxvalue
    return replace(
        item,
        start=_kept(item.start, minimum if forward else maximum),
        increment=_kept(item.increment, 1),
        minvalue=_kept(item.minvalue, low),
        maxvalue=_kept(item.maxvalue, high),
        cache=_kept(item.cache, _CACHE),
        type=None,
    )


def _kept(value: int | None, default: int) -> int | None:
    return None if value == default else value
