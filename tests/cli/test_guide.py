"""The set-up guide, typed as a user types it, on three async drivers and in native mode."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, quote_plus, urlsplit

import pytest
from sqlalchemy import URL, NullPool, create_engine, inspect, text

from examples import demo
from tests import servers
from tests.cli.stories import Story

PASSWORD = "hunter%40%s@two:three/four#five?six"
"""Every character that an ini file or a URL gives a meaning of its own, and a false escape."""

SECRETS = (PASSWORD, quote(PASSWORD, safe=""), quote_plus(PASSWORD), "hunter")
"""What may stand in no output: the password as it is, as it is in a URL, and its first word."""

GUIDE = Path(__file__).parents[2] / "docs" / "guide.md"

NOTHING_NEW = "No new upgrade operations detected."

IMPORT_MODELS = """\
import limbeck
from app.db.base import Base
from core.settings import settings

limbeck.import_models("app.models")

"""

WITHOUT_ALEMBIC = """\
import sys


class NoAlembic:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "alembic":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


sys.meta_path.insert(0, NoAlembic())
"""


@dataclass(frozen=True)
class Database:
    """An empty database: what the application's settings say of it, and a way to look at it."""

    settings: dict[str, str]
    watch: str
    """A URL for a synchronous driver, of somebody who sees everything."""

    def tables(self) -> set[str]:
        """The names of the tables there are, but for the record of what ran in native mode."""
        engine = create_engine(self.watch, poolclass=NullPool)
        return {*inspect(engine).get_table_names()} - {"limbeck_history"}

    def columns(self) -> set[str]:
        """The names of the columns of the guide's table."""
        engine = create_engine(self.watch, poolclass=NullPool)
        return {column["name"] for column in inspect(engine).get_columns("users")}

    def versions(self) -> list[str]:
        """The rows of the version table."""
        engine = create_engine(self.watch, poolclass=NullPool)
        with engine.connect() as connection:
            return list(connection.scalars(text("SELECT version_num FROM alembic_version")))


