"""Which operation must run before which, because of the columns that they touch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from limbeck.operations.alter_column import AlterColumn
from limbeck.operations.base import Operation
from limbeck.operations.columns import AddColumn, DropColumn
from limbeck.operations.constraints import AddConstraint, DropConstraint
from limbeck.operations.indexes import CreateIndex, DropIndex
from limbeck.operations.mentions import names_in, used_names
from limbeck.operations.tables import CreateTable, DropTable
from limbeck.schema.constraints import Constraint, ForeignKey
from limbeck.schema.names import Name
from limbeck.schema.objects import Column, Index, Schema, Table

Edge: TypeAlias = tuple[int, int]
"""Positions of two operations: the first must run before the second."""

ColumnName: TypeAlias = tuple[Name, str]


def product(first: Iterable[int], second: Iterable[int]) -> Iterator[Edge]:
    """Each of the first before each of the second."""
    second = tuple(second)
    return ((a, b) for a in first for b in second if a != b)


@dataclass(slots=True)
class _ColumnUse:
    """Positions of what happens to one column and to what stands on it."""

    added: list[int] = field(default_factory=list)
    altered: list[int] = field(default_factory=list)
    numbered: list[int] = field(default_factory=list)
    """Where it begins to number the rows: on MySQL it must be a number and a key by then."""
    unnumbered: list[int] = field(default_factory=list)
    """Where it ceases to."""
    dropped: list[int] = field(default_factory=list)
    keys_gone: list[int] = field(default_factory=list)
    """Drops of foreign keys that use it."""
    users_gone: list[int] = field(default_factory=list)
    """Drops of everything else that uses it."""
    users: list[int] = field(default_factory=list)
    keys: list[int] = field(default_factory=list)

    def edges(self) -> Iterator[Edge]:
        """Drops of what uses the column, the column itself, then what uses it from now on."""
        yield from product(self.keys_gone, self.users_gone)
        gone = (*self.keys_gone, *self.users_gone)
        changed = (*self.unnumbered, *self.altered, *self.numbered)
        yield from product(gone, (*changed, *self.dropped))
        yield from product(changed, self.dropped)
        yield from product(self.unnumbered, (*self.altered, *self.users, *self.keys))
        yield from product((*self.added, *self.altered), (*self.users, *self.keys))
        yield from product((*self.altered, *self.users), (*self.numbered, *self.keys))
        yield from product(self.numbered, self.keys)


@dataclass(slots=True)
class _Uses:
    """The use of each column, whatever the case of its name: a server may not tell them apart."""

    columns: dict[ColumnName, _ColumnUse] = field(default_factory=dict)

    def of(self, table: Name, column: str) -> _ColumnUse:
        """The use of one column, to be added to."""
        return self.columns.setdefault((table, column.lower()), _ColumnUse())


def by_columns(operations: Sequence[Operation], before: Schema) -> Iterator[Edge]:
    """A column changes when nothing that goes uses it any more, and nothing that comes does yet."""
    changing = {
        (op.table, op.column.name if isinstance(op, AddColumn) else op.column)
        for op in operations
        if isinstance(op, AddColumn | AlterColumn | DropColumn)
    }
    uses = _Uses()
    for position, operation in enumerate(operations):
        _note(operation, position, uses, before, changing)
    for use in uses.columns.values():
        yield from use.edges()


def _note(
    operation: Operation,
    position: int,
    uses: _Uses,
    before: Schema,
    changing: set[ColumnName],
) -> None:
    match operation:
        case AddColumn() | AlterColumn() | DropColumn():
            _note_column(operation, position, uses, before)
        case AddConstraint(table=table, constraint=item):
            for pair in _columns_of(table, item):
                slot = uses.of(*pair)
                (slot.keys if isinstance(item, ForeignKey) else slot.users).append(position)
        case DropConstraint(table=table) if operation.constraint is not None:
            is_key = isinstance(operation.constraint, ForeignKey)
            for pair in _columns_of(table, operation.constraint):
                slot = uses.of(*pair)
                (slot.keys_gone if is_key else slot.users_gone).append(position)
        case CreateIndex(table=table, index=index):
            for name in used_names(index):
                uses.of(table, name).users.append(position)
        case DropIndex(table=Name() as table, index=Index() as index):
            for name in used_names(index):
                uses.of(table, name).users_gone.append(position)
        case CreateTable(table=created):
            for pair in _targets(created, changing):
                uses.of(*pair).keys.append(position)
        case DropTable(table=Table() as gone):
            for pair in _targets(gone, changing):
                uses.of(*pair).keys_gone.append(position)


def _note_column(
    operation: AddColumn | AlterColumn | DropColumn, position: int, uses: _Uses, before: Schema
) -> None:
    match operation:
        case AddColumn(table=table, column=column):
            uses.of(table, column.name).added.append(position)
            for name in _computed_from(column):
                uses.of(table, name).users.append(position)
        case AlterColumn(table=table, column=name):
            slot = uses.of(table, name)
            match operation.autoincrement:
                case True:
                    slot.numbered.append(position)
                case False:
                    slot.unnumbered.append(position)
                case None:
                    slot.altered.append(position)
        case DropColumn(table=table, column=name):
            uses.of(table, name).dropped.append(position)
            old = before.find(table)
            gone = old.columns.get(name) if old is not None else None
            for used in _computed_from(gone) if gone is not None else ():
                uses.of(table, used).users_gone.append(position)


def _computed_from(column: Column) -> frozenset[str]:
    return names_in(column.computed.expression) if column.computed is not None else frozenset()


def _columns_of(table: Name, item: Constraint) -> list[ColumnName]:
    """The columns that a constraint uses, of its own table and of the one it points to."""
    own = [(table, name) for name in sorted(used_names(item))]
    if not isinstance(item, ForeignKey):
        return own
    return list(dict.fromkeys((*own, *((item.referred, c) for c in item.referred_columns))))


def _targets(table: Table, changing: set[ColumnName]) -> list[ColumnName]:
    """The columns of other tables that its foreign keys point to and that change."""
    pairs = ((k.referred, c) for k in table.foreign_keys for c in k.referred_columns)
    return [pair for pair in dict.fromkeys(pairs) if pair in changing and pair[0] != table.name]
