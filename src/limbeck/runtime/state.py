"""What the interpreter knows of the database between steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from limbeck.dialects.base import Request
from limbeck.errors import SchemaConflict
from limbeck.operations.base import Operation
from limbeck.schema.constraints import ForeignKey
from limbeck.schema.names import Name
from limbeck.schema.objects import Before, Schema, Table
from limbeck.schema.types import EnumType


class State(Before, Protocol):
    """A `Before` that moves on with each operation."""

    def advance(self, operation: Operation) -> None:
        """Takes note of an operation that has run."""

    def forget(self) -> None:
        """Drops what was known: something ran that the interpreter could not see."""


class KnownState:
    """A schema that is folded, step by step, without a server (``--sql``, replay).

    It knows what the run itself made. An operation on a table that it does not know leaves it
    as it is: a script may start in the middle of a history.
    """

    def __init__(
        self, schema: Schema | None = None, normalize: Callable[[Schema], Schema] = lambda s: s
    ) -> None:
        self.schema = Schema() if schema is None else schema
        self._normalize = normalize

    def advance(self, operation: Operation) -> None:
        """Folds the operation in."""
        try:
            changed = operation.apply(self.schema)
        except SchemaConflict:
            return
        self.schema = self._normalized(changed)

    def _normalized(self, changed: Schema) -> Schema:
        """Only tables that changed are normalised again."""
        fresh = [t for t in changed if self.schema.tables.get(t.name) is not t]
        if not fresh:
            return changed
        part = Schema()
        for table in fresh:
            part = part.with_table(table)
        part = self._normalize(part)
        for table in part:
            changed = changed.with_table(table)
        for enum in part.enums.values():
            if changed.enum(enum.name) is None:
                changed = changed.with_enum(enum)
        return changed

    def forget(self) -> None:
        """Nothing to do: there is no server behind it that could differ."""

    def find(self, name: Name) -> Table | None:
        """The table as the run has made it, or None."""
        return self.schema.find(name)

    def table(self, name: Name) -> Table:
        """The table; SchemaConflict if the run has not made it."""
        return self.schema.table(name)

    def enum(self, name: Name) -> EnumType | None:
        """The enum type, or None."""
        return self.schema.enum(name)

    def enum_users(self, name: Name) -> tuple[tuple[Name, str], ...]:
        """Columns of that enum type."""
        return self.schema.enum_users(name)

    def referring(self, name: Name) -> tuple[tuple[Name, ForeignKey], ...]:
        """Foreign keys of other tables that point to that one."""
        return self.schema.referring(name)


Reader = Callable[[Request], Schema]
"""Reads a part of the server's schema, normalised."""


class LiveState:
    """The server itself: read only when a step asks, and forgotten when the step has run."""

    def __init__(self, read: Reader) -> None:
        self._read = read
        self._tables: dict[Name, Table | None] = {}
        self._whole: dict[str | None, Schema] = {}

    def advance(self, operation: Operation) -> None:
        """Forgets: the server is asked again."""
        self.forget()

    def forget(self) -> None:
        """Drops what was read."""
        self._tables.clear()
        self._whole.clear()

    def find(self, name: Name) -> Table | None:
        """The table as it is on the server, or None."""
        if name not in self._tables:
            found = self._read(Request(schemas=(name.schema,), tables=(name,)))
            self._tables[name] = found.find(name)
        return self._tables[name]

    def table(self, name: Name) -> Table:
        """The table; SchemaConflict if the server has none of that name."""
        found = self.find(name)
        if found is None:
            raise SchemaConflict(f"There is no table '{name}' in the database.")
        return found

    def _schema(self, schema: str | None) -> Schema:
        if schema not in self._whole:
            self._whole[schema] = self._read(Request(schemas=(schema,)))
        return self._whole[schema]

    def enum(self, name: Name) -> EnumType | None:
        """The enum type as it is on the server, or None."""
        return self._read(Request(schemas=(name.schema,), tables=())).enum(name)

    def enum_users(self, name: Name) -> tuple[tuple[Name, str], ...]:
        """Columns of that enum type, whatever their schema."""
        return self._read(Request(schemas=(), enum=name)).enum_users(name)

    def referring(self, name: Name) -> tuple[tuple[Name, ForeignKey], ...]:
        """Foreign keys of other tables of its schema that point to that one."""
        return self._schema(name.schema).referring(name)
