"""The life of an enum type: created before its first column, dropped after its last one."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.dialects import postgresql

from limbeck.dialects.postgresql import expressions
from limbeck.dialects.postgresql.named_types import enum_of, is_native_enum, resolve
from limbeck.operations.base import Statement
from limbeck.operations.compiler import Compiler
from limbeck.schema.names import Name
from limbeck.schema.objects import Before, Column, Schema
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
        if not is_native_enum(element):
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


def portable_default(default: Expression, compiler: Compiler) -> str:
    """A default that fits the column whatever its type becomes: literals without their cast."""
    sql = compiler.default(default)
    bare = expressions.literal(sql)
    return sql if bare is None else bare
