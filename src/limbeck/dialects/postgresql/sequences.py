"""Sequences: from rows of the catalog, and in normal form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from limbeck.dialects.postgresql.identity import BITS, BITS_BY_TEXT, sequence_defaults
from limbeck.schema.names import Name
from limbeck.schema.objects import Sequence
from limbeck.schema.types import SqlType

_TYPES = {
    16: SqlType(sa.SMALLINT(), "smallint", "inspected"),
    32: SqlType(sa.INTEGER(), "integer", "inspected"),
}
"""Types by their bits; BIGINT is the default."""


def inspected(row: Any, name: Callable[[str | None, str], Name]) -> Sequence:
    """The sequence of a row of `catalog.SINGLE_SEQUENCES`."""
    schema, own, type_oid, start, increment, low, high, cache, cycle = row
    return Sequence(
        name(schema, own),
        start,
        increment,
        low,
        high,
        cycle,
        cache,
        _TYPES.get(BITS.get(type_oid, 64)),
    )


def normalized(item: Sequence, type_of: Callable[[SqlType], SqlType]) -> Sequence:
    """A sequence with those settings alone that differ from the server's defaults."""
    type_ = None if item.type is None else type_of(item.type)
    text = "bigint" if type_ is None else type_.text or ""
    given = {
        key: value
        for key in ("start", "increment", "minvalue", "maxvalue", "cache")
        if (value := getattr(item, key)) is not None
    }
    defaults = sequence_defaults(BITS_BY_TEXT.get(text, 64), given)
    kept = {key: value for key, value in given.items() if value != defaults[key]}
    return Sequence(
        item.name,
        cycle=item.cycle,
        type=None if text == "bigint" else type_,
        owned_by=item.owned_by,
        **kept,
    )
