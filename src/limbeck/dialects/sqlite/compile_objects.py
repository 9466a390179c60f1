"""Renames, which SQLite has for tables and columns alone, and objects that it does not have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from limbeck.dialects.sqlite import definition
from limbeck.dialects.sqlite.inspect import INLINE, SQL
from limbeck.dialects.sqlite.lookup import find
from limbeck.dialects.sqlite.parse import name_start
from limbeck.dialects.sqlite.tokens import identifier, tokens
from limbeck.errors import SchemaConflict, UnsupportedOperation
from limbeck.operations.base import Operation, Statement
from limbeck.operations.batch import Batch
from limbeck.operations.compiler import Compiler, Override
from limbeck.operations.constraints import AddConstraint, DropConstraint, kind_of
from limbeck.operations.indexes import CreateIndex, DropIndex
from limbeck.operations.renames import RenameConstraint, RenameIndex, ValidateConstraint
from limbeck.operations.schemas import CreateSchema, DropSchema
from limbeck.schema.constraints import Constraint, PrimaryKey
from limbeck.schema.names import Name
from limbeck.schema.objects import Before, Index, Schema, Table


def expanded(operation: Batch, table: Table | None, compiler: Compiler) -> Batch:
    """The batch with each rename as a drop and an addition, which a rebuild can carry.

    Raises UnsupportedOperation where the table is not known, SchemaConflict for a name that it
    does not have.
    """
    if not any(isinstance(o, _EXPANDED) for o in operation.operations):
        return operation
    found: list[Operation] = []
    for item in operation.operations:
        parts = _parts(item, table, compiler)
        found += parts
        for part in parts:
            if table is not None:
                schema = part.apply(Schema().with_table(table))
                table = schema.find(table.name) or next(iter(schema), table)
    return replace(operation, operations=tuple(found))


_EXPANDED = (RenameIndex, RenameConstraint, ValidateConstraint)


def _parts(operation: Operation, table: Table | None, compiler: Compiler) -> tuple[Operation, ...]:
    match operation:
        case ValidateConstraint():
            raise _already_valid(operation)
        case RenameIndex():
            index = _index(operation, table)
            name = operation.owner(Schema().with_table(table) if table is not None else Schema())
            options = tuple(pair for pair in index.options if pair[0] != SQL)
            new = replace(index, name=operation.new, options=options)
            return (DropIndex(operation.old, name, index=index), CreateIndex(name, new))
        case RenameConstraint():
            return _replaced(operation, table, compiler)
        case _:
            return (operation,)


def _unknown(what: str, table: Name | None) -> UnsupportedOperation:
    return UnsupportedOperation(
        f"{what}: SQLite makes it anew under the new name, and what table '{table or ''}' looks "
        "like is not known here. Run it on a connection, or pass copy_from= to batch_alter_table "
        "with the table."
    )


def _index(operation: RenameIndex, table: Table | None) -> Index:
    """The index that is to be renamed."""
    what = f"rename_index '{operation.old}'"
    if table is None:
        raise _unknown(what, operation.table)
    if operation.new in table.indexes:
        raise SchemaConflict(f"Table '{table.name}' has an index '{operation.new}' already.")
    if operation.old in table.indexes:
        return table.indexes[operation.old]
    if table.constraint(operation.old) is not None:
        raise UnsupportedOperation(f"{what}: it is a constraint here. Use rename_constraint.")
    raise SchemaConflict(f"There is no index '{operation.old}' to rename.")


def _replaced(
    operation: RenameConstraint, table: Table | None, compiler: Compiler
) -> tuple[Operation, ...]:
    """The constraint without its old name, and with its new one."""
    what = f"rename_constraint '{operation.old}' on '{operation.table}'"
    if table is None:
        raise _unknown(what, operation.table)
    wanted = DropConstraint(
        operation.table,
        operation.old,
        operation.kind,
        naming_convention=operation.naming_convention,
    )
    found = find(wanted, table, compiler)
    if found is None:
        raise SchemaConflict(f"Table '{table.name}' has no constraint '{operation.old}' to rename.")
    if isinstance(found, PrimaryKey) and dict(table.options).get("sqlite_autoincrement"):
        raise UnsupportedOperation(
            f"{what}: SQLite keeps a key with AUTOINCREMENT in its column, where nothing asks for "
            "its name. Leave the rename out."
        )
    dropped = replace(wanted, kind=kind_of(found), constraint=found)
    return (dropped, AddConstraint(operation.table, _renamed(found, operation.new)))


def _renamed(constraint: Constraint, new: str) -> Constraint:
    """The constraint under its new name, in its own text as well.

    One that stands in a column's definition is written after the columns from now on.
    """
    options = dict(constraint.options)
    stored, inline = options.pop(SQL, None), options.pop(INLINE, None)
    if stored is not None and not inline:
        options[SQL] = f"CONSTRAINT {identifier(new)} {_unnamed(stored)}"
    return replace(constraint, name=new, options=tuple(sorted(options.items())))


def _unnamed(sql: str) -> str:
    """A constraint's text without CONSTRAINT and its name."""
    found = tokens(sql)
    named = len(found) > 2 and found[0].text.upper() == "CONSTRAINT"
    return sql[found[2].start :] if named else sql


def rename_index(
    operation: RenameIndex, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """DROP INDEX, and CREATE INDEX from its own definition."""
    name = operation.owner(before)
    table = before.find(name)
    index = _index(operation, table)
    assert table is not None  # `_index` has found its index
    stored = dict(index.options).get(SQL)
    if stored is not None:
        place = name_start(stored)
        old = next(token for token in tokens(stored) if token.start == place)
        sql = f"{stored[:place]}{identifier(operation.new)}{stored[old.end :]}"
        options = tuple((k, sql if k == SQL else v) for k, v in index.options)
        index = replace(index, options=options)
    new = replace(index, name=operation.new)
    return (
        Statement(f"DROP INDEX {compiler.sibling(name, operation.old)}"),
        Statement(definition.create_index(new, table, compiler)),
    )


def _already_valid(operation: ValidateConstraint) -> UnsupportedOperation:
    return UnsupportedOperation(
        f"validate_constraint '{operation.name}' on '{operation.table}': SQLite checks all rows "
        "when a constraint is added. Leave it out."
    )


def validate_constraint(
    operation: ValidateConstraint, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """Raises UnsupportedOperation: there is no NOT VALID."""
    raise _already_valid(operation)


def _refuse_schema(
    operation: CreateSchema | DropSchema, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """Raises UnsupportedOperation: a schema is a file."""
    raise UnsupportedOperation(
        f"{operation.call().verb} '{operation.name}': a schema is a database file on SQLite. "
        "ATTACH it when the connection is made, and leave this out."
    )


OVERRIDES: Final[Mapping[type[Operation], Override]] = {
    RenameIndex: rename_index,
    ValidateConstraint: validate_constraint,
    CreateSchema: _refuse_schema,
    DropSchema: _refuse_schema,
}
