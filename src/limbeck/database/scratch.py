"""An empty database of the same kind, for as long as something has to be tried out."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

import sqlalchemy as sa
from sqlalchemy.engine import URL, Engine

from limbeck.errors import DatabaseError

_SYNC = {
    "postgresql": ("psycopg2", "psycopg", "pg8000"),
    "mysql": ("pymysql", "MySQLdb", "mysql.connector"),
    "mariadb": ("pymysql", "MySQLdb", "mysql.connector"),
}
"""Modules of drivers that need no event loop, in order of preference."""

_DRIVERS = {"MySQLdb": "mysqldb", "mysql.connector": "mysqlconnector"}
"""What SQLAlchemy calls them where that is not the module's name."""


PATIENCE = 5
"""Seconds to wait for a server that does not answer."""

_TIMED = ("psycopg2", "psycopg", "pymysql", "mysqldb")
"""Drivers that take `connect_timeout`."""


@contextmanager
def scratch_database(url: URL | None, dialect: str) -> Iterator[sa.Connection]:
    """A connection to an empty database, dropped again whatever happens.

    SQLite's is in memory; PostgreSQL and MySQL make one beside the one that `url` names, on the
    same server. Each statement is committed by itself. Raises DatabaseError where there is no URL
    to a server, it cannot be reached, or the user may not create a database.
    """
    if dialect == "sqlite":
        yield from _connected(URL.create("sqlite"))
    elif dialect in _SYNC:
        yield from _on_server(_synchronous(url, dialect))
    else:
        raise DatabaseError(f"There are no scratch databases on {dialect}.")


def _connected(url: URL) -> Iterator[sa.Connection]:
    engine = sa.create_engine(url, poolclass=sa.pool.StaticPool, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _on_server(url: URL) -> Iterator[sa.Connection]:
    name = f"limbeck_scratch_{os.getpid()}_{secrets.token_hex(4)}"
    server = sa.create_engine(
        url,
        poolclass=sa.pool.NullPool,
        isolation_level="AUTOCOMMIT",
        connect_args={"connect_timeout": PATIENCE} if url.get_driver_name() in _TIMED else {},
    )
    _create(server, name)
    try:
        yield from _connected(url.set(database=name))
    finally:
        with server.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name}{_force(connection)}")


def _create(server: Engine, name: str) -> None:
    try:
        with server.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}{_options(connection)}")
    except (sa.exc.DBAPIError, OSError) as error:
        reason = str(getattr(error, "orig", None) or error).strip()
        where = server.url.render_as_string(hide_password=True)
        raise DatabaseError(f"Can't create a scratch database on {where}: {reason}") from error


def _options(connection: sa.Connection) -> str:
    """The character set of the database beside it, where tables take theirs from there."""
    if connection.dialect.name == "postgresql":
        return ""
    sql = "SELECT @@character_set_database, @@collation_database"
    charset, collation = connection.exec_driver_sql(sql).one()
    return f" CHARACTER SET {charset} COLLATE {collation}"


def _force(connection: sa.Connection) -> str:
    version = connection.dialect.server_version_info or ()
    return " WITH (FORCE)" if connection.dialect.name == "postgresql" and version >= (13,) else ""


def _synchronous(url: URL | None, dialect: str) -> URL:
    """The URL with a driver that needs no event loop."""
    if url is None or not (url.host or url.query):
        raise DatabaseError(
            "There is no URL to a server: pass url= to context.configure(), or name it in the "
            "configuration."
        )
    if not url.get_dialect().is_async:
        return url
    for module in _SYNC[dialect]:
        if find_spec(module.partition(".")[0]) is not None:
            driver = _DRIVERS.get(module, module)
            return url.set(drivername=f"{dialect}+{driver}", query={})
    raise DatabaseError(
        f"'{url.drivername}' cannot be used here: install a driver without asyncio, "
        f"{' or '.join(_SYNC[dialect])}."
    )
