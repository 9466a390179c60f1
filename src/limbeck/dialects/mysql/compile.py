"""Operations as MySQL and MariaDB say them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from limbeck.dialects.mysql.alter import (
    alter_column,
    definition,
    is_mariadb,
    own_checks,
    owner_of,
)
from limbeck.dialects.mysql.indexes import (
    create_index,
    drop_index,
    index_sql,
    inline_index,
    require_mariadb,
)
from limbeck.dialects.mysql.normalize import Normalizer
from limbeck.errors import CommandError, UnsupportedOperation
from limbeck.metadata import build
from limbeck.operations.base import Operation, Statement
from limbeck.operations.columns import AddColumn, AlterColumn, DropColumn, uses
from limbeck.operations.compiler import Compiler, Override
from limbeck.operations.constraints import KINDS, AddConstraint, DropConstraint, kind_of
from limbeck.operations.indexes import CreateIndex, DropIndex
from limbeck.operations.tables import CreateTable, RenameTable, SetTableComment
from limbeck.schema.constraints import (
    Check,
    Constraint,
    Exclude,
    ForeignKey,
    PrimaryKey,
    Unique,
)
from limbeck.schema.names import Name
from limbeck.schema.objects import Before, Column, Table
from limbeck.schema.types import Expression


def create_table(
    operation: CreateTable, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """CREATE TABLE with its comments, then its indexes."""
    table = operation.table
    for constraint in table.constraints:
        _check(table.name, constraint)
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


def add_column(operation: AddColumn, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
    """ADD COLUMN and all that came on the column, in one ALTER TABLE."""
    condition = ""
    if operation.if_not_exists:
        what = f"add_column '{operation.table}.{operation.column.name}'"
        require_mariadb(compiler, what, "if_not_exists")
        condition = "IF NOT EXISTS "
    for constraint in operation.constraints:
        _check(operation.table, constraint)
    inline = _inline(operation, compiler)
    shaping = tuple(c for c in operation.constraints if isinstance(c, PrimaryKey))
    text = compiler.column(operation.table, operation.column, shaping)
    parts = [f"ADD COLUMN {condition}{text}{''.join(f' {words}' for words in inline.values())}"]
    parts += [
        f"ADD {compiler.constraint(operation.table, c, (operation.column.name,))}"
        for c in operation.constraints
        if c not in inline
    ]
    parts += [f"ADD {inline_index(compiler, operation.table, i)}" for i in operation.indexes]
    return (_alter(compiler, operation.table, parts),)


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


def _alter(compiler: Compiler, table: Name, parts: Iterable[str]) -> Statement:
    return Statement(f"ALTER TABLE {compiler.name(table)} {', '.join(parts)}")


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
    return (_alter(compiler, operation.table, [*parts, f"DROP COLUMN {condition}{name}"]),)


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
                yield _drop_text(compiler, table.name, item, item.name)
            elif owner != column:
                yield f"MODIFY {_without_check(compiler, table, item, owner)}"
    for index in table.indexes.values():
        if uses(index, column) and index.columns != (column,):
            yield f"DROP INDEX {compiler.identifier(index.name)}"


def _without_check(compiler: Compiler, table: Table, check: Constraint, owner: str) -> str:
    """The column without a check that stands in its text, for MODIFY."""
    rest = table.without_constraint(check)
    return _modified(compiler, rest, rest.column(owner))


def add_constraint(
    operation: AddConstraint, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """ADD CONSTRAINT; a primary key gives its column AUTO_INCREMENT where it is known to have."""
    item = operation.constraint
    _check(operation.table, item)
    parts = [f"ADD {compiler.constraint(operation.table, item)}"]
    if isinstance(item, PrimaryKey):
        parts += [
            f"MODIFY {_modified(compiler, table, column)}"
            for table, column in _numbered(before, operation.table)
            if column.name in item.columns
        ]
    return (_alter(compiler, operation.table, parts),)


def _numbered(before: Before, table: Name) -> tuple[tuple[Table, Column], ...]:
    """The column with AUTO_INCREMENT, and its table; nothing where that is not known."""
    found = before.find(table)
    columns = found.columns.values() if found is not None else ()
    return tuple((found, c) for c in columns if found is not None and c.autoincrement is True)


def _modified(compiler: Compiler, table: Table, column: Column) -> str:
    """A column of that table written whole, for MODIFY."""
    checks = own_checks(table, column.name)
    text = definition(compiler, column, compiler.type(column.type), checks)
    return f"{compiler.identifier(column.name)} {text}"


def _check(table: Name, constraint: Constraint) -> None:
    """Refuses what MySQL cannot do, or reads and forgets. Raises UnsupportedOperation."""
    what = f"Constraint '{constraint.name or ''}' on '{table}'"
    match constraint:
        case Exclude():
            raise UnsupportedOperation(
                f"{what}: MySQL and MariaDB have no EXCLUDE. Use a unique constraint, or a trigger."
            )
        case ForeignKey(match=str(text)):
            raise UnsupportedOperation(
                f"{what}: MySQL and MariaDB ignore MATCH {text}, and the actions with it. Leave "
                "out match, and make the columns NOT NULL where MATCH FULL was meant."
            )
        case Unique() | ForeignKey() if constraint.deferrable or constraint.initially:
            raise UnsupportedOperation(
                f"{what}: MySQL and MariaDB have no DEFERRABLE. Leave out deferrable and "
                "initially; SET foreign_key_checks = 0 lets rows break a key for a while."
            )
        case _:
            pass


def drop_constraint(
    operation: DropConstraint, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """DROP by the constraint's kind, which is looked up where the script does not name it."""
    table = before.find(operation.table)
    operation = _normalized(operation, compiler)
    found = operation.find(table) if table is not None else None
    owner = owner_of(found)
    if table is not None and found is not None and owner is not None:
        text = _without_check(compiler, table, found, owner)
        return (_alter(compiler, operation.table, [f"MODIFY {text}"]),)
    item = found or operation.constraint or _of_kind(operation, table)
    if operation.if_exists:
        require_mariadb(compiler, f"drop_constraint '{operation.name}'", "if_exists")
    name = None if isinstance(item, PrimaryKey) else operation.required_name(before)
    parts = []
    if isinstance(item, PrimaryKey):  # AUTO_INCREMENT cannot outlive the key
        parts = [
            f"MODIFY {_modified(compiler, holder, replace(column, autoincrement=False))}"
            for holder, column in _numbered(before, operation.table)
        ]
    parts.append(_drop_text(compiler, operation.table, item, name, operation.if_exists))
    return (_alter(compiler, operation.table, parts),)


