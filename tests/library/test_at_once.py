"""Many migrations at once in one process: in threads, and in tasks of one event loop."""

from __future__ import annotations

import asyncio
import gc
import locale
import logging
import os
import signal
import sys
import threading
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Barrier

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from limbeck import AsyncMigrator, Migrator
from limbeck.database import embedded
from tests import servers

SYNC = {"sqlite": 20, "postgresql+psycopg2": 20, "postgresql+psycopg": 5, "mysql+pymysql": 5}
ASYNC = {
    "sqlite+aiosqlite": 20,
    "postgresql+asyncpg": 20,
    "postgresql+psycopg": 5,
    "mysql+asyncmy": 5,
}
"""How many databases are migrated at a time, in one process; LIMBECK_AT_ONCE has it so for all."""

SCRIPT = '''"""revision {number}"""

import sqlalchemy as sa
from limbeck import op

revision = "r{number}"
down_revision = {down!r}


def upgrade() -> None:
    op.create_table("t{number}", sa.Column("id", sa.Integer, primary_key=True))
    op.execute("INSERT INTO whose (name, step) VALUES ('{{name}}', {number})".format(
        name=op.get_bind().scalar(sa.text("SELECT name FROM owner"))
    ))


def downgrade() -> None:
    op.drop_table("t{number}")
'''

REVISIONS = 5


