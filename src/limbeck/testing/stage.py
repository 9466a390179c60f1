"""A database at one revision, for looking at what a migration does to data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL

from limbeck.database.connect import run_connected
from limbeck.migrator import Revision
from limbeck.project.config import Config
from limbeck.testing.projects import migrator_on


class Stage:
    """A database that moves between revisions; each call commits.

    `url` is the database's and `migrator` its `Migrator`.
    """

    def __init__(self, config: Config, url: URL) -> None:
        self.url = url
        self.migrator = migrator_on(url, config)

    def upgrade(self, target: str = "heads") -> tuple[Revision, ...]:
        """Runs what is missing up to `target`."""
        return self.migrator.upgrade(target)

    def downgrade(self, target: str) -> tuple[Revision, ...]:
        """Takes back what is above `target`."""
        return self.migrator.downgrade(target)

    def execute(self, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """Runs a statement, with ``:name`` for parameters; the rows that it gives."""

        def work(connection: sa.Connection) -> list[tuple[Any, ...]]:
            with connection.begin():
                result = connection.execute(sa.text(sql), parameters)
                return [tuple(row) for row in result] if result.returns_rows else []

        return run_connected(self.url, work)

    def insert(self, table: str, *rows: Mapping[str, Any]) -> None:
        """Inserts rows into a table as it is at this revision; ``schema.table`` names a schema."""

        def work(connection: sa.Connection) -> None:
            with connection.begin():
                connection.execute(sa.insert(_reflected(connection, table)), [*rows])

        run_connected(self.url, work)

    def rows(self, table: str) -> list[dict[str, Any]]:
        """All rows of a table as it is at this revision, by primary key."""

        def work(connection: sa.Connection) -> list[dict[str, Any]]:
            found = _reflected(connection, table)
            query = sa.select(found).order_by(*found.primary_key.columns)
            return [dict(row) for row in connection.execute(query).mappings()]

        return run_connected(self.url, work)


def _reflected(connection: sa.Connection, table: str) -> sa.Table:
    schema, _, name = table.rpartition(".")
    return sa.Table(name, sa.MetaData(), schema=schema or None, autoload_with=connection)
