"""`AsyncMigrator`: a `Migrator` for asyncio."""

from __future__ import annotations

import asyncio
import inspect
import os
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeAlias, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url

from limbeck.database.connect import run_connected_async
from limbeck.migrator.blocking import Checked, Migrator
from limbeck.project.config import Config
from limbeck.project.environment import configured_url
from limbeck.revision.revision import Revision

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

    from limbeck.commands.plan import Planned
    from limbeck.commands.verify import Verification

P = ParamSpec("P")
R = TypeVar("R")

AsyncTarget: TypeAlias = "str | URL | sa.Engine | AsyncEngine | AsyncConnection"


class AsyncMigrator:
    """A `Migrator` whose methods are awaited.

    On an async engine or connection, and for the URL of an async driver, everything runs on the
    event loop. A URL or engine of another driver, and an env.py that connects by itself, get a
    thread.
    """

    def __init__(
        self,
        target: AsyncTarget | Callable[[], AsyncTarget | Awaitable[AsyncTarget]] | None = None,
        /,
        *,
        project: str | os.PathLike[str] | Config | None = None,
        database: str | None = None,
        tenant: str | None = None,
        **settings: Any,
    ) -> None:
        self._database: Any = target
        self._migrator = Migrator(project=project, database=database, tenant=tenant, **settings)
        self._files = self._migrator._files

    async def upgrade(self, target: str = "heads") -> tuple[Revision, ...]:
        """See `Migrator.upgrade`."""
        return await self._run(Migrator.upgrade, target)

    async def downgrade(self, target: str) -> tuple[Revision, ...]:
        """See `Migrator.downgrade`."""
        return await self._run(Migrator.downgrade, target)

    async def stamp(self, *targets: str, purge: bool = False) -> None:
        """See `Migrator.stamp`."""
        await self._run(Migrator.stamp, *targets, purge=purge)

    async def current(self) -> tuple[Revision, ...]:
        """See `Migrator.current`."""
        return await self._run(Migrator.current)

    async def heads(self) -> tuple[Revision, ...]:
        """See `Migrator.heads`."""
        return await asyncio.to_thread(self._migrator.heads)

    async def pending(self, target: str = "heads") -> tuple[Revision, ...]:
        """See `Migrator.pending`."""
        return await self._run(Migrator.pending, target)

    async def assert_up_to_date(self) -> None:
        """See `Migrator.assert_up_to_date`."""
        await self._run(Migrator.assert_up_to_date)

    async def check(self, *, against: str | None = None) -> Checked:
        """See `Migrator.check`."""
        return await self._run(Migrator.check, against=against)

    async def plan(self, target: str = "heads", *, downgrade: bool = False) -> Planned:
        """See `Migrator.plan`."""
        return await self._run(Migrator.plan, target, downgrade=downgrade)

    async def verify(self, rev_range: str | None = None) -> tuple[Verification, ...]:
        """See `Migrator.verify`."""
        return await self._run(Migrator.verify, rev_range)

    async def revision(self, message: str | None = None, **options: Any) -> tuple[Revision, ...]:
        """See `Migrator.revision`, whose options it takes."""
        return await self._run(Migrator.revision, message, **options)

    async def _run(
        self, method: Callable[Concatenate[Migrator, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        from sqlalchemy.ext.asyncio import AsyncConnection

        def on(connection: sa.Connection) -> R:
            return method(self._migrator.on(connection), *args, **kwargs)

        database: Any = self._database
        if callable(database):
            database = database()
            if inspect.isawaitable(database):
                database = await database
        if isinstance(database, AsyncConnection):
            return await database.run_sync(on)
        self._files.require_one(database, method.__name__)
        target = self._on_the_loop(database)
        if target is not None:
            return await run_connected_async(target, on)
        return await asyncio.to_thread(method, self._migrator.on(database), *args, **kwargs)

    def _on_the_loop(self, database: Any) -> Any:
        """What the event loop connects to; None where it cannot, or where an env.py connects."""
        settings = self._files.settings
        database = self._files.seen(database)
        if settings is not None and settings.schema is not None:
            return database if hasattr(database, "sync_engine") else None
        if database is None or isinstance(database, str | URL):
            if self._files.runs_env_py:
                return None
            if database is None and settings is not None:
                database = configured_url(settings)
        is_async = hasattr(database, "sync_engine") or _is_of_async_driver(database)
        return database if is_async else None


def _is_of_async_driver(database: Any) -> bool:
    """Whether it is a URL that an event loop can connect to."""
    if not isinstance(database, str | URL):
        return False
    try:
        return make_url(database).get_dialect().is_async
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError):
        return False  # it is refused where it is used
