"""Renames and objects beside tables as SQL Server says them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from limbeck.dialects.mssql import transact
from limbeck.errors import UnsupportedOperation
from limbeck.operations.base import Operation, Statement
from limbeck.operations.compiler import Compiler, Override
from limbeck.operations.renames import RenameConstraint, RenameIndex, ValidateConstraint
from limbeck.operations.schemas import CreateSchema, DropSchema
from limbeck.operations.sequences import (
    AlterSequence,
    CreateSequence,
    DropSequence,
    alter_statement,
    create_text,
    first_value,
)
from limbeck.schema.names import Name
from limbeck.schema.objects import Before


def rename_index(
    operation: RenameIndex, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """sp_rename of an index, which is named below its table."""
    table = operation.owner(before)
    old = f"{compiler.name(table)}.{compiler.identifier(operation.old)}"
    return (Statement(transact.rename(compiler, old, operation.new, "INDEX")),)


def rename_constraint(
    operation: RenameConstraint, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """sp_rename of an object of the table's schema."""
    old = compiler.sibling(operation.table, operation.old)
    return (Statement(transact.rename(compiler, old, operation.new, "OBJECT")),)


def validate_constraint(
    operation: ValidateConstraint, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """WITH CHECK CHECK CONSTRAINT."""
    name = compiler.identifier(operation.name)
    alter = f"ALTER TABLE {compiler.name(operation.table)}"
    return (Statement(f"{alter} WITH CHECK CHECK CONSTRAINT {name}"),)


def create_schema(
    operation: CreateSchema, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """CREATE SCHEMA, which must stand alone in its batch."""
    sql = f"CREATE SCHEMA {compiler.identifier(operation.name)}"
    if operation.if_not_exists:
        name, text = transact.literal(operation.name), transact.literal(sql)
        sql = f"IF SCHEMA_ID({name}) IS NULL EXEC({text})"
    return (Statement(sql),)


def drop_schema(operation: DropSchema, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
    """DROP SCHEMA, of an empty one."""
    if operation.cascade:
        raise UnsupportedOperation(
            f"drop_schema '{operation.name}': SQL Server has no CASCADE here. Drop what the "
            "schema holds first."
        )
    return operation.statements(compiler, before)


def _refuse(name: Name, word: str) -> UnsupportedOperation:
    return UnsupportedOperation(
        f"Sequence '{name}': SQL Server has no {word} for sequences. Leave it out, and drop what "
        "belongs together in operations of their own."
    )


def create_sequence(
    operation: CreateSequence, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """CREATE SEQUENCE; left alone, the server starts at the least number there is."""
    item = operation.sequence
    if item.owned_by is not None:
        raise _refuse(item.name, "owned_by")
    sql = create_text(replace(item, start=first_value(item)), compiler)
    if operation.if_not_exists:
        name = transact.quoted(compiler, item.name)
        sql = f"IF OBJECT_ID({name}, N'SO') IS NULL {sql}"
    return (Statement(sql),)


def alter_sequence(
    operation: AlterSequence, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """ALTER SEQUENCE."""
    changes = dict(operation.changes)
    if changes.get("owned_by") is not None:
        raise _refuse(operation.name, "owned_by")
    for key, word, instead in (
        ("start", "START WITH", "Pass restart with the number to go on with."),
        ("type", "AS", "Drop the sequence and create it again."),
    ):
        if key in changes:
            raise UnsupportedOperation(
                f"alter_sequence '{operation.name}': SQL Server has no {word} here. {instead}"
            )
    kept = tuple(pair for pair in operation.changes if pair[0] != "owned_by")
    return alter_statement(replace(operation, changes=kept), compiler, before, cache="CACHE")


def drop_sequence(
    operation: DropSequence, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """DROP SEQUENCE."""
    if operation.cascade:
        raise _refuse(operation.name, "cascade")
    return operation.statements(compiler, before)


OVERRIDES: Final[Mapping[type[Operation], Override]] = {
    RenameIndex: rename_index,
    RenameConstraint: rename_constraint,
    ValidateConstraint: validate_constraint,
    CreateSchema: create_schema,
    DropSchema: drop_schema,
    CreateSequence: create_sequence,
    AlterSequence: alter_sequence,
    DropSequence: drop_sequence,
}
