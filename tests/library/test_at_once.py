"""Many migrations at once in one process: in threads, and in tasks of one event loop."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
import sqlalchemy as sa

from limbeck import AsyncMigrator, Migrator
from tests import servers

NUMBER = {"sqlite": 20, "postgresql": int(os.environ.get("LIMBECK_AT_ONCE", "4"))}
"""Dropping a database of PostgreSQL takes seconds on a busy disk: 20 are tried by hand."""

ASYNC = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}

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


@pytest.fixture
def databases(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[list[tuple[Path, str, str]]]:
    """Projects, each with a database that knows its owner: folder, URL, owner."""
    found = []
    for number in range(NUMBER[request.param]):
        folder = _project(tmp_path / f"project{number}")
        if request.param == "sqlite":
            url = f"sqlite:///{folder / 'database.db'}"
        else:
            server = str(request.getfixturevalue("postgresql_url"))
            url = servers.create_database(server, f"once{number}")
        _prepare(url, f"owner{number}")
        found.append((folder, url, f"owner{number}"))
    yield found
    if request.param != "sqlite":
        with ThreadPoolExecutor(len(found)) as pool:
            list(pool.map(servers.drop_database, [url for _, url, _ in found]))


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


@pytest.mark.parametrize("databases", ["sqlite", "postgresql"], indirect=True)
def test_threads(databases: list[tuple[Path, str, str]]) -> None:
    together = Barrier(len(databases))
    before = (sys.path[:], Path.cwd(), dict(os.environ), signal.getsignal(signal.SIGTERM))

    def migrate(place: tuple[Path, str, str]) -> list[str]:
        folder, url, _ = place
        migrator = Migrator(url, project=folder)
        together.wait()
        return [revision.id for revision in migrator.upgrade()]

    with ThreadPoolExecutor(len(databases)) as pool:
        ran = list(pool.map(migrate, databases))
    assert ran == [[f"r{n}" for n in range(REVISIONS)]] * len(databases)
    assert all(_is_whole(url, owner) for _, url, owner in databases)
    assert before == (sys.path, Path.cwd(), dict(os.environ), signal.getsignal(signal.SIGTERM))


@pytest.mark.parametrize("databases", ["sqlite", "postgresql"], indirect=True)
def test_tasks(databases: list[tuple[Path, str, str]]) -> None:
    async def migrate(folder: Path, url: str) -> list[str]:
        driver = url.partition("://")[0].partition("+")[0]
        url = url.replace(url.partition("://")[0], ASYNC[driver], 1)
        return [revision.id for revision in await AsyncMigrator(url, project=folder).upgrade()]

    async def work() -> list[list[str]]:
        return await asyncio.gather(*(migrate(folder, url) for folder, url, _ in databases))

    ran = asyncio.run(work())
    assert ran == [[f"r{n}" for n in range(REVISIONS)]] * len(databases)
    assert all(_is_whole(url, owner) for _, url, owner in databases)


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
