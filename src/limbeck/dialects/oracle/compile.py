"""Operations as Oracle says them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

import sqlalchemy as sa

from limbeck.dialects.oracle import compile_objects
from limbeck.errors import UnsupportedOperation
from limbeck.metadata import build
from limbeck.operations.alter_column import AlterColumn
from limbeck.operations.base import UNSET, Operation, Statement
from limbeck.operations.columns import AddColumn, DropColumn, inline_text
from limbeck.operations.compiler import Compiler, Override
from limbeck.operations.constraints import AddConstraint, DropConstraint
from limbeck.operations.indexes import CreateIndex, DropIndex
from limbeck.operations.tables import CreateTable, DropTable, SetTableComment
from limbeck.schema.constraints import Constraint, Exclude, ForeignKey, PrimaryKey
from limbeck.schema.names import Name
from limbeck.schema.objects import Before, Column, Identity, Index
from limbeck.schema.types import Expression, SqlType

_CONDITIONS = (23,)
"""The version that brought IF [NOT] EXISTS for tables and indexes."""


def create_table(
    operation: CreateTable, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """CREATE TABLE, its indexes, its comments."""
    table, source = operation.table, operation.source
    if operation.if_not_exists:
        _require_conditions(compiler, f"create_table '{table.name}'", "if_not_exists")
    checked = tuple(_checked(table.name, c) for c in table.constraints)
    if checked != table.constraints:
        table, source = replace(table, constraints=checked), None
    built = source if source is not None else build.table(table)
    build.add_referred(built)
    again = operation.if_not_exists
    sql = [compiler.create_table(built, if_not_exists=again)]
    sql += [_create_index(compiler, table.name, i, again) for i in table.indexes.values()]
    if table.comment is not None:
        sql.append(_table_comment(compiler, table.name, table.comment))
    sql += [
        _column_comment(compiler, table.name, column.name, column.comment)
        for column in table.columns.values()
        if column.comment is not None
    ]
    return tuple(Statement(text) for text in sql)


def _table_comment(compiler: Compiler, table: Name, comment: str | None) -> str:
    """COMMENT ON TABLE; an empty one is none, NULL is refused."""
    return f"COMMENT ON TABLE {compiler.name(table)} IS {compiler.literal(comment or '')}"


def _column_comment(compiler: Compiler, table: Name, column: str, comment: str | None) -> str:
    """COMMENT ON COLUMN."""
    name = f"{compiler.name(table)}.{compiler.identifier(column)}"
    return f"COMMENT ON COLUMN {name} IS {compiler.literal(comment or '')}"


def drop_table(operation: DropTable, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
    """DROP TABLE."""
    if operation.if_exists:
        _require_conditions(compiler, f"drop_table '{operation.name}'", "if_exists")
    return operation.statements(compiler, before)


def set_table_comment(
    operation: SetTableComment, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """COMMENT ON TABLE."""
    return (Statement(_table_comment(compiler, operation.name, operation.comment)),)


def add_column(operation: AddColumn, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
    """ADD with the column's checks and keys in it, then the rest."""
    table, column = operation.table, operation.column
    if operation.if_not_exists:
        raise _no_condition(f"add_column '{table}.{column.name}'", "if_not_exists")
    constraints = tuple(_checked(table, c) for c in operation.constraints)
    inline = replace(operation, constraints=constraints).inline_constraints
    shaping = tuple(c for c in constraints if isinstance(c, PrimaryKey))
    text = compiler.column(table, column, shaping)
    text += "".join(f" {inline_text(compiler, table, c)}" for c in inline)
    name = compiler.name(table)
    sql = [f"ALTER TABLE {name} ADD {text}"]
    sql += [
        f"ALTER TABLE {name} ADD {compiler.constraint(table, c, (column.name,))}"
        for c in constraints
        if c not in inline and not isinstance(c, PrimaryKey)
    ]
    sql += [compiler.create_index(table, index) for index in operation.indexes]
    if column.comment is not None:
        sql.append(_column_comment(compiler, table, column.name, column.comment))
    return tuple(Statement(item) for item in sql)


