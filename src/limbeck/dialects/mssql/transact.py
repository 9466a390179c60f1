"""Transact-SQL for what has no statement of its own: conditions, and what only the server names."""

from __future__ import annotations

from typing import Any

from limbeck.operations.base import UNSET, Unset
from limbeck.operations.compiler import Compiler
from limbeck.schema.names import Name


def literal(text: str) -> str:
    """A Unicode string."""
    return "N'" + text.replace("'", "''") + "'"


def quoted(compiler: Compiler, name: Name) -> str:
    """A table's name as a string for OBJECT_ID and sp_rename."""
    return literal(compiler.name(name))


def if_table(compiler: Compiler, table: Name, sql: str) -> str:
    """The statement where the table does not exist; CREATE TABLE has no IF NOT EXISTS."""
    return f"IF OBJECT_ID({quoted(compiler, table)}, N'U') IS NULL {sql}"


def if_column(compiler: Compiler, table: Name, column: str, sql: str) -> str:
    """The statement where the table has no such column."""
    return f"IF COL_LENGTH({quoted(compiler, table)}, {literal(column)}) IS NULL {sql}"


def if_index(compiler: Compiler, table: Name, index: str, sql: str) -> str:
    """The statement where the table has no such index."""
    return (
        f"IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE name = {literal(index)} "
        f"AND object_id = OBJECT_ID({quoted(compiler, table)})) {sql}"
    )


_OF_COLUMN = {
    "default": (
        "sys.default_constraints WHERE parent_object_id = OBJECT_ID({table}) "
        "AND COL_NAME(parent_object_id, parent_column_id) = {column}"
    ),
    "check": (
        "sys.check_constraints WHERE parent_object_id = OBJECT_ID({table}) "
        "AND COL_NAME(parent_object_id, parent_column_id) = {column}"
    ),
    "foreign_key": (
        "sys.foreign_keys WHERE parent_object_id = OBJECT_ID({table}) AND object_id IN ("
        "SELECT constraint_object_id FROM sys.foreign_key_columns "
        "WHERE parent_object_id = OBJECT_ID({table}) "
        "AND COL_NAME(parent_object_id, parent_column_id) = {column})"
    ),
}


def drop_of_column(compiler: Compiler, table: Name, column: str, kind: str) -> str:
    """Drops the default, the checks or the foreign keys of a column, whatever their names are.

    Where there is none it does nothing.
    """
    source = _OF_COLUMN[kind].format(table=quoted(compiler, table), column=literal(column))
    alter = literal(f"ALTER TABLE {compiler.name(table)} DROP CONSTRAINT ")
    return (
        "DECLARE @sql nvarchar(max) = N''; "
        f"SELECT @sql = @sql + {alter} + QUOTENAME(name) + N';' FROM {source}; "
        "EXEC(@sql)"
    )


def rename(compiler: Compiler, old: str, new: str, kind: str | None = None) -> str:
    """sp_rename; the new name is taken as it is, so it stands without brackets."""
    words = f"EXEC sp_rename {literal(old)}, {literal(new)}"
    return words if kind is None else f"{words}, {literal(kind)}"


def comment(
    compiler: Compiler,
    table: Name,
    column: str | None,
    text: str | None,
    existing: str | None | Unset,
) -> str:
    """Sets, changes or takes away a comment, which is an extended property.

    Where it is not known whether there is one, the server is asked.
    """
    target = _property(compiler, table, column)
    value = "" if text is None else f", {literal(text)}"
    add = f"EXEC sp_addextendedproperty N'MS_Description'{value}, {target}"
    update = f"EXEC sp_updateextendedproperty N'MS_Description'{value}, {target}"
    drop = f"EXEC sp_dropextendedproperty N'MS_Description', {target}"
    present = f"IF EXISTS ({_lookup(compiler, table, column)})"
    if text is None:
        return f"{present} {drop}" if existing is UNSET else drop
    if existing is UNSET:
        return f"{present} {update} ELSE {add}"
    return add if existing is None else update


def _schema(compiler: Compiler, table: Name) -> str:
    """The schema of a table; where no server says which is the default, it is SQL Server's."""
    dialect: Any = compiler.dialect
    return str(table.schema or dialect.default_schema_name or dialect.schema_name or "dbo")


def _property(compiler: Compiler, table: Name, column: str | None) -> str:
    own = f"N'schema', {literal(_schema(compiler, table))}, N'table', {literal(table.name)}"
    return own if column is None else f"{own}, N'column', {literal(column)}"


def _lookup(compiler: Compiler, table: Name, column: str | None) -> str:
    name = f"N'column', {literal(column)}" if column is not None else "NULL, NULL"
    return (
        "SELECT 1 FROM fn_listextendedproperty(N'MS_Description', "
        f"N'schema', {literal(_schema(compiler, table))}, N'table', {literal(table.name)}, {name})"
    )