def _project(folder: Path) -> Path:
    """A project of its own: the same file names and revisions as every other one."""
    versions = folder / "migrations" / "versions"
    versions.mkdir(parents=True)
    for number in range(REVISIONS):
        down = f"r{number - 1}" if number else None
        text = SCRIPT.format(number=number, down=down)
        (versions / f"r{number}.py").write_text(text, encoding="utf-8")
    (folder / "pyproject.toml").write_text("[tool.limbeck]\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def quick_postgresql(request: pytest.FixtureRequest) -> Iterator[str]:
    """A server of one's own whose data are in memory: dropping a database of another takes long."""
    if not embedded.is_installed():
        yield str(request.getfixturevalue("postgresql_url"))
        return
    with servers.embedded_postgresql("/dev/shm" if Path("/dev/shm").is_dir() else None) as url:
        yield url


@pytest.fixture
def databases(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[list[tuple[Path, str, str]]]:
    """Projects, each with a database that knows its owner: folder, URL, owner."""
    backend = str(request.param).partition("+")[0]
    server = {"postgresql": "quick_postgresql", "mysql": "mysql_url"}.get(backend)
    place = str(request.getfixturevalue(server)) if server else ""
    found = []
    count = int(os.environ.get("LIMBECK_AT_ONCE", {**SYNC, **ASYNC}[request.param]))
    for number in range(count):
        folder = _project(tmp_path / f"project{number}")
        url = f"sqlite:///{folder / 'database.db'}"
        if server:
            url = servers.create_database(place, f"once{number}")
        _prepare(url, f"owner{number}")
        found.append((folder, _with_driver(url, request.param), f"owner{number}"))
    yield found
    if server:
        for _, url, _ in found:
            servers.drop_database(url)


def _prepare(url: str, owner: str) -> None:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE owner (name VARCHAR(20))"))
        connection.execute(sa.text("CREATE TABLE whose (name VARCHAR(20), step INTEGER)"))
        connection.execute(sa.text("INSERT INTO owner VALUES (:name)"), {"name": owner})


def _is_whole(url: str, owner: str) -> bool:
    """Whether all revisions ran there, once each, and none for another owner."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        whose = connection.execute(sa.text("SELECT name, step FROM whose ORDER BY step")).all()
        rows = connection.execute(sa.text("SELECT version_num FROM alembic_version")).all()
        tables = [name for name in sa.inspect(connection).get_table_names() if name[0] == "t"]
    assert [tuple(row) for row in whose] == [(owner, step) for step in range(REVISIONS)]
    return [row[0] for row in rows] == [f"r{REVISIONS - 1}"] and len(tables) == REVISIONS


def _process() -> dict[str, object]:
    """What belongs to the application, and is the same for all of its threads and tasks."""
    loggers = [logging.getLogger(), *map(logging.getLogger, ("alembic", "limbeck", "sqlalchemy"))]
    return {
        "path": sys.path[:],
        "folder": Path.cwd(),
        "environment": dict(os.environ),
        "handlers": [(logger.level, logger.handlers[:]) for logger in loggers],
        "logging": (logging.root.manager.disable, logging.lastResort),
        "warnings": (warnings.filters[:], warnings.showwarning),
        "signals": {number: signal.getsignal(number) for number in signal.valid_signals()},
        "wakeup": signal.set_wakeup_fd(signal.set_wakeup_fd(-1)),
        "modules": {name for name in sys.modules if not name.startswith(("limbeck", "sqlalchemy"))},
        "importers": (sys.meta_path[:], sys.path_hooks[:]),
        "collector": (gc.isenabled(), gc.get_threshold(), gc.get_freeze_count()),
        "hooks": (sys.excepthook, threading.excepthook, sys.stdout, sys.stderr),
        "threads": {thread.name for thread in threading.enumerate()},
        "locale": locale.setlocale(locale.LC_ALL),
        "umask": os.umask(os.umask(0)),
    }


@pytest.mark.parametrize("databases", SYNC, indirect=True)
def test_threads(databases: list[tuple[Path, str, str]], capfd: pytest.CaptureFixture[str]) -> None:
    together = Barrier(len(databases))

    def migrate(place: tuple[Path, str, str], method: str, *targets: str) -> list[str]:
        folder, url, _ = place
        migrator = Migrator(url, project=folder)
        together.wait()
        return [revision.id for revision in getattr(migrator, method)(*targets)]

    with ThreadPoolExecutor(len(databases)) as pool:
        ran = list(pool.map(partial(migrate, method="upgrade"), databases))
        assert ran == [[f"r{n}" for n in range(REVISIONS)]] * len(databases)
        assert all(_is_whole(url, owner) for _, url, owner in databases)
        before = _process()  # from the second time on: drivers import what they need when they do
        list(pool.map(lambda place: migrate(place, "downgrade", "r2"), databases))
        list(pool.map(lambda place: migrate(place, "upgrade"), databases))
        assert _process() == before
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("databases", ASYNC, indirect=True)
def test_tasks(databases: list[tuple[Path, str, str]]) -> None:
    """On one loop, which goes on meanwhile."""

    async def migrate(folder: Path, url: str) -> list[str]:
        engine = create_async_engine(url, poolclass=sa.NullPool)
        migrator = AsyncMigrator(engine, project=folder)
        return [revision.id for revision in await migrator.upgrade()]

    async def again(folder: Path, url: str) -> None:
        migrator = AsyncMigrator(url, project=folder)
        await migrator.downgrade("r2")
        await migrator.upgrade()

    async def tick(beats: list[int]) -> None:
        while True:
            beats.append(1)
            await asyncio.sleep(0)

    async def work() -> list[list[str]]:
        beats: list[int] = []
        ticking = asyncio.create_task(tick(beats))
        ran = await asyncio.gather(*(migrate(folder, url) for folder, url, _ in databases))
        assert len(beats) > len(databases)
        assert all(_is_whole(_plain(url), owner) for _, url, owner in databases)
        await asyncio.to_thread(int)  # the loop's own threads are there
        before = _process()
        await asyncio.gather(*(again(folder, url) for folder, url, _ in databases))
        after = _process()
        for state in (before, after):
            threads = {name for name in state.pop("threads") if "asyncio" not in name}  # type: ignore[attr-defined]  # a set
            assert not any("limbeck" in name for name in threads)
        assert after == before
        ticking.cancel()
        return ran

    ran = asyncio.run(work())
    assert ran == [[f"r{n}" for n in range(REVISIONS)]] * len(databases)


def _plain(url: str) -> str:
    """The same database with a driver that needs no loop."""
    drivers = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg2", "mysql": "mysql+pymysql"}
    return _with_driver(url, drivers[url.partition("+")[0]])


def _with_driver(url: str, driver: str) -> str:
    return sa.make_url(url).set(drivername=driver).render_as_string(hide_password=False)


@pytest.mark.parametrize("databases", ["postgresql+asyncpg"], indirect=True)
def test_backfills_of_tasks_leave_the_filters_of_warnings(
    databases: list[tuple[Path, str, str]],
) -> None:
    """They are switched for the whole process, and tasks do not end in the order they began."""
    few = databases[:3]
    for number, (folder, _, _) in enumerate(few):
        script = folder / "migrations" / "versions" / "r0.py"
        text = script.read_text(encoding="utf-8")
        more = f'    for _ in range({3 + number}):\n        op.backfill("t0", {{"id": 1}})\n'
        script.write_text(text.replace("\n\n\ndef down", f"\n{more}\n\ndef down"), encoding="utf-8")

    async def work() -> None:
        jobs = [AsyncMigrator(url, project=folder).upgrade() for folder, url, _ in few]
        await asyncio.gather(*jobs)

    before = warnings.filters[:]
    asyncio.run(work())
    assert warnings.filters == before


def test_threads_on_one_database_wait_for_each_other(database: str, tmp_path: Path) -> None:
    """Also where the database has a history, which is read before the wait."""
    folder = _project(tmp_path / "project")
    _prepare(database, "one")
    migrator = Migrator(database, project=folder)
    migrator.upgrade("r1")
    with ThreadPoolExecutor(6) as pool:
        ran = list(pool.map(lambda _: migrator.upgrade(), range(6)))
    assert [len(revisions) for revisions in ran if revisions] == [REVISIONS - 2]
    assert _is_whole(database, "one")
