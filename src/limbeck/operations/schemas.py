"""Schemas (namespaces): create and drop."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from limbeck.errors import NotReversible, SchemaConflict
from limbeck.operations.base import Call, Operation, Ref, Scope, Statement
from limbeck.operations.compiler import Compiler
from limbeck.schema.named import Named
from limbeck.schema.names import Name
from limbeck.schema.objects import Before, Namespace, Schema


@dataclass(frozen=True, slots=True)
class CreateSchema(Operation):
    """CREATE SCHEMA."""

    name: str
    if_not_exists: bool = False

    def apply(self, schema: Schema) -> Schema:
        """Adds the schema, empty."""
        if self.name in schema.schemas:
            if self.if_not_exists:
                return schema
            raise SchemaConflict(f"Schema '{self.name}' exists already.")
        return replace(schema, schemas=schema.schemas.with_(Namespace(self.name)))

    def reverse(self, before: Before) -> Operation:
        """DROP SCHEMA; nothing where it was there before."""
        if isinstance(before, Schema) and self.name in before.schemas:
            return CreateSchema(self.name, if_not_exists=True)
        return DropSchema(self.name)

    def statements(self, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
        """CREATE SCHEMA."""
        condition = "IF NOT EXISTS " if self.if_not_exists else ""
        return (Statement(f"CREATE SCHEMA {condition}{compiler.identifier(self.name)}"),)

    def call(self) -> Call:
        """``op.create_schema``."""
        extra = (("if_not_exists", True),) if self.if_not_exists else ()
        return Call("create_schema", (self.name,), extra)

    @property
    def provides(self) -> tuple[Ref, ...]:
        """The schema."""
        return (Ref("schema", Name(self.name)),)


@dataclass(frozen=True, slots=True)
class DropSchema(Operation):
    """DROP SCHEMA; with `cascade` all that it holds goes along."""

    name: str
    if_exists: bool = False
    cascade: bool = False

    def apply(self, schema: Schema) -> Schema:
        """Removes the schema. SchemaConflict if it holds anything and `cascade` is not asked."""
        if self.name not in schema.schemas and not self.if_exists:
            raise SchemaConflict(f"There is no schema '{self.name}' to drop.")
        held = next(self._held(schema), None)
        if held is not None and not self.cascade:
            raise SchemaConflict(
                f"Schema '{self.name}' is not empty, it holds '{held}': drop that first, or pass "
                "cascade=True."
            )
        return replace(
            schema,
            schemas=schema.schemas.without(self.name),
            tables=Named(t for n, t in schema.tables.items() if n.schema != self.name),
            enums=Named(e for n, e in schema.enums.items() if n.schema != self.name),
            sequences=Named(s for n, s in schema.sequences.items() if n.schema != self.name),
            domains=Named(d for n, d in schema.domains.items() if n.schema != self.name),
        )

    def _held(self, schema: Schema) -> Iterator[Name]:
        collections: tuple[Named[Any], ...] = (
            schema.tables,
            schema.enums,
            schema.sequences,
            schema.domains,
        )
        for collection in collections:
            yield from (name for name in collection if name.schema == self.name)

    def reverse(self, before: Before) -> Operation:
        """CREATE SCHEMA. NotReversible where `cascade` takes things along."""
        known = before if isinstance(before, Schema) else None
        if known is not None and self.if_exists and self.name not in known.schemas:
            return DropSchema(self.name, if_exists=True)
        if self.cascade and (known is None or next(self._held(known), None) is not None):
            raise NotReversible(
                f"Dropping schema '{self.name}' with all that it holds cannot be reversed: drop "
                "its tables by operations of their own."
            )
        return CreateSchema(self.name)

    def statements(self, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
        """DROP SCHEMA."""
        condition = "IF EXISTS " if self.if_exists else ""
        cascade = " CASCADE" if self.cascade else ""
        return (Statement(f"DROP SCHEMA {condition}{compiler.identifier(self.name)}{cascade}"),)

    def call(self) -> Call:
        """``op.drop_schema``."""
        pairs = (("if_exists", self.if_exists), ("cascade", self.cascade))
        return Call("drop_schema", (self.name,), tuple(pair for pair in pairs if pair[1]))

    @property
    def removes(self) -> tuple[Ref, ...]:
        """The schema."""
        return (Ref("schema", Name(self.name)),)


def create_schema(
    scope: Scope, /, schema_name: str, *, if_not_exists: bool | None = None
) -> CreateSchema:
    """Creates a schema (on MySQL and MariaDB: a database)."""
    return CreateSchema(schema_name, bool(if_not_exists))


def drop_schema(
    scope: Scope,
    /,
    schema_name: str,
    *,
    if_exists: bool | None = None,
    cascade: bool | None = None,
) -> DropSchema:
    """Drops a schema; `cascade` drops what it holds."""
    return DropSchema(schema_name, bool(if_exists), bool(cascade))
