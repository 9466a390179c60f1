"""A database as one tenant sees it: a schema of its own, or a database of its own."""

from __future__ import annotations

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
    quoted = schema.replace('"', '""')

    @sa.event.listens_for(engine, "connect", insert=True)  # before SQLAlchemy asks for the default
    def set_search_path(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute(f'SET search_path TO "{quoted}", public')
        cursor.close()
        connection.commit()


def require_schema(connection: sa.Connection, schema: str) -> None:
    """Raises ConfigurationError where PostgreSQL has no such schema.

    What is made there would come into `public` then.
    """
    if connection.dialect.name != "postgresql":
        return
    known = sa.text("SELECT count(*) FROM pg_catalog.pg_namespace WHERE nspname = :name")
    there = connection.execute(known, {"name": schema}).scalar()
    connection.rollback()
    if not there:
        quoted = schema.replace('"', '""')
        raise ConfigurationError(
            f"The database has no schema '{schema}': CREATE SCHEMA \"{quoted}\" first."
        )
