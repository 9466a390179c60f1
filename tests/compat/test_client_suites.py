"""The test suites of programs built on Alembic, from their source distributions."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.compat.clients import Environment, Tool

pytestmark = pytest.mark.differential

TOOLS: tuple[Tool, ...] = ("alembic", "limbeck")


def test_flask_migrates_own_suite_comes_out_the_same(
    environment: Environment, tmp_path: Path
) -> None:
    source = environment.source("Flask-Migrate")
    environment.install("flask-sqlalchemy")
    found = {}
    for tool in TOOLS:
        folder = tmp_path / tool
        shutil.copytree(source, folder)
        found[tool] = environment.outcomes(tool, folder, "-p", "no:logging", "tests")
    assert set(found["alembic"].values()) == {"passed"}
    assert found["limbeck"] == found["alembic"]


# -- pytest-alembic: its distribution holds no tests but those that it runs on users' projects ---

ENV = """
from alembic import context
from models import Base

config = context.config
engine = config.attributes["connection"]
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        context.run_migrations()
"""
MODELS = """
import sqlalchemy as sa
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class User(Base):
    __tablename__ = "user"
    id = sa.Column(sa.Integer, primary_key=True)
    name = sa.Column(sa.String(20), nullable=False, index=True)


class Letter(Base):
    __tablename__ = "letter"
    id = sa.Column(sa.Integer, primary_key=True)
    user_id = sa.Column(sa.ForeignKey("user.id", name="fk_letter_user"))
    text = sa.Column(sa.Text)
"""
CONFTEST = """
import pytest
import sqlalchemy as sa


@pytest.fixture
def alembic_engine(tmp_path):
    return sa.create_engine(f"sqlite:///{tmp_path}/test.db")


@pytest.fixture
def alembic_config():
    return {"script_location": "migrations"}
"""
OWN_TESTS = """
from pytest_alembic.tests import *  # noqa
from pytest_alembic.tests.experimental import test_downgrade_leaves_no_trace  # noqa


def test_data_moves_along(alembic_runner):
    alembic_runner.migrate_up_to("aaaa")
    alembic_runner.insert_into("user", {"id": 7, "name": "seven"})
    alembic_runner.migrate_up_one()
    alembic_runner.insert_into("letter", {"id": 1, "user_id": 7, "text": "x"})
    assert alembic_runner.current == alembic_runner.heads[0] == "bbbb"
    assert "text" in alembic_runner.table_at_revision("letter").columns
    assert alembic_runner.migrate_down_one() == "aaaa"
    alembic_runner.roundtrip_next_revision()


def test_a_revision_is_generated(alembic_runner):
    made = []
    alembic_runner.migrate_up_to("heads")

    def hook(context, revision, directives):
        made.extend(op.table_name for op in directives[0].upgrade_ops.ops)

    alembic_runner.generate_revision(process_revision_directives=hook, autogenerate=True)
    assert made == []
    assert any("aaaa" in line for line in alembic_runner.raw_command("history"))
    alembic_runner.set_revision("aaaa")
    assert alembic_runner.current == "aaaa"
"""
FIRST = """
op.create_table(
        "user",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(20), nullable=False),
    )
    op.create_index("ix_user_name", "user", ["name"])
"""
SECOND = """
op.create_table(
        "letter",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("user_id", sa.Integer(), sa.ForeignKey("user.id", name="fk_letter_user")),
        sa.Column("text", sa.Text()),
    )
"""


def script(revision: str, down: str | None, up: str, back: str) -> str:
    return (
        "import sqlalchemy as sa\nfrom alembic import op\n"
        f"revision = {revision!r}\ndown_revision = {down!r}\n\n"
        f"def upgrade():\n    {up.strip()}\n\ndef downgrade():\n    {back}\n"
    )


PROJECTS = {
    "sound": {
        "aaaa": script("aaaa", None, FIRST, "op.drop_table('user')"),
        "bbbb": script("bbbb", "aaaa", SECOND, "op.drop_table('letter')"),
    },
    "two heads": {
        "aaaa": script("aaaa", None, FIRST, "op.drop_table('user')"),
        "bbbb": script("bbbb", "aaaa", SECOND, "op.drop_table('letter')"),
        "cccc": script("cccc", "aaaa", "pass", "pass"),
    },
    "a model that no migration makes": {
        "aaaa": script("aaaa", None, FIRST, "op.drop_table('user')"),
        "bbbb": script("bbbb", "aaaa", "pass", "pass"),
    },
    "a downgrade that leaves a trace": {
        "aaaa": script("aaaa", None, FIRST, "op.drop_table('user')"),
        "bbbb": script("bbbb", "aaaa", SECOND, "pass"),
    },
    "a downgrade that is not implemented": {
        "aaaa": script("aaaa", None, FIRST, "op.drop_table('user')"),
        "bbbb": script("bbbb", "aaaa", SECOND, "raise NotImplementedError"),
    },
}


@pytest.fixture(scope="session")
def pytest_alembic(environment: Environment) -> Path:
    return environment.source("pytest-alembic")


@pytest.mark.parametrize("name", PROJECTS)
def test_pytest_alembics_tests_come_out_the_same(
    environment: Environment, pytest_alembic: Path, tmp_path: Path, name: str
) -> None:
    found = {}
    for tool in TOOLS:
        folder = tmp_path / tool
        versions = folder / "migrations" / "versions"
        versions.mkdir(parents=True)
        (folder / "migrations" / "env.py").write_text(ENV)
        (folder / "migrations" / "script.py.mako").write_text("")
        (folder / "models.py").write_text(MODELS)
        (folder / "conftest.py").write_text(CONFTEST)
        (folder / "test_own.py").write_text(OWN_TESTS)
        for revision, text in PROJECTS[name].items():
            (versions / f"{revision}.py").write_text(text)
        found[tool] = environment.outcomes(tool, folder, "--test-alembic")
    passed = set(found["alembic"].values()) == {"passed"}
    assert passed == (name == "sound"), found["alembic"]
    assert found["limbeck"] == found["alembic"]


def test_pytest_alembics_examples_come_out_the_same(
    environment: Environment, pytest_alembic: Path, tmp_path: Path
) -> None:
    arguments = ("--doctest-modules", "--pyargs", "pytest_alembic")
    found = {tool: environment.outcomes(tool, tmp_path, *arguments) for tool in TOOLS}
    assert set(found["alembic"].values()) == {"passed"}
    assert found["limbeck"] == found["alembic"]
