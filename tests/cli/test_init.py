"""`limbeck init` in applications as they are laid out in public: it finds what settings say."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from limbeck.cli import main
from limbeck.project.settings import read_toml
from tests.cli.conftest import Run
from tests.cli.test_renames import at_a_terminal

LAYOUTS = Path(__file__).parents[1] / "layouts"

FOUND: dict[str, dict[str, Any]] = {
    "fastapi_full_stack/backend": {
        "metadata": "sqlmodel:SQLModel",
        "models": ["app.models"],
        "url": "app.core.config:settings.SQLALCHEMY_DATABASE_URI",
    },
    "fastapi_full_stack": {
        "metadata": "sqlmodel:SQLModel",
        "models": ["app.models"],
        "url": "app.core.config:settings.SQLALCHEMY_DATABASE_URI",
        "prepend_sys_path": ["backend"],
    },
    "sqlmodel_tutorial": {
        "metadata": "sqlmodel:SQLModel",
        "models": ["models"],
        "url": "database:sqlite_url",
    },
    "flask_factory": {
        "metadata": "app:db",
        "models": ["app.models"],
        "url": "config:Config.SQLALCHEMY_DATABASE_URI",
    },
    "litestar_todo": {
        "metadata": "advanced_alchemy.base:UUIDBase",
        "models": ["models"],
        "url": "app:db_config.connection_string",
    },
    "litestar_fullstack": {
        "metadata": "advanced_alchemy.base:UUIDBase",
        "models": ["app.db.models"],
        "url": "app.lib.settings:get_settings().db.URL",
    },
    "src_layout": {
        "metadata": "tracker.orm:Base",
        "models": ["tracker.tasks"],
        "url": "tracker.web:engine",
    },
    "apps_folder": {
        "metadata": "core.database:Base",
        "models": ["apps.*.models"],
        "url": "$DATABASE_URL",
    },
    "script": {"metadata": "models:metadata", "models": ["models"], "url": "models:engine"},
    "async_fastapi": {
        "metadata": "app.db.base:Base",
        "models": ["app.db.models"],
        "url": "app.config:get_settings().database.url",
    },
    "os_environ": {
        "metadata": "database:mapper_registry",
        "models": ["entities"],
        "url": "database:SQLALCHEMY_DATABASE_URL",
    },
}

TABLES = {
    "src_layout": {"tasks"},
    "apps_folder": {"users", "orders"},
    "script": {"notes"},
    "async_fastapi": {"items"},
    "os_environ": {"people"},
}
"""Of those that need nothing but SQLAlchemy and pydantic: the tables of their first revision."""


@pytest.fixture(autouse=True)
def no_url_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)


@pytest.fixture
def here(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command line in this process: `init` imports nothing of a project."""
    monkeypatch.chdir(project)

    def type_(*arguments: str) -> subprocess.CompletedProcess[str]:
        status = main.run(arguments)
        printed = capsys.readouterr()
        return subprocess.CompletedProcess(arguments, status, printed.out, printed.err)

    return type_


def lay_out(project: Path, name: str) -> None:
    shutil.copytree(LAYOUTS / name, project, dirs_exist_ok=True)


def written(project: Path) -> dict[str, Any]:
    settings: dict[str, Any] = read_toml(project / "pyproject.toml")["tool"]["limbeck"]
    return settings


@pytest.mark.parametrize("name", FOUND)
def test_init_finds_everything(project: Path, here: Run, name: str) -> None:
    lay_out(project, name)
    before = {path for path in project.rglob("*") if path.is_file()}
    done = here("init")
    assert done.returncode == 0, done.stderr
    assert written(project) == FOUND[name]
    for value in FOUND[name].values():
        assert str(value if isinstance(value, str) else value[0]) in done.stdout
    after = {path for path in project.rglob("*") if path.is_file()}
    assert after - before <= {project / "pyproject.toml"}
    assert (project / "migrations").is_dir()


@pytest.mark.parametrize("name", TABLES)
def test_the_settings_are_enough(project: Path, here: Run, limbeck: Run, name: str) -> None:
    lay_out(project, name)
    assert here("init").returncode == 0
    environment = {"DATABASE_URL": "sqlite:///other.db"} if name == "src_layout" else {}
    done = limbeck("revision", "-m", "first tables", env=environment)
    assert done.returncode == 0, done.stderr
    [file] = project.glob("migrations/versions/*.py")
    script = file.read_text(encoding="utf-8")
    assert {t for t in TABLES[name] if f'"{t}"' in script} == TABLES[name]
    done = limbeck("upgrade", env=environment)
    assert done.returncode == 0, done.stderr
    [database] = project.glob("*.db")
    with closing(sqlite3.connect(database)) as connection:
        made = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    assert TABLES[name] | {"alembic_version"} <= made


def test_the_rest_of_pyproject_stays(project: Path, here: Run) -> None:
    lay_out(project, "src_layout")
    before = (project / "pyproject.toml").read_text(encoding="utf-8")
    assert here("init").returncode == 0
    assert (project / "pyproject.toml").read_text(encoding="utf-8").startswith(before)


