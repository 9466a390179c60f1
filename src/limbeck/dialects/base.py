"""What a dialect is, and how one is found.

A folder `limbeck.dialects.<name>` whose package holds `DIALECT` is a dialect, by being there; a
third party registers a module with `DIALECT` under the entry point group ``limbeck.dialects``.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import entry_points
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.engine import Dialect as SqlAlchemyDialect

from limbeck.dialects.locks import Locks
from limbeck.dialects.opening import without_comments
from limbeck.errors import UnsupportedOperation
from limbeck.operations.base import Operation
from limbeck.operations.compiler import Compiler, Override
from limbeck.schema.names import Name
from limbeck.schema.objects import Schema, Table
from limbeck.statements.hazards import Facts, Size
from limbeck.statements.traced import MakeTracer

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
    copy: Callable[[sa.Connection, str, str], None] | None = None
    """Makes a database that holds what another one holds; None where the server cannot."""


@dataclass(frozen=True, slots=True)
class Commits:
    """Statements that commit by themselves, and what became of one whose run was cut off.

    `alone(sql)` says that the server commits with the statement, or refuses it in a transaction;
    `commits_before(sql)` that it commits what came before as the statement begins.
    `took_effect(connection, sql)` asks the catalog whether such a statement, which may or may not
    have come to its end, did so: None where that cannot be told, False also for one that may be
    repeated without harm. `clear(connection, sql)` removes what an earlier, failed run of it left.
    `atomic(sql)` says that it leaves nothing when the server reports an error.
    `usable_later(connection, sql)` is the value that it has added, where the server lets nobody use
    that before a commit.
    `makes(sql)` is the type that it creates, `adds(sql)` a type and the value that it adds to that.
    `session` is a query for the connection's number, `busy` one that finds whether a session
    `:session` is there (a row), and at work (the row's value), for which `refresh` runs before;
    `nothing` is SQL that does nothing.
    """

    alone: Callable[[str], bool]
    commits_before: Callable[[str], bool] = lambda sql: False
    took_effect: Callable[[sa.Connection, str], bool | None] = lambda connection, sql: None
    clear: Callable[[sa.Connection, str], None] = lambda connection, sql: None
    atomic: Callable[[str], bool] = lambda sql: True
    usable_later: Callable[[sa.Connection, str], str | None] = lambda connection, sql: None
    makes: Callable[[str], str | None] = lambda sql: None
    adds: Callable[[str], tuple[str, str] | None] = lambda sql: None
    session: str | None = None
    busy: str | None = None
    refresh: str | None = None
    nothing: str = "SELECT 1"


_DDL = re.compile(
    r"(?:CREATE|ALTER|DROP|RENAME|TRUNCATE|GRANT|REVOKE|COMMENT|ANALYZE|CALL)\b", re.I
)

WITH_ALL_DDL = Commits(lambda sql: _DDL.match(without_comments(sql)) is not None)
"""What is known of a database whose DDL commits by itself, and no more."""

WITH_NOTHING = Commits(lambda sql: False)
"""What is known of a database whose DDL can be rolled back, and no more."""


Online: TypeAlias = Callable[[Any, Table, Compiler], tuple[Operation, ...]]
"""What an operation on that table becomes where the table is in use; itself where nothing helps."""


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

    with_unsaid: Callable[[Schema, Schema], Schema] = lambda declared, inspected: declared
    """The declared schema with what models need not say as it is; `read_back` does so too."""

    without_implied: Callable[[Schema], Schema] = lambda schema: schema
    """An inspected schema without what the server made by itself for what else stands in it."""

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
    tracer: MakeTracer | None = None
    """Watches what the server does for statements on a scratch database."""
    own_commits: Commits | None = None
    online: Mapping[type[Operation], Online] = field(default_factory=dict)
    """What operations become that are to make nobody wait for long."""

    @property
    def commits(self) -> Commits:
        """Which statements commit by themselves."""
        if self.own_commits is not None:
            return self.own_commits
        return WITH_NOTHING if self.transactional_ddl else WITH_ALL_DDL

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
