"""ALTER of a column on SQL Server: type and nullability together, the default a constraint."""

from __future__ import annotations

from collections.abc import Iterator

from limbeck.dialects.mssql import transact
from limbeck.errors import CommandError, UnsupportedOperation
from limbeck.operations.alter_column import AlterColumn
from limbeck.operations.base import UNSET, Statement
from limbeck.operations.compiler import Compiler
from limbeck.operations.constraints import AddConstraint, DropConstraint
from limbeck.schema.objects import Before, Column
from limbeck.schema.types import Expression, SqlType


def alter_column(
    operation: AlterColumn, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """Type and nullability, then default, comment and name."""
    _refuse(operation)
    table = before.find(operation.table)
    old = table.columns.get(operation.column) if table is not None else None
    sql = [
        *_type(operation, compiler, old),
        *_default(operation, compiler, old),
        *_comment(operation, compiler, old),
    ]
    if operation.new_name is not None:
        column = f"{compiler.name(operation.table)}.{compiler.identifier(operation.column)}"
        sql.append(transact.rename(compiler, column, operation.new_name, "COLUMN"))
    drops = (
        statement
        for check in operation.existing_type_checks
        for statement in compiler.compile(
            DropConstraint(operation.table, check.name, "check", constraint=check), before
        )
    )
    adds = (
        statement
        for check in operation.type_checks
        for statement in compiler.compile(AddConstraint(operation.table, check), before)
    )
    return (*drops, *(Statement(text) for text in sql), *adds)


def _named(operation: AlterColumn) -> str:
    return f"alter_column '{operation.table}.{operation.column}'"


def _refuse(operation: AlterColumn) -> None:
    """Raises UnsupportedOperation for what SQL Server cannot change in place."""
    if operation.identity is not UNSET or operation.computed is not UNSET:
        kind = "IDENTITY" if operation.identity is not UNSET else "a computed column"
        raise UnsupportedOperation(
            f"{_named(operation)}: SQL Server cannot add, change or remove {kind} on a column that "
            "exists. Add a new column, copy the values and drop the old one."
        )


def _type(operation: AlterColumn, compiler: Compiler, old: Column | None) -> Iterator[str]:
    """ALTER COLUMN, which takes the type always and means NULL where nothing is said."""
    if operation.type is None and operation.nullable is None:
        return
    was = old.type if old is not None else operation.existing_type
    type_: SqlType | None = operation.type or was
    if type_ is None:
        raise CommandError(
            f"{_named(operation)}: SQL Server writes the type again with NULL or NOT NULL, and "
            "what it was is not known here. Pass existing_type."
        )
    nullable = operation.nullable
    if nullable is None:
        nullable = old.nullable if old is not None else operation.existing_nullable
    null = "" if nullable is None else (" NULL" if nullable else " NOT NULL")
    table, column = compiler.name(operation.table), compiler.identifier(operation.column)
    yield f"ALTER TABLE {table} ALTER COLUMN {column} {compiler.type(type_)}{null}"


def _default(operation: AlterColumn, compiler: Compiler, old: Column | None) -> Iterator[str]:
    """The default is a constraint: the old one goes by the name that the server gave it."""
    if operation.default is UNSET:
        return
    was = operation.existing_default if old is None else old.default
    if operation.default is None or was not in (UNSET, None):
        yield transact.drop_of_column(compiler, operation.table, operation.column, "default")
    if isinstance(operation.default, Expression):
        column = compiler.identifier(operation.column)
        text = compiler.default(operation.default)
        yield f"ALTER TABLE {compiler.name(operation.table)} ADD DEFAULT {text} FOR {column}"


def _comment(operation: AlterColumn, compiler: Compiler, old: Column | None) -> Iterator[str]:
    if operation.comment is UNSET:
        return
    existing = operation.existing_comment if old is None else old.comment
    yield transact.comment(compiler, operation.table, operation.column, operation.comment, existing)
