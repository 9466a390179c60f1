"""The pytest plugin, as a project uses it: pytest is run in a folder of the project's."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from limbeck.project.settings import read_toml
from tests import servers

FIRST = """
import sqlalchemy as sa
from {package} import op

revision = "a1"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(80), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("people")
"""

SECOND = """
import sqlalchemy as sa
from {package} import op

revision = "b1"
down_revision = "a1"


def upgrade() -> None:
    op.add_column("people", sa.Column("initial", sa.String(1), nullable=True))
    op.execute("UPDATE people SET initial = substr(name, 1, 1)")


def downgrade() -> None:
    op.drop_column("people", "initial")
"""

MODELS = """
import sqlalchemy as sa

METADATA = sa.MetaData()
people = sa.Table(
    "people",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(80), nullable=False),
    sa.Column("initial", sa.String(1), nullable=True),
)
"""

TESTS = """
import pytest
import sqlalchemy as sa


@pytest.mark.parametrize("number", [1, 2])
def test_each_test_has_a_database_of_its_own(migrated_engine, number):
    with migrated_engine.begin() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM people")) == 0
        connection.execute(sa.text("INSERT INTO people (id, name) VALUES (1, 'Ada')"))


def test_data_is_carried_over(migrator_at):
    stage = migrator_at("a1")
    stage.insert("people", {"id": 1, "name": "Ada"}, {"id": 2, "name": "Emmy"})
    stage.upgrade("b1")
    assert stage.rows("people") == [
        {"id": 1, "name": "Ada", "initial": "A"},
        {"id": 2, "name": "Emmy", "initial": "E"},
    ]
    stage.downgrade("a1")
    assert stage.execute("SELECT name FROM people WHERE id = :id", id=2) == [("Emmy",)]
"""

ASYNC_TESTS = """
import asyncio
import sqlalchemy as sa


def test_an_async_driver_gives_an_async_engine(migrated_engine):
    async def work():
        async with migrated_engine.begin() as connection:
            return await connection.scalar(sa.text("SELECT count(*) FROM people"))

    assert asyncio.run(work()) == 0


def test_a_stage_needs_no_loop(migrator_at):
    stage = migrator_at("b1")
    stage.insert("people", {"id": 1, "name": "Ada", "initial": "A"})
    assert stage.execute("SELECT initial FROM people") == [("A",)]
"""

ENV_PY = """
from alembic import context
from sqlalchemy import create_engine

from models import METADATA

engine = create_engine(context.config.get_main_option("sqlalchemy.url"))
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=METADATA)
    with context.begin_transaction():
        context.run_migrations()
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A native project of two revisions on SQLite, with tests of its own."""
    write(
        tmp_path,
        {
            "pyproject.toml": '[tool.limbeck]\nmetadata = "models:METADATA"\n'
            'url = "sqlite:///never_made.db"\n',
            "models.py": MODELS,
            "migrations/versions/a1.py": FIRST.format(package="limbeck"),
            "migrations/versions/b1.py": SECOND.format(package="limbeck"),
            "test_people.py": TESTS,
            "pytest.ini": "[pytest]\n",
        },
    )
    return tmp_path


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def run_pytest(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs pytest with no other plugin than ours."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "limbeck.testing.plugin", *arguments],
        cwd=project,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_project_with_all_of_it(project: Path) -> None:
    write(project, {"test_migrations.py": "from limbeck.testing.tests import *\n"})
    done = run_pytest(project)
    assert "6 passed" in done.stdout, done.stdout + done.stderr
    assert done.returncode == 0
    assert not (project / "never_made.db").exists()


def test_the_ready_tests_are_one_line_of_the_options(project: Path) -> None:
    write(project, {"pytest.ini": "[pytest]\nlimbeck_tests = true\n"})
    done = run_pytest(project, "-rA")
    assert "6 passed" in done.stdout
    assert "PASSED limbeck.testing.tests::test_up_down_up" in done.stdout
    named = run_pytest(project, "--collect-only", "test_people.py").stdout
    assert "test_up_down_up" not in named
    both = run_pytest(project, "--pyargs", "test_people.py", "limbeck.testing.tests")
    assert "6 passed" in both.stdout


def test_the_ready_tests_find_what_is_wrong(project: Path) -> None:
    write(
        project,
        {
            "test_people.py": "from limbeck.testing.tests import *\n",
            "models.py": MODELS.replace("sa.String(1)", "sa.String(2)"),
            "migrations/versions/b1.py": SECOND.format(package="limbeck").replace(
                'op.drop_column("people", "initial")', 'op.drop_column("people", "nope")'
            ),
        },
    )
    done = run_pytest(project)
    assert "2 failed, 1 passed" in done.stdout, done.stdout
    assert "The models and the revisions differ:\n" in done.stdout
    assert "people.initial" in done.stdout
    assert "b1: downgrade failed at" in done.stdout
    assert "Traceback" not in done.stdout

    other = FIRST.format(package="limbeck").replace('"a1"', '"x1"').replace("people", "others")
    write(project, {"migrations/versions/x1.py": other})
    done = run_pytest(project, "-k", "single_head")
    assert "There are several heads: b1 (" in done.stdout
    assert "limbeck merge heads" in done.stdout


@pytest.mark.parametrize("kind", ["tenants", "schema", "databases"])
def test_a_project_of_several(kind: str, project: Path) -> None:
    """A test's database is one of its own, whoever it stands for."""
    settings = (project / "pyproject.toml").read_text(encoding="utf-8")
    table = "\n[tool.limbeck.databases.people]\nscript_location = 'migrations'\n"
    more = {"tenants": 'tenants = "models:nobody"\n', "schema": 'schema = "acme"\n'}
    write(project, {"pyproject.toml": settings + more.get(kind, table)})
    options = "[pytest]\nlimbeck_tests = true\n"
    if kind == "databases":
        write(project, {"pytest.ini": options})
        done = run_pytest(project)
        assert "name one as limbeck_database in the options of pytest (people)" in done.stdout
        options += "limbeck_database = people\n"
    write(project, {"pytest.ini": options})
    done = run_pytest(project)
    assert "6 passed" in done.stdout, done.stdout + done.stderr


