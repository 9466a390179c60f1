"""Enum types that are objects of the database.

One exists for as long as a column uses it: the first table or column that names it creates it,
and it goes with its last user. Other dialects write the values into the column's own type.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from limbeck.errors import SchemaConflict
from limbeck.metadata import load
from limbeck.operations.base import Call, Operation, Ref, Scope, Statement
from limbeck.operations.compiler import Compiler
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
class AlterEnum(Operation):
    """Changes the values of an enum type, or their order."""

    name: Name
    values: tuple[str, ...]
    existing: tuple[str, ...]

    def apply(self, schema: Schema) -> Schema:
        """Sets the values of the type."""
        if schema.enum(self.name) is None:
            raise SchemaConflict(f"There is no enum type '{self.name}'.")
        return schema.with_enum(EnumType(self.name, self.values))

    def reverse(self, before: Before) -> Operation:
        """The values that were there."""
        return AlterEnum(self.name, self.existing, self.values)

    def statements(self, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
        """Nothing: where values belong to the column's type, altering the column changes them."""
        return ()

    def call(self) -> Call:
        """``op.alter_enum``."""
        extra: tuple[tuple[str, Any], ...] = (("existing_values", list(self.existing)),)
        if self.name.schema is not None:
            extra = (*extra, ("schema", self.name.schema))
        return Call("alter_enum", (self.name.name, list(self.values)), extra)

    @property
    def provides(self) -> tuple[Ref, ...]:
        """The type with its new values."""
        return (Ref("enum", self.name),)


def alter_enum(
    scope: Scope,
    /,
    enum_name: str,
    values: Iterable[str],
    *,
    existing_values: Iterable[str],
    schema: str | None = None,
) -> AlterEnum:
    """Changes the values of a PostgreSQL enum type, keeping the columns that use it.

    Added values alone are ALTER TYPE … ADD VALUE; where some are removed or change places the
    type is swapped. Rows must not hold a removed value.
    """
    name = load.qualified(enum_name, schema, scope.dialect)
    return AlterEnum(name, tuple(values), tuple(existing_values))
