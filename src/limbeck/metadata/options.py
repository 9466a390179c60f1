"""Dialect keyword arguments (``postgresql_using``) as sorted, hashable pairs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from limbeck.schema.constraints import Options
from limbeck.schema.types import Expression


def options_of(item: Any) -> Options:
    """The dialect keyword arguments of a table, column, constraint or index.

    SQLAlchemy makes the mapping when it is first asked for, which is dear: an item that was
    given none is not asked.
    """
    return options_from(item.dialect_kwargs) if "dialect_options" in vars(item) else ()


def options_from(given: Mapping[str, Any]) -> Options:
    """Dialect keyword arguments as sorted, hashable pairs; those that are not set are left out."""
    pairs = ((key, _hashable(value)) for key, value in sorted(given.items()))
    return tuple(
        (key, value)
        for key, value in pairs
        if value not in (None, (), False) or (key in _MEANT_WHEN_FALSE and value is False)
    )


def changed_options(given: Mapping[str, Any]) -> Options:
    """Dialect keyword arguments as sorted, hashable pairs, None and False among them."""
    return tuple((key, _hashable(value)) for key, value in sorted(given.items()))


_MEANT_WHEN_FALSE = frozenset(("sqlite_with_rowid",))
"""Options that are on where they are not given."""


def _hashable(value: Any) -> Any:
    match value:
        case sa.Column():
            return value.name
        case sa.sql.ClauseElement():
            return Expression(value)
        case Mapping():
            pairs = ((_hashable(k), _hashable(v)) for k, v in value.items())
            return tuple(sorted(pairs, key=lambda pair: pair[0]))
        case list() | tuple():
            return tuple(_hashable(v) for v in value)
        case set() | frozenset():
            return tuple(sorted(_hashable(v) for v in value))
        case _:
            return value
