"""Enum types that are objects of the database.

The first table or column that names one creates it where `create_enum` has not, and it goes with
its last user. Other dialects write the values into the column's own type.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from limbeck.errors import NotReversible, SchemaConflict, UnsupportedOperation
from limbeck.metadata import load
from limbeck.operations.base import Call, Operation, Ref, Scope, Statement
from limbeck.operations.compiler import Compiler
from limbeck.operations.mentions import renamed_values
from limbeck.schema.names import Name
from limbeck.schema.objects import Before, Column, Schema
from limbeck.schema.types import EnumType


def enums_of(columns: Iterable[Column]) -> tuple[EnumType, ...]:
    """The enum types that those columns use, as their payloads define them."""
    found: dict[Name, EnumType] = {}
    for column in columns:
        name = column.type.enum
        if name is not None:
            found.setdefault(name, EnumType(name, values_of(column.type.payload)))
    return tuple(found.values())


def values_of(payload: Any) -> tuple[str, ...]:
    """The values of an enum's payload; an array's or a decorator's inner enum counts."""
    inner = payload
    while not hasattr(inner, "enums"):
        following = getattr(inner, "item_type", None) or getattr(inner, "impl_instance", None)
        if following is None or following is inner:
            return ()
        inner = following
    return tuple(inner.enums)


def enum_refs(columns: Iterable[Column]) -> tuple[Ref, ...]:
    """References to the enum types that those columns use."""
    return tuple(Ref("enum", enum.name) for enum in enums_of(columns))


def adopt_enums(schema: Schema, columns: Iterable[Column]) -> Schema:
    """The schema with the enum types of those columns; one that is there stays as it is."""
    for enum in enums_of(columns):
        if schema.enum(enum.name) is None:
            schema = schema.with_enum(enum)
    return schema


def drop_unused_enums(schema: Schema, columns: Iterable[Column]) -> Schema:
    """The schema without those enum types of the given columns that no column uses any more."""
    names = [c.type.enum for c in columns if c.type.enum is not None]
    return schema.without_enums([n for n in names if not schema.enum_users(n)])


