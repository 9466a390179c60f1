"""From Alembic's operations to ours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from limbeck.compat.alembic.operations import ops
from limbeck.compat.alembic.operations.exclude import CreateExcludeConstraintOp
from limbeck.compat.alembic.operations.schemaobj import loose, table_items
from limbeck.operations import columns, constraints, data, indexes, tables
from limbeck.operations.base import Operation, Scope


class Unknown(Exception):
    """An operation of a third party: there is no value of ours for it."""


def to_native(op: Any, scope: Scope) -> Iterator[Operation]:
    """Our operations for one of Alembic's; a container gives those of all that it holds.

    Raises Unknown for an operation of a third party.
    """
    match op:
        case Operation():
            yield op
        case ops.OpContainer():
            for inner in op.ops:
                yield from to_native(inner, scope)
        case ops.AddConstraintOp():
            yield _add_constraint(op, scope)
        case ops.DropConstraintOp():
            yield _drop_constraint(op, scope)
        case ops.AlterTableOp():
            yield _alter_table(op, scope)
        case ops.CreateTableOp() | ops.DropTableOp() | ops.CreateIndexOp() | ops.DropIndexOp():
            yield _create_or_drop(op, scope)
        case ops.ExecuteSQLOp():
            yield data.execute(scope, op.sqltext, execution_options=op.execution_options)
        case ops.BulkInsertOp():
            yield data.bulk_insert(scope, op.table, op.rows, multiinsert=op.multiinsert)
        case _:
            held = getattr(op, "limbeck_operation", None)
            if not isinstance(held, Operation):
                raise Unknown(type(op).__name__)
            yield held


def _add_constraint(op: ops.AddConstraintOp, scope: Scope) -> Operation:
    match op:
        case ops.CreatePrimaryKeyOp():
            return constraints.create_primary_key(
                scope, op.constraint_name, op.table_name, op.columns, schema=op.schema, **op.kw
            )
        case ops.CreateUniqueConstraintOp():
            return constraints.create_unique_constraint(
                scope, op.constraint_name, op.table_name, op.columns, schema=op.schema, **op.kw
            )
        case ops.CreateForeignKeyOp():
            kw = {key: value for key, value in op.kw.items() if key != "use_alter"}
            return constraints.create_foreign_key(
                scope,
                op.constraint_name,
                op.source_table,
                op.referent_table,
                op.local_cols,
                op.remote_cols,
                **kw,
            )
        case ops.CreateCheckConstraintOp():
            return constraints.create_check_constraint(
                scope, op.constraint_name, op.table_name, op.condition, schema=op.schema, **op.kw
            )
        case CreateExcludeConstraintOp():
            kw = {**op.kw, **({} if op.where is None else {"where": op.where})}
            return constraints.create_exclude_constraint(
                scope, op.constraint_name, op.table_name, *op.elements, schema=op.schema, **kw
            )
    raise Unknown(type(op).__name__)


def _drop_constraint(op: ops.DropConstraintOp, scope: Scope) -> Operation:
    dropped = constraints.drop_constraint(
        scope,
        op.constraint_name,
        op.table_name,
        op.constraint_type,
        schema=op.schema,
        if_exists=op.if_exists,
    )
    if op._reverse is None:
        return dropped
    added = _add_constraint(op._reverse, scope)
    assert isinstance(added, constraints.AddConstraint)
    kind = dropped.kind or constraints.kind_of(added.constraint)
    return replace(dropped, constraint=added.constraint, kind=kind)


def _alter_table(op: ops.AlterTableOp, scope: Scope) -> Operation:
    match op:
        case ops.AddColumnOp():
            return columns.add_column(
                scope,
                op.table_name,
                op.column,
                schema=op.schema,
                if_not_exists=op.if_not_exists,
                inline_references=op.inline_references,
                inline_primary_key=op.inline_primary_key,
            )
        case ops.DropColumnOp():
            kw = {key: value for key, value in op.kw.items() if key != "existing_type"}
            return columns.drop_column(
                scope, op.table_name, op.column_name, schema=op.schema, if_exists=op.if_exists, **kw
            )
        case ops.AlterColumnOp():
            return _alter_column(op, scope)
        case ops.RenameTableOp():
            return tables.rename_table(scope, op.table_name, op.new_table_name, schema=op.schema)
        case ops.CreateTableCommentOp():
            return tables.create_table_comment(
                scope,
                op.table_name,
                op.comment,
                existing_comment=op.existing_comment,
                schema=op.schema,
            )
        case ops.DropTableCommentOp():
            return tables.drop_table_comment(
                scope, op.table_name, existing_comment=op.existing_comment, schema=op.schema
            )
    raise Unknown(type(op).__name__)


_NOT_PASSED_ON = ("insert_before", "insert_after")


def _alter_column(op: ops.AlterColumnOp, scope: Scope) -> Operation:
    kw = {key: value for key, value in op.kw.items() if key not in _NOT_PASSED_ON}
    return columns.alter_column(
        scope,
        op.table_name,
        op.column_name,
        nullable=op.modify_nullable,
        comment=op.modify_comment,
        server_default=op.modify_server_default,
        new_column_name=op.modify_name,
        type_=op.modify_type,
        existing_type=op.existing_type,
        existing_server_default=op.existing_server_default,
        existing_nullable=op.existing_nullable,
        existing_comment=op.existing_comment,
        schema=op.schema,
        **kw,
    )


def _create_or_drop(op: Any, scope: Scope) -> Operation:
    match op:
        case ops.CreateTableOp():
            return tables.create_table(
                scope,
                op.table_name,
                *table_items(op.columns, op._constraints_included),
                if_not_exists=op.if_not_exists,
                **op._table_kw(),
            )
        case ops.DropTableOp():
            return tables.drop_table(scope, op.table_name, schema=op.schema, if_exists=op.if_exists)
        case ops.CreateIndexOp():
            return indexes.create_index(
                scope,
                op.index_name,
                op.table_name,
                loose(op.columns),
                schema=op.schema,
                unique=op.unique,
                if_not_exists=op.if_not_exists,
                **op.kw,
            )
        case ops.DropIndexOp():
            kw = {key: value for key, value in op.kw.items() if key != "unique"}
            return indexes.drop_index(
                scope,
                op.index_name,
                op.table_name,
                schema=op.schema,
                if_exists=op.if_exists,
                **kw,
            )
    raise Unknown(type(op).__name__)
