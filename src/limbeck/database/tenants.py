"""A database as one tenant sees it: a schema of its own, or a database of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from copy import copy
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url

from limbeck.database.connect import engine_of
from limbeck.errors import ConfigurationError, UnsupportedOperation

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine


def seen_from(target: Any, schema: str) -> URL | sa.Engine | AsyncEngine:
    """What a tenant connects to, for the URL or engine that all of them share.

    On PostgreSQL the schema comes first on the search path, and `public` after it. MySQL knows no
    schemas but databases, which is what is taken there; on SQLite it is a file of that name in
    the same folder. Raises UnsupportedOperation for other databases.
    """
    url = make_url(getattr(target, "url", target))
    match url.get_backend_name():
        case "postgresql":
            engine = engine_of(url)
            _search(engine if isinstance(engine, sa.Engine) else engine.sync_engine, schema)
            return engine
        case "mysql" | "mariadb":
            return url.set(database=schema)
        case "sqlite":
            return url.set(database=str(Path(url.database or "").with_name(f"{schema}.db")))
        case other:
            raise UnsupportedOperation(f"'schema' and 'tenants' are not known for {other}.")


def _search(engine: sa.Engine, schema: str) -> None:
    path = _search_path(schema)

    @sa.event.listens_for(engine, "connect", insert=True)  # before SQLAlchemy asks for the default
    def set_search_path(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute(f"SET search_path TO {path}")
        cursor.close()
        connection.commit()


def _search_path(schema: str) -> str:
    quoted = schema.replace('"', '""')
    return f'"{quoted}", public'


@contextmanager
def searching(connection: sa.Connection, schema: str) -> Iterator[None]:
    """Has a caller's connection look into a tenant's schema first, as long as the block.

    Its dialect counts that schema as the default one then. In a transaction of the caller's the
    search path is set for that transaction only: rolling back leaves nothing of it. Raises
    ConfigurationError where there is no such schema, and for other databases than PostgreSQL,
    where a connection is one to a tenant or is none.
    """
    if connection.dialect.name != "postgresql":
        raise ConfigurationError(
            "A tenant needs a URL or an engine here: a connection has its database already."
        )
    within = connection.in_transaction()
    usual = connection.dialect
    before = connection.scalar(sa.text("SELECT current_setting('search_path')"))
    _set_search_path(connection, _search_path(schema), within)
    try:
        require_schema(connection, schema)
        connection.dialect = copy(usual)
        connection.dialect.default_schema_name = schema
        yield
    finally:
        connection.dialect = usual
        # in a transaction that failed, nothing can be set; what takes it back restores it
        with suppress(sa.exc.DBAPIError):
            if not within and connection.in_transaction():
                connection.rollback()
            _set_search_path(connection, before, within)


def _set_search_path(connection: sa.Connection, path: str, within: bool) -> None:
    connection.execute(_SET, {"path": path, "local": within})
    if not within:
        connection.commit()


_SET = sa.text("SELECT set_config('search_path', :path, :local)")


def require_schema(connection: sa.Connection, schema: str) -> None:
    """Raises ConfigurationError where PostgreSQL does not look into such a schema first.

    What is made there would come into `public` then.
    """
    if connection.dialect.name != "postgresql":
        return
    within = connection.in_transaction()
    first = connection.scalar(sa.text("SELECT current_schema()"))
    names: set[str] = set()
    if first != schema:
        names = {*connection.scalars(sa.text("SELECT nspname FROM pg_catalog.pg_namespace"))}
    if not within:
        connection.rollback()
    if first == schema:
        return
    if schema in names:
        raise ConfigurationError(
            f"The search path of this connection does not begin with '{schema}', although it was "
            "set: a pooler or AUTOCOMMIT is in the way."
        )
    quoted = schema.replace('"', '""')
    near = get_close_matches(schema, names, n=1)
    advice = f"did you mean '{near[0]}'? If not, " if near else ""
    raise ConfigurationError(
        f"The database has no schema '{schema}': {advice}CREATE SCHEMA \"{quoted}\" first."
    )
