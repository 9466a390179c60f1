"""Databases for tests: empty ones, and copies of one that is at the heads."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url

from limbeck.database.scratch import can_copy, database_beside
from limbeck.project.config import Config
from limbeck.testing.projects import migrator_on

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine


class Databases:
    """Makes databases beside the one of a URL, and drops them again.

    The migrations run once: SQLite's file is copied and PostgreSQL takes the database as a
    template. MySQL and MariaDB can do neither, and there they run for each database.
    """

    def __init__(self, config: Config, url: str | URL, folder: Path) -> None:
        self.config = config
        self.url = make_url(url)
        self._folder = folder
        self._numbers = itertools.count(1)
        self._closing = ExitStack()
        self._template: URL | None = None

    def __enter__(self) -> Databases:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._closing.close()

    @contextmanager
    def empty(self) -> Iterator[URL]:
        """The URL of an empty database, as long as the block."""
        with self._made(None) as url:
            yield url

    @contextmanager
    def migrated(self) -> Iterator[URL]:
        """The URL of a database at the heads, as long as the block."""
        with self._made(self._migrated_once() if can_copy(self.url) else None) as url:
            if self._template is None:
                migrator_on(url, self.config).upgrade()
            yield url

    def _migrated_once(self) -> URL:
        if self._template is None:
            url = self._closing.enter_context(self._made(None))
            migrator_on(url, self.config).upgrade()
            self._template = url
        return self._template

    @contextmanager
    def _made(self, template: URL | None) -> Iterator[URL]:
        if self.url.get_backend_name() != "sqlite":
            with database_beside(self.url, template) as url:
                yield url.set(drivername=self.url.drivername, query=self.url.query)
            return
        path = self._folder / f"{next(self._numbers)}.db"
        if template is not None:
            shutil.copyfile(str(template.database), path)
        try:
            yield self.url.set(database=str(path), query={})
        finally:
            path.unlink(missing_ok=True)


def engine_for(url: URL) -> sa.Engine | AsyncEngine:
    """An engine that keeps no connection open, so that the database can be dropped."""
    options: dict[str, Any] = {"poolclass": sa.pool.NullPool}
    if url.get_dialect().is_async:
        from sqlalchemy.ext.asyncio import create_async_engine

        return create_async_engine(url, **options)
    return sa.create_engine(url, **options)
