"""What is read from an env.py, and what no setting says."""

from __future__ import annotations

from pathlib import Path

import pytest

import limbeck
from limbeck.project.env_file import read_env_file

USUAL = """
import asyncio
from logging.config import fileConfig
from sqlalchemy import pool
from sqlalchemy.ext.asyncio import async_engine_from_config
from alembic import context
{imports}
config = context.config
fileConfig(config.config_file_name)
{settings}

def do_run_migrations(connection):
    context.configure(connection=connection, target_metadata=target_metadata{options})
    with context.begin_transaction():
        context.run_migrations()

async def run_async_migrations():
    section = config.get_section(config.config_ini_section)
    connectable = async_engine_from_config(section, poolclass=pool.NullPool)
    async with connectable.connect() as connection:
        await connection.run_sync(do_run_migrations)

asyncio.run(run_async_migrations())
"""
MODELS = "from app.db import Base"
METADATA = "target_metadata = Base.metadata"


def env(imports: str = MODELS, settings: str = METADATA, options: str = "") -> str:
    return USUAL.format(imports=imports, settings=settings, options=options)


@pytest.mark.parametrize(
    ("imports", "settings", "expected"),
    [
        (MODELS, METADATA, {"metadata": "app.db:Base"}),
        ("import app.db", "target_metadata = app.db.Base.metadata", {"metadata": "app.db:Base"}),
        ("from app import db", "target_metadata = db.Base.metadata", {"metadata": "app:db.Base"}),
        ("import app.db as d", "target_metadata = d.metadata", {"metadata": "app.db:metadata"}),
        (
            "from a import A\nfrom b import B",
            "target_metadata = [A.metadata, B.metadata]",
            {"metadata": ["a:A", "b:B"]},
        ),
        (
            "import app.a\nfrom app.more import *\nfrom app import posts\nfrom app.u import User",
            "",
            {"models": ["app.a", "app.more", "app.posts", "app.u"]},
        ),
        ("from limbeck import import_models", "import_models('app')", {"models": ["app"]}),
    ],
)
def test_metadata_and_models_are_found(
    imports: str, settings: str, expected: dict[str, object]
) -> None:
    found = read_env_file(env(imports, settings))
    assert found.settings == expected
    assert found.obstacles == []
    assert found.is_async


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("settings.get_db_url()", "core.conf:settings.get_db_url"),
        ("str(settings.DATABASE_URL)", "core.conf:settings.DATABASE_URL"),
        ("settings.url.replace('%', '%%')", "core.conf:settings.url"),
        ("os.environ['DB']", "$DB"),
        ("os.getenv('DB')", "$DB"),
        ("os.environ.get('DB', 'sqlite://')", "$DB"),
    ],
)
def test_the_url_is_found(value: str, expected: str) -> None:
    settings = f"config.set_main_option('sqlalchemy.url', {value})"
    found = read_env_file(env("import os\nfrom core.conf import settings", settings))
    assert found.settings["url"] == expected
    assert found.obstacles == []


def test_options_of_configure_become_settings() -> None:
    options = ", render_as_batch=True, compare_type=False, version_table='v'"
    found = read_env_file(env(options=options))
    assert found.obstacles == []
    assert {**found.settings, "metadata": 0} == {
        "metadata": 0,
        "render_as_batch": True,
        "compare_type": False,
        "version_table": "v",
    }


@pytest.mark.parametrize(
    ("imports", "settings", "options", "what"),
    [
        (MODELS, METADATA, ", include_object=keep", "configure(include_object=…)"),
        (MODELS, METADATA, ", **more", "options of configure() that are computed"),
        (MODELS, "target_metadata = make()", "", "target_metadata is computed: make()"),
        (MODELS, "sys.path.append('x')", "", "a call of its own: sys.path.append('x')"),
        (MODELS, "for x in y:\n    pass", "", "a statement of its own: for x in y: pass"),
        (MODELS, "tables = set()", "", "a value of its own, tables"),
        (
            MODELS,
            "config.set_main_option('sqlalchemy.url', f'{a}b')",
            "",
            "the URL is computed: f'{a}b'",
        ),
    ],
)
def test_what_no_setting_says_is_an_obstacle(
    imports: str, settings: str, options: str, what: str
) -> None:
    text = env(imports, settings, options)
    found = read_env_file(text)
    assert what in [obstacle.what for obstacle in found.obstacles]
    line = next(o.line for o in found.obstacles if o.what == what)
    assert 0 < line <= len(text.splitlines())


@pytest.mark.parametrize("template", ["generic", "async", "pyproject", "pyproject_async"])
def test_the_templates_own_env_py_has_no_obstacle(template: str) -> None:
    path = Path(limbeck.__file__).parent / "templates" / template / "env.py"
    assert read_env_file(path.read_text(encoding="utf-8")).obstacles == []


def test_the_env_py_of_several_databases_has_obstacles() -> None:
    path = Path(limbeck.__file__).parent / "templates" / "multidb" / "env.py"
    assert read_env_file(path.read_text(encoding="utf-8")).obstacles