def test_two_databases_are_a_question(project: Path, here: Run) -> None:
    lay_out(project, "monorepo")
    done = here("init")
    assert done.returncode == 255
    assert "--metadata billing.db:Base  (declarative base, 1 table" in done.stderr
    assert "--metadata catalog.db:Base" in done.stderr
    assert "services/catalog/catalog/db.py:8" in done.stderr
    assert not (project / "pyproject.toml").exists()
    assert not (project / "migrations").exists()
    done = here("init", "--metadata", "catalog.db:Base")
    assert done.returncode == 0, done.stderr
    assert written(project) == {
        "metadata": "catalog.db:Base",
        "models": ["catalog.models"],
        "url": "catalog.db:DATABASE_URL",
        "prepend_sys_path": ["services/catalog"],
    }


def test_at_a_terminal_the_question_is_asked(project: Path) -> None:
    lay_out(project, "monorepo")
    status, printed, shown = at_a_terminal(project, "2", "init", prompt="Which one?")
    assert status == 0, shown
    assert "Several things could be the metadata:" in shown
    assert "  2  catalog.db:Base" in shown
    assert 'metadata = "catalog.db:Base"' in printed
    assert written(project)["url"] == "catalog.db:DATABASE_URL"


BASE = "from sqlalchemy.orm import DeclarativeBase\nclass Base(DeclarativeBase): pass\n"


@pytest.mark.parametrize(
    ("source", "url"),
    [
        ("def get_engine():\n    return create_engine(os.environ['SHOP'])\n", "db:get_engine"),
        ("async def run():\n    e = create_engine(os.getenv('SHOP', ''))\n", "$SHOP"),
        ("async def run():\n    e = create_engine(os.environ['SHOP'])\n", "$SHOP"),
        ("class Config:\n    DB_URI = 'sqlite://'\n", "db:Config.DB_URI"),
        ("REDIS_URL = 'redis://x'\nDSN = 'sqlite://'\n", "db:DSN"),
    ],
)
def test_other_places_of_a_url(project: Path, here: Run, source: str, url: str) -> None:
    head = "import os\nfrom sqlalchemy import create_engine\n"
    (project / "db.py").write_text(head + BASE + source, encoding="utf-8")
    assert here("init").returncode == 0
    assert written(project)["url"] == url


def test_a_variable_of_dotenv_with_a_name_of_its_own(project: Path, here: Run) -> None:
    (project / "models.py").write_text(BASE, encoding="utf-8")
    (project / ".env").write_text("REDIS_URL=redis://x\nSHOP_DB_URL=sqlite://\n", "utf-8")
    assert here("init").returncode == 0
    assert written(project)["url"] == "$SHOP_DB_URL"


def test_what_is_given_wins(project: Path, here: Run) -> None:
    lay_out(project, "script")
    given = ("--metadata", "models:metadata", "--models", "models", "--url", "sqlite:///my.db")
    assert here("init", *given).returncode == 0
    assert written(project) == {
        "metadata": "models:metadata",
        "models": ["models"],
        "url": "sqlite:///my.db",
    }


def test_no_models_is_an_error_that_says_what_to_do(project: Path, here: Run) -> None:
    done = here("init")
    assert done.returncode == 255
    assert "--metadata module:Base" in done.stderr
    assert not list(project.glob("*.toml"))


def test_no_url_is_said(project: Path, here: Run) -> None:
    (project / "models.py").write_text(BASE, encoding="utf-8")
    done = here("init")
    assert written(project)["url"] == "$DATABASE_URL"
    assert "Set DATABASE_URL" in done.stdout


def test_a_project_is_set_up_once(project: Path, here: Run) -> None:
    lay_out(project, "script")
    assert here("init").returncode == 0
    done = here("init")
    assert done.returncode == 255
    assert "[tool.limbeck]" in done.stderr


def test_an_alembic_project_is_left_alone(project: Path, here: Run) -> None:
    lay_out(project, "script")
    assert here("init", "migrations").returncode == 0
    done = here("init")
    assert done.returncode == 255
    assert "limbeck adopt" in done.stderr
    assert not (project / "pyproject.toml").exists()


def test_a_file_that_is_not_python_is_named(project: Path, here: Run) -> None:
    lay_out(project, "script")
    (project / "broken.py").write_text("def (:\n", encoding="utf-8")
    done = here("init")
    assert done.returncode == 0
    assert "broken.py:1" in done.stdout


@pytest.mark.parametrize("given", [("-t", "async"), ("--package",)])
def test_a_template_needs_a_directory(project: Path, here: Run, given: tuple[str, ...]) -> None:
    lay_out(project, "script")
    done = here("init", *given)
    assert done.returncode == 2
    assert "DIRECTORY" in done.stderr


def test_an_empty_revision_in_native_mode(project: Path, here: Run, limbeck: Run) -> None:
    lay_out(project, "script")
    here("init")
    assert limbeck("revision", "--empty", "-m", "by hand").returncode == 0
    [file] = project.glob("migrations/versions/*.py")
    assert "create_table" not in file.read_text(encoding="utf-8")
    both = here("revision", "--empty", "--autogenerate", "-m", "both")
    assert both.returncode == 2


def test_an_alembic_folder_names_its_target(project: Path, here: Run) -> None:
    here("init", "migrations")
    done = here("upgrade")
    assert done.returncode == 2
    assert "Missing argument 'REVISION'" in done.stderr
