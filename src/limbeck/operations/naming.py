"""Names that the naming convention of the models gives to what a script leaves unnamed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import conv


class LazyConvention(Mapping[str, Any]):
    """A naming convention that is looked up when somebody asks: it stands in the models."""

    def __init__(self, look_up: Callable[[], Mapping[str, Any]]) -> None:
        self._look_up = look_up

    @cached_property
    def _found(self) -> Mapping[str, Any]:
        return self._look_up()

    def __getitem__(self, key: str) -> Any:
        return self._found[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


def convention_of(collections: Iterable[sa.MetaData]) -> Mapping[str, Any]:
    """The convention of the first that has one beside SQLAlchemy's own."""
    for collection in collections:
        if len(collection.naming_convention) > 1:
            return dict(collection.naming_convention)
    return {}


def collection_for(
    items: Iterable[sa.schema.SchemaItem | None], convention: Mapping[str, Any]
) -> sa.MetaData:
    """A new collection for a table of those items, which gives them their names.

    The convention is not asked for where all of them have their final ones (`op.f`), as in what
    Limbeck generates from models with a convention: a run then needs no models.
    """
    if all(_is_settled(item) for item in items if item is not None):
        return sa.MetaData()
    return sa.MetaData(naming_convention=dict(convention) or None)


def _is_settled(item: sa.schema.SchemaItem) -> bool:
    if not isinstance(item, sa.Column):
        name = getattr(item, "name", None)
        return isinstance(name, conv)
    if item.primary_key or item.unique or item.index or _brings_check(item.type):
        return False
    parts: tuple[Any, ...] = (*item.foreign_keys, *item.constraints)
    return all(isinstance(part.name, conv) for part in parts)


def _brings_check(type_: Any) -> bool:
    if isinstance(type_, sa.types.TypeDecorator):
        type_ = type_.impl_instance
    return bool(getattr(type_, "create_constraint", False)) and not isinstance(type_.name, conv)
