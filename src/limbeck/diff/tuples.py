"""Operations in the field's tuple form: ``('add_column', schema, table, Column)``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa

from limbeck.metadata import build
from limbeck.operations.alter_column import AlterColumn
from limbeck.operations.base import UNSET, Operation
from limbeck.operations.columns import AddColumn, DropColumn
from limbeck.operations.constraints import AddConstraint, DropConstraint
from limbeck.operations.indexes import CreateIndex, DropIndex
from limbeck.operations.renames import RenameConstraint, RenameIndex
from limbeck.operations.tables import CreateTable, DropTable, RenameTable, SetTableComment
from limbeck.operations.types import AlterEnum
from limbeck.schema.constraints import Constraint, ForeignKey
from limbeck.schema.names import Name
from limbeck.schema.objects import Column, Computed, Identity, Index, Schema, Table
from limbeck.schema.types import Expression


def as_tuples(operations: Iterable[Operation], before: Schema, after: Schema) -> list[Any]:
    """The tuples of all operations; the changes of one column are a list of tuples.

    Objects are SQLAlchemy's, attached to their table as it is in `after` where something is added
    and in `before` where something is removed.
    """
    tables = _Tables(before, after)
    return [item for operation in operations for item in _tuples(operation, tables)]


class _Tables:
    """SQLAlchemy's tables of both sides, built when they are asked for."""

    def __init__(self, before: Schema, after: Schema) -> None:
        self.before, self.after = before, after
        self._built: dict[tuple[bool, Name], sa.Table] = {}

    def table(self, name: Name, *, new: bool) -> sa.Table:
        found = self._built.get((new, name))
        if found is None:
            value = (self.after if new else self.before).find(name) or Table(name)
            found = self._built[new, name] = build.table(value)
        return found

    def column(self, name: Name, column: Column, *, new: bool) -> sa.Column[Any]:
        found = self.table(name, new=new).columns.get(column.name)
        return found if found is not None else build.column(column)

    def index(self, name: Name, index: Index, *, new: bool) -> sa.Index:
        parent = self.table(name, new=new)
        found = next((i for i in parent.indexes if i.name == index.name), None)
        return found if found is not None else build.index(index, parent)

    def constraint(self, name: Name, item: Constraint) -> sa.Constraint:
        built = build.constraint(item)
        build.stub(name, *getattr(item, "columns", ())).append_constraint(built)
        return built


def _tuples(operation: Operation, tables: _Tables) -> Iterator[Any]:
    match operation:
        case CreateTable(table=table):
            built = tables.table(table.name, new=True)
            yield ("add_table", built)
            for index in table.indexes.values():
                yield ("add_index", tables.index(table.name, index, new=True))
        case DropTable(name=name, table=dropped):
            for index in dropped.indexes.values() if dropped is not None else ():
                yield ("remove_index", tables.index(name, index, new=False))
            yield ("remove_table", tables.table(name, new=False))
        case AddColumn(table=name, column=column):
            yield ("add_column", name.schema, name.name, tables.column(name, column, new=True))
        case DropColumn(table=name, column=column_name):
            column = tables.before.table(name).column(column_name)
            yield ("remove_column", name.schema, name.name, tables.column(name, column, new=False))
        case RenameTable(old=name, new_name=new):
            yield ("rename_table", name.schema, name.name, new)
        case AlterColumn(table=name, column=column_name, new_name=str() as new):
            yield ("rename_column", name.schema, name.name, column_name, new)
        case RenameIndex(table=Name() as name, old=old, new=new):
            yield ("rename_index", name.schema, name.name, old, new)
        case RenameConstraint(table=name, old=old, new=new):
            yield ("rename_constraint", name.schema, name.name, old, new)
        case AlterEnum(name=name, values=(), renames=renames):
            yield ("rename_enum_values", name.schema, name.name, renames)
        case AlterColumn():
            yield list(_changes(operation))
        case AddConstraint(table=name, constraint=item):
            verb = "add_fk" if isinstance(item, ForeignKey) else "add_constraint"
            yield (verb, tables.constraint(name, item))
        case DropConstraint(table=name, constraint=item) if item is not None:
            verb = "remove_fk" if isinstance(item, ForeignKey) else "remove_constraint"
            yield (verb, tables.constraint(name, item))
        case CreateIndex(table=name, index=index):
            yield ("add_index", tables.index(name, index, new=True))
        case DropIndex(table=Name() as name, index=Index() as index):
            yield ("remove_index", tables.index(name, index, new=False))
        case SetTableComment(name=name, comment=None):
            yield ("remove_table_comment", tables.table(name, new=False))
        case SetTableComment(name=name, existing=existing):
            previous = None if existing is UNSET else existing
            yield ("add_table_comment", tables.table(name, new=True), previous)
        case AlterEnum(name=name, values=values, existing=old_values):
            yield ("modify_enum", name.schema, name.name, old_values, values)
        case _:
            yield (operation.call().verb, operation)


def _changes(operation: AlterColumn) -> Iterator[tuple[Any, ...]]:
    existing = {
        "existing_type": build.type_(operation.existing_type) if operation.existing_type else None,
        "existing_nullable": operation.existing_nullable,
        "existing_server_default": _existing_default(operation),
        "existing_comment": _plain(operation.existing_comment),
    }
    subject = (operation.table.schema, operation.table.name, operation.column)

    def change(kind: str, key: str, old: Any, new: Any) -> tuple[Any, ...]:
        rest = {k: v for k, v in existing.items() if k != key}
        return (kind, *subject, rest, old, new)

    if operation.type is not None:
        new_type = build.type_(operation.type)
        yield change("modify_type", "existing_type", existing["existing_type"], new_type)
    if operation.nullable is not None:
        old = operation.existing_nullable
        yield change("modify_nullable", "existing_nullable", old, operation.nullable)
    for new in (operation.default, operation.computed, operation.identity):
        if new is not UNSET:
            previous = _existing_default(operation) or None
            key = "existing_server_default"
            yield change("modify_default", key, previous, _default(new))
    if operation.autoincrement is not None:
        was = operation.existing_autoincrement
        yield change("modify_autoincrement", "", was, operation.autoincrement)
    if operation.comment is not UNSET:
        key = "existing_comment"
        yield change("modify_comment", key, existing[key], _plain(operation.comment))


def _plain(value: Any) -> Any:
    return None if value is UNSET else value


def _existing_default(operation: AlterColumn) -> Any:
    """What the column had in place of a default; False where it had none, as the field says it."""
    given = (
        operation.existing_computed,
        operation.existing_identity,
        operation.existing_default,
    )
    found = next((_default(v) for v in given if v is not UNSET and v is not None), None)
    return False if found is None else found


def _default(value: Any) -> Any:
    match value:
        case Computed():
            return sa.Computed(build.clause(value.expression), persisted=value.persisted)
        case Identity():
            return sa.Identity(always=value.always, **dict(value.options))
        case Expression():
            return sa.DefaultClause(build.server_default(value))
        case _:
            return None
