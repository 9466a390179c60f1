"""`limbeck.Migrator` and `AsyncMigrator` as applications use them."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import StaticPool

import limbeck
from limbeck import AsyncMigrator, Config, Migrator
from limbeck.errors import (
    CommandError,
    ConfigurationError,
    DatabaseAhead,
    DatabaseError,
    DatabaseNotAtHead,
)
from tests import servers

METADATA = sa.MetaData()
sa.Table(
    "users",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(40), nullable=True),
)

FIRST = '''"""create users"""

import sqlalchemy as sa
from limbeck import op

revision = "a1"
down_revision = None


def upgrade() -> None:
    op.create_table("users", sa.Column("id", sa.Integer, primary_key=True))


def downgrade() -> None:
    op.drop_table("users")
'''

SECOND = '''"""add a name"""

import sqlalchemy as sa
from limbeck import op

revision = "b1"
down_revision = "a1"


def upgrade() -> None:
    op.add_column("users", sa.Column("name", sa.String(40), nullable=True))


def downgrade() -> None:
    op.drop_column("users", "name")
'''

ENV_PY = """
from limbeck import context

connection = context.config.attributes["connection"]
context.configure(connection=connection)
with context.begin_transaction():
    context.run_migrations()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of two revisions."""
    versions = tmp_path / "migrations" / "versions"
    versions.mkdir(parents=True)
    (versions / "a1.py").write_text(FIRST, encoding="utf-8")
    (versions / "b1.py").write_text(SECOND, encoding="utf-8")
    return tmp_path / "migrations"


@pytest.fixture
def alembic_folder(folder: Path) -> Path:
    """The same with an env.py that takes the connection it is given, and an alembic.ini."""
    (folder / "env.py").write_text(ENV_PY, encoding="utf-8")
    ini = folder.parent / "alembic.ini"
    ini.write_text("[alembic]\nscript_location = %(here)s/migrations\n", encoding="utf-8")
    return folder.parent


def ids(revisions: tuple[limbeck.migrator.Revision, ...]) -> list[str]:
    return [revision.id for revision in revisions]


def with_driver(url: str, driver: str) -> str:
    return url.replace(url.partition("://")[0], driver, 1)


def tables(url: str) -> list[str]:
    engine = sa.create_engine(url)
    try:
        return sa.inspect(engine).get_table_names()
    finally:
        engine.dispose()


def columns(url: str) -> list[str]:
    engine = sa.create_engine(url)
    try:
        with engine.connect() as connection:
            if not sa.inspect(connection).has_table("users"):
                return []
            return [column["name"] for column in sa.inspect(connection).get_columns("users")]
    finally:
        engine.dispose()


# -- one after the other ----------------------------------------------------------------------


def test_each_method_gives_values(database: str, folder: Path) -> None:
    migrator = Migrator(database, script_location=folder, metadata=METADATA)
    assert ids(migrator.heads()) == ["b1"]
    assert migrator.current() == ()
    assert ids(migrator.pending()) == ["a1", "b1"]
    assert [r.revision for r in migrator.plan("a1").revisions] == ["a1"]
    assert ids(migrator.upgrade("a1")) == ["a1"]
    assert ids(migrator.pending()) == ["b1"]
    with pytest.raises(DatabaseNotAtHead, match=r"b1 \(add a name\) did not run yet") as caught:
        migrator.assert_up_to_date()
    assert caught.value.pending == ("b1",)
    assert ids(migrator.upgrade()) == ["b1"]
    migrator.assert_up_to_date()
    assert migrator.check(against="database").passed
    assert columns(database) == ["id", "name"]
    assert ids(migrator.downgrade("base")) == ["b1", "a1"]
    assert columns(database) == []
    migrator.stamp("a1")
    assert ids(migrator.current()) == ["a1"]
    migrator.stamp()
    assert ids(migrator.current()) == ["b1"]


def test_models_that_differ_are_told_and_written(sqlite_database: str, folder: Path) -> None:
    (folder / "versions" / "b1.py").unlink()
    migrator = Migrator(sqlite_database, script_location=folder, metadata=METADATA)
    migrator.upgrade()
    found = migrator.check()
    assert not found.passed
    assert found.differences == ("added column 'users.name'",)
    assert found.diffs[0][0] == "add_column"
    (written,) = migrator.revision("add a name", rev_id="c1")
    assert written.path == str(folder / "versions" / "c1_add_a_name.py")
    assert ids(migrator.upgrade()) == ["c1"]
    assert migrator.check().passed


@pytest.mark.parametrize("driver", ["sqlite+aiosqlite", "postgresql+asyncpg", "mysql+asyncmy"])
@pytest.mark.parametrize("kind", ["url", "engine", "connection"])
def test_async_drivers(
    driver: str, kind: str, folder: Path, request: pytest.FixtureRequest
) -> None:
    url = str(request.getfixturevalue(f"{driver.partition('+')[0]}_database"))

    async def work() -> None:
        engine = create_async_engine(with_driver(url, driver))
        try:
            if kind == "connection":
                async with engine.connect() as connection:
                    await steps(AsyncMigrator(connection, script_location=folder))
            else:
                database = engine if kind == "engine" else engine.url
                await steps(AsyncMigrator(database, script_location=folder, metadata=METADATA))
        finally:
            await engine.dispose()

    async def steps(migrator: AsyncMigrator) -> None:
        assert ids(await migrator.heads()) == ["b1"]
        assert ids(await migrator.pending()) == ["a1", "b1"]
        assert ids(await migrator.upgrade()) == ["a1", "b1"]
        await migrator.assert_up_to_date()
        assert ids(await migrator.downgrade("a1")) == ["b1"]
        await migrator.stamp("b1")
        assert ids(await migrator.current()) == ["b1"]
        await migrator.stamp("a1")

    asyncio.run(work())
    assert columns(url) == ["id"]


@pytest.mark.parametrize("driver", ["sqlite+aiosqlite", "postgresql+asyncpg"])
def test_an_async_engine_serves_a_plain_migrator_and_its_own_loop_after_that(
    driver: str, folder: Path, request: pytest.FixtureRequest
) -> None:
    url = str(request.getfixturevalue(f"{driver.partition('+')[0]}_database"))

    async def work() -> int:
        engine = create_async_engine(with_driver(url, driver))
        try:
            async with engine.connect() as connection:
                await connection.execute(sa.text("SELECT 1"))
            assert ids(Migrator(engine, script_location=folder).upgrade()) == ["a1", "b1"]
            async with engine.connect() as connection:
                return len((await connection.execute(sa.text("SELECT * FROM users"))).all())
        finally:
            await engine.dispose()

    assert asyncio.run(work()) == 0


def test_a_database_in_memory_is_migrated_on_its_own_engine(folder: Path) -> None:
    engine = sa.create_engine("sqlite://", poolclass=StaticPool)
    migrator = Migrator(engine, script_location=folder)
    migrator.upgrade()
    assert migrator.pending() == ()
    assert sa.inspect(engine).has_table("users")

    async def work() -> bool:
        inner = create_async_engine("sqlite+aiosqlite://", poolclass=StaticPool)
        with pytest.raises(DatabaseError, match="AsyncMigrator"):
            Migrator(inner, script_location=folder).upgrade()
        await AsyncMigrator(inner, script_location=folder).upgrade()
        async with inner.connect() as connection:
            found = await connection.run_sync(lambda c: sa.inspect(c).has_table("users"))
        await inner.dispose()
        return found

    assert asyncio.run(work())


def test_psycopg_with_and_without_a_loop(postgresql_database: str, folder: Path) -> None:
    url = with_driver(postgresql_database, "postgresql+psycopg")
    assert ids(Migrator(url, script_location=folder).upgrade("a1")) == ["a1"]

    async def work() -> None:
        assert ids(await AsyncMigrator(url, script_location=folder).pending()) == ["b1"]
        engine = create_async_engine(url)
        assert ids(await AsyncMigrator(engine, script_location=folder).upgrade()) == ["b1"]
        await engine.dispose()

    asyncio.run(work())


# -- a caller's connection --------------------------------------------------------------------


@pytest.mark.parametrize("name", ["sqlite", "postgresql"])
def test_in_a_callers_transaction_nothing_is_committed(
    name: str, folder: Path, request: pytest.FixtureRequest
) -> None:
    url = str(request.getfixturevalue(f"{name}_database"))
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        transaction = connection.begin()
        assert ids(Migrator(connection, script_location=folder).upgrade()) == ["a1", "b1"]
        assert connection.in_transaction()
        transaction.rollback()
    assert tables(url) == []
    with engine.begin() as connection:
        Migrator(connection, script_location=folder).upgrade()
    assert columns(url) == ["id", "name"]
    with engine.connect() as connection:
        history = sa.text("SELECT revision FROM limbeck_history ORDER BY id")
        assert connection.execute(history).scalars().all() == ["a1", "b1"]
    engine.dispose()


@pytest.mark.parametrize("driver", ["sqlite+aiosqlite", "postgresql+asyncpg"])
def test_in_a_callers_transaction_of_an_async_driver(
    driver: str, folder: Path, request: pytest.FixtureRequest
) -> None:
    url = str(request.getfixturevalue(f"{driver.partition('+')[0]}_database"))

    async def work() -> None:
        engine = create_async_engine(with_driver(url, driver))
        async with engine.connect() as connection:
            transaction = await connection.begin()
            await AsyncMigrator(connection, script_location=folder).upgrade()
            await transaction.rollback()
        await engine.dispose()

    asyncio.run(work())
    assert tables(url) == []


def test_reading_leaves_no_transaction_that_would_hold_the_next_upgrade(
    database: str, folder: Path
) -> None:
    engine = sa.create_engine(database)
    with engine.connect() as connection:
        migrator = Migrator(connection, script_location=folder, metadata=METADATA)
        migrator.pending()
        migrator.plan()
        migrator.upgrade()
        migrator.check(against="database")
        assert not connection.in_transaction()
    engine.dispose()
    assert columns(database) == ["id", "name"]


def test_pending_is_one_query(database: str, folder: Path) -> None:
    engine = sa.create_engine(database)
    migrator = Migrator(engine, script_location=folder)
    migrator.upgrade("a1")
    queries: list[str] = []
    sa.event.listen(engine, "before_cursor_execute", lambda *args: queries.append(args[2]))
    assert ids(migrator.pending()) == ["b1"]
    engine.dispose()
    queries = [sql for sql in queries if sql != "BEGIN"]  # which SQLite is sent for real
    assert len(queries) == 1
    assert "alembic_version" in queries[0]


# -- projects ---------------------------------------------------------------------------------


def test_a_project_is_a_file_a_folder_or_a_config(sqlite_database: str, folder: Path) -> None:
    pyproject = folder.parent / "pyproject.toml"
    pyproject.write_text(f'[tool.limbeck]\nurl = "{sqlite_database}"\n', encoding="utf-8")
    for project in (pyproject, str(folder.parent), Config(toml_file=pyproject)):
        assert ids(Migrator(project=project).pending()) == ["a1", "b1"]
    assert ids(asyncio.run(AsyncMigrator(project=pyproject).upgrade("a1"))) == ["a1"]
    url = sqlite_database.replace("sqlite", "sqlite+aiosqlite", 1)
    pyproject.write_text(f'[tool.limbeck]\nurl = "{url}"\n', encoding="utf-8")
    assert ids(asyncio.run(AsyncMigrator(project=pyproject).upgrade())) == ["b1"]
    assert Migrator(project=pyproject).pending() == ()


@pytest.mark.parametrize("kind", ["url", "engine", "async url", "async engine"])
def test_a_schema_of_a_tenant(kind: str, folder: Path, postgresql_database: str) -> None:
    servers.execute(postgresql_database, "CREATE SCHEMA acme")
    is_async = kind.startswith("async")
    url = (
        with_driver(postgresql_database, "postgresql+asyncpg") if is_async else postgresql_database
    )
    make = create_async_engine if is_async else sa.create_engine
    database = make(url, poolclass=sa.NullPool) if kind.endswith("engine") else url
    settings = {"script_location": folder, "schema": "acme"}
    if is_async:
        asyncio.run(AsyncMigrator(database, **settings).upgrade())
    else:
        Migrator(database, **settings).upgrade()
    rows = servers.execute(postgresql_database, "SELECT version_num FROM acme.alembic_version")
    assert rows == [("b1",)]
    assert tables(postgresql_database) == []


def test_a_connection_has_its_own_schema(folder: Path) -> None:
    with (
        sa.create_engine("sqlite://").connect() as connection,
        pytest.raises(ConfigurationError, match="A tenant needs a URL or an engine"),
    ):
        Migrator(connection, script_location=folder, schema="acme").upgrade()


def test_one_of_several_databases(folder: Path, sqlite_database: str) -> None:
    pyproject = folder.parent / "pyproject.toml"
    pyproject.write_text(
        f'[tool.limbeck]\n[tool.limbeck.databases.billing]\nurl = "{sqlite_database}"\n'
        'script_location = "migrations"\n',
        encoding="utf-8",
    )
    config = Config(pyproject)
    config.database = "billing"
    assert ids(Migrator(project=config).upgrade()) == ["a1", "b1"]


def test_what_is_not_a_project_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"holds no alembic\.ini"):
        Migrator("sqlite://", project=tmp_path)
    with pytest.raises(ConfigurationError, match="There is no"):
        Migrator("sqlite://", project=tmp_path / "nope.ini")
    with pytest.raises(ConfigurationError, match="did you mean 'script_location'"):
        Migrator("sqlite://", script_locaton="x")
    with pytest.raises(CommandError, match="not both"):
        Migrator("sqlite://", project=tmp_path, script_location="x")


def test_what_the_history_cannot_answer_is_a_command_error(
    sqlite_database: str, folder: Path
) -> None:
    migrator = Migrator(sqlite_database, script_location=folder)
    with pytest.raises(CommandError, match="Can't locate revision identified by 'nope'"):
        migrator.upgrade("nope")


def test_an_alembic_folder_gets_the_connection(alembic_folder: Path, sqlite_database: str) -> None:
    engine = sa.create_engine(sqlite_database)
    with engine.connect() as connection:
        transaction = connection.begin()
        assert ids(Migrator(connection, project=alembic_folder).upgrade()) == ["a1", "b1"]
        transaction.rollback()
    assert ids(Migrator(engine, project=alembic_folder / "alembic.ini").upgrade("a1")) == ["a1"]
    engine.dispose()

    async def work() -> None:
        inner = create_async_engine(with_driver(sqlite_database, "sqlite+aiosqlite"))
        assert ids(await AsyncMigrator(inner, project=alembic_folder).upgrade()) == ["b1"]
        await inner.dispose()

    asyncio.run(work())


@pytest.mark.parametrize("kind", ["url", "engine"])
def test_an_env_py_that_connects_elsewhere_is_stopped(
    kind: str, alembic_folder: Path, sqlite_database: str
) -> None:
    other = f"sqlite:///{alembic_folder / 'other.db'}"
    connecting = f"connection = __import__('sqlalchemy').create_engine({other!r}).connect()"
    env_py = alembic_folder / "migrations" / "env.py"
    env_py.write_text(
        ENV_PY.replace('connection = context.config.attributes["connection"]', connecting),
        encoding="utf-8",
    )
    engine = sa.create_engine(sqlite_database)
    database = engine if kind == "engine" else sqlite_database
    with pytest.raises(ConfigurationError, match=r"env\.py connects to sqlite:///.*other\.db"):
        Migrator(database, project=alembic_folder).upgrade()
    assert columns(other) == columns(sqlite_database) == []
    assert ids(Migrator(other, project=alembic_folder).upgrade()) == ["a1", "b1"]


def test_an_env_py_has_its_url_and_a_config_of_its_own(
    alembic_folder: Path, sqlite_database: str
) -> None:
    taking = """
