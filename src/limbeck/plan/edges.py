"""Which operation must run before which."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from limbeck.operations.alter_column import AlterColumn
from limbeck.operations.alter_table import AlterTable
from limbeck.operations.base import UNSET, Operation, Ref
from limbeck.operations.columns import AddColumn, DropColumn
from limbeck.operations.constraints import AddConstraint, DropConstraint
from limbeck.operations.indexes import CreateIndex, DropIndex
from limbeck.operations.tables import CreateTable, DropTable
from limbeck.operations.types import AlterEnum, enums_of
from limbeck.plan.column_edges import Edge, by_columns, product
from limbeck.schema.constraints import Constraint, PrimaryKey
from limbeck.schema.names import Name
from limbeck.schema.objects import Column, Schema, Table


def edges(operations: Sequence[Operation], before: Schema) -> Iterator[Edge]:
    """All pairs of positions where the first must run before the second."""
    yield from _by_references(operations)
    yield from by_columns(operations, before)
    yield from _by_names(operations)
    yield from _by_enums(operations, before)
    yield from _by_rowids(operations)


def _by_references(operations: Sequence[Operation]) -> Iterator[Edge]:
    """What is required is provided first; what is removed is released first.

    An object that is removed and provided is changed in that order. A key that is removed while
    another one on the same columns stays must be gone before a foreign key chooses between them.
    """
    provides, requires = _positions(operations, "provides"), _positions(operations, "requires")
    removes, releases = _positions(operations, "removes"), _positions(operations, "releases")
    for ref, providers in provides.items():
        yield from product(providers, requires.get(ref, ()))
    for ref, removers in removes.items():
        yield from product(releases.get(ref, ()), removers)
        yield from product(removers, provides.get(ref, ()))
        if ref.kind == "key":
            yield from product(removers, requires.get(ref, ()))


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
        yield from product(positions, taken.get(name, ()))


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
            yield from product(gone[name], (altered[name],))
            yield from product((altered[name],), come[name])
        else:
            yield from product(gone[name], come[name])


def _by_rowids(operations: Sequence[Operation]) -> Iterator[Edge]:
    """On SQLite a table is without rowids only as long as it has a primary key."""
    for position, operation in enumerate(operations):
        options = dict(operation.options) if isinstance(operation, AlterTable) else {}
        if "sqlite_with_rowid" not in options:
            continue
        assert isinstance(operation, AlterTable)
        gone, come = _of_primary_key(operations, operation.name)
        if options["sqlite_with_rowid"] is False:
            yield from product(come, (position,))
        else:
            yield from product((position,), gone)


def _of_primary_key(operations: Sequence[Operation], table: Name) -> tuple[list[int], list[int]]:
    """Where the primary key of that table goes, and where one comes."""
    gone: list[int] = []
    come: list[int] = []
    for position, operation in enumerate(operations):
        match operation:
            case DropConstraint(table=name, kind="primary") if name == table:
                gone.append(position)
            case DropColumn(table=name, added=AddColumn(constraints=keys)) if name == table:
                gone += [position for key in keys if isinstance(key, PrimaryKey)]
            case AddConstraint(table=name, constraint=PrimaryKey()) if name == table:
                come.append(position)
            case AddColumn(table=name, constraints=keys) if name == table:
                come += [position for key in keys if isinstance(key, PrimaryKey)]
    return gone, come


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
