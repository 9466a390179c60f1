"""How PostgreSQL says operations, where it is not the standard way."""

from __future__ import annotations

import re
from collections.abc import Mapping

import sqlalchemy as sa

from limbeck.dialects.postgresql import compile_objects, enums
from limbeck.dialects.postgresql.alter_column import alter_column
from limbeck.dialects.postgresql.alter_table import alter_table
from limbeck.dialects.postgresql.batch import batch
from limbeck.operations.alter_column import AlterColumn
from limbeck.operations.alter_table import AlterTable
from limbeck.operations.base import Operation, Statement
from limbeck.operations.batch import Batch
from limbeck.operations.columns import AddColumn, DropColumn
from limbeck.operations.compiler import Compiler, Override
from limbeck.operations.constraints import AddConstraint
from limbeck.operations.data import Execute
from limbeck.operations.indexes import DropIndex
from limbeck.operations.tables import CreateTable, DropTable
from limbeck.schema.constraints import PrimaryKey, Unique
from limbeck.schema.names import Name
from limbeck.schema.objects import Before


def create_table(
    operation: CreateTable, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """Its enum types, then the table."""
    own = operation.statements(compiler, before)
    types = [column.type for column in operation.table.columns.values()]
    if operation.if_not_exists and before.find(operation.table.name) is not None:
        return own
    return (*enums.create_types(types, compiler, before), *own)


def drop_table(operation: DropTable, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
    """The table, then the enum types that only it used."""
    own = operation.statements(compiler, before)
    table = before.find(operation.name) or (None if operation.if_exists else operation.table)
    if table is None:
        return own
    return (*own, *enums.drop_types(table.name, table.columns.values(), compiler, before))


def add_column(operation: AddColumn, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
    """Its enum type, then the column.

    A column that numbers rows is SERIAL also where its primary key comes in an operation of its
    own.
    """
    column = operation.column
    types = enums.create_types([column.type], compiler, before)
    own = operation.statements(compiler, before)
    keyed = any(isinstance(c, PrimaryKey) for c in operation.constraints)
    if column.autoincrement is True and not keyed and column.default is None:
        key = PrimaryKey((column.name,))
        plain = compiler.column(operation.table, column)
        serial = compiler.column(operation.table, column, (key,))
        own = (Statement(own[0].sql.replace(plain, serial)), *own[1:])
    return (*types, *own)


def drop_column(operation: DropColumn, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
    """The column, then its enum type if nothing else uses it."""
    own = operation.statements(compiler, before)
    table = before.find(operation.table)
    column = None if table is None else table.columns.get(operation.column)
    if column is None and operation.added is not None and not operation.if_exists:
        column = operation.added.column
    if column is None:
        return own
    return (*own, *enums.drop_types(operation.table, [column], compiler, before))


def drop_index(operation: DropIndex, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
    """DROP INDEX, CONCURRENTLY on request, which takes no transaction."""
    if not dict(operation.options).get("postgresql_concurrently"):
        return operation.statements(compiler, before)
    schema = operation.table.schema if operation.table is not None else operation.schema
    condition = "IF EXISTS " if operation.if_exists else ""
    name = compiler.name(Name(operation.name, schema))
    return (Statement(f"DROP INDEX CONCURRENTLY {condition}{name}", transactional=False),)


def add_constraint(
    operation: AddConstraint, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """ADD CONSTRAINT; a key takes over a unique index on request."""
    item = operation.constraint
    if operation.using_index is None or not isinstance(item, PrimaryKey | Unique):
        return operation.statements(compiler, before)
    kind = "PRIMARY KEY" if isinstance(item, PrimaryKey) else "UNIQUE"
    named = "" if item.name is None else f"CONSTRAINT {compiler.identifier(item.name)} "
    sql = f"ALTER TABLE {compiler.name(operation.table)} ADD {named}{kind} USING INDEX "
    sql += compiler.identifier(operation.using_index)
    if isinstance(item, Unique) and item.deferrable is not None:
        sql += " DEFERRABLE" if item.deferrable else " NOT DEFERRABLE"
    if isinstance(item, Unique) and item.initially is not None:
        sql += f" INITIALLY {item.initially.upper()}"
    return (Statement(sql),)


_DROP_TYPE = re.compile(r"((?:^|;)\s*DROP\s+TYPE\s+)(?!IF\s)", re.I)


def execute(operation: Execute, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
    """The script's own SQL; a type that it drops may have gone with its last column already."""
    statement = operation.statement
    if not isinstance(statement, sa.TextClause) or not _DROP_TYPE.search(statement.text):
        return operation.statements(compiler, before)
    element = sa.text(rewrite(statement.text))
    return (Statement(element=element, execution_options=operation.execution_options),)


def rewrite(sql: str) -> str:
    """SQL that a script sends itself; a type may have gone with its last column already."""
    return _DROP_TYPE.sub(r"\1IF EXISTS ", sql)


OVERRIDES: Mapping[type[Operation], Override] = {
    CreateTable: create_table,
    DropTable: drop_table,
    AddColumn: add_column,
    DropColumn: drop_column,
    AddConstraint: add_constraint,
    AlterColumn: alter_column,
    AlterTable: alter_table,
    **compile_objects.OVERRIDES,
    DropIndex: drop_index,
    Batch: batch,
    Execute: execute,
}
