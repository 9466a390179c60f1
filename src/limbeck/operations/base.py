"""The contract of an operation, and the statement: the narrow waist to every server and file."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from limbeck.errors import NotReversible
from limbeck.schema.names import Name
from limbeck.schema.objects import Before, Schema

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect
    from sqlalchemy.sql import Executable

    from limbeck.operations.backfill import Backfill
    from limbeck.operations.compiler import Compiler


class Unset(enum.Enum):
    """The type of `UNSET`: a parameter that was not given, where None means something."""

    UNSET = enum.auto()


UNSET: Final = Unset.UNSET


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing to run. Everything that reaches a server or an SQL file is one.

    `sql` is final text for the driver's plain cursor, no placeholder in it, percent signs single.
    `element` is set instead where SQLAlchemy must execute (bound parameters, a user's Executable).
    """

    sql: str = ""
    element: Executable | None = None
    parameters: Sequence[Mapping[str, Any]] | None = None
    transactional: bool = True
    """False where the server refuses it inside a transaction (CREATE INDEX CONCURRENTLY)."""
    execution_options: tuple[tuple[str, Any], ...] = ()
    verify: str | None = None
    """Where set, `sql` is a query that changes nothing: if it returns a row, the run fails with
    this message. Scripts leave it out."""
    backfill: Backfill | None = None
    """Where set, a run does this in batches instead of the statement, each committed by itself."""


@dataclass(frozen=True, slots=True)
class Call:
    """How an operation is written in a script: ``op.<verb>(*args, **kwargs)``.

    Arguments are plain Python values and ours (`Column`, constraints, `SqlType`, `Expression`),
    which `script.render` turns into text. `body` holds the calls inside a ``with`` block.
    """

    verb: str
    args: tuple[Any, ...] = ()
    kwargs: tuple[tuple[str, Any], ...] = ()
    body: tuple[Call, ...] = ()


Kind: TypeAlias = Literal[
    "table",
    "column",
    "key",
    "constraint",
    "index",
    "enum",
    "schema",
    "sequence",
    "extension",
    "domain",
]


@dataclass(frozen=True, slots=True)
class Ref:
    """An object that an operation provides, requires or removes; only for ordering.

    `part` is a column, constraint or index name; for a key, its columns joined by commas.
    """

    kind: Kind
    name: Name
    part: str = ""

    @property
    def sort_key(self) -> tuple[str, tuple[str, str], str]:
        """A total order, so that nothing depends on the order of a set."""
        return (self.kind, self.name.sort_key, self.part)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a verb needs to know of the run that it is called in."""

    dialect: Dialect
    naming_convention: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    """Something done to a database, as a value whose meaning is `apply`."""

    def apply(self, schema: Schema) -> Schema:
        """The schema after it. Raises SchemaConflict where it does not fit."""
        raise NotImplementedError(type(self).__name__)

    def reverse(self, before: Before) -> Operation:
        """The operation that takes this one back, given the state before it.

        Raises NotReversible where that cannot be known.
        """
        raise NotReversible(f"{self.call().verb} cannot be reversed.")

    def statements(self, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
        """Standard SQL for it; a dialect may override by type (`Compiler.overrides`)."""
        raise NotImplementedError(type(self).__name__)

    def call(self) -> Call:
        """How it stands in a script."""
        raise NotImplementedError(type(self).__name__)

    def result(self) -> Any:
        """What the verb returns to the script that calls it."""
        return None

    @property
    def table_name(self) -> Name | None:
        """The table that it changes, None where it is not about one table."""
        return None

    @property
    def provides(self) -> tuple[Ref, ...]:
        """Objects that exist after it and did not before."""
        return ()

    @property
    def requires(self) -> tuple[Ref, ...]:
        """Objects that must exist when it runs."""
        return ()

    @property
    def removes(self) -> tuple[Ref, ...]:
        """Objects that no longer exist after it."""
        return ()

    @property
    def releases(self) -> tuple[Ref, ...]:
        """Objects of others that it stops using: they can only be removed after it."""
        return ()

    @property
    def opaque(self) -> bool:
        """Whether the state after it cannot be known (raw SQL)."""
        return False
