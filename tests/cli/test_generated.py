"""What a generated revision says to who reads it, and when there is none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run

SETTINGS = """
[tool.limbeck]
url = "sqlite:///shop.db"
metadata = "models:metadata"
"""
BEFORE = """
import sqlalchemy as sa

metadata = sa.MetaData()
item = sa.Table(
    "item", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("size", sa.Integer)
)
"""
AFTER = BEFORE.replace(
    'sa.Column("size", sa.Integer)',
    """sa.Column("size", sa.Integer, nullable=False),
    sa.Column("name", sa.String(9), nullable=False),
    sa.Column("sort", sa.Integer, nullable=False, server_default="0")""",
)


@pytest.fixture
def shop(project: Path, limbeck: Run) -> Path:
    """A native project with one revision."""
    (project / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")
    (project / "models.py").write_text(BEFORE, encoding="utf-8")
    assert limbeck("revision", "-m", "first", "--rev-id", "a1").returncode == 0
    return project / "migrations" / "versions"


def test_no_revision_is_written_where_nothing_has_changed(shop: Path, limbeck: Run) -> None:
    done = limbeck("revision", "-m", "second")
    assert (done.returncode, done.stdout) == (
        0,
        "No changes found: no revision is written (--empty writes one).\n",
    )
    assert json.loads(limbeck("revision", "-m", "second", "--json").stdout)["written"] == []
    assert [path.name for path in shop.glob("*.py")] == ["a1_first.py"]
    assert limbeck("revision", "-m", "by hand", "--empty", "--rev-id", "b1").returncode == 0
    assert limbeck("revision", "-m", "aside", "--head", "base", "--rev-id", "c1").returncode == 0
    assert sorted(path.name for path in shop.glob("*.py")) == [
        "a1_first.py",
        "b1_by_hand.py",
        "c1_aside.py",
    ]


def test_what_rows_can_stop_is_said_above_the_step(shop: Path, limbeck: Run) -> None:
    (shop.parent.parent / "models.py").write_text(AFTER, encoding="utf-8")
    assert limbeck("revision", "-m", "second", "--rev-id", "b1").returncode == 0
    lines = (shop / "b1_second.py").read_text(encoding="utf-8").splitlines()
    text = " ".join(line.strip(" #") for line in lines)
    assert (
        "Rows that are there have no value for 'item.name' and stop it: give it a server default, "
        "or fill it before it is NOT NULL. "
    ) in text
    assert "A row with NULL in 'item.size' stops it. " in text
    assert "item.sort" not in text


def test_check_lists_what_has_changed(shop: Path, limbeck: Run) -> None:
    (shop.parent.parent / "models.py").write_text(AFTER, encoding="utf-8")
    done = limbeck("check")
    assert done.returncode != 0
    assert done.stderr.endswith(
        "FAILED: New upgrade operations detected:\n"
        "  added column 'item.name'\n"
        "  added column 'item.sort'\n"
        "  change of NOT NULL on column 'item.size'\n"
    )


def test_what_a_type_of_the_users_stores_is_said_to_be_unseen(shop: Path, limbeck: Run) -> None:
    """A script imports it: the history has what it stores today."""
    own = "class Money(sa.types.TypeDecorator):\n    impl = sa.Numeric(9, 2)\n    cache_ok = True\n"
    text = BEFORE.replace("\nmetadata =", f"\n{own}\nmetadata =").replace(
        'sa.Column("size", sa.Integer)', 'sa.Column("size", Money)'
    )
    (shop.parent.parent / "models.py").write_text(text, encoding="utf-8")
    said = "what Money stores (scripts import them as they are now"
    assert said in limbeck("check").stderr
    settings = SETTINGS + 'render_types = "impl"\n'
    (shop.parent.parent / "pyproject.toml").write_text(settings, encoding="utf-8")
    assert said not in limbeck("check").stderr