import sqlalchemy as sa
url = context.config.get_main_option("sqlalchemy.url")
context.config.set_main_option("sqlalchemy.url", "sqlite:///nowhere.db")
connection = sa.create_engine(url).connect()
"""
    env_py = alembic_folder / "migrations" / "env.py"
    text = ENV_PY.replace('connection = context.config.attributes["connection"]', taking)
    env_py.write_text(text, encoding="utf-8")
    config = Config(alembic_folder / "alembic.ini")
    migrator = Migrator(sqlite_database, project=config)
    assert ids(migrator.upgrade("a1")) == ["a1"]
    assert ids(migrator.upgrade()) == ["b1"]
    assert config.get_main_option("sqlalchemy.url") is None
    assert "connection" not in config.attributes


@pytest.mark.parametrize("text", ["from alembic import context", "from alembic import nope"])
def test_an_env_py_that_imports_alembic_is_told_how(
    text: str, alembic_folder: Path, sqlite_database: str
) -> None:
    env_py = alembic_folder / "migrations" / "env.py"
    env_py.write_text(ENV_PY.replace("from limbeck import context", text), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"call limbeck\.compat\.alembic\.install"):
        Migrator(sqlite_database, project=alembic_folder).upgrade()


@pytest.mark.parametrize(
    ("at_the_top", "inside"),
    [
        ("from alembic import op", "pass"),
        ("import alembic.op as op", "pass"),
        ("import alembic.operations, alembic\nop = alembic.op", "pass"),
        ("op = None", "from alembic import op"),
    ],
)
@pytest.mark.parametrize("installed", [True, False])
def test_alembic_is_ours_in_old_scripts_and_what_it_was_elsewhere(
    at_the_top: str,
    inside: str,
    installed: bool,
    folder: Path,
    sqlite_database: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`op` of another Alembic would know nothing of the run."""
    text = FIRST.replace("from limbeck import op", at_the_top)
    text = text.replace("upgrade() -> None:\n", f"upgrade() -> None:\n    {inside}\n")
    (folder / "versions" / "a1.py").write_text(text, encoding="utf-8")
    if installed:
        theirs = __import__("alembic.op").op
    else:
        monkeypatch.setitem(sys.modules, "alembic", None)
    before = {name: module for name, module in sys.modules.items() if "alembic" in name}
    finders = [*sys.meta_path]
    assert ids(Migrator(sqlite_database, script_location=folder).upgrade()) == ["a1", "b1"]
    assert "users" in tables(sqlite_database)
    names = [name for name in sys.modules if name.partition(".")[0] == "alembic"]
    assert {name: sys.modules[name] for name in names} == {name: before[name] for name in names}
    assert sys.meta_path == finders
    if installed:
        assert __import__("alembic.op").op is theirs


