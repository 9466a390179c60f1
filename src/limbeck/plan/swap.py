"""Indexes and keys that are replaced: the new one is built before the old one goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from sqlalchemy.sql.elements import conv

from limbeck.operations.alter_column import AlterColumn
from limbeck.operations.backfill import Backfill
from limbeck.operations.base import Operation
from limbeck.operations.columns import AddColumn, DropColumn
from limbeck.operations.constraints import AddConstraint, DropConstraint
from limbeck.operations.indexes import CreateIndex, DropIndex
from limbeck.operations.names import shortened
from limbeck.operations.renames import RenameIndex, ValidateConstraint
from limbeck.schema.constraints import PrimaryKey, Unique
from limbeck.schema.names import Name
from limbeck.schema.objects import Index

Item = TypeVar("Item")

_CONCURRENTLY = ("postgresql_concurrently", True)
_BESIDE = (
    AddColumn,
    AddConstraint,
    Backfill,
    CreateIndex,
    DropConstraint,
    DropIndex,
    ValidateConstraint,
)
"""Operations on a table that an index which stays longer does not hinder."""


def swapped(items: Sequence[Item | Operation]) -> tuple[Item | Operation, ...]:
    """The items, where an index that is dropped goes after those of its table are built.

    An index or key that is made again under its name is built under another one, which it gives
    up when the old one is gone. Nothing moves where what is between takes or changes a column of
    what is dropped.
    """
    moved: dict[int, list[DropIndex | DropConstraint]] = {}
    left_out: set[int] = set()
    for position, item in enumerate(items):
        if isinstance(item, DropIndex | DropConstraint) and item.table is not None:
            later = _place(items, position, item, item.table)
            if later is not None:
                moved.setdefault(later, []).append(item)
                left_out.add(position)
    found: list[Item | Operation] = []
    taken_over: dict[tuple[Name, str], str] = {}
    for position, item in enumerate(items):
        if position in left_out:
            continue
        match item:
            case CreateIndex(table=table) if position in moved:
                name, drops = str(item.index.name), moved[position]
                new = shortened(name, "new")
                same = next((drop for drop in drops if drop.name == name), None)
                found += (item if same is None else _named(item, new), *drops)
                if isinstance(same, DropIndex):
                    found.append(RenameIndex(new, name, table))
                elif same is not None:
                    taken_over[table, name] = new
            case AddConstraint(table=table, using_index=str(index)):
                found.append(replace(item, using_index=taken_over.get((table, index), index)))
            case _:
                found.append(item)
    return tuple(found)


def _named(operation: CreateIndex, name: str) -> CreateIndex:
    index = replace(operation.index, name=conv(name))
    return replace(operation, index=index, source=None)


def _place(
    items: Sequence[Item | Operation],
    position: int,
    dropped: DropIndex | DropConstraint,
    table: Name,
) -> int | None:
    """The place of the index after which to drop one, or a key: its like, else the last."""
    last: int | None = None
    for later in range(position + 1, len(items)):
        item = items[later]
        if not isinstance(item, Operation) or item.opaque:
            break
        if item.table_name != table:
            continue
        if not _is_beside(item, dropped):
            break
        if not isinstance(item, CreateIndex) or _CONCURRENTLY not in item.index.options:
            continue
        following = items[later + 1] if later + 1 < len(items) else None
        is_key = isinstance(following, AddConstraint) and following.using_index is not None
        if item.index.name == dropped.name:
            return later if is_key == isinstance(dropped, DropConstraint) else None
        last = later
    return last if isinstance(dropped, DropIndex) else None


def _is_beside(operation: Operation, dropped: Operation) -> bool:
    """Whether it is done in the same way while what is to be dropped is there still."""
    match operation:
        case AlterColumn():
            return operation.type is None and operation.new_name is None
        case DropColumn():
            return _does_without(dropped, operation.column)
        case _:
            return isinstance(operation, _BESIDE)


def _does_without(dropped: Operation, column: str) -> bool:
    """Whether an index or key surely does not use a column, and so does not go with it."""
    match dropped:
        case DropIndex(index=Index() as index):
            is_plain = all(element.column is not None for element in index.elements)
            return is_plain and not index.options and column not in index.columns
        case DropConstraint(constraint=PrimaryKey() | Unique() as key):
            return not key.options and column not in key.columns
        case _:
            return False