def test_nothing_says_where(project: Path) -> None:
    write(project, {"pyproject.toml": "[tool.limbeck]\n"})
    done = run_pytest(project, "-k", "carried_over")
    assert done.returncode == 1
    assert "set limbeck_url in the options of pytest" in done.stdout


def test_an_alembic_folder(project: Path) -> None:
    (project / "pyproject.toml").unlink()
    write(
        project,
        {
            "alembic.ini": "[alembic]\nscript_location = %(here)s/migrations\n"
            "prepend_sys_path = %(here)s\nsqlalchemy.url = sqlite:///never_made.db\n",
            "migrations/env.py": ENV_PY,
            "migrations/versions/a1.py": FIRST.format(package="alembic"),
            "migrations/versions/b1.py": SECOND.format(package="alembic"),
            "test_migrations.py": "from limbeck.testing.tests import *\n",
        },
    )
    done = run_pytest(project)
    assert "6 passed" in done.stdout, done.stdout + done.stderr
    assert not (project / "never_made.db").exists()


def test_a_conftest_says_which_project_and_where(project: Path) -> None:
    """The project of another folder, which the fixture of a conftest.py hands over."""
    (project / "app").mkdir()
    for name in ("pyproject.toml", "migrations", "models.py"):
        (project / name).rename(project / "app" / name)
    conftest = """
import sys
from pathlib import Path

import pytest
from limbeck import Config


@pytest.fixture(scope="session")
def limbeck_config():
    sys.path.insert(0, "app")
    return Config(toml_file=Path(__file__).with_name("app") / "pyproject.toml")


@pytest.fixture(scope="session")
def limbeck_url():
    return "sqlite+aiosqlite://"
"""
    write(project, {"conftest.py": conftest, "test_people.py": ASYNC_TESTS})
    done = run_pytest(project)
    assert "2 passed" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["postgresql", "mysql"])
def test_on_a_server_the_named_database_is_not_touched(
    name: str, project: Path, request: pytest.FixtureRequest
) -> None:
    url = str(request.getfixturevalue(f"{name}_database"))
    write(
        project,
        {
            "pytest.ini": f"[pytest]\nlimbeck_url = {url}\nlimbeck_tests = true\n",
        },
    )
    done = run_pytest(project)
    assert "6 passed" in done.stdout, done.stdout + done.stderr
    tables = {
        "postgresql": "SELECT 1 FROM pg_tables WHERE schemaname = 'public'",
        "mysql": "SHOW TABLES",
    }
    assert servers.execute(url, tables[name]) == []


def test_an_async_driver_of_a_server(project: Path, postgresql_database: str) -> None:
    scheme = postgresql_database.partition("://")[0]
    url = postgresql_database.replace(scheme, "postgresql+asyncpg", 1)
    write(
        project,
        {"pytest.ini": f"[pytest]\nlimbeck_url = {url}\n", "test_people.py": ASYNC_TESTS},
    )
    done = run_pytest(project)
    assert "2 passed" in done.stdout, done.stdout + done.stderr


ANYIO_TESTS = """
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
async def session(migrated_engine):
    async with AsyncSession(migrated_engine) as session:
        yield session


@pytest.mark.parametrize("number", [1, 2])
async def test_a_session_of_the_tests_own(session, number):
    assert await session.scalar(sa.text("SELECT count(*) FROM people")) == 0
    await session.execute(sa.text("INSERT INTO people (id, name) VALUES (1, 'Ada')"))
    await session.commit()


async def test_a_stage_in_a_running_loop(migrator_at):
    stage = migrator_at("a1")
    stage.insert("people", {"id": 1, "name": "Ada"})
    stage.upgrade("b1")
    assert stage.rows("people") == [{"id": 1, "name": "Ada", "initial": "A"}]
"""


@pytest.mark.parametrize("driver", ["sqlite+aiosqlite", "postgresql+asyncpg", "mysql+asyncmy"])
def test_async_tests_in_two_processes(
    driver: str, project: Path, request: pytest.FixtureRequest
) -> None:
    url = str(request.getfixturevalue(f"{driver.partition('+')[0]}_database"))
    url = sa.make_url(url).set(drivername=driver).render_as_string(hide_password=False)
    options = f"[pytest]\nlimbeck_url = {url}\nlimbeck_tests = true\n"
    write(project, {"pytest.ini": options, "test_people.py": ANYIO_TESTS})
    done = run_pytest(project, "-p", "anyio", "-p", "xdist.plugin", "-n", "2")
    assert "6 passed" in done.stdout, done.stdout + done.stderr


def test_an_unused_plugin_imports_nothing_heavy(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "test_it.py": "import sys\n\ndef test_it():\n"
            "    assert 'sqlalchemy' not in sys.modules\n"
            "    assert [m for m in sys.modules if m.startswith('limbeck')] == [\n"
            "        'limbeck', 'limbeck.testing', 'limbeck.testing.plugin']\n"
        },
    )
    assert "1 passed" in run_pytest(tmp_path).stdout


def test_pytest_finds_it_by_its_entry_point() -> None:
    project = read_toml(Path(__file__).parents[2] / "pyproject.toml")["project"]
    assert project["entry-points"]["pytest11"] == {"limbeck": "limbeck.testing.plugin"}
