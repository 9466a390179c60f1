"""What SQLite's own ALTER TABLE can do (https://sqlite.org/lang_altertable.html)."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from limbeck.dialects.sqlite import definition, forms
from limbeck.dialects.sqlite.draft import needs
from limbeck.dialects.sqlite.tokens import mentions, tokens
from limbeck.errors import SchemaConflict, UnsupportedOperation
from limbeck.operations.alter_column import AlterColumn
from limbeck.operations.alter_table import AlterTable
from limbeck.operations.base import UNSET, Operation, Statement
from limbeck.operations.columns import AddColumn, DropColumn, inline_text
from limbeck.operations.compiler import Compiler
from limbeck.operations.constraints import AddConstraint, DropConstraint
from limbeck.operations.indexes import DropIndex
from limbeck.operations.tables import SetTableComment
from limbeck.schema.constraints import Check, ForeignKey
from limbeck.schema.named import Named
from limbeck.schema.objects import Before, Schema, Table

RENAME_COLUMN = (3, 25)
DROP_COLUMN = (3, 35)

Native = tuple[Statement, ...] | None
"""Statements, or None where the table must be rebuilt."""


def version(compiler: Compiler) -> tuple[int | str, ...]:
    """The version of the server, or of the library where there is no connection."""
    return compiler.dialect.server_version_info or sqlite3.sqlite_version_info


def statements(
    operation: Operation, compiler: Compiler, table: Table | None, before: Before
) -> Native:
    """The statements for an operation on a table, None where SQLite has none.

    `table` None is a table of which nothing is known.
    """
    match operation:
        case AddColumn():
            return _add_column(operation, compiler, table)
        case DropColumn():
            return _drop_column(operation, compiler, table)
        case AlterColumn():
            return _alter_column(operation, compiler, table)
        case AddConstraint() | DropConstraint():
            return None
        case AlterTable():
            return None if operation.own(compiler) else ()
        case SetTableComment():
            return ()
        case DropIndex():
            return operation.statements(compiler, before)
        case _:
            state = before if table is None else Schema().with_table(table)
            return operation.statements(compiler, state)


def _add_column(operation: AddColumn, compiler: Compiler, table: Table | None) -> Native:
    if operation.if_not_exists:
        if table is None:
            raise UnsupportedOperation(
                f"SQLite has no ADD COLUMN IF NOT EXISTS, and what '{operation.table}' looks like "
                "is not known here. Leave if_not_exists out, or run it on a connection."
            )
        if operation.column.name in table.columns:
            return ()
    if table is not None and operation.column.name in table.columns:
        raise SchemaConflict(
            f"Table '{operation.table}' has a column '{operation.column.name}' already."
        )
    if not _is_addable(operation, compiler):
        return None
    added = Table(operation.table, Named([operation.column]), operation.constraints)
    spec, inline = definition.column_sql(operation.column, added, compiler)
    for constraint in operation.constraints:
        if constraint not in inline:
            spec += f" {inline_text(compiler, operation.table, constraint)}"
    name = compiler.name(operation.table)
    return (
        Statement(f"ALTER TABLE {name} ADD COLUMN {spec}"),
        *(Statement(compiler.create_index(operation.table, i)) for i in operation.indexes),
    )


def _is_addable(operation: AddColumn, compiler: Compiler) -> bool:
    """Whether ADD COLUMN takes the column, with rows in the table too."""
    column = operation.column
    own = (column.name,)
    default = None if column.default is None else compiler.default(column.default)
    for constraint in operation.constraints:
        if isinstance(constraint, ForeignKey):
            if constraint.columns != own or default is not None:
                return False
            if constraint.referred.schema != operation.table.schema:
                return False
        elif not isinstance(constraint, Check):
            return False
    if column.computed is not None:
        return not column.computed.persisted
    if default is None or default.upper() == "NULL":
        return column.nullable
    return _is_constant(default)


_NOT_CONSTANT = frozenset(("CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME"))


def _is_constant(default: str) -> bool:
    """Whether a default is a literal, with a sign or without."""
    found = [t for t in tokens(default) if t.text not in ("+", "-")]
    return len(found) == 1 and found[0].text.upper() not in _NOT_CONSTANT


def _drop_column(operation: DropColumn, compiler: Compiler, table: Table | None) -> Native:
    if version(compiler) < DROP_COLUMN:
        return None
    if table is None and operation.if_exists:
        raise UnsupportedOperation(
            f"SQLite has no DROP COLUMN IF EXISTS, and what '{operation.table}' looks like is not "
            "known here. Leave if_exists out, or run it on a connection."
        )
    column = operation.column
    indexes: list[Statement] = []
    if table is not None:
        if column not in table.columns:
            if operation.if_exists:
                return ()
            raise SchemaConflict(f"Table '{operation.table}' has no column '{column}' to drop.")
        if _is_used(table, column, compiler):
            return None
        indexes = [
            Statement(f"DROP INDEX {compiler.sibling(table.name, index.name)}")
            for index in table.indexes.values()
            if needs(index, column, compiler)
        ]
    alter = f"ALTER TABLE {compiler.name(operation.table)}"
    return (*indexes, Statement(f"{alter} DROP COLUMN {compiler.identifier(column)}"))


def _is_used(table: Table, column: str, compiler: Compiler) -> bool:
    """Whether a constraint or a generated column needs it."""
    return any(needs(c, column, compiler) for c in table.constraints) or any(
        mentions(forms.expression_text(c.computed.expression, compiler), column)
        for c in table.columns.values()
        if c.computed is not None and c.name != column
    )


def _alter_column(operation: AlterColumn, compiler: Compiler, table: Table | None) -> Native:
    if table is None:
        changes = (operation.type, operation.nullable)
        settings = (operation.default, operation.computed)
        if changes != (None, None) or any(s is not UNSET for s in settings):
            return None
    else:
        old = table.column(operation.column)
        same_name = replace(operation.changed(old), name=old.name)
        if forms.column(old, table, compiler) != forms.column(same_name, table, compiler):
            return None
        if operation.type is not None and (operation.type_checks or operation.existing_type_checks):
            return None
    if operation.new_name is None:
        return ()
    alter = f"ALTER TABLE {compiler.name(operation.table)} RENAME COLUMN"
    old_name = compiler.identifier(operation.column)
    return (Statement(f"{alter} {old_name} TO {compiler.identifier(operation.new_name)}"),)
