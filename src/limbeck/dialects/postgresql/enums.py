"""The life of an enum type: created before its first column, dropped after its last one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy.dialects import postgresql

from limbeck.dialects.postgresql import expressions
from limbeck.dialects.postgresql.named_types import enum_of, resolve
from limbeck.operations.base import Statement
from limbeck.operations.columns import mentions, uses
from limbeck.operations.compiler import Compiler
from limbeck.operations.types import AlterEnum
from limbeck.schema.constraints import Check, ForeignKey
from limbeck.schema.names import Name
from limbeck.schema.objects import Before, Column, Index, Schema, Table
from limbeck.schema.types import EnumType, Expression, SqlType


def create_types(
    types: Iterable[SqlType], compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """CREATE TYPE for the enum types that do not exist yet, each once, and CREATE DOMAIN.

    A payload with ``create_type=False`` is left to the user.
    """
    made: dict[Name, str] = {}
    for type_ in types:
        element = resolve(type_.payload, compiler.dialect).element
        if not getattr(element, "create_type", True):
            continue
        if isinstance(element, postgresql.DOMAIN):
            made.setdefault(Name(str(element.name), element.schema), _domain(element, compiler))
            continue
        enum = enum_of(type_.payload, compiler.dialect)
        if enum is not None and enum.name not in made and not exists(enum.name, compiler, before):
            made[enum.name] = create_type(enum, compiler)
    return tuple(Statement(sql) for sql in made.values())


def create_type(enum: EnumType, compiler: Compiler) -> str:
    """CREATE TYPE."""
    values = ", ".join(compiler.literal(value) for value in enum.values)
    return f"CREATE TYPE {compiler.name(enum.name)} AS ENUM ({values})"


def _domain(domain: postgresql.DOMAIN, compiler: Compiler) -> str:
    """CREATE DOMAIN, unless it is there: nothing else keeps account of domains."""
    sql = compiler.ddl(postgresql.CreateDomainType(domain)).strip()
    quote = "$limbeck$"
    return f"DO {quote} BEGIN {sql}; EXCEPTION WHEN duplicate_object THEN NULL; END {quote}"


def exists(name: Name, compiler: Compiler, before: Before) -> bool:
    """Whether the type is there: as the state tells, or because a column of it is."""
    return before.enum(name) is not None or bool(_declared_users(name, compiler, before))


def _declared_users(name: Name, compiler: Compiler, before: Before) -> tuple[tuple[Name, str], ...]:
    """Columns of that type in a state that nobody has normalised."""
    if not isinstance(before, Schema):
        return ()
    return tuple(
        (table.name, column.name)
        for table in before
        for column in table.columns.values()
        if column.type.enum is None
        and (found := enum_of(column.type.payload, compiler.dialect)) is not None
        and found.name == name
    )


def users(name: Name, compiler: Compiler, before: Before) -> tuple[tuple[Name, str], ...]:
    """The columns of that type, in order of name."""
    found = {*before.enum_users(name), *_declared_users(name, compiler, before)}
    return tuple(sorted(found, key=lambda user: (user[0].sort_key, user[1])))


def drop_types(
    table: Name, columns: Iterable[Column], compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """DROP TYPE for the enum types that only these columns of that table use."""
    given = list(columns)
    names = {column.name for column in given}
    dropped: dict[Name, str] = {}
    for column in given:
        enum = enum_of(column.type.payload, compiler.dialect)
        if enum is None or enum.name in dropped:
            continue
        if not getattr(enum.payload, "create_type", True):
            continue
        others = (
            user
            for user in users(enum.name, compiler, before)
            if user[0] != table or user[1] not in names
        )
        if next(others, None) is None:
            dropped[enum.name] = f"DROP TYPE {compiler.name(enum.name)}"
    return tuple(Statement(sql) for sql in dropped.values())


def alter_enum(operation: AlterEnum, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
    """ADD VALUE where values are only added; else a new type takes the place of the old one."""
    kept = [value for value in operation.values if value in operation.existing]
    if kept == list(operation.existing):
        return tuple(Statement(sql) for sql in _added_values(operation, compiler))
    return tuple(Statement(sql) for sql in _swap(operation, compiler, before))


def _added_values(operation: AlterEnum, compiler: Compiler) -> Iterator[str]:
    alter = f"ALTER TYPE {compiler.name(operation.name)} ADD VALUE"
    for position, value in enumerate(operation.values):
        if value in operation.existing:
            continue
        if position:
            place = f" AFTER {compiler.literal(operation.values[position - 1])}"
        elif operation.existing:
            place = f" BEFORE {compiler.literal(operation.existing[0])}"
        else:
            place = ""
        yield f"{alter} {compiler.literal(value)}{place}"


def _swap(operation: AlterEnum, compiler: Compiler, before: Before) -> Iterator[str]:
    """What the columns of the old type need to become columns of the new one.

    Foreign keys between such columns, and checks and indexes that name values of the type, would
    compare with the old one: they are made anew.
    """
    name = operation.name
    old = Name(f"{name.name}_old", name.schema)
    columns: dict[Name, list[str]] = {}
    for owner, user in users(name, compiler, before):
        columns.setdefault(owner, []).append(user)
    tables = [before.table(owner) for owner in columns]
    for table in tables:
        for constraint in _constraints(table, columns[table.name]):
            dropped = compiler.identifier(constraint.name or "")
            yield f"ALTER TABLE {compiler.name(table.name)} DROP CONSTRAINT {dropped}"
        for index in _indexes(table, columns[table.name]):
            yield f"DROP INDEX {compiler.sibling(table.name, index.name)}"
    yield f"ALTER TYPE {compiler.name(name)} RENAME TO {compiler.identifier(old.name)}"
    yield create_type(EnumType(name, operation.values), compiler)
    for table in tables:
        for column in columns[table.name]:
            yield from _converted(table, table.column(column), name, compiler)
    yield f"DROP TYPE {compiler.name(old)}"
    for table in tables:
        for constraint in _constraints(table, columns[table.name]):
            text = compiler.constraint(table.name, constraint)
            yield f"ALTER TABLE {compiler.name(table.name)} ADD {text}"
        for index in _indexes(table, columns[table.name]):
            yield compiler.create_index(table.name, index)


def _converted(table: Table, column: Column, name: Name, compiler: Compiler) -> Iterator[str]:
    identifier = compiler.identifier(column.name)
    alter = f"ALTER TABLE {compiler.name(table.name)} ALTER COLUMN {identifier}"
    brackets = "[]" if resolve(column.type.payload, compiler.dialect).is_array else ""
    new = f"{compiler.name(name)}{brackets}"
    if column.default is not None:
        yield f"{alter} DROP DEFAULT"
    yield f"{alter} TYPE {new} USING {identifier}::text{brackets}::{new}"
    if column.default is not None:
        yield f"{alter} SET DEFAULT {portable_default(column.default, compiler)}"


def portable_default(default: Expression, compiler: Compiler) -> str:
    """A default that fits the column whatever its type becomes: literals without their cast."""
    sql = compiler.default(default)
    bare = expressions.literal(sql)
    return sql if bare is None else bare


def _constraints(table: Table, columns: Iterable[str]) -> list[Check | ForeignKey]:
    """The checks and foreign keys of those columns; an unnamed one cannot be dropped by name."""
    names = list(columns)
    return [
        constraint
        for constraint in table.constraints
        if constraint.name is not None
        and isinstance(constraint, Check | ForeignKey)
        and any(uses(constraint, name) for name in names)
    ]


def _indexes(table: Table, columns: Iterable[str]) -> list[Index]:
    names = list(columns)
    return [
        index
        for index in table.indexes.values()
        if any(mentions(e, name) for e in _expressions(index) for name in names)
    ]


def _expressions(index: Index) -> Iterator[Expression]:
    yield from (e.expression for e in index.elements if e.expression is not None)
    yield from (value for _, value in index.options if isinstance(value, Expression))
