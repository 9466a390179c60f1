"""Operations as SQL Server says them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from limbeck.dialects.mssql import compile_objects, transact
from limbeck.dialects.mssql.alter import alter_column
from limbeck.errors import CommandError, UnsupportedOperation
from limbeck.metadata import build
from limbeck.operations.alter_column import AlterColumn
from limbeck.operations.base import Operation, Statement
from limbeck.operations.columns import AddColumn, DropColumn, inline_text
from limbeck.operations.compiler import Compiler, Override
from limbeck.operations.constraints import AddConstraint
from limbeck.operations.data import BulkInsert
from limbeck.operations.indexes import CreateIndex, DropIndex
from limbeck.operations.tables import CreateTable, RenameTable, SetTableComment
from limbeck.schema.constraints import Constraint, Exclude, ForeignKey, PrimaryKey, Unique
from limbeck.schema.names import Name
from limbeck.schema.objects import Before, Index, Schema, Table


def create_table(
    operation: CreateTable, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """CREATE TABLE, its indexes, its comments."""
    table, source = operation.table, operation.source
    checked = tuple(_checked(table.name, c) for c in table.constraints)
    if checked != table.constraints:
        table, source = replace(table, constraints=checked), None
    built = source if source is not None else build.table(table)
    build.add_referred(built)
    sql = [compiler.create_table(built)]
    if operation.if_not_exists:
        sql = [transact.if_table(compiler, table.name, sql[0])]
    sql += [
        _create_index(compiler, table.name, index, operation.if_not_exists)
        for index in table.indexes.values()
    ]
    sql += _comments(compiler, table)
    return tuple(Statement(text) for text in sql)


def _comments(compiler: Compiler, table: Table) -> list[str]:
    """The comments of a new table and its columns."""
    texts = [(None, table.comment), *((c.name, c.comment) for c in table.columns.values())]
    return [
        transact.comment(compiler, table.name, column, text, None)
        for column, text in texts
        if text is not None
    ]


def rename_table(
    operation: RenameTable, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """sp_rename."""
    old = compiler.name(operation.old)
    return (Statement(transact.rename(compiler, old, operation.new_name)),)


def set_table_comment(
    operation: SetTableComment, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """An extended property of the table."""
    table = before.find(operation.name)
    existing = operation.existing if table is None else table.comment
    sql = transact.comment(compiler, operation.name, None, operation.comment, existing)
    return (Statement(sql),)


def add_column(operation: AddColumn, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
    """ADD with the column's checks and keys in it, then the rest."""
    table, name = operation.table, compiler.name(operation.table)
    constraints = tuple(_checked(table, c) for c in operation.constraints)
    operation = replace(operation, constraints=constraints)
    inline = operation.inline_constraints
    shaping = tuple(c for c in constraints if isinstance(c, PrimaryKey))
    text = compiler.column(table, operation.column, shaping)
    text += "".join(f" {inline_text(compiler, table, c)}" for c in inline)
    add = f"ALTER TABLE {name} ADD {text}"
    if operation.if_not_exists:
        add = transact.if_column(compiler, table, operation.column.name, add)
    sql = [add]
    sql += [
        f"ALTER TABLE {name} ADD {compiler.constraint(table, c, (operation.column.name,))}"
        for c in constraints
        if c not in inline and not isinstance(c, PrimaryKey)
    ]
    sql += [_create_index(compiler, table, i, operation.if_not_exists) for i in operation.indexes]
    if operation.column.comment is not None:
        column = operation.column
        sql.append(transact.comment(compiler, table, column.name, column.comment, None))
    return tuple(Statement(text) for text in sql)