def drop_column(operation: DropColumn, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
    """DROP COLUMN."""
    if operation.if_exists:
        raise _no_condition(f"drop_column '{operation.table}.{operation.column}'", "if_exists")
    return operation.statements(compiler, before)


def alter_column(
    operation: AlterColumn, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """MODIFY, one statement each: null, default, identity, type; then comment and name."""
    if operation.computed is not UNSET:
        raise UnsupportedOperation(
            f"alter_column '{operation.table}.{operation.column}': Oracle cannot make a column "
            "that exists a virtual one, nor a virtual one plain. Drop it and add it again."
        )
    table, column = compiler.name(operation.table), compiler.identifier(operation.column)
    sql = [
        f"ALTER TABLE {table} MODIFY {column} {text}"
        for text in _parts(operation, compiler, before)
    ]
    if operation.comment is not UNSET:
        comment = operation.comment
        sql.append(_column_comment(compiler, operation.table, operation.column, comment))
    if operation.new_name is not None:
        new = compiler.identifier(operation.new_name)
        sql.append(f"ALTER TABLE {table} RENAME COLUMN {column} TO {new}")
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


def _parts(operation: AlterColumn, compiler: Compiler, before: Before) -> Iterator[str]:
    """What follows the column's name in each MODIFY.

    Oracle refuses NULL on a column that takes NULL (ORA-01451), and NOT NULL on one that does not.
    """
    table = before.find(operation.table)
    old = table.columns.get(operation.column) if table is not None else None
    known = old.nullable if old is not None else operation.existing_nullable
    if operation.nullable is not None and operation.nullable != known:
        yield "NULL" if operation.nullable else "NOT NULL"
    if operation.default is None:
        yield "DEFAULT NULL"
    elif isinstance(operation.default, Expression):
        yield f"DEFAULT {compiler.default(operation.default)}"
    if operation.identity is None:
        yield "DROP IDENTITY"
    elif isinstance(operation.identity, Identity):
        yield _identity(compiler, operation.identity)
    if operation.type is not None:
        yield compiler.type(operation.type)


def _identity(compiler: Compiler, identity: Identity) -> str:
    """GENERATED … AS IDENTITY, as SQLAlchemy writes it in a column."""
    column = Column("c", SqlType(sa.Integer()), nullable=False, identity=identity)
    text = compiler.column(Name("t"), column)
    return text[text.index("GENERATED") :].removesuffix(" NOT NULL")


def add_constraint(
    operation: AddConstraint, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """ADD CONSTRAINT, where Oracle has it."""
    checked = _checked(operation.table, operation.constraint)
    return replace(operation, constraint=checked).statements(compiler, before)


def drop_constraint(
    operation: DropConstraint, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """DROP CONSTRAINT."""
    if operation.if_exists:
        raise _no_condition(f"drop_constraint '{operation.name}'", "if_exists")
    return operation.statements(compiler, before)


def _checked(table: Name, item: Constraint) -> Constraint:
    """The constraint as Oracle takes it; UnsupportedOperation for what it does not have.

    RESTRICT and NO ACTION are left out: that is what the server does on its own.
    """
    what = f"Constraint '{item.name or ''}' on '{table}'"
    if isinstance(item, Exclude):
        raise UnsupportedOperation(
            f"{what}: Oracle has no EXCLUDE. Use a unique index on an expression, or a trigger."
        )
    if not isinstance(item, ForeignKey):
        return item
    if item.match is not None:
        raise UnsupportedOperation(
            f"{what}: Oracle has no MATCH. Leave out match, and make the columns NOT NULL where "
            "MATCH FULL was meant."
        )
    if item.on_update not in (None, "RESTRICT"):
        raise UnsupportedOperation(
            f"{what}: Oracle has no ON UPDATE {item.on_update}. Leave out onupdate; a trigger, or "
            "a deferrable key and two updates in one transaction, does what it would have done."
        )
    on_delete = None if item.on_delete == "RESTRICT" else item.on_delete
    if on_delete not in (None, "CASCADE", "SET NULL"):
        raise UnsupportedOperation(
            f"{what}: Oracle has no ON DELETE {on_delete}. Use CASCADE, SET NULL or a trigger."
        )
    return replace(item, on_update=None, on_delete=on_delete)


def create_index(
    operation: CreateIndex, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """CREATE INDEX."""
    if operation.if_not_exists:
        _require_conditions(compiler, f"create_index '{operation.index.name}'", "if_not_exists")
    sql = _create_index(compiler, operation.table, operation.index, operation.if_not_exists)
    return (Statement(sql),)


def _create_index(compiler: Compiler, table: Name, index: Index, if_not_exists: bool) -> str:
    """CREATE INDEX, with the condition that SQLAlchemy leaves out."""
    sql = compiler.create_index(table, index)
    return sql.replace("INDEX ", "INDEX IF NOT EXISTS ", 1) if if_not_exists else sql


def drop_index(operation: DropIndex, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
    """DROP INDEX."""
    if operation.if_exists:
        _require_conditions(compiler, f"drop_index '{operation.name}'", "if_exists")
    return operation.statements(compiler, before)


def _require_conditions(compiler: Compiler, what: str, option: str) -> None:
    """Refuses a condition that the server's version is known not to have."""
    version = getattr(compiler.dialect, "server_version_info", None)
    if version and tuple(version) < _CONDITIONS:
        words = option.replace("_", " ").upper()
        raise UnsupportedOperation(
            f"{what}: Oracle has {words} since version 23. Leave out {option} and ask "
            "sa.inspect(op.get_bind()) first."
        )


def _no_condition(what: str, option: str) -> UnsupportedOperation:
    words = option.replace("_", " ").upper()
    return UnsupportedOperation(
        f"{what}: Oracle has no {words} for a part of a table. Leave out {option} and ask "
        "sa.inspect(op.get_bind()) first."
    )


OVERRIDES: Final[Mapping[type[Operation], Override]] = {
    **compile_objects.OVERRIDES,
    CreateTable: create_table,
    DropTable: drop_table,
    SetTableComment: set_table_comment,
    AddColumn: add_column,
    DropColumn: drop_column,
    AlterColumn: alter_column,
    AddConstraint: add_constraint,
    DropConstraint: drop_constraint,
    CreateIndex: create_index,
    DropIndex: drop_index,
}
