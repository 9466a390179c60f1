"""Renames and objects beside tables as MySQL and MariaDB say them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from limbeck.dialects.mysql.alter import is_mariadb
from limbeck.dialects.mysql.constraints import alter_table
from limbeck.dialects.mysql.indexes import inline_index
from limbeck.errors import CommandError, UnsupportedOperation
from limbeck.operations.base import Operation, Statement
from limbeck.operations.compiler import Compiler, Override
from limbeck.operations.constraints import AddConstraint, DropConstraint, kind_of
from limbeck.operations.renames import RenameConstraint, RenameIndex, ValidateConstraint
from limbeck.operations.schemas import DropSchema
from limbeck.operations.sequences import (
    AlterSequence,
    CreateSequence,
    DropSequence,
    alter_statement,
    create_text,
)
from limbeck.schema.constraints import PrimaryKey, Unique
from limbeck.schema.names import Name
from limbeck.schema.objects import Before


def rename_index(
    operation: RenameIndex, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """RENAME INDEX; an older MariaDB drops it and makes it again, in one statement."""
    name = operation.owner(before)
    old, new = compiler.identifier(operation.old), compiler.identifier(operation.new)
    if _has_rename_index(compiler.dialect):
        return (alter_table(compiler, name, [f"RENAME INDEX {old} TO {new}"]),)
    table = before.find(name)
    index = table.indexes.get(operation.old) if table is not None else None
    if index is None:
        raise CommandError(
            f"rename_index '{operation.old}': this MariaDB has no RENAME INDEX (10.5.2 has), and "
            "what the index is like is not known here. Use drop_index and create_index."
        )
    made = inline_index(compiler, name, replace(index, name=operation.new))
    return (alter_table(compiler, name, [f"DROP INDEX {old}", f"ADD {made}"]),)


def _has_rename_index(dialect: Any) -> bool:
    """MySQL 5.7, MariaDB 10.5.2. A server that is not known has it."""
    version = tuple(getattr(dialect, "server_version_info", None) or ())
    return not version or version >= ((10, 5, 2) if dialect.is_mariadb else (5, 7))


def rename_constraint(
    operation: RenameConstraint, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """A unique key is renamed as an index; the others are dropped and added in one statement."""
    what = f"rename_constraint '{operation.old}' on '{operation.table}'"
    table = before.find(operation.table)
    if operation.kind == "unique":
        return _as_index(operation, compiler, before)
    if table is None:
        raise CommandError(
            f"{what}: MySQL and MariaDB cannot rename a constraint, and what it demands is not "
            "known here. Use drop_constraint and a create_… of its kind."
        )
    found = operation.find(table)
    match found:
        case Unique():
            return _as_index(operation, compiler, before)
        case PrimaryKey():
            raise UnsupportedOperation(
                f"{what}: a primary key is always called PRIMARY on MySQL and MariaDB. Leave the "
                "rename out."
            )
        case _:
            pass
    dropped = DropConstraint(operation.table, operation.old, kind_of(found), constraint=found)
    added = AddConstraint(operation.table, replace(found, name=operation.new))
    prefix = f"ALTER TABLE {compiler.name(operation.table)} "
    parts = [
        statement.sql.removeprefix(prefix)
        for change in (dropped, added)
        for statement in compiler.compile(change, before)
    ]
    return (alter_table(compiler, operation.table, parts),)


def _as_index(
    operation: RenameConstraint, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    index = RenameIndex(operation.old, operation.new, operation.table)
    return rename_index(index, compiler, before)


def validate_constraint(
    operation: ValidateConstraint, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """Raises UnsupportedOperation: there is no NOT VALID."""
    raise UnsupportedOperation(
        f"validate_constraint '{operation.name}' on '{operation.table}': MySQL and MariaDB check "
        "all rows when a constraint is added. Leave it out."
    )


def drop_schema(operation: DropSchema, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
    """DROP SCHEMA, which drops all that it holds: without `cascade` the server is asked first."""
    drop = replace(operation, cascade=False).statements(compiler, before)
    if operation.cascade:
        return drop
    held = Statement(
        "SELECT 1 FROM information_schema.tables "
        f"WHERE table_schema = {compiler.literal(operation.name)} LIMIT 1",
        verify=(
            f"Schema '{operation.name}' is not empty: drop its tables first, or pass cascade=True."
        ),
    )
    return (held, *drop)


def _require_sequences(compiler: Compiler, name: Name, owned: bool, cascade: bool = False) -> None:
    if not is_mariadb(compiler):
        raise UnsupportedOperation(
            f"Sequence '{name}': MySQL has no sequences (MariaDB has, with a mariadb:// URL). Use "
            "a primary key with AUTO_INCREMENT, or a table of counters."
        )
    if owned or cascade:
        word = "owned_by" if owned else "cascade"
        raise UnsupportedOperation(
            f"Sequence '{name}': MariaDB has no {word} for sequences. Leave it out, and drop what "
            "belongs together in operations of their own."
        )


def create_sequence(
    operation: CreateSequence, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """CREATE SEQUENCE (MariaDB); it has no types of numbers before version 11.5."""
    item = operation.sequence
    _require_sequences(compiler, item.name, item.owned_by is not None)
    if item.type is not None:
        raise UnsupportedOperation(
            f"Sequence '{item.name}': MariaDB's sequences are of BIGINT here. Leave out data_type "
            "and pass maxvalue."
        )
    return (Statement(create_text(item, compiler, if_not_exists=operation.if_not_exists)),)


def alter_sequence(
    operation: AlterSequence, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """ALTER SEQUENCE (MariaDB)."""
    changes = dict(operation.changes)
    _require_sequences(compiler, operation.name, changes.get("owned_by") is not None)
    if changes.get("type") is not None:
        raise UnsupportedOperation(
            f"Sequence '{operation.name}': MariaDB's sequences are of BIGINT here. Pass maxvalue."
        )
    kept = tuple(pair for pair in operation.changes if pair[0] not in ("owned_by", "type"))
    return alter_statement(
        replace(operation, changes=kept), compiler, before, no="NO", cache="CACHE 1000"
    )


def drop_sequence(
    operation: DropSequence, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """DROP SEQUENCE (MariaDB)."""
    _require_sequences(compiler, operation.name, False, operation.cascade)
    condition = "IF EXISTS " if operation.if_exists else ""
    return (Statement(f"DROP SEQUENCE {condition}{compiler.name(operation.name)}"),)


OVERRIDES: Final[Mapping[type[Operation], Override]] = {
    RenameIndex: rename_index,
    RenameConstraint: rename_constraint,
    ValidateConstraint: validate_constraint,
    DropSchema: drop_schema,
    CreateSequence: create_sequence,
    AlterSequence: alter_sequence,
    DropSequence: drop_sequence,
}
