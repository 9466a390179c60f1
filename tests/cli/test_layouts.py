"""`limbeck init` in applications as they are laid out in public.

It finds what settings say, or puts the right question; then `revision`, `upgrade` and `check` go
through with nothing edited.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.cli.conftest import Run
from tests.cli.layouts import lay_out, written
from tests.cli.test_renames import at_a_terminal

pytestmark = pytest.mark.usefixtures("no_url_in_the_environment")

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
        "url": "$DATABASE_URL",
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
    "monorepo": {
        "prepend_sys_path": ["services/billing", "services/catalog"],
        "databases": {
            "billing": {
                "metadata": "billing.db:Base",
                "models": ["billing.models"],
                "url": "billing.db:DATABASE_URL",
            },
            "catalog": {
                "metadata": "catalog.db:Base",
                "models": ["catalog.models"],
                "url": "catalog.db:DATABASE_URL",
            },
        },
    },
    "one_app_two_databases": {
        "databases": {
            "logs": {
                "metadata": "app.logs.models:Base",
                "models": ["app.logs.models"],
                "url": "app.config:settings.logs_database_url",
            },
            "users": {
                "metadata": "app.users.models:Base",
                "models": ["app.users.models"],
                "url": "app.config:settings.users_database_url",
            },
        },
    },
    "quart": {
        "metadata": "blog.db:Base",
        "models": ["blog.models"],
        "url": "$BLOG_DATABASE_URL",
    },
    "starlette": {
        "metadata": "tables.meta:metadata",
        "models": ["tables"],
        "url": "settings:DATABASE_URL",
    },
    "advanced_alchemy_fastapi": {
        "metadata": "advanced_alchemy.base:UUIDBase",
        "models": ["app.models"],
        "url": "sqlite+aiosqlite:///books.db",
    },
    "sqlmodel_modules": {
        "metadata": "sqlmodel:SQLModel",
        "models": ["app.models"],
        "url": "app.core.config:settings.SQLITE_URL",
    },
    "namespace": {
        "metadata": "acme.shop.db:Base",
        "models": ["acme.shop.models"],
        "url": "acme.config.settings:AppSettings().db_url",
    },
    "workspace": {
        "metadata": "acme_models.base:Base",
        "models": ["acme_models.user"],
        "url": "acme_api.settings:settings.database.url",
        "prepend_sys_path": ["apps/api/src", "libs/models/src"],
    },
    "compose": {"metadata": "shop:Base", "models": ["shop"], "url": "$SHOP_DATABASE_URL"},
    "env_example": {"metadata": "orm:Base", "models": ["shop"], "url": "$POSTGRES_DSN"},
    "imperative": {
        "metadata": "shop.orm:mapper_registry",
        "models": ["shop.orm"],
        "url": "shop.config:get_postgres_uri",
    },
}

TABLES: dict[str, set[str]] = {
    "sqlmodel_tutorial": {"team", "hero"},
    "flask_factory": {"followers", "user"},
    "litestar_todo": {"author", "todo_item"},
    "litestar_fullstack": {"tag", "user_account"},
    "src_layout": {"tasks"},
    "apps_folder": {"users", "orders"},
    "script": {"notes"},
    "async_fastapi": {"items"},
    "os_environ": {"people"},
    "quart": {"posts"},
    "starlette": {"notes", "tags"},
    "advanced_alchemy_fastapi": {"shelf", "books"},
}
"""Of those on SQLite: the tables that their first revision makes."""

VARIABLES = {
    "src_layout": {"DATABASE_URL": "sqlite:///other.db"},
    "quart": {"BLOG_DATABASE_URL": "sqlite+aiosqlite:///blog.db"},
}

ALL = """\
import sys
from limbeck.cli import main
for command in sys.argv[1:]:
    if status := main.run(command.split()):
        sys.exit(status)