@dataclass
class Shell:
    """A user's terminal in a project: types commands and keeps everything that they print."""

    folder: Path
    database: Database
    printed: list[str] = field(default_factory=list)
    typed: list[str] = field(default_factory=list)

    def run(self, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Type a command; whatever it prints, the password is not in it."""
        self.typed.append(shlex.join(command))
        ours = ("DB_", "ALEMBIC_", "LIMBECK_", "PYTHON")
        environment = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
        done = subprocess.run(
            [str(Path(sys.executable).parent / command[0]), *command[1:]],
            cwd=self.folder,
            env={**environment, **self.database.settings, **variables},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        output = done.stdout + done.stderr
        assert not [secret for secret in SECRETS if secret in output]
        self.printed.append(output)
        return done

    def type(self, *command: str, **variables: str) -> str:
        """Type a command that is to succeed, and return what it printed."""
        done = self.run(*command, **variables)
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr
        return done.stdout + done.stderr


@pytest.fixture
def sqlite(tmp_path: Path) -> Database:
    """SQLite, in a file beside the project."""
    file = tmp_path / "guide.db"
    settings = {"DB_DRIVER_NAME": "sqlite+aiosqlite", "DB_NAME": str(file)}
    return Database(settings, f"sqlite:///{file}")


@pytest.fixture
def postgresql(postgresql_url: str, postgresql_database: str) -> Iterator[Database]:
    """PostgreSQL, as a role with an awkward password that owns its database."""
    name = urlsplit(postgresql_database).path.removeprefix("/")
    servers.execute(
        postgresql_url,
        f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'",
        f"ALTER DATABASE {name} OWNER TO {name}",
    )
    yield Database(_settings("postgresql+asyncpg", postgresql_database, name), postgresql_database)
    servers.drop_database(postgresql_database)
    servers.execute(postgresql_url, f"DROP ROLE {name}")


@pytest.fixture
def mysql(mysql_url: str, mysql_database: str) -> Iterator[Database]:
    """MariaDB or MySQL, as a user with an awkward password."""
    name = urlsplit(mysql_database).path.removeprefix("/")
    users = [f"'{name}'@'{host}'" for host in ("localhost", "%")]
    for user in users:
        servers.execute(
            mysql_url,
            f"CREATE USER {user} IDENTIFIED BY '{PASSWORD}'",
            f"GRANT ALL ON {name}.* TO {user}",
        )
    yield Database(_settings("mysql+asyncmy", mysql_database, name), mysql_database)
    servers.execute(mysql_url, *(f"DROP USER {user}" for user in users))


def _settings(driver: str, url: str, user: str) -> dict[str, str]:
    parts = urlsplit(url)
    return {
        "DB_DRIVER_NAME": driver,
        "DB_HOST": parts.hostname or "",
        "DB_PORT": str(parts.port or (5432 if driver.startswith("postgresql") else 3306)),
        "DB_USER": user,
        "DB_PASSWORD": PASSWORD,
        "DB_NAME": parts.path.removeprefix("/"),
    }


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("postgresql", marks=pytest.mark.postgresql),
        pytest.param("mysql", marks=pytest.mark.mysql),
    ]
)
def server(request: pytest.FixtureRequest) -> Database:
    """Each of the three, through its async driver."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Database)
    return found


@pytest.fixture
def shell(tmp_path: Path, server: Database) -> Shell:
    """The guide's application, and a terminal in its folder."""
    return _application(tmp_path, server)


def _application(tmp_path: Path, database: Database) -> Shell:
    folder = tmp_path / "project"
    demo.copy_application(folder)
    return Shell(folder, database)


def _revise(shell: Shell) -> Path:
    """Generate the guide's migration and return its file."""
    output = shell.type("limbeck", "revision", "--autogenerate", "-m", "create_user_table")
    [file] = shell.folder.glob("*/versions/*_create_user_table.py")
    assert str(file) in output
    script = file.read_text(encoding="utf-8")
    assert 'op.create_table(\n        "users"' in script
    assert 'op.drop_table("users")' in script
    return file


def _up_down_up(shell: Shell, revision: str) -> None:
    database = shell.database
    shell.type("limbeck", "upgrade", "head")
    assert database.tables() == {"alembic_version", "users"}
    assert database.columns() == {"id", "email", "full_name", "is_active", "created_at"}
    assert database.versions() == [revision]
    assert f"{revision} (head)" in shell.type("limbeck", "current")
    assert NOTHING_NEW in shell.type("limbeck", "check")
    shell.type("limbeck", "downgrade", "base")
    assert database.tables() == {"alembic_version"}
    assert database.versions() == []
    assert shell.run("limbeck", "check", "--against", "database").returncode != 0
    shell.type("limbeck", "upgrade", "head")
    assert database.tables() == {"alembic_version", "users"}


def _id_of(file: Path) -> str:
    return file.name.removesuffix("_create_user_table.py")


def test_the_guide_word_for_word(shell: Shell) -> None:
    shell.type("limbeck", "init", "-t", "async", "alembic")
    assert f"\n{demo.INI_URL}\n" in (shell.folder / "alembic.ini").read_text(encoding="utf-8")
    env = (shell.folder / "alembic" / "env.py").read_text(encoding="utf-8")
    assert "\nconfig = context.config\n" in env
    assert "\ntarget_metadata = None\n" in env
    demo.edit_ini(shell.folder)
    demo.edit_environment(shell.folder)
    file = _revise(shell)
    _up_down_up(shell, _id_of(file))
    page = GUIDE.read_text(encoding="utf-8")
    commands = [shlex.join(shlex.split(line)) for line in re.findall(r"^\$ (.*)$", page, re.M)]
    assert len(commands) == 5
    assert [command for command in commands if command not in shell.typed] == []
    edits = re.findall(r"^```(?:ini|python)\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)[:2]
    files = [shell.folder / name for name in ("alembic.ini", "alembic/env.py")]
    for edit, edited in zip(edits, files, strict=True):
        text = edited.read_text(encoding="utf-8")
        assert [line for line in edit.splitlines() if f"\n{line}" not in f"\n{text}"] == []


def test_the_guide_with_all_models_imported_by_one_call(tmp_path: Path, sqlite: Database) -> None:
    shell = _application(tmp_path, sqlite)
    shell.type("limbeck", "init", "-t", "async", "alembic")
    demo.edit_ini(shell.folder)
    demo.edit_environment(shell.folder, imports=IMPORT_MODELS)
    _up_down_up(shell, _id_of(_revise(shell)))


def test_a_verbose_current_shows_where_it_is_connected_but_no_password(shell: Shell) -> None:
    shell.type("limbeck", "init", "-t", "async", "alembic")
    demo.edit_ini(shell.folder)
    demo.edit_environment(shell.folder)
    output = shell.type("limbeck", "current", "--verbose")
    assert shell.database.settings["DB_NAME"] in output
    if "DB_PASSWORD" in shell.database.settings:
        assert "***" in output


@pytest.mark.postgresql
def test_an_unreachable_server_is_one_message_without_the_password(
    tmp_path: Path, postgresql: Database
) -> None:
    shell = _application(tmp_path, postgresql)
    shell.type("limbeck", "init", "-t", "async", "alembic")
    demo.edit_ini(shell.folder)
    demo.edit_environment(shell.folder)
    done = shell.run("limbeck", "upgrade", "head", DB_PORT="1")
    assert done.returncode != 0
    assert "Traceback" not in done.stdout + done.stderr
    assert "127.0.0.1" in done.stdout + done.stderr


@pytest.mark.parametrize(
    "driver",
    [
        "sqlite+aiosqlite",
        "sqlite",
        pytest.param("postgresql+asyncpg", marks=pytest.mark.postgresql),
        pytest.param("postgresql+psycopg", marks=pytest.mark.postgresql),
        pytest.param("postgresql+psycopg2", marks=pytest.mark.postgresql),
        pytest.param("mysql+asyncmy", marks=pytest.mark.mysql),
        pytest.param("mysql+pymysql", marks=pytest.mark.mysql),
    ],
)
def test_native_mode_needs_a_pyproject_alone(
    request: pytest.FixtureRequest, tmp_path: Path, driver: str
) -> None:
    database: Database = request.getfixturevalue(driver.split("+", maxsplit=1)[0])
    shell = _application(tmp_path, database)
    shell.database.settings["DB_DRIVER_NAME"] = driver
    _native(shell, "core.settings:settings.get_db_url")
    _up_down_up(shell, _id_of(_revise(shell)))
    assert not list(shell.folder.rglob("env.py"))
    assert not list(shell.folder.rglob("*.ini"))


@pytest.mark.parametrize("driver", ["sqlite", "sqlite+aiosqlite"])
def test_native_mode_takes_a_plain_url(tmp_path: Path, sqlite: Database, driver: str) -> None:
    shell = _application(tmp_path, sqlite)
    _native(shell, f"{driver}:///{sqlite.settings['DB_NAME']}")
    _up_down_up(shell, _id_of(_revise(shell)))


def test_native_mode_takes_the_url_from_an_environment_variable(
    tmp_path: Path, server: Database
) -> None:
    shell = _application(tmp_path, server)
    _native(shell, "$DATABASE_URL")
    settings = server.settings
    url = URL.create(
        settings["DB_DRIVER_NAME"],
        username=settings.get("DB_USER"),
        password=settings.get("DB_PASSWORD"),
        host=settings.get("DB_HOST"),
        port=int(settings["DB_PORT"]) if "DB_PORT" in settings else None,
        database=settings["DB_NAME"],
    )
    settings["DATABASE_URL"] = url.render_as_string(hide_password=False)
    _up_down_up(shell, _id_of(_revise(shell)))


def test_native_mode_names_the_variable_that_is_not_set(tmp_path: Path, sqlite: Database) -> None:
    shell = _application(tmp_path, sqlite)
    _native(shell, "$DATABASE_URL_OF_NOBODY")
    done = shell.run("limbeck", "upgrade", "head")
    assert done.returncode != 0
    assert "DATABASE_URL_OF_NOBODY" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def _native(shell: Shell, url: str) -> None:
    text = (demo.EXAMPLES / "native" / "pyproject.toml").read_text(encoding="utf-8")
    assert 'url = "core.settings:settings.get_db_url"' in text
    text = text.replace("core.settings:settings.get_db_url", url)
    (shell.folder / "pyproject.toml").write_text(text, encoding="utf-8")


@pytest.fixture
def taken_over(shell: Shell) -> Shell:
    """A folder that Alembic made, with the guide's edits and the percent signs doubled for it."""
    shell.type("alembic", "init", "-t", "async", "alembic")
    demo.edit_ini(shell.folder)
    demo.edit_environment(shell.folder, url='settings.get_db_url().replace("%", "%%")')
    return shell


@pytest.mark.differential
def test_alembic_and_limbeck_take_turns_on_one_folder_and_one_database(taken_over: Shell) -> None:
    shell, database = taken_over, taken_over.database
    revision = _id_of(_revise(shell))
    shell.type("alembic", "upgrade", "head")
    assert database.tables() == {"alembic_version", "users"}
    assert f"{revision} (head)" in shell.type("limbeck", "current")
    assert NOTHING_NEW in shell.type("limbeck", "check")
    shell.type("limbeck", "downgrade", "base")
    assert database.tables() == {"alembic_version"}
    assert revision not in shell.type("alembic", "current")
    shell.type("limbeck", "upgrade", "head")
    assert f"{revision} (head)" in shell.type("alembic", "current")
    assert NOTHING_NEW in shell.type("alembic", "check")
    shell.type("alembic", "downgrade", "base")
    assert database.versions() == []
    shell.type("limbeck", "upgrade", "+1")
    assert database.versions() == [revision]


@pytest.mark.differential
def test_limbeck_goes_on_from_a_revision_that_alembic_made(taken_over: Shell) -> None:
    shell = taken_over
    shell.type("alembic", "revision", "--autogenerate", "-m", "create_user_table")
    [file] = shell.folder.glob("*/versions/*_create_user_table.py")
    _up_down_up(shell, _id_of(file))
    shell.type("limbeck", "revision", "-m", "next")
    shell.type("alembic", "upgrade", "head")
    [head] = shell.database.versions()
    assert f"{head} (head)" in shell.type("limbeck", "heads")
    assert f"{head} (head)" in shell.type("alembic", "heads")


@pytest.mark.differential
def test_an_alembic_folder_runs_where_alembic_is_not_installed(
    tmp_path: Path, sqlite: Database
) -> None:
    shell = _application(tmp_path, sqlite)
    shell.type("alembic", "init", "-t", "async", "alembic")
    demo.edit_ini(shell.folder)
    demo.edit_environment(shell.folder)
    (tmp_path / "blocked").mkdir()
    (tmp_path / "blocked" / "sitecustomize.py").write_text(WITHOUT_ALEMBIC, encoding="utf-8")
    sqlite.settings["PYTHONPATH"] = str(tmp_path / "blocked")
    assert shell.run("alembic", "heads").returncode != 0
    _up_down_up(shell, _id_of(_revise(shell)))


def _set_up_and_migrate(story: Story) -> None:
    """The three files of the guide, and no file edited."""
    demo.copy_application(story.folder)
    story.type("limbeck init")
    story.type('limbeck revision -m "create user table"')
    story.type("limbeck upgrade")
    story.type("limbeck current")
    assert not list(story.folder.rglob("env.py"))
    assert not list(story.folder.rglob("*.ini"))


def test_four_commands_from_the_models_to_the_table(tmp_path: Path, sqlite: Database) -> None:
    folder = tmp_path / "shop"
    (tmp_path / ".git").mkdir()
    readme = Path(__file__).parents[2] / "README.md"
    story = Story("init", folder, {"DB_DRIVER_NAME": "sqlite", "DB_NAME": "shop.db"}, page=readme)
    _set_up_and_migrate(story)
    story.agrees()
    database = Database({}, f"sqlite:///{folder / 'shop.db'}")
    assert {"users", "alembic_version"} <= database.tables()


@pytest.mark.postgresql
def test_four_commands_on_postgresql(tmp_path: Path, postgresql: Database) -> None:
    folder = tmp_path / "shop"
    (tmp_path / ".git").mkdir()
    _set_up_and_migrate(Story("init", folder, postgresql.settings))
    assert {"users", "alembic_version"} <= postgresql.tables()