@dataclass(frozen=True, slots=True)
class CreateEnum(Operation):
    """CREATE TYPE … AS ENUM, apart from any column."""

    enum: EnumType
    if_not_exists: bool = False

    def apply(self, schema: Schema) -> Schema:
        """Adds the type."""
        if schema.enum(self.enum.name) is not None:
            if self.if_not_exists:
                return schema
            raise SchemaConflict(f"Enum type '{self.enum.name}' exists already.")
        return schema.with_enum(self.enum)

    def reverse(self, before: Before) -> Operation:
        """DROP TYPE; nothing where it was there before."""
        known = before.enum(self.enum.name)
        if known is not None:
            return CreateEnum(known, if_not_exists=True)
        return DropEnum(self.enum.name, enum=self.enum)

    def statements(self, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
        """Nothing: where values belong to the column's type, the column brings them along."""
        return ()

    def call(self) -> Call:
        """``op.create_enum``."""
        extra = (("if_not_exists", True),) if self.if_not_exists else ()
        return _call("create_enum", self.enum.name, list(self.enum.values), extra=extra)

    @property
    def provides(self) -> tuple[Ref, ...]:
        """The type."""
        return (Ref("enum", self.enum.name),)


@dataclass(frozen=True, slots=True)
class DropEnum(Operation):
    """DROP TYPE of an enum. One that went with its last column already is no error.

    `enum` is what it was, where that is known.
    """

    name: Name
    if_exists: bool = True
    enum: EnumType | None = field(default=None, compare=False, repr=False)

    def apply(self, schema: Schema) -> Schema:
        """Removes the type. SchemaConflict where a column uses it."""
        if schema.enum(self.name) is None:
            if self.if_exists:
                return schema
            raise SchemaConflict(f"There is no enum type '{self.name}' to drop.")
        for table, column in schema.enum_users(self.name):
            raise SchemaConflict(f"Enum type '{self.name}' is used by '{table}.{column}'.")
        return schema.without_enums([self.name])

    def reverse(self, before: Before) -> Operation:
        """CREATE TYPE with the values that it had; nothing where it was gone."""
        found = before.enum(self.name)
        if found is None and self.if_exists and isinstance(before, Schema):
            return DropEnum(self.name)
        found = found or self.enum
        if found is None:
            raise NotReversible(
                f"Dropping enum type '{self.name}' cannot be reversed: its values are unknown."
            )
        return CreateEnum(found)

    def statements(self, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
        """Nothing: where values belong to the column's type, they go with the column."""
        return ()

    def call(self) -> Call:
        """``op.drop_enum``."""
        extra = () if self.if_exists else (("if_exists", False),)
        return _call("drop_enum", self.name, extra=extra)

    @property
    def removes(self) -> tuple[Ref, ...]:
        """The type."""
        return (Ref("enum", self.name),)


def _call(verb: str, name: Name, *args: Any, extra: tuple[tuple[str, Any], ...] = ()) -> Call:
    schema = () if name.schema is None else (("schema", name.schema),)
    return Call(verb, (name.name, *args), (*extra, *schema))


def _refused(compiler: Compiler, name: Name) -> UnsupportedOperation:
    return UnsupportedOperation(
        f"alter_enum '{name}': on {compiler.dialect.name} the values belong to the type of each "
        "column. Change the columns: op.alter_column(table, column, type_=sa.Enum(…))."
    )


Renames: TypeAlias = tuple[tuple[str, str], ...]
"""Values of an enum type as (old, new)."""


@dataclass(frozen=True, slots=True)
class AlterEnum(Operation):
    """Changes the values of an enum type, or their order.

    `values` are those after it, none where they are only renamed; `existing` those before it,
    none where the state before tells. `renames` come first: `values` says the new words. `swap`
    makes a new type where ADD VALUE would do, so that rows can hold new values at once.
    """

    name: Name
    values: tuple[str, ...]
    existing: tuple[str, ...] = ()
    renames: Renames = ()
    swap: bool = False

    def known(self, before: Before) -> tuple[str, ...] | None:
        """The values before it, None where nobody knows them."""
        if self.existing:
            return self.existing
        found = before.enum(self.name)
        return None if found is None else found.values

    def renamed(self, values: tuple[str, ...]) -> tuple[str, ...]:
        """Those values after the renames. SchemaConflict where one is not there, or twice."""
        missing = [old for old, _ in self.renames if old not in values]
        if missing:
            raise SchemaConflict(f"Enum type '{self.name}' has no value '{missing[0]}' to rename.")
        new = dict(self.renames)
        found = tuple(new.get(value, value) for value in values)
        if len(set(found)) < len(found):
            raise SchemaConflict(f"Enum type '{self.name}' would have a value twice: {found}.")
        return found

    def after(self, existing: tuple[str, ...]) -> tuple[str, ...]:
        """The values after it."""
        renamed = self.renamed(existing)
        return self.values or renamed

    def apply(self, schema: Schema) -> Schema:
        """Sets the values of the type."""
        enum = schema.enum(self.name)
        if enum is None:
            raise SchemaConflict(f"There is no enum type '{self.name}'.")
        if self.renames:
            schema = renamed_values(schema, self.name, dict(self.renames))
        return schema.with_enum(EnumType(self.name, self.after(self.existing or enum.values)))

    def reverse(self, before: Before) -> Operation:
        """The values that were there."""
        back = tuple((new, old) for old, new in self.renames)
        if not self.values:
            return AlterEnum(self.name, (), self.existing and self.renamed(self.existing), back)
        known = self.known(before)
        if known is None:
            raise NotReversible(
                f"Altering enum type '{self.name}' cannot be reversed: pass existing_values."
            )
        kept = tuple(pair for pair in back if pair[0] in self.values)
        return AlterEnum(self.name, known, self.values, kept, self.swap)

    def statements(self, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
        """Nothing but PostgreSQL has such types. Raises UnsupportedOperation."""
        raise _refused(compiler, self.name)

    def call(self) -> Call:
        """``op.alter_enum``."""
        args = (list(self.values),) if self.values else ()
        extra: list[tuple[str, Any]] = []
        if self.existing:
            extra.append(("existing_values", list(self.existing)))
        if self.renames:
            extra.append(("rename_values", dict(self.renames)))
        if self.swap:
            extra.append(("swap", True))
        return _call("alter_enum", self.name, *args, extra=tuple(extra))

    @property
    def provides(self) -> tuple[Ref, ...]:
        """The type with its new values."""
        return (Ref("enum", self.name),)


@dataclass(frozen=True, slots=True)
class AddEnumValue(Operation):
    """ALTER TYPE … ADD VALUE: one more value, before or after another one, else at the end."""

    name: Name
    value: str
    before: str | None = None
    after: str | None = None
    if_not_exists: bool = False

    def added(self, values: tuple[str, ...]) -> tuple[str, ...]:
        """Those values with the new one in its place. SchemaConflict where it does not fit."""
        if self.value in values:
            if self.if_not_exists:
                return values
            raise SchemaConflict(f"Enum type '{self.name}' has a value '{self.value}' already.")
        neighbour = self.before if self.before is not None else self.after
        if neighbour is None:
            return (*values, self.value)
        if neighbour not in values:
            raise SchemaConflict(f"Enum type '{self.name}' has no value '{neighbour}'.")
        place = values.index(neighbour) + (self.before is None)
        return (*values[:place], self.value, *values[place:])

    def apply(self, schema: Schema) -> Schema:
        """Adds the value."""
        enum = schema.enum(self.name)
        if enum is None:
            raise SchemaConflict(f"There is no enum type '{self.name}'.")
        return schema.with_enum(EnumType(self.name, self.added(enum.values)))

    def reverse(self, before: Before) -> Operation:
        """The type without the value."""
        enum = before.enum(self.name)
        if enum is None:
            raise NotReversible(
                f"Adding a value to enum type '{self.name}' cannot be reversed: its other values "
                "are unknown. Pass all values and existing_values to op.alter_enum."
            )
        return AlterEnum(self.name, enum.values, self.added(enum.values))

    def statements(self, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
        """Nothing but PostgreSQL has such types. Raises UnsupportedOperation."""
        raise _refused(compiler, self.name)

    def call(self) -> Call:
        """``op.alter_enum``."""
        pairs = (
            ("add_value", self.value),
            ("before", self.before),
            ("after", self.after),
            ("if_not_exists", self.if_not_exists or None),
        )
        extra = tuple(pair for pair in pairs if pair[1] is not None)
        return _call("alter_enum", self.name, extra=extra)

    @property
    def provides(self) -> tuple[Ref, ...]:
        """The type with its new value."""
        return (Ref("enum", self.name),)


def create_enum(
    scope: Scope,
    /,
    enum_name: str,
    values: Iterable[str],
    *,
    schema: str | None = None,
    if_not_exists: bool | None = None,
) -> CreateEnum:
    """Creates a PostgreSQL enum type before any column uses it.

    Where values belong to the column's own type (MySQL, SQLite) there is nothing to do.
    """
    enum = EnumType(load.qualified(enum_name, schema, scope.dialect), tuple(values))
    return CreateEnum(enum, bool(if_not_exists))


def drop_enum(
    scope: Scope,
    /,
    enum_name: str,
    *,
    schema: str | None = None,
    if_exists: bool = True,
) -> DropEnum:
    """Drops a PostgreSQL enum type that no column uses.

    It may be gone with its last column already; ``if_exists=False`` makes that an error.
    """
    return DropEnum(load.qualified(enum_name, schema, scope.dialect), if_exists)


def alter_enum(
    scope: Scope,
    /,
    enum_name: str,
    values: Iterable[str] | None = None,
    *,
    existing_values: Iterable[str] | None = None,
    rename_values: Mapping[str, str] | None = None,
    add_value: str | None = None,
    before: str | None = None,
    after: str | None = None,
    if_not_exists: bool | None = None,
    swap: bool = False,
    schema: str | None = None,
) -> AlterEnum | AddEnumValue:
    """Changes the values of a PostgreSQL enum type, keeping all that uses it.

    `values` are all values after it, `existing_values` those before it (offline they are needed).
    Added values alone are ALTER TYPE … ADD VALUE; where some are removed or change places the
    type is swapped, and rows must not hold a removed value. `rename_values` renames in rows as
    well: ``{"old": "new"}``. `add_value` adds one `before` or `after` another. PostgreSQL lets
    no row hold a value that was added in the same transaction: ``swap=True`` does.
    """
    name = load.qualified(enum_name, schema, scope.dialect)
    if add_value is not None:
        if values is not None or rename_values or (before is not None and after is not None):
            raise TypeError("add_value takes one of before and after, and nothing beside them.")
        return AddEnumValue(name, add_value, before, after, bool(if_not_exists))
    if not values and not rename_values:
        raise TypeError("alter_enum needs values, rename_values or add_value.")
    return AlterEnum(
        name,
        tuple(values or ()),
        tuple(existing_values or ()),
        tuple((rename_values or {}).items()),
        swap,
    )
