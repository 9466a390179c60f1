"""Operations as MySQL and MariaDB say them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from limbeck.dialects.mysql import compile_objects
from limbeck.dialects.mysql.alter import alter_column, is_mariadb, owner_of
from limbeck.dialects.mysql.alter_table import alter_table as alter_options
from limbeck.dialects.mysql.constraints import (
    add_constraint,
    alter_table,
    drop_constraint,
    drop_text,
    refuse,
    without_check,
)
from limbeck.dialects.mysql.indexes import (
    create_index,
    drop_index,
    index_sql,
    inline_index,
    require_mariadb,
)
from limbeck.metadata import build
from limbeck.operations.alter_column import AlterColumn
from limbeck.operations.alter_table import AlterTable
from limbeck.operations.base import Operation, Statement
from limbeck.operations.columns import AddColumn, DropColumn
from limbeck.operations.compiler import Compiler, Override
from limbeck.operations.constraints import AddConstraint, DropConstraint
from limbeck.operations.indexes import CreateIndex, DropIndex
from limbeck.operations.mentions import uses
from limbeck.operations.tables import CreateTable, RenameTable, SetTableComment
from limbeck.schema.constraints import Check, Constraint, ForeignKey, PrimaryKey, Unique
from limbeck.schema.objects import Before, Table


def create_table(
    operation: CreateTable, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """CREATE TABLE with its comments, then its indexes."""
    table = operation.table
    for constraint in table.constraints:
        refuse(table.name, constraint)
    source = operation.source
    if source is not None and any(column.constraints for column in source.columns):
        source = None  # MariaDB takes no name for a check in a column's text: the values have none
    built = source if source is not None else build.table(table)
    build.add_referred(built)
    sql = [compiler.create_table(built, if_not_exists=operation.if_not_exists)]
    again = operation.if_not_exists and is_mariadb(compiler)
    sql += [index_sql(compiler, table.name, i, again) for i in table.indexes.values()]
    return tuple(Statement(text) for text in sql)


def rename_table(
    operation: RenameTable, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """RENAME TO, the new name in the schema of the old one: without, the table would move."""
    old, new = compiler.name(operation.old), compiler.name(operation.new)
    return (Statement(f"ALTER TABLE {old} RENAME TO {new}"),)


def set_table_comment(
    operation: SetTableComment, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """COMMENT as a table option; an empty one is none."""
    text = compiler.literal(operation.comment or "")
    return (Statement(f"ALTER TABLE {compiler.name(operation.name)} COMMENT {text}"),)


def add_column(
    operation: AddColumn, compiler: Compiler, before: Before, place: str = ""
) -> tuple[Statement, ...]:
    """ADD COLUMN and all that came on the column, in one ALTER TABLE; `place` is FIRST or AFTER."""
    condition = ""
    if operation.if_not_exists:
        what = f"add_column '{operation.table}.{operation.column.name}'"
        require_mariadb(compiler, what, "if_not_exists")
        condition = "IF NOT EXISTS "
    for constraint in operation.constraints:
        refuse(operation.table, constraint)
    operation = _keyed(operation, before)
    inline = _inline(operation, compiler)
    shaping = tuple(c for c in operation.constraints if isinstance(c, PrimaryKey))
    text = compiler.column(operation.table, operation.column, shaping)
    text += "".join(f" {words}" for words in inline.values())
    parts = [f"ADD COLUMN {condition}{text}{place}"]
    parts += [
        f"ADD {compiler.constraint(operation.table, c, (operation.column.name,))}"
        for c in operation.constraints
        if c not in inline
    ]
    parts += [f"ADD {inline_index(compiler, operation.table, i)}" for i in operation.indexes]
    return (alter_table(compiler, operation.table, parts),)


def _keyed(operation: AddColumn, before: Before) -> AddColumn:
    """The operation with the primary key that AUTO_INCREMENT wants in the same statement.

    A script that adds such a column creates its primary key in the next one, which then finds it.
    """
    column = operation.column
    keyed = any(isinstance(c, PrimaryKey) for c in operation.constraints)
    if column.autoincrement is not True or keyed:
        return operation
    table = before.find(operation.table)
    if table is not None and table.primary_key:
        return operation
    key = PrimaryKey((column.name,))
    return replace(operation, constraints=(*operation.constraints, key))


def _inline(operation: AddColumn, compiler: Compiler) -> dict[Constraint, str]:
    """Constraints that stand in the column's own text.

    An AUTO_INCREMENT column must be a key in the statement that makes it one. A foreign key stands
    there on request, on MariaDB: MySQL reads REFERENCES there and forgets it
    (https://dev.mysql.com/doc/refman/8.0/en/ansi-diff-foreign-keys.html).
    """
    found: dict[Constraint, str] = {}
    for constraint in operation.constraints:
        match constraint:
            case PrimaryKey(columns=(_,)):
                found[constraint] = "PRIMARY KEY"
            case ForeignKey(columns=(_,)) if operation.inline_references and is_mariadb(compiler):
                text = compiler.constraint(operation.table, replace(constraint, name=None))
                found[constraint] = text[text.index("REFERENCES") :]
            case _:
                pass
    return found


def drop_column(operation: DropColumn, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
    """DROP COLUMN, with the keys and checks that would keep the server from it.

    Left alone, MySQL takes the column out of an index of several and keeps the rest of it, and
    refuses a column that a foreign key or a check uses.
    """
    condition = ""
    if operation.if_exists:
        what = f"drop_column '{operation.table}.{operation.column}'"
        require_mariadb(compiler, what, "if_exists")
        condition = "IF EXISTS "
    table = before.find(operation.table)
    parts = list(_released(compiler, table, operation.column)) if table is not None else []
    name = compiler.identifier(operation.column)
    return (alter_table(compiler, operation.table, [*parts, f"DROP COLUMN {condition}{name}"]),)


def _released(compiler: Compiler, table: Table, column: str) -> Iterator[str]:
    """What has to go before that column can, foreign keys first."""
    used = [c for c in table.constraints if uses(c, column)]
    for kind in (ForeignKey, Check, Unique, PrimaryKey):
        for item in used:
            alone = isinstance(item, Unique | PrimaryKey) and item.columns == (column,)
            if not isinstance(item, kind) or alone:
                continue
            owner = owner_of(item)
            if owner is None:
                yield drop_text(compiler, table.name, item, item.name)
            elif owner != column:
                yield f"MODIFY {without_check(compiler, table, item, owner)}"
    for index in table.indexes.values():
        if uses(index, column) and index.columns != (column,):
            yield f"DROP INDEX {compiler.identifier(index.name)}"


OVERRIDES: Final[Mapping[type[Operation], Override]] = {
    **compile_objects.OVERRIDES,
    CreateTable: create_table,
    RenameTable: rename_table,
    SetTableComment: set_table_comment,
    AddColumn: add_column,
    DropColumn: drop_column,
    AlterColumn: alter_column,
    AlterTable: alter_options,
    AddConstraint: add_constraint,
    DropConstraint: drop_constraint,
    CreateIndex: create_index,
    DropIndex: drop_index,
}
