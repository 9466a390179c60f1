"""What a dialect is, and how one is found.

A folder `limbeck.dialects.<name>` whose package holds `DIALECT` is a dialect, by being there; a
third party registers a module with `DIALECT` under the entry point group ``limbeck.dialects``.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from typing import TypeAlias

import sqlalchemy as sa
from sqlalchemy.engine import Dialect as SqlAlchemyDialect

from limbeck.dialects.locks import Locks
from limbeck.errors import UnsupportedOperation
from limbeck.operations.base import Operation
from limbeck.operations.compiler import Compiler, Override
from limbeck.schema.names import Name
from limbeck.schema.objects import Schema
from limbeck.statements.hazards import Facts, Size

NameFilter: TypeAlias = Callable[[str | None, str, Mapping[str, str | None]], bool]
"""`include_name(name, type, parent names)`, as users write it."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to read from a server.

    `schemas` names them, None being the connection's default. `tables` limits it to those. The
    tables in `exclude` (the version table) are left out. `include_name` is asked for each schema,
    table, column, index and constraint.
    """

    schemas: tuple[str | None, ...] = (None,)
    tables: tuple[Name, ...] | None = None
    enum: Name | None = None
    """Only tables with a column of that enum type, in whatever schema they are (PostgreSQL)."""
    exclude: tuple[Name, ...] = ()
    include_name: NameFilter | None = None


@dataclass(frozen=True, slots=True)
class Holdings:
    """What a database holds: its relations, and what was given to it (schemas, extensions)."""

    relations: tuple[str, ...] = ()
    frame: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ScratchServer:
    """How databases for trying things out come and go on a server.

    `drivers` are modules that need no event loop, in order of preference. `elsewhere` is the
    database to connect to where the project's own cannot be reached ("" for none). `idle` names
    the databases with a prefix that nobody is connected to. `clear` drops what is there beyond
    `before`.
    """

    drivers: tuple[str, ...]
    elsewhere: str
    create: Callable[[sa.Connection, str], None]
    drop: Callable[[sa.Connection, str], None]
    idle: Callable[[sa.Connection, str], list[str]]
    holdings: Callable[[sa.Connection], Holdings]
    clear: Callable[[sa.Connection, Holdings], None]


@dataclass(frozen=True, slots=True)
class Dialect:
    """One database: its SQL, its catalog and its normal forms.

    `inspect` reads a `Schema` with origin "inspected" in a fixed number of queries. `normalize`
    brings declared and inspected schemas into one form that `==` can compare; it is idempotent.
    `read_back(connection, declared, inspected)` settles what the two alone could not decide: it
    returns `declared` with what models leave unsaid as it is inspected, and with each default,
    check and expression that differs from its counterpart in the form in which the server stores
    it, which it is asked for. It leaves nothing behind.
    """

    name: str
    transactional_ddl: bool
    overrides: Mapping[type[Operation], Override]
    inspect: Callable[[sa.Connection, Request], Schema]
    normalize: Callable[[Schema, SqlAlchemyDialect], Schema]
    read_back: Callable[[sa.Connection, Schema, Schema], Schema] | None = None
    adds_foreign_keys: bool = True
    """False where a foreign key cannot be added to a table that exists without a rebuild."""
    pins_foreign_keys: bool = False
    """True where columns and indexes below a foreign key cannot be changed while it stands."""
    rebuilds: bool = False
    """Whether tables are made anew for what ALTER cannot do: the state before a step is then the
    inspected one, which keeps what the normal form drops."""

    doubt: Callable[[Operation, Schema], str | None] = lambda operation, before: None
    """Why the server may do more than an operation's `apply` says; None where it does not."""

    decides_text: Callable[[Schema, Schema], bool] = lambda declared, other: True
    """Whether `==` told all differences of two normalised schemas, or a server would say more."""

    scratch: ScratchServer | None = None
    """How a scratch database is made; None where one is in memory, or none can be had."""

    rewrite: Callable[[str], str] | None = None
    """What SQL that scripts send on the connection becomes, where the dialect did part of it."""

    locks: Locks | None = None
    """Its mutex, timeouts and blockers; None where these are not known."""
    hazards: Facts | None = None
    """What the server does for each action of a statement: locks, scans, rewrites, losses."""
    sizes: Callable[[sa.Connection], Mapping[Name, Size]] | None = None
    """Estimates of all tables from the catalog, in one query."""

    def compiler(self, dialect: SqlAlchemyDialect) -> Compiler:
        """A compiler with this dialect's overrides."""
        return Compiler(dialect, self.overrides)


_FAMILY = {"mariadb": "mysql"}
"""SQLAlchemy's names of dialects that are spoken by another folder."""


@cache
def dialect(name: str) -> Dialect:
    """The dialect for a name of SQLAlchemy's (``postgresql``, ``mariadb``).

    Raises UnsupportedOperation where there is none of that name.
    """
    family = _FAMILY.get(name, name)
    module = f"{__package__}.{family}"
    if importlib.util.find_spec(module) is not None:
        found: Dialect = importlib.import_module(module).DIALECT
        return found
    for point in sorted(entry_points(group="limbeck.dialects"), key=lambda p: p.name):
        if point.name == name:
            third: Dialect = point.load().DIALECT
            return third
    raise UnsupportedOperation(
        f"Limbeck has no dialect '{name}'. Install a package that provides one under the entry "
        "point group 'limbeck.dialects'."
    )