def _normalized(operation: DropConstraint, compiler: Compiler) -> DropConstraint:
    """The operation with what it knows of the constraint in the form of the state before it."""
    if not isinstance(operation.constraint, Check):
        return operation
    normal = Normalizer(compiler.dialect).constraint(operation.constraint)
    return replace(operation, constraint=normal)


def _of_kind(operation: DropConstraint, table: Table | None) -> Constraint:
    """A constraint of the kind that the script names, or that the table's index has."""
    name = operation.name
    match operation.kind:
        case "foreignkey":
            return ForeignKey((), Name(""), (), name)
        case "primary":
            return PrimaryKey(())
        case "unique":
            return Unique((), name)
        case "check":
            return Check(Expression(""), name)
        case _:
            pass
    if table is not None and name in table.indexes:
        return Unique((), name)
    raise CommandError(
        f"drop_constraint '{name}' on '{operation.table}': MySQL drops a constraint by its kind, "
        f"which is not known here. Pass type_, one of {', '.join(sorted(KINDS))}."
    )


def _drop_text(
    compiler: Compiler,
    table: Name,
    item: Constraint,
    name: str | None,
    if_exists: bool = False,
) -> str:
    """DROP … as it stands in ALTER TABLE."""
    condition = "IF EXISTS " if if_exists else ""
    if isinstance(item, PrimaryKey):
        return "DROP INDEX IF EXISTS `PRIMARY`" if if_exists else "DROP PRIMARY KEY"
    if name is None:
        raise CommandError(
            f"A {kind_of(item)} constraint of '{table}' has no name: pass the one that the server "
            f"gave (SHOW CREATE TABLE {table})."
        )
    quoted = compiler.identifier(name)
    match item:
        case ForeignKey():
            return f"DROP FOREIGN KEY {condition}{quoted}"
        case Unique():
            return f"DROP INDEX {condition}{quoted}"
        case _:
            word = "CONSTRAINT" if is_mariadb(compiler) else "CHECK"
            return f"DROP {word} {condition}{quoted}"


OVERRIDES: Final[Mapping[type[Operation], Override]] = {
    CreateTable: create_table,
    RenameTable: rename_table,
    SetTableComment: set_table_comment,
    AddColumn: add_column,
    DropColumn: drop_column,
    AlterColumn: alter_column,
    AddConstraint: add_constraint,
    DropConstraint: drop_constraint,
    CreateIndex: create_index,
    DropIndex: drop_index,
}
