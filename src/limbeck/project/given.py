"""The database that a program names, in the place of the one that the configuration names."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from limbeck.errors import ConfigurationError

if TYPE_CHECKING:
    import sqlalchemy as sa
    from sqlalchemy.engine import URL


@dataclass(frozen=True, slots=True)
class GivenDatabase:
    """A URL or a connection, which everything is to run on; None where none is given."""

    target: str | URL | sa.Connection | None = None

    def refuse_other(self, connection: sa.Connection | None) -> None:
        """Raises ConfigurationError where an env.py came with a connection to another database."""
        if self.target is None or connection is None or connection is self.target:
            return
        ours, theirs = url_of(self.target), connection.engine.url
        if not _is_connection(self.target) and _place(ours) == _place(theirs):
            return
        from limbeck.database.urls import shown

        raise ConfigurationError(
            f"env.py connects to {shown(theirs)} by itself, and not with the connection to "
            f"{shown(ours)} that the program gave. Have it take "
            'config.attributes.get("connection") where that is set, or the URL from '
            'config.get_main_option("sqlalchemy.url").'
        )


NOT_GIVEN = GivenDatabase()


def url_of(target: Any) -> Any:
    """The URL of a connection or an engine; a URL is its own."""
    return target.engine.url if _is_connection(target) else getattr(target, "url", target)


def _is_connection(target: Any) -> bool:
    return hasattr(target, "exec_driver_sql")


def _place(url: str | URL) -> tuple[object, ...]:
    from sqlalchemy.engine import make_url

    parts = make_url(url)
    database, backend = parts.database, parts.get_backend_name()
    if backend == "sqlite" and database:
        database = os.path.realpath(database)
    return backend, parts.host, parts.port, database