"""


def go_through(project: Path, *commands: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Types commands, in one process as starting one takes the most time."""
    done = subprocess.run(
        [sys.executable, "-c", ALL, *commands],
        cwd=project,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def tables_of(url: str) -> set[str]:
    engine = sa.create_engine(url)
    try:
        names = {*sa.inspect(engine).get_table_names()}
    finally:
        engine.dispose()
    return {name for name in names if not name.startswith(("alembic_", "limbeck_"))}


@pytest.mark.parametrize("name", FOUND)
def test_init_finds_everything(project: Path, here: Run, name: str) -> None:
    lay_out(project, name)
    before = {path for path in project.rglob("*") if path.is_file()}
    done = here("init")
    assert done.returncode == 0, done.stderr
    assert written(project) == FOUND[name]
    tables = [FOUND[name], *FOUND[name].get("databases", {}).values()]
    for value in (v for table in tables for k, v in table.items() if k != "databases"):
        assert str(value if isinstance(value, str) else value[0]) in done.stdout
    after = {path for path in project.rglob("*") if path.is_file()}
    assert after - before <= {project / "pyproject.toml"}
    assert (project / "migrations").is_dir()


@pytest.mark.parametrize("name", TABLES)
def test_four_commands_and_nothing_edited(project: Path, here: Run, name: str) -> None:
    lay_out(project, name)
    assert here("init").returncode == 0
    commands = ("revision -m first", "upgrade", "check")
    done = go_through(project, *commands, **VARIABLES.get(name, {}))
    assert done.stdout.endswith("No new upgrade operations detected.\n")
    assert done.stderr.count("Running upgrade  -> ") == 1
    assert "setup plugin" not in done.stderr
    [database] = {*project.rglob("*.db"), *project.rglob("*.sqlite"), *project.glob("db")}
    assert tables_of(f"sqlite:///{database}") == TABLES[name]


@pytest.mark.postgresql
@pytest.mark.parametrize("folder", ["fastapi_full_stack", "fastapi_full_stack/backend"])
def test_four_commands_on_postgresql(
    project: Path, here: Run, folder: str, postgresql_database: str
) -> None:
    lay_out(project, folder)
    assert here("init").returncode == 0
    url = sa.make_url(postgresql_database)
    variables = {
        "POSTGRES_SERVER": url.host,
        "POSTGRES_PORT": str(url.port or 5432),
        "POSTGRES_USER": url.username,
        "POSTGRES_PASSWORD": url.password or "",
        "POSTGRES_DB": url.database,
    }
    done = go_through(
        project,
        "revision -m first",
        "upgrade",
        "check",
        **{k: v or "" for k, v in variables.items()},
    )
    assert done.stdout.endswith("No new upgrade operations detected.\n")
    assert tables_of(postgresql_database) == {"user", "item"}


@pytest.mark.parametrize(
    ("name", "tables"),
    [
        ("monorepo", {"billing": {"invoices"}, "catalog": {"products"}}),
        ("one_app_two_databases", {"logs": {"entries"}, "users": {"users"}}),
    ],
)
def test_two_databases_have_a_history_each(
    project: Path, here: Run, name: str, tables: dict[str, set[str]]
) -> None:
    lay_out(project, name)
    done = here("init")
    assert "Then: limbeck upgrade --all" in done.stdout
    first, second = tables
    for database in tables:
        assert f"Next: limbeck revision --database {database} -m" in done.stdout
    go_through(
        project,
        f"revision --database {first} -m first",
        f"revision --database {second} -m first",
        "upgrade --all",
        f"check --database {first}",
        f"check --database {second}",
    )
    assert {n: tables_of(f"sqlite:///{project / n}.db") for n in tables} == tables


# -- questions --------------------------------------------------------------------------------


def test_one_of_two_databases_may_be_named(project: Path, here: Run) -> None:
    lay_out(project, "monorepo")
    assert here("init", "--metadata", "catalog.db:Base").returncode == 0
    assert written(project) == {
        "metadata": "catalog.db:Base",
        "models": ["catalog.models"],
        "url": "catalog.db:DATABASE_URL",
        "prepend_sys_path": ["services/catalog"],
    }


METADATA = """\
FAILED: Several things could be the metadata:
  --metadata app.archive:ArchiveBase  (declarative base, 1 table, app/archive.py:4)
  --metadata app.shop:ShopBase  (declarative base, 1 table, app/shop.py:4)
  --metadata app.archive:ArchiveBase --metadata app.shop:ShopBase  (all of them, in one database)
Say which one. Nothing was written.
"""
URL = """\
FAILED: Several things could be the url:
  --url config:DevelopmentConfig.SQLALCHEMY_DATABASE_URI  (settings, config.py:9)
  --url config:ProductionConfig.SQLALCHEMY_DATABASE_URI  (settings, config.py:17)
Say which one. Nothing was written.
"""


@pytest.mark.parametrize(("name", "said"), [("two_bases", METADATA), ("flask_configs", URL)])
def test_where_nobody_is_asked_the_choices_are_an_error(
    project: Path, here: Run, name: str, said: str
) -> None:
    lay_out(project, name)
    done = here("init")
    assert (done.returncode, done.stderr) == (255, said)
    assert not (project / "pyproject.toml").exists()
    assert not (project / "migrations").exists()


@pytest.mark.parametrize(
    ("name", "answer", "setting", "value", "tables"),
    [
        (
            "two_bases",
            "3",
            "metadata",
            ["app.archive:ArchiveBase", "app.shop:ShopBase"],
            {"old", "orders"},
        ),
        (
            "flask_configs",
            "1",
            "url",
            "config:DevelopmentConfig.SQLALCHEMY_DATABASE_URI",
            {"post", "user"},
        ),
    ],
)
def test_at_a_terminal_the_question_is_asked(
    project: Path, name: str, answer: str, setting: str, value: Any, tables: set[str]
) -> None:
    lay_out(project, name)
    status, printed, shown = at_a_terminal(project, answer, "init", prompt="Which one?")
    assert status == 0, shown
    assert f"Several things could be the {setting}:" in shown
    assert f"  {answer}  {value if isinstance(value, str) else ' and '.join(value)}  (" in shown
    assert f"  {setting} = " in printed
    assert written(project)[setting] == value
    go_through(project, "revision -m first", "upgrade", "check")
    [database] = project.glob("*.db")
    assert tables_of(f"sqlite:///{database}") == tables


URLS = """
first_database_url = "sqlite:///first.db"
second_database_url = "sqlite:///second.db"
"""


@pytest.mark.parametrize(
    ("answers", "files"),
    [("2\n2", ("second", "first")), ("2\n1", ("first", "second"))],
)
def test_several_databases_are_offered_where_urls_cannot_be_matched(
    project: Path, answers: str, files: tuple[str, str]
) -> None:
    """The last URL is left over."""
    lay_out(project, "two_bases")
    (project / "app" / "db.py").write_text(URLS, encoding="utf-8")
    status, printed, shown = at_a_terminal(project, answers, "init", prompt="Which one?")
    assert status == 0, shown
    assert "  2  a database for each" in shown
    assert "The url of the database 'archive':" in shown
    assert "The url of the database 'shop'" not in shown
    assert "limbeck revision --database archive" in printed
    assert written(project)["databases"] == {
        name: {"metadata": f"app.{name}:{name.title()}Base", "models": [f"app.{name}"]}
        | {"url": f"app.db:{file}_database_url"}
        for name, file in zip(("archive", "shop"), files, strict=True)
    }
    revisions = [f"revision --database {name} -m first" for name in ("archive", "shop")]
    go_through(project, *revisions, "upgrade --all")
    assert tables_of(f"sqlite:///{project}/{files[0]}.db") == {"old"}
    assert tables_of(f"sqlite:///{project}/{files[1]}.db") == {"orders"}


def test_one_database_can_be_said_where_there_may_be_several(project: Path, here: Run) -> None:
    lay_out(project, "two_bases")
    (project / "app" / "db.py").write_text(URLS, encoding="utf-8")
    said = here("init").stderr.splitlines()[-1]
    assert said == (
        "Say which one; for a database each, write [tool.limbeck.databases.archive] and "
        "[tool.limbeck.databases.shop] with metadata and url. Nothing was written."
    )
    status, _, shown = at_a_terminal(project, "1\n3\n2", "init", prompt="Which one?")
    assert status == 0, shown
    assert written(project)["metadata"] == ["app.archive:ArchiveBase", "app.shop:ShopBase"]
    assert written(project)["url"] == "app.db:second_database_url"


def test_what_the_error_names_can_be_typed(project: Path, here: Run) -> None:
    lay_out(project, "two_bases")
    line = here("init").stderr.splitlines()[3].partition("  (")[0]
    assert here("init", *line.split()).returncode == 0
    assert written(project)["metadata"] == ["app.archive:ArchiveBase", "app.shop:ShopBase"]


def test_projects_that_cannot_be_imported_together_are_named(project: Path, here: Run) -> None:
    lay_out(project, "same_names")
    done = here("init")
    assert done.returncode == 255
    assert "two modules 'app.models', in services/orders and in services/users" in done.stderr
    assert "cd services/orders && limbeck init" in done.stderr
    assert not (project / "pyproject.toml").exists()


@pytest.mark.parametrize("name", ["quart", "compose", "env_example"])
def test_a_variable_without_a_value_is_said(project: Path, here: Run, name: str) -> None:
    lay_out(project, name)
    variable = FOUND[name]["url"].removeprefix("$")
    assert f"Note: {variable} has no value here: set it" in here("init").stdout
