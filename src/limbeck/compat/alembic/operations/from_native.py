"""From our operations to Alembic's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from limbeck.compat.alembic.operations import ops
from limbeck.diff.tuples import as_tuples
from limbeck.metadata import build
from limbeck.operations.alter_column import AlterColumn
from limbeck.operations.base import UNSET, Operation
from limbeck.operations.batch import Batch
from limbeck.operations.columns import AddColumn, DropColumn
from limbeck.operations.constraints import AddConstraint, DropConstraint
from limbeck.operations.data import BulkInsert, Execute
from limbeck.operations.indexes import CreateIndex, DropIndex
from limbeck.operations.tables import CreateTable, DropTable, RenameTable, SetTableComment
from limbeck.schema.constraints import Constraint, PrimaryKey
from limbeck.schema.names import Name
from limbeck.schema.objects import Column, Computed, Identity, Index, Schema, Table
from limbeck.schema.types import Expression


class NativeOp(ops.MigrateOperation):
    """An operation of ours that Alembic has no word for (a change of an enum type's values)."""

    def __init__(self, operation: Operation, before: Schema, after: Schema) -> None:
        self.limbeck_operation = operation
        self._before, self._after = before, after
        self.table_name = None if operation.table_name is None else operation.table_name.name

    def reverse(self) -> NativeOp:
        """The operation that takes it back."""
        reverse = self.limbeck_operation.reverse(self._before)
        return NativeOp(reverse, self._after, self._before)

    def to_diff_tuple(self) -> Any:
        """Our tuple for it."""
        return as_tuples([self.limbeck_operation], self._before, self._after)[0]


def from_native(
    operations: Iterable[Operation],
    before: Schema,
    after: Schema,
    models: Sequence[sa.MetaData] = (),
) -> list[ops.MigrateOperation]:
    """Alembic's operations for ours; those that change one table stand in a `ModifyTableOps`.

    `models` gives what a value leaves out of a new table: `info` of the table and its columns.
    """
    made = _Maker(before, after, models)
    flat = [(key, op) for operation in operations for key, op in made.make(operation)]
    found: list[ops.MigrateOperation] = []
    for name, group in groupby(flat, key=lambda pair: pair[0]):
        members = [op for _, op in group]
        if name is None:
            found += members
        else:
            found.append(ops.ModifyTableOps(name.name, members, schema=name.schema))
    return found


class _Maker:
    """SQLAlchemy's tables of both sides, and the operations on them."""

    def __init__(self, before: Schema, after: Schema, models: Sequence[sa.MetaData]) -> None:
        self.before, self.after = before, after
        self.models = {(t.name, t.schema): t for m in models for t in m.tables.values()}
        self._built: dict[tuple[bool, Name], sa.Table] = {}

    def table(self, name: Name, *, new: bool) -> sa.Table:
        found = self._built.get((new, name))
        if found is None:
            value = (self.after if new else self.before).find(name) or Table(name)
            found = self._built[new, name] = self._built_table(value)
        return found

    def _built_table(self, value: Table) -> sa.Table:
        built = build.table(value)
        model = self.models.get((value.name.name, value.name.schema))
        if model is not None:
            built.info.update(model.info)
            for column in built.columns:
                if column.name in model.columns:
                    column.info.update(model.columns[column.name].info)
        return built

    def column(self, name: Name, column: Column, *, new: bool) -> sa.Column[Any]:
        found = self.table(name, new=new).columns.get(column.name)
        return found if found is not None else build.column(column)

    def index(self, name: Name, index: Index, *, new: bool) -> sa.Index:
        parent = self.table(name, new=new)
        found = next((i for i in parent.indexes if i.name == index.name), None)
        return found if found is not None else build.index(index, parent)

    def constraint(self, name: Name, item: Constraint) -> sa.Constraint:
        built = build.constraint(item)
        parent = build.stub(name, *getattr(item, "columns", ()))
        parent.append_constraint(built)
        build.add_referred(parent)
        return built

    # -- one by one -----------------------------------------------------------------------------

    def make(self, operation: Operation) -> Iterator[tuple[Name | None, ops.MigrateOperation]]:
        """Alembic's operations for one of ours, each with the table it belongs to, if one."""
        match operation:
            case CreateTable(table=table):
                built = self._built[True, table.name] = self._built_table(table)
                created = ops.CreateTableOp.from_table(built)
                created.if_not_exists = operation.if_not_exists or None
                yield None, created
                for index in table.indexes.values():
                    item = self.index(table.name, index, new=True)
                    yield table.name, ops.CreateIndexOp.from_index(item)
            case DropTable(name=name):
                yield from self._drop_table(operation, name)
            case AddColumn(table=name):
                yield from self._add_column(operation, name)
            case Batch(operations=inner):
                for part in inner:
                    yield from self.make(part)
            case Execute(statement=statement):
                options = dict(operation.execution_options) or None
                yield None, ops.ExecuteSQLOp(statement, execution_options=options)
            case BulkInsert(table=clause, rows=rows):
                rows_ = [dict(row) for row in rows]
                yield (
                    None,
                    ops.BulkInsertOp(clause, rows_, multiinsert=operation.multiinsert),
                )
            case RenameTable(old=old, new_name=new_name):
                yield None, ops.RenameTableOp(old.name, new_name, schema=old.schema)
            case _:
                yield self._on_table(operation)

    def _drop_table(
        self, operation: DropTable, name: Name
    ) -> Iterator[tuple[Name | None, ops.MigrateOperation]]:
        value = operation.table or self.before.find(name)
        if value is None:
            yield None, ops.DropTableOp(name.name, schema=name.schema)
            return
        built = self._built[False, name] = self._built_table(value)
        for index in value.indexes.values():
            yield name, ops.DropIndexOp.from_index(self.index(name, index, new=False))
        dropped = ops.DropTableOp.from_table(built)
        dropped.if_exists = operation.if_exists or None
        yield None, dropped

    def _add_column(
        self, operation: AddColumn, name: Name
    ) -> Iterator[tuple[Name | None, ops.MigrateOperation]]:
        column = self.column(name, operation.column, new=True)
        shaping = [c for c in operation.constraints if isinstance(c, PrimaryKey)]
        if shaping and not column.primary_key:
            column = build.table(
                Table(name, columns=_only(operation.column), constraints=tuple(shaping))
            ).columns[operation.column.name]
        added = ops.AddColumnOp.from_column_and_tablename(name.schema, name.name, column)
        added.if_not_exists = operation.if_not_exists or None
        yield name, added
        for constraint in operation.constraints:
            if constraint not in shaping and not getattr(constraint, "type_bound", False):
                built = self.constraint(name, constraint)
                yield name, ops.AddConstraintOp.from_constraint(built)
        for index in operation.indexes:
            yield name, ops.CreateIndexOp.from_index(self.index(name, index, new=True))

    def _on_table(self, operation: Operation) -> tuple[Name | None, ops.MigrateOperation]:
        match operation:
            case DropColumn(table=name, column=column_name):
                return name, self._drop_column(operation, name, column_name)
            case AlterColumn(table=name):
                return name, _alter_column(operation)
            case AddConstraint(table=name, constraint=item):
                return name, ops.AddConstraintOp.from_constraint(self.constraint(name, item))
            case DropConstraint(table=name):
                return name, self._drop_constraint(operation)
            case CreateIndex(table=name, index=index):
                created = ops.CreateIndexOp.from_index(self.index(name, index, new=True))
                created.if_not_exists = operation.if_not_exists or None
                return name, created
            case DropIndex(table=Name() as name, index=Index() as index):
                dropped = ops.DropIndexOp.from_index(self.index(name, index, new=False))
                dropped.kw = dict(operation.options)
                dropped.if_exists = operation.if_exists or None
                return name, dropped
            case SetTableComment(name=name, comment=comment, existing=existing):
                known = None if existing is UNSET else existing
                if comment is None:
                    return name, ops.DropTableCommentOp(
                        name.name, schema=name.schema, existing_comment=known
                    )
                return name, ops.CreateTableCommentOp(
                    name.name, comment, schema=name.schema, existing_comment=known
                )
            case _:
                return None, NativeOp(operation, self.before, self.after)

    def _drop_column(self, operation: DropColumn, name: Name, column_name: str) -> ops.DropColumnOp:
        table = self.before.find(name)
        known = table.columns.get(column_name) if table is not None else None
        if known is None and operation.added is not None:
            known = operation.added.column
        if known is None:
            return ops.DropColumnOp(name.name, column_name, schema=name.schema)
        column = self.column(name, known, new=False)
        dropped = ops.DropColumnOp.from_column_and_tablename(name.schema, name.name, column)
        dropped.if_exists = operation.if_exists or None
        dropped.kw = dict(operation.options)
        return dropped

    def _drop_constraint(self, operation: DropConstraint) -> ops.DropConstraintOp:
        name, item = operation.table, operation.constraint
        if item is None:
            dropped = ops.DropConstraintOp(
                operation.name, name.name, operation.kind, schema=name.schema
            )
        else:
            dropped = ops.DropConstraintOp.from_constraint(self.constraint(name, item))
            dropped.constraint_name = operation.name
        dropped.if_exists = operation.if_exists or None
        return dropped


def _only(column: Column) -> Any:
    from limbeck.schema.named import Named

    return Named([column])


# -- columns that change ------------------------------------------------------------------------


def _alter_column(operation: AlterColumn) -> ops.AlterColumnOp:
    new: Any = next(
        (
            _default(value)
            for value in (operation.default, operation.computed, operation.identity)
            if value is not UNSET
        ),
        False,
    )
    kw: dict[str, Any] = {}
    if operation.using is not None:
        kw["postgresql_using"] = operation.using
    if operation.autoincrement is not None:
        kw["autoincrement"] = operation.autoincrement
    if operation.existing_autoincrement is not None:
        kw["existing_autoincrement"] = operation.existing_autoincrement
    return ops.AlterColumnOp(
        operation.table.name,
        operation.column,
        schema=operation.table.schema,
        existing_type=build.type_(operation.existing_type) if operation.existing_type else None,
        existing_server_default=_existing(operation),
        existing_nullable=operation.existing_nullable,
        existing_comment=(
            None if operation.existing_comment is UNSET else operation.existing_comment
        ),
        modify_nullable=operation.nullable,
        modify_comment=False if operation.comment is UNSET else operation.comment,
        modify_server_default=new,
        modify_name=operation.new_name,
        modify_type=None if operation.type is None else operation.type.payload,
        **kw,
    )


def _existing(operation: AlterColumn) -> Any:
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
