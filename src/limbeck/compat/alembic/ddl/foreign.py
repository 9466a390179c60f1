"""Dialects of third parties: what their `DefaultImpl` says in place of a folder of ours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect as SqlAlchemyDialect

from limbeck.compat.alembic.ddl.impl import DefaultImpl, foreign_impl, overridden
from limbeck.compat.alembic.operations import ops
from limbeck.compat.alembic.operations.schemaobj import SchemaObjects
from limbeck.dialects.base import Dialect, Request, dialect
from limbeck.errors import UnsupportedOperation
from limbeck.metadata import load
from limbeck.schema.constraints import Check, ForeignKey, PrimaryKey
from limbeck.schema.named import Named
from limbeck.schema.names import Name
from limbeck.schema.objects import Column, Schema, Table
from limbeck.schema.types import Expression

_METHODS: dict[type, str] = {
    ops.AddColumnOp: "add_column",
    ops.AlterColumnOp: "alter_column",
    ops.DropColumnOp: "drop_column",
    ops.AddConstraintOp: "add_constraint",
    ops.DropConstraintOp: "drop_constraint",
    ops.CreateIndexOp: "create_index",
    ops.DropIndexOp: "drop_index",
    ops.CreateTableOp: "create_table",
    ops.DropTableOp: "drop_table",
    ops.RenameTableOp: "rename_table",
    ops.CreateTableCommentOp: "create_table_comment",
    ops.DropTableCommentOp: "drop_table_comment",
    ops.BulkInsertOp: "bulk_insert",
}


def has_folder(name: str) -> bool:
    """Whether there is a dialect of ours of that name."""
    try:
        dialect(name)
    except UnsupportedOperation:
        return False
    return True


def find_dialect(spoken: SqlAlchemyDialect) -> Dialect:
    """Our dialect for SQLAlchemy's, or what a third party's class stands for.

    Raises UnsupportedOperation where there is neither.
    """
    foreign = foreign_impl(spoken.name)
    if foreign is None and spoken.name == "default":
        foreign = DefaultImpl  # SQLAlchemy's dialect for no database in particular
    if foreign is None:
        return dialect(spoken.name)
    if has_folder(spoken.name):
        return replace(dialect(spoken.name), transactional_ddl=foreign.transactional_ddl)
    from limbeck.compat.alembic.ddl.mysql import MySQLImpl
    from limbeck.compat.alembic.ddl.postgresql import PostgresqlImpl
    from limbeck.compat.alembic.ddl.sqlite import SQLiteImpl

    families = ((PostgresqlImpl, "postgresql"), (MySQLImpl, "mysql"), (SQLiteImpl, "sqlite"))
    overrides = next(
        (dialect(name).overrides for cls, name in families if issubclass(foreign, cls)), {}
    )
    synonyms = foreign.type_synonyms
    return Dialect(
        name=spoken.name,
        transactional_ddl=foreign.transactional_ddl,
        overrides=overrides,
        inspect=_inspect,
        normalize=lambda found, d: _normalize(found, d, synonyms),
    )


# -- running ------------------------------------------------------------------------------------


def method_for(operations: Any, operation: Any) -> Callable[[], Any] | None:
    """How the third party's class runs an operation; None where ours does it.

    It does what its methods override, and everything where there is no folder of ours.
    """
    name = operations.migration_context.dialect.name
    method = next((m for cls, m in _METHODS.items() if isinstance(operation, cls)), None)
    if method is None:
        return None
    if has_folder(name) and overridden(name, method) is None:
        return None

    def run() -> Any:
        operations._interpreter.state.forget()
        return _call(operations, operation)

    return run


def _call(operations: Any, op: Any) -> Any:
    impl, context = operations.impl, operations.migration_context
    match op:
        case ops.CreateTableOp():
            table = op.to_table(context)
            impl.create_table(table, **_given(if_not_exists=op.if_not_exists))
            return table
        case ops.DropTableOp():
            impl.drop_table(op.to_table(context), **_given(if_exists=op.if_exists))
        case ops.AddColumnOp():
            _add_column(impl, context, op)
        case ops.AlterColumnOp():
            _alter_column(impl, op)
        case ops.DropColumnOp():
            given = _given(if_exists=op.if_exists)
            column = op.to_column(context)
            SchemaObjects(context).table(op.table_name, column._copy(), schema=op.schema)
            impl.drop_column(op.table_name, column, schema=op.schema, **given, **op.kw)
        case ops.AddConstraintOp():
            impl.add_constraint(op.to_constraint(context))
        case ops.DropConstraintOp():
            constraint = SchemaObjects(context).generic_constraint(
                op.constraint_name, op.table_name, op.constraint_type, schema=op.schema
            )
            impl.drop_constraint(constraint, **_given(if_exists=op.if_exists))
        case ops.CreateIndexOp():
            impl.create_index(op.to_index(context), **_given(if_not_exists=op.if_not_exists))
        case ops.DropIndexOp():
            impl.drop_index(op.to_index(context), **_given(if_exists=op.if_exists))
        case ops.RenameTableOp():
            impl.rename_table(op.table_name, op.new_table_name, schema=op.schema)
        case ops.CreateTableCommentOp():
            impl.create_table_comment(op.to_table(context))
        case ops.DropTableCommentOp():
            impl.drop_table_comment(op.to_table(context))
        case ops.BulkInsertOp():
            impl.bulk_insert(op.table, op.rows, multiinsert=op.multiinsert)
    return None


def _given(**kw: Any) -> dict[str, Any]:
    return {key: value for key, value in kw.items() if value is not None}


def _add_column(impl: Any, context: Any, op: ops.AddColumnOp) -> None:
    table = SchemaObjects(context).table(op.table_name, op.column, schema=op.schema)
    column = table.columns[op.column.name]
    given = _given(
        if_not_exists=op.if_not_exists,
        inline_references=op.inline_references,
        inline_primary_key=op.inline_primary_key,
    )
    impl.add_column(op.table_name, column, schema=op.schema, **given)
    for constraint in sorted(table.constraints, key=lambda item: item._creation_order):
        inline = op.inline_references and isinstance(constraint, sa.ForeignKeyConstraint)
        if not isinstance(constraint, sa.PrimaryKeyConstraint) and not inline:
            impl.add_constraint(constraint)
    for index in sorted(table.indexes, key=lambda item: str(item.name or "")):
        impl.create_index(index)
    if column.comment and impl.dialect.supports_comments and not impl.dialect.inline_comments:
        impl.create_column_comment(column)


def _alter_column(impl: Any, op: ops.AlterColumnOp) -> None:
    kw = {k: v for k, v in op.kw.items() if k not in ("insert_before", "insert_after")}
    impl.alter_column(
        op.table_name,
        op.column_name,
        nullable=op.modify_nullable,
        server_default=op.modify_server_default,
        name=op.modify_name,
        type_=op.modify_type,
        schema=op.schema,
        existing_type=op.existing_type,
        existing_server_default=op.existing_server_default,
        existing_nullable=op.existing_nullable,
        comment=op.modify_comment,
        existing_comment=op.existing_comment,
        **kw,
    )


# -- comparing ----------------------------------------------------------------------------------


def _inspect(connection: sa.Connection, request: Request) -> Schema:
    """Tables as SQLAlchemy reflects them."""
    inspector, collection = sa.inspect(connection), sa.MetaData()
    asked = request.include_name
    for schema in request.schemas:
        for name in sorted(inspector.get_table_names(schema)):
            qualified = Name(name, schema)
            parents = {"schema_name": schema, "schema_qualified_table_name": str(qualified)}
            if qualified in request.exclude:
                continue
            if request.tables is not None and qualified not in request.tables:
                continue
            if asked is not None and not asked(name, "table", parents):
                continue
            sa.Table(name, collection, schema=schema, autoload_with=connection, resolve_fks=False)
    return load.schema(collection, connection.dialect)


def _normalize(found: Schema, spoken: SqlAlchemyDialect, synonyms: Any) -> Schema:
    tables = (_normal_table(table, spoken, synonyms) for table in found)
    return replace(found, tables=Named(tables))


def _normal_table(table: Table, spoken: SqlAlchemyDialect, synonyms: Any) -> Table:
    key = table.primary_key
    keyed = frozenset(key.columns) if key is not None else frozenset()
    kept = [_normal_constraint(c) for c in table.constraints if not isinstance(c, Check)]
    return replace(
        table,
        columns=Named(_normal_column(c, spoken, synonyms, keyed) for c in table.columns.values()),
        constraints=tuple(kept),
        indexes=Named(replace(i, options=()) for i in table.indexes.values()),
        comment=table.comment if spoken.supports_comments else None,
        options=(),
        prefixes=(),
    )


def _normal_constraint(item: Any) -> Any:
    match item:
        case PrimaryKey():
            return replace(item, name=None, options=())
        case ForeignKey():
            actions = {"NO ACTION": None}
            on_delete, on_update = item.on_delete, item.on_update
            return replace(
                item,
                on_delete=actions.get(on_delete or "", on_delete),
                on_update=actions.get(on_update or "", on_update),
                options=(),
            )
        case _:
            return replace(item, options=())


def _normal_column(
    column: Column, spoken: SqlAlchemyDialect, synonyms: Any, keyed: frozenset[str]
) -> Column:
    text = spoken.type_compiler_instance.process(column.type.payload).lower()
    word, paren, rest = text.partition("(")
    for batch in synonyms:
        if word.strip().upper() in {name.upper() for name in batch}:
            word = min(name.lower() for name in batch)
    return replace(
        column,
        type=column.type.normalized(word + paren + rest),
        nullable=column.nullable and column.name not in keyed,
        default=_normal_default(column.default, spoken),
        computed=None,
        identity=None,
        autoincrement=False,
        comment=column.comment if spoken.supports_comments else None,
        options=(),
    )


def _normal_default(value: Expression | None, spoken: SqlAlchemyDialect) -> Expression | None:
    if value is None or value.origin == "normalized":
        return value
    text = value.payload
    if not isinstance(text, str):
        text = str(text.compile(dialect=spoken, compile_kwargs={"literal_binds": True}))
    return value.normalized(text.strip().strip("()").strip("'"))
