"""Objects beside tables as PostgreSQL says them: enum types, extensions, domains."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from limbeck.dialects.postgresql.enum_swap import swap
from limbeck.dialects.postgresql.enums import create_type
from limbeck.errors import CommandError
from limbeck.operations.base import UNSET, Operation, Statement
from limbeck.operations.compiler import Compiler, Override
from limbeck.operations.domains import AlterDomain, CreateDomain, DropDomain
from limbeck.operations.extensions import CreateExtension, DropExtension
from limbeck.operations.types import AddEnumValue, AlterEnum, CreateEnum, DropEnum
from limbeck.schema.constraints import Check
from limbeck.schema.objects import Before
from limbeck.schema.types import Expression


def create_enum(operation: CreateEnum, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
    """CREATE TYPE, which has no IF NOT EXISTS."""
    sql = create_type(operation.enum, compiler)
    if operation.if_not_exists:
        sql = f"DO $limbeck$ BEGIN {sql}; EXCEPTION WHEN duplicate_object THEN NULL; END $limbeck$"
    return (Statement(sql),)


def drop_enum(operation: DropEnum, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
    """DROP TYPE."""
    condition = "IF EXISTS " if operation.if_exists else ""
    return (Statement(f"DROP TYPE {condition}{compiler.name(operation.name)}"),)


def alter_enum(operation: AlterEnum, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
    """RENAME VALUE, then ADD VALUE where values are only added, else a swap of the type."""
    renames = tuple(Statement(sql) for sql in _renames(operation, compiler))
    if not operation.values:
        return renames
    known = operation.known(before)
    if known is None:
        raise CommandError(
            f"alter_enum '{operation.name}': the values before it are not known here. Pass "
            "existing_values."
        )
    existing = operation.renamed(known)
    if operation.values == existing:
        return renames
    kept = tuple(value for value in operation.values if value in existing)
    if operation.swap or kept != existing:
        return (*renames, swap(operation.name, operation.values, compiler))
    return (*renames, *_additions(operation, existing, compiler))


def _renames(operation: AlterEnum, compiler: Compiler) -> Iterator[str]:
    """RENAME VALUE; by way of other words where values trade theirs."""
    alter = f"ALTER TYPE {compiler.name(operation.name)} RENAME VALUE"
    pairs = [pair for pair in operation.renames if pair[0] != pair[1]]
    olds = {old for old, _ in pairs}
    trading = [pair for pair in pairs if pair[1] in olds]
    aside = {old: f"limbeck_{number}" for number, (old, _) in enumerate(trading)}
    for old, word in aside.items():
        yield f"{alter} {compiler.literal(old)} TO {compiler.literal(word)}"
    for old, new in pairs:
        yield f"{alter} {compiler.literal(aside.get(old, old))} TO {compiler.literal(new)}"


def _additions(
    operation: AlterEnum, existing: tuple[str, ...], compiler: Compiler
) -> Iterator[Statement]:
    for position, value in enumerate(operation.values):
        if value in existing:
            continue
        place = ""
        if position:
            place = f" AFTER {compiler.literal(operation.values[position - 1])}"
        elif existing:
            place = f" BEFORE {compiler.literal(existing[0])}"
        sql = f"ALTER TYPE {compiler.name(operation.name)} ADD VALUE {compiler.literal(value)}"
        yield _addition(sql + place, compiler)


def _addition(sql: str, compiler: Compiler) -> Statement:
    """ADD VALUE: before version 12 it may not run in a transaction."""
    version = compiler.dialect.server_version_info or (12,)
    return Statement(sql, transactional=tuple(version) >= (12,))


def add_enum_value(
    operation: AddEnumValue, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """ADD VALUE."""
    condition = "IF NOT EXISTS " if operation.if_not_exists else ""
    place = ""
    if operation.before is not None:
        place = f" BEFORE {compiler.literal(operation.before)}"
    elif operation.after is not None:
        place = f" AFTER {compiler.literal(operation.after)}"
    value = compiler.literal(operation.value)
    alter = f"ALTER TYPE {compiler.name(operation.name)}"
    return (_addition(f"{alter} ADD VALUE {condition}{value}{place}", compiler),)


def create_extension(
    operation: CreateExtension, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """CREATE EXTENSION."""
    item = operation.extension
    words = ["CREATE EXTENSION"]
    if operation.if_not_exists:
        words.append("IF NOT EXISTS")
    words.append(compiler.identifier(item.name))
    if item.schema is not None:
        words.append(f"SCHEMA {compiler.identifier(item.schema)}")
    if item.version is not None:
        words.append(f"VERSION {compiler.literal(item.version)}")
    if operation.cascade:
        words.append("CASCADE")
    return (Statement(" ".join(words)),)


def drop_extension(
    operation: DropExtension, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """DROP EXTENSION."""
    condition = "IF EXISTS " if operation.if_exists else ""
    cascade = " CASCADE" if operation.cascade else ""
    name = compiler.identifier(operation.name)
    return (Statement(f"DROP EXTENSION {condition}{name}{cascade}"),)


def create_domain(
    operation: CreateDomain, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """CREATE DOMAIN with its default and checks."""
    item = operation.domain
    words = [f"CREATE DOMAIN {compiler.name(item.name)} AS {compiler.type(item.type)}"]
    if item.default is not None:
        words.append(f"DEFAULT {compiler.default(item.default)}")
    if item.not_null:
        words.append("NOT NULL")
    words += [_check(check, compiler) for check in item.checks]
    return (Statement(" ".join(words)),)


def _check(check: Check, compiler: Compiler) -> str:
    name = "" if check.name is None else f"CONSTRAINT {compiler.identifier(check.name)} "
    return f"{name}CHECK ({compiler.expression(check.expression)})"


def alter_domain(
    operation: AlterDomain, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """ALTER DOMAIN, one statement a change."""
    actions: list[str] = []
    if operation.dropped is not None:
        actions.append(f"DROP CONSTRAINT {compiler.identifier(operation.dropped)}")
    if isinstance(operation.default, Expression):
        actions.append(f"SET DEFAULT {compiler.default(operation.default)}")
    elif operation.default is not UNSET:
        actions.append("DROP DEFAULT")
    if operation.not_null is not None:
        actions.append("SET NOT NULL" if operation.not_null else "DROP NOT NULL")
    if operation.added is not None:
        not_valid = " NOT VALID" if operation.not_valid else ""
        actions.append(f"ADD {_check(operation.added, compiler)}{not_valid}")
    alter = f"ALTER DOMAIN {compiler.name(operation.name)}"
    return tuple(Statement(f"{alter} {action}") for action in actions)


def drop_domain(operation: DropDomain, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
    """DROP DOMAIN."""
    condition = "IF EXISTS " if operation.if_exists else ""
    cascade = " CASCADE" if operation.cascade else ""
    return (Statement(f"DROP DOMAIN {condition}{compiler.name(operation.name)}{cascade}"),)


OVERRIDES: Mapping[type[Operation], Override] = {
    CreateEnum: create_enum,
    DropEnum: drop_enum,
    AlterEnum: alter_enum,
    AddEnumValue: add_enum_value,
    CreateExtension: create_extension,
    DropExtension: drop_extension,
    CreateDomain: create_domain,
    AlterDomain: alter_domain,
    DropDomain: drop_domain,
}
