"""How PostgreSQL makes changes while a table is in use: in more steps, none of which makes others
wait for a look at all rows.

Sources: https://www.postgresql.org/docs/current/sql-altertable.html (Notes),
https://www.postgresql.org/docs/current/sql-createindex.html (Building Indexes Concurrently).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy.sql.elements import conv

from limbeck.dialects.base import Online
from limbeck.dialects.postgresql.rewrites import is_volatile
from limbeck.metadata import build
from limbeck.operations.alter_column import AlterColumn
from limbeck.operations.backfill import Backfill
from limbeck.operations.base import Operation
from limbeck.operations.columns import AddColumn
from limbeck.operations.compiler import Compiler
from limbeck.operations.constraints import AddConstraint, DropConstraint
from limbeck.operations.indexes import CreateIndex, DropIndex
from limbeck.operations.names import default_name, numbered, shortened
from limbeck.operations.renames import ValidateConstraint
from limbeck.schema.constraints import (
    NOT_VALID,
    Check,
    Constraint,
    Exclude,
    Options,
    PrimaryKey,
    Unique,
    is_valid,
)
from limbeck.schema.objects import Index, IndexElement, Table
from limbeck.schema.types import Expression

Operations = tuple[Operation, ...]

_CONCURRENTLY = ("postgresql_concurrently", True)
_OF_BOTH = {"postgresql_include", "postgresql_nulls_not_distinct"}
"""Options that a unique constraint and its index have in common."""


def create_index(operation: CreateIndex, table: Table, compiler: Compiler) -> Operations:
    """CREATE INDEX CONCURRENTLY."""
    index = operation.index
    if _is_partitioned(table) or _CONCURRENTLY in index.options:
        return (operation,)
    options = _with(index.options, _CONCURRENTLY)
    return (replace(operation, index=replace(index, options=options), source=None),)


def drop_index(operation: DropIndex, table: Table, compiler: Compiler) -> Operations:
    """DROP INDEX CONCURRENTLY."""
    is_index = operation.name in table.indexes
    if _is_partitioned(table) or not is_index or _CONCURRENTLY in operation.options:
        return (operation,)
    return (replace(operation, options=_with(operation.options, _CONCURRENTLY)),)


def add_constraint(operation: AddConstraint, table: Table, compiler: Compiler) -> Operations:
    """NOT VALID, then VALIDATE; a key by an index that is built CONCURRENTLY before."""
    constraint = _named(operation.constraint, table)
    if _is_partitioned(table) or operation.using_index is not None:
        return (operation,)
    match constraint:
        case Exclude() | Check(type_bound=True):
            return (operation,)
        case PrimaryKey() | Unique():
            return _by_index(operation, constraint, table)
        case _ if not is_valid(constraint):
            return (operation,)
        case _:
            unchecked = replace(constraint, options=_with(constraint.options, (NOT_VALID, True)))
            added = AddConstraint(operation.table, unchecked)
            return (added, ValidateConstraint(operation.table, constraint.name or "", apart=True))


def _by_index(operation: AddConstraint, key: PrimaryKey | Unique, table: Table) -> Operations:
    """The unique index, then the constraint that takes it over."""
    columns = [table.columns.get(name) for name in key.columns]
    is_free = key.name not in table.indexes
    if not is_free or None in columns or not _OF_BOTH.issuperset(dict(key.options)):
        return (operation,)
    if isinstance(key, PrimaryKey) and any(c is not None and c.nullable for c in columns):
        return (operation,)  # the server would look for NULL in all rows
    name = str(key.name)
    elements = tuple(IndexElement(column) for column in key.columns)
    options = _with(key.options, _CONCURRENTLY)
    index = Index(conv(name), elements, unique=True, options=options)
    added = replace(operation, constraint=key, using_index=name)
    return (CreateIndex(operation.table, index), added)


def validate_constraint(
    operation: ValidateConstraint, table: Table, compiler: Compiler
) -> Operations:
    """In a transaction of its own: what came before holds locks."""
    return (operation,) if operation.apart else (replace(operation, apart=True),)


def alter_column(operation: AlterColumn, table: Table, compiler: Compiler) -> Operations:
    """NOT NULL where a check that is valid has proven it: the server then looks at no row."""
    column = table.columns.get(operation.column)
    if operation.nullable is not False or column is None or not column.nullable:
        return (operation,)
    if _is_partitioned(table) or operation.type is not None or operation.new_name is not None:
        return (operation,)
    taken = {constraint.name for constraint in table.constraints}
    wanted = shortened(table.name.name, column.name, "is_set")
    name = conv(next(free for free in numbered(wanted) if free not in taken))
    text = f"{compiler.identifier(column.name)} IS NOT NULL"
    check = Check(Expression(text), name, options=((NOT_VALID, True),))
    return (
        AddConstraint(operation.table, check),
        ValidateConstraint(operation.table, name, apart=True),
        operation,
        DropConstraint(operation.table, name, "check", constraint=check),
    )


def add_column(operation: AddColumn, table: Table, compiler: Compiler) -> Operations:
    """The column alone, then what came with it; a default that differs by row is filled in."""
    if _is_partitioned(table) or operation.if_not_exists:
        return (operation,)
    if any(isinstance(c, PrimaryKey) for c in operation.constraints):
        return (operation,)
    bound = tuple(c for c in operation.constraints if _is_bound(c))
    others = tuple(c for c in operation.constraints if c not in bound)
    filled = _filled(operation, table, compiler)
    if not filled and not others and not operation.indexes:
        return (operation,)
    alone = replace(operation, constraints=bound, indexes=(), source=None)
    if filled:
        column = replace(operation.column, default=None, nullable=True)
        alone = replace(alone, column=column)
    named = (_named(c, table.with_column(operation.column)) for c in others)
    return (
        alone,
        *filled,
        *(AddConstraint(operation.table, constraint) for constraint in named),
        *(CreateIndex(operation.table, index) for index in operation.indexes),
    )


def _filled(operation: AddColumn, table: Table, compiler: Compiler) -> Operations:
    """The default, the rows that are there, and NOT NULL, after a column without them."""
    column = operation.column
    if column.default is None or column.autoincrement is True or table.primary_key is None:
        return ()
    default = compiler.default(column.default)
    if not is_volatile(default):
        return ()
    given: dict[str, Any] = {"existing_type": column.type, "existing_nullable": True}
    is_missing = build.text(f"{compiler.identifier(column.name)} IS NULL")
    filled: Operations = (
        AlterColumn(operation.table, column.name, default=column.default, **given),
        Backfill(operation.table, ((column.name, build.text(default)),), is_missing),
    )
    if column.nullable:
        return filled
    given["existing_default"] = column.default
    return (*filled, AlterColumn(operation.table, column.name, nullable=False, **given))


def _named(constraint: Constraint, table: Table) -> Constraint:
    """The constraint under the name that the server would give it."""
    if constraint.name is not None:
        return constraint
    taken = {c.name for c in table.constraints} | set(table.indexes)
    names = numbered(default_name(table, constraint))
    return replace(constraint, name=conv(next(name for name in names if name not in taken)))


def _is_bound(constraint: Constraint) -> bool:
    """Whether it comes with the type of its column."""
    return isinstance(constraint, Check) and constraint.type_bound


def _is_partitioned(table: Table) -> bool:
    """Whether it is a table of partitions, for which the server has few of these ways."""
    return "postgresql_partition_by" in dict(table.options)


def _with(options: Options, pair: tuple[str, Any]) -> Options:
    return tuple(sorted((*options, pair)))


ONLINE: Mapping[type[Operation], Online] = {
    CreateIndex: create_index,
    DropIndex: drop_index,
    AddConstraint: add_constraint,
    ValidateConstraint: validate_constraint,
    AlterColumn: alter_column,
    AddColumn: add_column,
}
