"""Native mode: the models' naming convention holds for what scripts leave unnamed."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import Run

SETTINGS = """
[tool.limbeck]
url = "sqlite:///shop.db"
metadata = "models:metadata"
"""
MODELS = """
import pathlib
import sqlalchemy as sa

pathlib.Path("imported").touch()
metadata = sa.MetaData(
    naming_convention={"pk": "pk_%(table_name)s", "ck": "ck_%(table_name)s_%(constraint_name)s"}
)
"""
NAMED = MODELS + 'sa.Table("item", metadata, sa.Column("id", sa.Integer, primary_key=True))\n'
BOUND = MODELS + (
    'sa.Table("item", metadata, sa.Column("id", sa.Integer, primary_key=True),'
    ' sa.Column("new", sa.Boolean(create_constraint=True, name="is_new"), nullable=False))\n'
)


@pytest.fixture
def shop(project: Path) -> Path:
    (project / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")
    return project


def names(shop: Path) -> str:
    with sqlite3.connect(shop / "shop.db") as connection:
        [(sql,)] = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'item'")
    return str(sql)


def test_a_check_that_a_type_brings_is_called_as_the_models_say(shop: Path, limbeck: Run) -> None:
    (shop / "models.py").write_text(BOUND, encoding="utf-8")
    for arguments in (("revision", "-m", "first"), ("upgrade",), ("check", "--against=database")):
        done = limbeck(*arguments)
        assert done.returncode == 0, done.stderr
    assert "CONSTRAINT ck_item_is_new CHECK" in names(shop)


def test_models_are_not_imported_where_all_names_are_final(shop: Path, limbeck: Run) -> None:
    (shop / "models.py").write_text(NAMED, encoding="utf-8")
    assert limbeck("revision", "-m", "first").returncode == 0
    (shop / "imported").unlink()
    assert limbeck("upgrade").returncode == 0
    assert "CONSTRAINT pk_item PRIMARY KEY" in names(shop)
    assert not (shop / "imported").exists()


def test_a_run_without_the_models_says_what_it_cannot_name(shop: Path, limbeck: Run) -> None:
    (shop / "models.py").write_text(BOUND, encoding="utf-8")
    assert limbeck("revision", "-m", "first").returncode == 0
    (shop / "models.py").unlink()
    done = limbeck("upgrade")
    assert done.returncode == 0
    assert "No module named 'models'" in done.stderr
    assert "CONSTRAINT is_new CHECK" in names(shop)
