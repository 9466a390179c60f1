"""What models say of renames: ``info={"renamed_from": "name"}``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from limbeck.errors import RenameError
from limbeck.metadata import load
from limbeck.schema.hints import Hint, Renamed, subject
from limbeck.schema.names import Name

RENAMED_FROM = "renamed_from"
"""In the `info` of a table, column, index or constraint: what it was called."""

RENAMED_VALUES = "renamed_values"
"""In the `info` of a column of an enum type: ``{"new": "old"}``."""


def hints(metadata: Sequence[sa.MetaData], dialect: Dialect) -> tuple[Hint, ...]:
    """All of them. Raises RenameError for one that is not text."""
    tables = (t for collection in metadata for t in collection.tables.values())
    return tuple(hint for table in tables for hint in _of_table(table, dialect))


def _of_table(table: sa.Table, dialect: Dialect) -> Iterator[Hint]:
    name = load.name(table, dialect)
    yield from _hint("table", name, name.name, table)
    for column in table.columns:
        if "info" in vars(column):
            yield from _hint("column", name, column.name, column)
            yield from _values(column, dialect)
    for index in sorted(table.indexes, key=lambda i: str(i.name)):
        yield from _hint("index", name, load.constraint_name(index, dialect), index)
    for constraint in table.constraints:
        yield from _hint("constraint", name, load.constraint_name(constraint, dialect), constraint)


def _info(item: Any) -> dict[Any, Any]:
    """The `info` of an item; SQLAlchemy makes one when it is asked, and is not asked here."""
    found: dict[Any, Any] = vars(item).get("info") or {}
    return found


def _hint(kind: Renamed, owner: Name, new: str | None, item: Any) -> Iterator[Hint]:
    old = _info(item).get(RENAMED_FROM)
    if old is None:
        return
    source = f"info[{RENAMED_FROM!r}] of {subject(kind, owner, new or '(unnamed)')}"
    if not isinstance(old, str) or not old:
        raise RenameError(f"{source} must be a name, not {old!r}.")
    if new is None:
        raise RenameError(f"{source}: it has no name of its own; name it.")
    yield Hint(kind, owner, old, str(new), source)


def _values(column: sa.Column[Any], dialect: Dialect) -> Iterator[Hint]:
    renamed = _info(column).get(RENAMED_VALUES)
    if renamed is None:
        return
    source = f"info[{RENAMED_VALUES!r}] of column '{column.table.name}.{column.name}'"
    named = _enum(column.type)
    type_name = getattr(named, "name", None)
    if not isinstance(renamed, dict) or not all(
        isinstance(value, str) for pair in renamed.items() for value in pair
    ):
        raise RenameError(f'{source} must be a dict {{"new": "old"}}, not {renamed!r}.')
    if type_name is None:
        raise RenameError(f"{source}: the column is not of a named enum type.")
    schema = getattr(named, "schema", None) or column.table.metadata.schema
    owner = load.qualified(type_name, schema, dialect)
    for new, old in renamed.items():
        yield Hint("enum value", owner, old, new, source)


def _enum(payload: Any) -> Any:
    """The enum type itself, out of an array or a decorator."""
    while not hasattr(payload, "enums"):
        inner = getattr(payload, "item_type", None) or getattr(payload, "impl_instance", None)
        if inner is None or inner is payload:
            return None
        payload = inner
    return payload
