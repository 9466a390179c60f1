"""Connections to a database by URL, sync or async: the one place where the two meet."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url

from limbeck.database.urls import is_misread, known, shown
from limbeck.errors import DatabaseError

if TYPE_CHECKING:  # a tenth of a second that a synchronous run does not need
    from sqlalchemy.ext.asyncio import AsyncEngine

R = TypeVar("R")

_EXTRAS = {
    "psycopg2": "postgresql",
    "psycopg": "postgresql",
    "asyncpg": "asyncpg",
    "pymysql": "mysql",
    "MySQLdb": "mysql",
    "asyncmy": "asyncmy",
    "aiosqlite": "aiosqlite",
}
"""The extra of this package that installs a driver's module."""

_TIMEOUTS = {
    "psycopg2": "connect_timeout",
    "psycopg": "connect_timeout",
    "pymysql": "connect_timeout",
    "mysqldb": "connect_timeout",
    "asyncmy": "connect_timeout",
    "asyncpg": "timeout",
}
"""What drivers call the time to wait for a connection."""


def run_connected(
    target: str | URL | sa.Engine | AsyncEngine,
    work: Callable[[sa.Connection], R],
    *,
    patience: int | None = None,
) -> R:
    """Opens a connection, calls `work` with it and closes it again.

    An async URL or engine is driven with its own loop, in a thread of its own where a loop is
    running already; `work` gets a plain connection either way. A server of a URL that does not
    answer for `patience` seconds counts as one that cannot be reached.
    Raises DatabaseError where the URL cannot be used or the driver is not installed.
    """
    engine = engine_of(target, patience) if isinstance(target, str | URL) else target
    if not isinstance(engine, sa.Engine):
        if engine is target:
            engine = _for_another_loop(engine)
        result: R = run_coroutine(_run_async(engine, work, dispose=True))
        return result
    try:
        connection = engine.connect()
    except (sa.exc.DBAPIError, OSError) as error:
        raise _unreachable(engine.url, error) from error
    with connection:
        return work(connection)


async def run_connected_async(
    target: str | URL | AsyncEngine, work: Callable[[sa.Connection], R]
) -> R:
    """What `run_connected` does, on the event loop that runs, with an async driver."""
    engine: Any = engine_of(target) if isinstance(target, str | URL) else target
    return await _run_async(engine, work, dispose=engine is not target)


def _for_another_loop(engine: AsyncEngine) -> AsyncEngine:
    """The engine with a pool of its own: connections belong to the loop that they were made on."""
    from sqlalchemy.ext.asyncio import AsyncEngine

    if engine.dialect.name == "sqlite" and engine.url.database in (None, "", ":memory:"):
        raise DatabaseError(
            "A database in memory belongs to the event loop of its engine: use "
            "limbeck.AsyncMigrator there, or pass a connection inside run_sync()."
        )
    inner = engine.sync_engine
    return AsyncEngine(sa.Engine(inner.pool.recreate(), inner.dialect, inner.url))


def _unreachable(url: URL, error: Exception) -> DatabaseError:
    """The driver's own words, without SQLAlchemy's frame, and the URL without its password."""
    reason = str(getattr(error, "orig", None) or error).strip()
    if is_misread(url):  # the driver would name a part of the password, as the host
        reason = (
            "the URL is read in another way than it is meant, as its password holds an '@' or a "
            "'/'. Build it with sqlalchemy.URL.create, or quote the password "
            "(urllib.parse.quote_plus)."
        )
    return DatabaseError(f"Can't connect to {shown(url)}: {reason}")


def engine_of(target: str | URL, patience: int | None = None) -> sa.Engine | AsyncEngine:
    """An engine for a URL, which keeps no connections. Raises DatabaseError as `run_connected`."""
    try:
        url = known(make_url(target))
    except sa.exc.ArgumentError:
        raise DatabaseError(
            "The database URL cannot be read: it must look like "
            "'postgresql+psycopg://user:password@host/database', special characters encoded."
        ) from None
    options: dict[str, Any] = {"poolclass": sa.pool.NullPool}
    try:
        timeout = _TIMEOUTS.get(url.get_driver_name())
        if patience is not None and timeout is not None:
            options["connect_args"] = {timeout: patience}
        if url.get_dialect().is_async:
            from sqlalchemy.ext.asyncio import create_async_engine

            return create_async_engine(url, **options)
        return sa.create_engine(url, **options)
    except sa.exc.NoSuchModuleError:
        raise DatabaseError(
            f"SQLAlchemy knows no database '{url.drivername}': "
            "check the part of the URL before '://'."
        ) from None
    except ModuleNotFoundError as error:
        raise DatabaseError(missing_driver(error)) from None


def missing_driver(error: ModuleNotFoundError) -> str:
    """What to say of a driver that is not installed."""
    extra = _EXTRAS.get(error.name or "")
    name = f"'limbeck[{extra}]'" if extra else str(error.name)
    return f"The database driver '{error.name}' is not installed: pip install {name}"


async def _run_async(
    engine: AsyncEngine, work: Callable[[sa.Connection], R], *, dispose: bool
) -> R:
    try:
        try:
            connection = await engine.connect()
        except (sa.exc.DBAPIError, OSError) as error:
            raise _unreachable(engine.url, error) from error
        try:
            return await connection.run_sync(work)
        finally:
            await connection.close()
    finally:
        if dispose:
            await engine.dispose()


def run_coroutine(coroutine: Any) -> Any:
    """Runs a coroutine to its end, also from inside a running event loop."""
    import asyncio
    import threading
    from contextvars import copy_context

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(coroutine)
    outcome: list[Any] = []
    failure: list[BaseException] = []

    def drive() -> None:
        try:
            outcome.append(asyncio.run(coroutine))
        except BaseException as error:
            failure.append(error)

    thread = threading.Thread(target=copy_context().run, args=(drive,), name="limbeck")
    thread.start()
    thread.join()
    if failure:
        raise failure[0]
    return outcome[0]


def beside(connection: sa.Connection) -> sa.Connection:
    """Another connection to the same database, made as the engine makes its own.

    It comes from a pool of its own, which belongs to it: dispose of its engine after closing it.
    Creator, credentials and the events of connecting are those of the engine, which may have room
    for one connection only.
    """
    engine = connection.engine
    other = sa.Engine(engine.pool.recreate(), engine.dialect, engine.url)
    try:
        return other.connect()
    except (sa.exc.DBAPIError, OSError) as error:
        raise _unreachable(engine.url, error) from error


def run_beside(connection: sa.Connection, work: Callable[[sa.Connection], None]) -> None:
    """Calls `work` with another connection, from a thread that has no event loop."""

    def connected() -> None:
        other = beside(connection)
        try:
            with other.execution_options(isolation_level="AUTOCOMMIT"):
                work(other)
        finally:
            other.engine.dispose()

    if connection.dialect.is_async:
        import asyncio

        from sqlalchemy.util import greenlet_spawn

        asyncio.run(greenlet_spawn(connected))
    else:
        connected()


def sleep(connection: sa.Connection, duration: float) -> None:
    """Waits, and lets the event loop of an async driver go on meanwhile."""
    if connection.dialect.is_async:
        import asyncio

        from sqlalchemy.util import await_only

        await_only(asyncio.sleep(duration))
    else:
        time.sleep(duration)
