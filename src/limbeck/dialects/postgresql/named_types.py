"""Declared types for this dialect: their text, and the enum types that are objects of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect

from limbeck.dialects.postgresql import extensions, types
from limbeck.dialects.postgresql.types import AnyType
from limbeck.schema.names import Name
from limbeck.schema.remembered import Remembered
from limbeck.schema.types import EnumType, SqlType, said


@dataclass(frozen=True, slots=True)
class Resolved:
    """A declared type without decorators and variants: its element type, and whether an array."""

    element: AnyType
    is_array: bool


def resolve(payload: AnyType, dialect: Dialect) -> Resolved:
    """What a payload is for this dialect; arrays of any number of dimensions are one array."""
    is_array = False
    found = payload
    while True:
        found = found.dialect_impl(dialect)
        while isinstance(found, sa.types.TypeDecorator):
            found = found.impl_instance
        if not isinstance(found, sa.types.ARRAY):
            return Resolved(found, is_array)
        is_array, found = True, found.item_type


def default_schema(dialect: Dialect) -> str | None:
    """The schema that a `Name` without one is in; None where no connection has told it."""
    return getattr(dialect, "default_schema_name", None)


def name_of(element: Any, dialect: Dialect) -> Name:
    """The name of an enum or domain type; the connection's default schema counts as none."""
    schema = element.schema
    return Name(str(element.name), None if schema in (None, default_schema(dialect)) else schema)


def is_native_enum(element: AnyType) -> bool:
    """Whether it is an enum that is an object of the database."""
    return isinstance(element, sa.Enum) and bool(element.native_enum) and bool(element.name)


def enum_of(payload: AnyType, dialect: Dialect) -> EnumType | None:
    """The database's enum type that a payload uses, its values in order; None for other types."""
    element = resolve(payload, dialect).element
    if not is_native_enum(element):
        return None
    values = tuple(str(value) for value in getattr(element, "enums", ()))
    return EnumType(name_of(element, dialect), values, element)


def declared_text(payload: AnyType, dialect: Dialect) -> tuple[str, EnumType | None]:
    """The normal form of a declared type, and the enum type that it uses."""
    found = resolve(payload, dialect)
    brackets = "[]" if found.is_array else ""
    if is_native_enum(found.element) or isinstance(found.element, postgresql.DOMAIN):
        enum = enum_of(payload, dialect)
        name = name_of(found.element, dialect)
        return types.qualified(name.name, name.schema) + brackets, enum
    if isinstance(found.element, sa.types.NullType):
        return "", None
    text = dialect.type_compiler_instance.process(payload)
    return types.canonical(text), None


class TypeTexts:
    """Normal forms of types, remembered: a model says the same few thousands of times."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.enums: dict[Name, EnumType] = {}
        self.domains: dict[Name, postgresql.DOMAIN] = {}
        self.extensions: set[str] = set()
        """Those that bring declared types."""
        self._by_content: dict[Any, SqlType] = {}
        self._by_identity: Remembered[SqlType] = Remembered()

    def normalized(self, type_: SqlType) -> SqlType:
        """That type in its normal form, its payload kept; a normal one as it is."""
        if type_.origin == "normalized":
            return type_
        known = self._by_identity.get(type_)
        return self._by_identity.keep(type_, self._normalized(type_)) if known is None else known

    def _note(self, payload: AnyType, text: str, enum: EnumType | None) -> None:
        """Keeps what has to be there before a column can be of that type."""
        if enum is not None:
            self.enums.setdefault(enum.name, enum)
        element = resolve(payload, self.dialect).element
        if isinstance(element, postgresql.DOMAIN) and element.create_type:
            self.domains.setdefault(name_of(element, self.dialect), element)
        extension = extensions.of_type(text)
        if extension is not None:
            self.extensions.add(extension)

    def _normalized(self, type_: SqlType) -> SqlType:
        if type_.origin == "inspected" and type_.text is not None:
            return type_.normalized(type_.text, type_.enum)
        payload = type_.payload
        try:
            key: Any = said(payload)
            known = self._by_content.get(key)
        except TypeError:  # an attribute that cannot be hashed: such a type is not remembered
            key, known = None, None
        if known is not None:
            return SqlType(payload, known.text, "normalized", known.enum)
        text, enum = declared_text(payload, self.dialect)
        self._note(payload, text, enum)
        found = type_.normalized(text or str(payload), None if enum is None else enum.name)
        if key is not None:
            self._by_content[key] = found
        return found
