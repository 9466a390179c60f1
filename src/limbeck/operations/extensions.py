"""Extensions (PostgreSQL): create and drop."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from limbeck.errors import NotReversible, SchemaConflict, UnsupportedOperation
from limbeck.operations.base import Call, Operation, Ref, Scope, Statement
from limbeck.operations.compiler import Compiler
from limbeck.schema.names import Name
from limbeck.schema.objects import Before, Extension, Schema


def _known(before: Before, name: str) -> Extension | None:
    return before.extensions.get(name) if isinstance(before, Schema) else None


def _refused(compiler: Compiler, name: str) -> UnsupportedOperation:
    return UnsupportedOperation(
        f"Extension '{name}': {compiler.dialect.name} has no CREATE EXTENSION. Ask "
        "op.get_context().dialect.name where one script is for several databases."
    )


@dataclass(frozen=True, slots=True)
class CreateExtension(Operation):
    """CREATE EXTENSION; with `cascade` those that it needs too."""

    extension: Extension
    if_not_exists: bool = False
    cascade: bool = False

    def apply(self, schema: Schema) -> Schema:
        """Adds the extension."""
        if self.extension.name in schema.extensions:
            if self.if_not_exists:
                return schema
            raise SchemaConflict(f"Extension '{self.extension.name}' exists already.")
        return replace(schema, extensions=schema.extensions.with_(self.extension))

    def reverse(self, before: Before) -> Operation:
        """DROP EXTENSION; nothing where it was there before."""
        known = _known(before, self.extension.name)
        if known is not None:
            return CreateExtension(known, if_not_exists=True)
        return DropExtension(self.extension.name, extension=self.extension)

    def statements(self, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
        """Nothing but PostgreSQL has them. Raises UnsupportedOperation."""
        raise _refused(compiler, self.extension.name)

    def call(self) -> Call:
        """``op.create_extension``."""
        item = self.extension
        pairs = (
            ("schema", item.schema),
            ("version", item.version),
            ("if_not_exists", self.if_not_exists),
            ("cascade", self.cascade),
        )
        return Call("create_extension", (item.name,), tuple(pair for pair in pairs if pair[1]))

    @property
    def provides(self) -> tuple[Ref, ...]:
        """The extension."""
        return (Ref("extension", Name(self.extension.name)),)

    @property
    def requires(self) -> tuple[Ref, ...]:
        """The schema that its objects go into."""
        schema = self.extension.schema
        return () if schema is None else (Ref("schema", Name(schema)),)


@dataclass(frozen=True, slots=True)
class DropExtension(Operation):
    """DROP EXTENSION. `extension` is what it was, where that is known."""

    name: str
    if_exists: bool = False
    cascade: bool = False
    extension: Extension | None = field(default=None, compare=False, repr=False)

    def apply(self, schema: Schema) -> Schema:
        """Removes the extension."""
        if self.name not in schema.extensions and not self.if_exists:
            raise SchemaConflict(f"There is no extension '{self.name}' to drop.")
        return replace(schema, extensions=schema.extensions.without(self.name))

    def reverse(self, before: Before) -> Operation:
        """CREATE EXTENSION. NotReversible where `cascade` may take other things along."""
        known = _known(before, self.name)
        if known is None and self.if_exists and isinstance(before, Schema):
            return DropExtension(self.name, if_exists=True)
        if self.cascade:
            raise NotReversible(
                f"Dropping extension '{self.name}' with all that uses it cannot be reversed: drop "
                "what uses it by operations of its own."
            )
        return CreateExtension(known or self.extension or Extension(self.name))

    def statements(self, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
        """Nothing but PostgreSQL has them. Raises UnsupportedOperation."""
        raise _refused(compiler, self.name)

    def call(self) -> Call:
        """``op.drop_extension``."""
        pairs = (("if_exists", self.if_exists), ("cascade", self.cascade))
        return Call("drop_extension", (self.name,), tuple(pair for pair in pairs if pair[1]))

    @property
    def removes(self) -> tuple[Ref, ...]:
        """The extension."""
        return (Ref("extension", Name(self.name)),)


def create_extension(
    scope: Scope,
    /,
    extension_name: str,
    *,
    schema: str | None = None,
    version: str | None = None,
    if_not_exists: bool | None = None,
    cascade: bool | None = None,
) -> CreateExtension:
    """Creates a PostgreSQL extension, its objects in `schema`."""
    item = Extension(extension_name, schema, version)
    return CreateExtension(item, bool(if_not_exists), bool(cascade))


def drop_extension(
    scope: Scope,
    /,
    extension_name: str,
    *,
    if_exists: bool | None = None,
    cascade: bool | None = None,
) -> DropExtension:
    """Drops a PostgreSQL extension; `cascade` drops what uses it."""
    return DropExtension(extension_name, bool(if_exists), bool(cascade))
