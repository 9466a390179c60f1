"""Objects beside tables as Oracle says them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from limbeck.errors import UnsupportedOperation
from limbeck.operations.base import Operation, Statement
from limbeck.operations.compiler import Compiler, Override
from limbeck.operations.renames import ValidateConstraint
from limbeck.operations.schemas import CreateSchema, DropSchema
from limbeck.operations.sequences import (
    AlterSequence,
    CreateSequence,
    DropSequence,
    alter_statement,
    create_text,
)
from limbeck.schema.names import Name
from limbeck.schema.objects import Before


def validate_constraint(
    operation: ValidateConstraint, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """ENABLE VALIDATE."""
    name = compiler.identifier(operation.name)
    alter = f"ALTER TABLE {compiler.name(operation.table)}"
    return (Statement(f"{alter} ENABLE VALIDATE CONSTRAINT {name}"),)


def _refuse_schema(
    operation: CreateSchema | DropSchema, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """Raises UnsupportedOperation: a schema is a user."""
    verb = operation.call().verb
    raise UnsupportedOperation(
        f"{verb} '{operation.name}': a schema is a user on Oracle, with rights and a quota. Use "
        "op.execute with CREATE USER or DROP USER."
    )


def _refuse(name: Name, word: str) -> UnsupportedOperation:
    return UnsupportedOperation(
        f"Sequence '{name}': Oracle has no {word} for sequences here. Leave it out."
    )


_CONDITIONS = (23,)
"""The version that brought IF [NOT] EXISTS."""


def _require_condition(compiler: Compiler, name: Name, option: str) -> None:
    version = compiler.dialect.server_version_info
    if version and tuple(version) < _CONDITIONS:
        raise _refuse(name, option)


def create_sequence(
    operation: CreateSequence, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """CREATE SEQUENCE; a sequence has no type and no owner."""
    item = operation.sequence
    if item.owned_by is not None or item.type is not None:
        raise _refuse(item.name, "owned_by" if item.owned_by is not None else "data_type")
    if operation.if_not_exists:
        _require_condition(compiler, item.name, "if_not_exists")
    return (Statement(create_text(item, compiler, if_not_exists=operation.if_not_exists)),)


def alter_sequence(
    operation: AlterSequence, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """ALTER SEQUENCE; RESTART names its number with START WITH."""
    changes = dict(operation.changes)
    for key in ("owned_by", "type"):
        if changes.get(key) is not None:
            raise _refuse(operation.name, key)
    if "start" in changes:
        raise UnsupportedOperation(
            f"alter_sequence '{operation.name}': Oracle cannot change where a sequence starts. "
            "Pass restart with the number to go on with."
        )
    kept = tuple(pair for pair in operation.changes if pair[0] not in ("owned_by", "type"))
    found = alter_statement(
        replace(operation, changes=kept), compiler, before, no="NO", cache="CACHE 20"
    )
    return tuple(replace(s, sql=s.sql.replace("RESTART WITH", "RESTART START WITH")) for s in found)


def drop_sequence(
    operation: DropSequence, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """DROP SEQUENCE."""
    if operation.cascade:
        raise _refuse(operation.name, "cascade")
    if operation.if_exists:
        _require_condition(compiler, operation.name, "if_exists")
    return operation.statements(compiler, before)


OVERRIDES: Final[Mapping[type[Operation], Override]] = {
    ValidateConstraint: validate_constraint,
    CreateSchema: _refuse_schema,
    DropSchema: _refuse_schema,
    CreateSequence: create_sequence,
    AlterSequence: alter_sequence,
    DropSequence: drop_sequence,
}
