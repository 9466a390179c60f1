"""Constraints as MySQL and MariaDB add, refuse and drop them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from limbeck.dialects.mysql.alter import definition, is_mariadb, own_checks, owner_of
from limbeck.dialects.mysql.indexes import require_mariadb
from limbeck.dialects.mysql.normalize import Normalizer
from limbeck.errors import CommandError, UnsupportedOperation
from limbeck.operations.base import Statement
from limbeck.operations.compiler import Compiler
from limbeck.operations.constraints import KINDS, AddConstraint, DropConstraint, kind_of
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


def add_constraint(
    operation: AddConstraint, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """ADD CONSTRAINT; a primary key gives its column AUTO_INCREMENT where it is known to have."""
    item = operation.constraint
    refuse(operation.table, item)
    if isinstance(item, PrimaryKey) and _has_key(before.find(operation.table), item):
        return ()  # it came with its AUTO_INCREMENT column
    parts = [f"ADD {compiler.constraint(operation.table, item)}"]
    if isinstance(item, PrimaryKey):
        parts += [
            f"MODIFY {_modified(compiler, table, column)}"
            for table, column in _numbered(before, operation.table)
            if column.name in item.columns
        ]
    return (alter_table(compiler, operation.table, parts),)


def _has_key(table: Table | None, item: PrimaryKey) -> bool:
    """Whether the table has that primary key already."""
    key = table.primary_key if table is not None else None
    return key is not None and key.columns == item.columns


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


def refuse(table: Name, constraint: Constraint) -> None:
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
    """DROP by the constraint's kind, which is looked up where the script does not name it.

    The server keeps the index that it made for a foreign key. It goes in a step of its own, which
    scripts of the field have and generated ones are given (`read_back`, `plan.leftovers`): dropped
    along with the key, it would be missing there.
    """
    table = before.find(operation.table)
    operation = _normalized(operation, compiler)
    found = operation.find(table) if table is not None else None
    owner = owner_of(found)
    if table is not None and found is not None and owner is not None:
        text = without_check(compiler, table, found, owner)
        return (alter_table(compiler, operation.table, [f"MODIFY {text}"]),)
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
    parts.append(drop_text(compiler, operation.table, item, name, operation.if_exists))
    return (alter_table(compiler, operation.table, parts),)


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


def drop_text(
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


def without_check(compiler: Compiler, table: Table, check: Constraint, owner: str) -> str:
    """The column without a check that stands in its text, for MODIFY."""
    rest = table.without_constraint(check)
    return _modified(compiler, rest, rest.column(owner))


def alter_table(compiler: Compiler, table: Name, parts: Iterable[str]) -> Statement:
    """One ALTER TABLE of all those parts."""
    return Statement(f"ALTER TABLE {compiler.name(table)} {', '.join(parts)}")