def test_a_module_that_a_script_imports_says_what_to_do_about_alembic(
    folder: Path, sqlite_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "helper_of_a_script.py").write_text("import alembic\n", encoding="utf-8")
    first = folder / "versions" / "a1.py"
    text = first.read_text(encoding="utf-8")
    first.write_text(f"{text}\nimport helper_of_a_script\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(sys.modules, "alembic", None)
    with pytest.raises(ConfigurationError, match=r"call limbeck\.compat\.alembic\.install"):
        Migrator(sqlite_database, script_location=folder).upgrade()


def test_an_env_py_of_a_native_project_gets_the_database(
    folder: Path, sqlite_database: str
) -> None:
    """One that runs a loop of its own gets a thread."""
    env_py = """
import asyncio
from sqlalchemy.ext.asyncio import create_async_engine
from limbeck import context

def run(connection):
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()

async def main():
    engine = create_async_engine(context.config.get_main_option("sqlalchemy.url"))
    async with engine.connect() as connection:
        await connection.run_sync(run)
    await engine.dispose()

connection = context.config.attributes.get("connection")
run(connection) if connection is not None else asyncio.run(main())
"""
    (folder / "env.py").write_text(env_py, encoding="utf-8")
    url = with_driver(sqlite_database, "sqlite+aiosqlite")

    async def work() -> None:
        assert ids(await AsyncMigrator(url, script_location=folder).upgrade("a1")) == ["a1"]
        engine = create_async_engine(url)
        assert ids(await AsyncMigrator(engine, script_location=folder).upgrade()) == ["b1"]
        await engine.dispose()

    asyncio.run(work())


def test_a_database_that_is_ahead_of_the_files(sqlite_database: str, folder: Path) -> None:
    Migrator(sqlite_database, script_location=folder).upgrade()
    (folder / "versions" / "b1.py").unlink()
    older = Migrator(sqlite_database, script_location=folder)
    for ask in (older.pending, older.assert_up_to_date):
        with pytest.raises(DatabaseAhead, match="The database is at b1") as caught:
            ask()
        assert caught.value.revisions == ("b1",)


SLOW = """
import time
import sqlalchemy as sa
from limbeck import op

revision = "c1"
down_revision = "b1"


def upgrade() -> None:
    op.create_table("slow", sa.Column("id", sa.Integer, primary_key=True))
    op.execute("SELECT pg_sleep(60)")
"""


SLEEPING = """
SELECT 1 FROM pg_stat_activity
WHERE query LIKE '%pg_sleep(60)%' AND datname = current_database() AND pid <> pg_backend_pid()
"""


def test_a_task_that_is_cancelled_leaves_nothing(postgresql_database: str, folder: Path) -> None:
    (folder / "versions" / "c1.py").write_text(SLOW, encoding="utf-8")
    url = with_driver(postgresql_database, "postgresql+asyncpg")

    async def work() -> None:
        migrator = AsyncMigrator(url, script_location=folder)
        await migrator.upgrade("b1")
        task = asyncio.create_task(migrator.upgrade())
        for _ in range(200):
            await asyncio.sleep(0.1)
            if await asyncio.to_thread(servers.execute, postgresql_database, SLEEPING):
                break
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert ids(await migrator.current()) == ["b1"]
        (folder / "versions" / "c1.py").unlink()
        again = AsyncMigrator(url, script_location=folder)
        assert ids(await asyncio.wait_for(again.downgrade("a1"), 30)) == ["b1"]

    asyncio.run(work())
    assert "slow" not in tables(postgresql_database)


# -- the process ------------------------------------------------------------------------------

_WATCHING = """
import signal

seen = []


def upgrade() -> None:
    seen.append(signal.getsignal(signal.SIGTERM))
    seen.append(signal.set_wakeup_fd(-1))
    signal.set_wakeup_fd(seen[1])
    raise RuntimeError(repr(seen))
"""


def _process() -> tuple[object, ...]:
    return (
        list(sys.path),
        Path.cwd(),
        dict(os.environ),
        list(logging.getLogger().handlers),
        list(logging.getLogger("alembic").handlers),
        logging.getLogger("alembic").level,
        {name for name in sys.modules if not name.startswith(("limbeck", "sqlalchemy"))},
        signal.getsignal(signal.SIGTERM),
        sys.meta_path[:],
    )


def test_the_process_stays_as_it_is(
    sqlite_database: str, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (folder.parent / "pyproject.toml").write_text("[tool.limbeck]\n", encoding="utf-8")
    migrator = Migrator(sqlite_database, project=folder.parent)
    migrator.upgrade()
    migrator.downgrade("base")
    before = _process()
    migrator.upgrade()
    Migrator(sqlite_database, project=folder.parent).downgrade("base")
    assert _process() == before
    printed = capfd.readouterr()
    assert (printed.out, printed.err) == ("", "")


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_signals_are_the_applications_while_a_script_runs(
    sqlite_database: str, folder: Path
) -> None:
    script = folder / "versions" / "b1.py"
    script.write_text(f'revision = "b1"\ndown_revision = "a1"\n{_WATCHING}', encoding="utf-8")
    before = [signal.getsignal(signal.SIGTERM), signal.set_wakeup_fd(-1)]
    with pytest.raises(RuntimeError) as caught:
        Migrator(sqlite_database, script_location=folder).upgrade()
    assert str(caught.value) == repr(before)


def test_two_projects_with_files_of_one_name_do_not_meet(tmp_path: Path, folder: Path) -> None:
    other = tmp_path / "other" / "versions"
    other.mkdir(parents=True)
    (other / "a1.py").write_text(FIRST.replace('"users"', '"things"'), encoding="utf-8")
    urls = [f"sqlite:///{tmp_path / name}" for name in ("one.db", "two.db")]
    Migrator(urls[0], script_location=folder).upgrade("a1")
    Migrator(urls[1], script_location=other.parent).upgrade()
    assert "users" in tables(urls[0])
    assert "things" in tables(urls[1])
