"""Which operation must run before which."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from limbeck.operations.alter_column import AlterColumn
from limbeck.operations.base import UNSET, Operation, Ref
from limbeck.operations.columns import AddColumn, DropColumn
from limbeck.operations.constraints import AddConstraint, DropConstraint
from limbeck.operations.indexes import CreateIndex, DropIndex
from limbeck.operations.mentions import names_in, used_names
from limbeck.operations.tables import CreateTable, DropTable
from limbeck.operations.types import AlterEnum, enums_of
from limbeck.schema.constraints import Constraint, ForeignKey, PrimaryKey
from limbeck.schema.names import Name
from limbeck.schema.objects import Column, Index, Schema, Table

Edge: TypeAlias = tuple[int, int]
"""Positions of two operations: the first must run before the second."""

ColumnName: TypeAlias = tuple[Name, str]


def edges(operations: Sequence[Operation], before: Schema) -> Iterator[Edge]:
    """All pairs of positions where the first must run before the second."""
    yield from _by_references(operations)
    yield from _by_columns(operations, before)
    yield from _by_names(operations)
    yield from _by_enums(operations, before)


def _product(first: Iterable[int], second: Iterable[int]) -> Iterator[Edge]:
    second = tuple(second)
    return ((a, b) for a in first for b in second if a != b)


def _by_references(operations: Sequence[Operation]) -> Iterator[Edge]:
    """What is required is provided first; what is removed is released first.

    An object that is removed and provided is changed in that order. A key that is removed while
    another one on the same columns stays must be gone before a foreign key chooses between them.
    """
    provides, requires = _positions(operations, "provides"), _positions(operations, "requires")
    removes, releases = _positions(operations, "removes"), _positions(operations, "releases")
    for ref, providers in provides.items():
        yield from _product(providers, requires.get(ref, ()))
    for ref, removers in removes.items():
        yield from _product(releases.get(ref, ()), removers)
        yield from _product(removers, provides.get(ref, ()))
        if ref.kind == "key":
            yield from _product(removers, requires.get(ref, ()))


def _positions(operations: Sequence[Operation], attribute: str) -> dict[Ref, list[int]]:
    found: dict[Ref, list[int]] = defaultdict(list)
    for position, operation in enumerate(operations):
        refs: tuple[Ref, ...]
        match attribute:
            case "provides":
                refs = operation.provides
            case "requires":
                refs = operation.requires
            case "removes":
                refs = operation.removes
            case _:
                refs = operation.releases
        for ref in dict.fromkeys(refs):
            found[ref].append(position)
    return found


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
        yield from _product(self.keys_gone, self.users_gone)
        gone = (*self.keys_gone, *self.users_gone)
        changed = (*self.unnumbered, *self.altered, *self.numbered)
        yield from _product(gone, (*changed, *self.dropped))
        yield from _product(changed, self.dropped)
        yield from _product(self.unnumbered, (*self.altered, *self.users, *self.keys))
        yield from _product((*self.added, *self.altered), (*self.users, *self.keys))
        yield from _product((*self.altered, *self.users), (*self.numbered, *self.keys))
        yield from _product(self.numbered, self.keys)


@dataclass(slots=True)
class _Uses:
    """The use of each column, whatever the case of its name: a server may not tell them apart."""

    columns: dict[ColumnName, _ColumnUse] = field(default_factory=dict)

    def of(self, table: Name, column: str) -> _ColumnUse:
        """The use of one column, to be added to."""
        return self.columns.setdefault((table, column.lower()), _ColumnUse())


def _by_columns(operations: Sequence[Operation], before: Schema) -> Iterator[Edge]:
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
        case AddConstraint(table=table, constraint=item):
            for pair in _columns_of(table, item):
                slot = uses.of(*pair)
                (slot.keys if isinstance(item, ForeignKey) else slot.users).append(position)
        case DropConstraint(table=table) if operation.constraint is not None:
            item = operation.constraint
            for pair in _columns_of(table, item):
                slot = uses.of(*pair)
                (slot.keys_gone if isinstance(item, ForeignKey) else slot.users_gone).append(
                    position
                )
        case CreateIndex(table=table, index=index):
            for column_name in used_names(index):
                uses.of(table, column_name).users.append(position)
        case DropIndex(table=Name() as table, index=Index() as index):
            for column_name in used_names(index):
                uses.of(table, column_name).users_gone.append(position)
        case CreateTable(table=created):
            for pair in _targets(created, changing):
                uses.of(*pair).keys.append(position)
        case DropTable(table=Table() as gone_table):
            for pair in _targets(gone_table, changing):
                uses.of(*pair).keys_gone.append(position)


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


def _by_names(operations: Sequence[Operation]) -> Iterator[Edge]:
    """A name is free before it is taken again, be it by an object of another table or kind."""
    taken: dict[Name, list[int]] = defaultdict(list)
    freed: dict[Name, list[int]] = defaultdict(list)
    for position, operation in enumerate(operations):
        for name in _taken(operation):
            taken[name].append(position)
        for name in _freed(operation):
            freed[name].append(position)
    for name, positions in freed.items():
        yield from _product(positions, taken.get(name, ()))


def _names_of(table: Table) -> Iterator[Name]:
    yield table.name
    for index in table.indexes.values():
        yield Name(str(index.name), table.name.schema)
    for constraint in table.constraints:
        if constraint.name is not None:
            yield Name(str(constraint.name), table.name.schema)


def _taken(operation: Operation) -> Iterator[Name]:
    match operation:
        case CreateTable(table=table):
            yield from _names_of(table)
        case CreateIndex(table=name, index=index):
            yield Name(str(index.name), name.schema)
        case AddConstraint(table=name, constraint=constraint):
            yield from _constraint_names(name, constraint)
        case AddColumn(table=name, constraints=constraints):
            for item in constraints:
                yield from _constraint_names(name, item)


def _freed(operation: Operation) -> Iterator[Name]:
    match operation:
        case DropTable(name=name, table=None):
            yield name
        case DropTable(table=Table() as table):
            yield from _names_of(table)
        case DropIndex(name=index_name, table=table_name):
            schema = table_name.schema if table_name is not None else operation.schema
            yield Name(str(index_name), schema)
        case DropConstraint(table=name, constraint=None, name=str() as constraint_name):
            yield Name(constraint_name, name.schema)
        case DropConstraint(table=name) if operation.constraint is not None:
            yield from _constraint_names(name, operation.constraint)
        case DropColumn(table=name, added=AddColumn(constraints=constraints)):
            for item in constraints:
                yield from _constraint_names(name, item)


def _constraint_names(table: Name, constraint: Constraint) -> Iterator[Name]:
    """Its name, and the place of the primary key, which a table has once."""
    if constraint.name is not None:
        yield Name(str(constraint.name), table.schema)
    if isinstance(constraint, PrimaryKey):
        yield Name(f"PRIMARY KEY ({table.name})", table.schema)


def _by_enums(operations: Sequence[Operation], before: Schema) -> Iterator[Edge]:
    """Old users of an enum type go, its values change, new users and new defaults come.

    A type that no column keeps must be gone before columns come that define it anew.
    """
    altered = {op.name: n for n, op in enumerate(operations) if isinstance(op, AlterEnum)}
    if not altered and not before.enums:
        return
    gone: dict[Name, list[int]] = defaultdict(list)
    come: dict[Name, list[int]] = defaultdict(list)
    for position, operation in enumerate(operations):
        for name in _enums_left(operation, before):
            gone[name].append(position)
        for name in _enums_taken(operation, before):
            come[name].append(position)
    for name in dict.fromkeys((*altered, *gone)):
        if name in altered:
            yield from _product(gone[name], (altered[name],))
            yield from _product((altered[name],), come[name])
        else:
            yield from _product(gone[name], come[name])


def _old_column(operation: AlterColumn | DropColumn, before: Schema) -> Column | None:
    table = before.find(operation.table)
    return table.columns.get(operation.column) if table is not None else None


def _enums_left(operation: Operation, before: Schema) -> tuple[Name, ...]:
    match operation:
        case DropTable(name=name):
            table = before.find(name)
            columns = tuple(table.columns.values()) if table is not None else ()
            return tuple(dict.fromkeys(c.type.enum for c in columns if c.type.enum is not None))
        case DropColumn() | AlterColumn():
            column = _old_column(operation, before)
            leaves = isinstance(operation, DropColumn) or (
                operation.type is not None or operation.default is None
            )
            enum = column.type.enum if column is not None and leaves else None
            return () if enum is None else (enum,)
        case _:
            return ()


def _enums_taken(operation: Operation, before: Schema) -> tuple[Name, ...]:
    match operation:
        case CreateTable(table=table):
            return tuple(e.name for e in enums_of(table.columns.values()))
        case AddColumn(column=column):
            return () if column.type.enum is None else (column.type.enum,)
        case AlterColumn(type=type_) if type_ is not None:
            return () if type_.enum is None else (type_.enum,)
        case AlterColumn(default=default) if default is not None and default is not UNSET:
            old = _old_column(operation, before)
            return () if old is None or old.type.enum is None else (old.type.enum,)
        case _:
            return ()