def drop_column(operation: DropColumn, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
    """DROP COLUMN, after the default, checks and foreign keys that are to go with it.

    The server refuses to drop a column that has one. What the state before knows of goes
    unasked; ``mssql_drop_default``, ``mssql_drop_check`` and ``mssql_drop_foreign_key`` ask.
    """
    wanted = {key.removeprefix("mssql_drop_") for key, value in operation.options if value}
    table = before.find(operation.table)
    known = table.columns.get(operation.column) if table is not None else None
    if known is not None and known.default is not None:
        wanted.add("default")
    sql = [
        transact.drop_of_column(compiler, operation.table, operation.column, kind)
        for kind in ("default", "check", "foreign_key")
        if kind in wanted
    ]
    condition = "IF EXISTS " if operation.if_exists else ""
    name = compiler.identifier(operation.column)
    sql.append(f"ALTER TABLE {compiler.name(operation.table)} DROP COLUMN {condition}{name}")
    return tuple(Statement(text) for text in sql)


def add_constraint(
    operation: AddConstraint, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """ADD CONSTRAINT, where SQL Server has it."""
    checked = _checked(operation.table, operation.constraint)
    return replace(operation, constraint=checked).statements(compiler, before)


def _checked(table: Name, item: Constraint) -> Constraint:
    """The constraint as SQL Server takes it; UnsupportedOperation for what it does not have.

    RESTRICT is left out: it is what the server does on its own.
    """
    what = f"Constraint '{item.name or ''}' on '{table}'"
    if isinstance(item, Exclude):
        raise UnsupportedOperation(
            f"{what}: SQL Server has no EXCLUDE. Use a unique index with mssql_where, or a trigger."
        )
    if isinstance(item, Unique | ForeignKey) and (item.deferrable or item.initially):
        raise UnsupportedOperation(
            f"{what}: SQL Server has no DEFERRABLE. Leave out deferrable and initially; "
            "ALTER TABLE … NOCHECK CONSTRAINT switches a foreign key off for a while."
        )
    if not isinstance(item, ForeignKey):
        return item
    if item.match is not None:
        raise UnsupportedOperation(
            f"{what}: SQL Server has no MATCH. Leave out match, and make the columns NOT NULL "
            "where MATCH FULL was meant."
        )
    return replace(
        item,
        on_delete=_without_restrict(item.on_delete),
        on_update=_without_restrict(item.on_update),
    )


def _without_restrict(action: str | None) -> str | None:
    return None if action == "RESTRICT" else action


def create_index(
    operation: CreateIndex, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """CREATE INDEX."""
    again = operation.if_not_exists
    return (Statement(_create_index(compiler, operation.table, operation.index, again)),)


def _create_index(compiler: Compiler, table: Name, index: Index, if_not_exists: bool) -> str:
    for element in index.elements:
        if element.expression is not None:
            raise UnsupportedOperation(
                f"Index '{index.name}' on '{table}': SQL Server has no index on an expression "
                f"({compiler.expression(element.expression)}). Add a computed column (sa.Computed) "
                "with that expression and index the column."
            )
    sql = compiler.create_index(table, index)
    return transact.if_index(compiler, table, index.name, sql) if if_not_exists else sql


def drop_index(operation: DropIndex, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
    """DROP INDEX … ON the table, which is looked up where the script does not name it."""
    table = operation.table or _owner(operation, before)
    condition = "IF EXISTS " if operation.if_exists else ""
    name = compiler.identifier(operation.name)
    return (Statement(f"DROP INDEX {condition}{name} ON {compiler.name(table)}"),)


def _owner(operation: DropIndex, before: Before) -> Name:
    tables = tuple(before) if isinstance(before, Schema) else ()
    owners = [t.name for t in tables if operation.name in t.indexes]
    if len(owners) == 1:
        return owners[0]
    raise CommandError(
        f"drop_index '{operation.name}': an index belongs to its table on SQL Server. "
        "Pass table_name."
    )


def bulk_insert(operation: BulkInsert, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
    """INSERT, with IDENTITY_INSERT around it where rows bring the number of an identity column."""
    inserts = operation.statements(compiler, before)
    if not operation.rows:
        return inserts
    columns = dict.fromkeys(str(key) for row in operation.rows for key in row)
    schema: Any = getattr(operation.table, "schema", None)
    name = compiler.name(Name(operation.table.name, schema))
    numbered = (
        f"IF EXISTS (SELECT 1 FROM sys.identity_columns WHERE object_id = "
        f"OBJECT_ID({transact.literal(name)}) AND name IN "
        f"({', '.join(transact.literal(c) for c in columns)})) SET IDENTITY_INSERT {name}"
    )
    return (Statement(f"{numbered} ON"), *inserts, Statement(f"{numbered} OFF"))


OVERRIDES: Final[Mapping[type[Operation], Override]] = {
    **compile_objects.OVERRIDES,
    CreateTable: create_table,
    RenameTable: rename_table,
    SetTableComment: set_table_comment,
    AddColumn: add_column,
    DropColumn: drop_column,
    AlterColumn: alter_column,
    AddConstraint: add_constraint,
    CreateIndex: create_index,
    DropIndex: drop_index,
    BulkInsert: bulk_insert,
}
