"""Commands that read a history, in a project of several databases."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run

SETTINGS = """
[tool.limbeck.databases.eu]
url = "sqlite:///eu.db"
[tool.limbeck.databases.us]
url = "sqlite:///us.db"
"""
REVISION = """
from limbeck import op

revision = "{0}1"
down_revision = None


def upgrade():
    op.execute("DROP TABLE {0}")
"""


@pytest.fixture
def shop(project: Path) -> Path:
    """Two databases with a revision each."""
    (project / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")
    for name in ("eu", "us"):
        folder = project / "migrations" / name / "versions"
        folder.mkdir(parents=True)
        (folder / "one.py").write_text(REVISION.format(name), encoding="utf-8")
    return project


def test_they_show_all_databases_where_none_is_named(shop: Path, limbeck: Run) -> None:
    done = limbeck("heads")
    assert (done.returncode, done.stdout) == (0, "eu:\neu1 (head)\nus:\nus1 (head)\n")
    assert limbeck("heads", "--database", "us").stdout == "us1 (head)\n"
    history = limbeck("history").stdout
    assert history.index("eu:\n") < history.index("eu1") < history.index("us:\n")
    plan = limbeck("plan").stdout
    assert plan.index("DROP TABLE eu") < plan.index("us:\n") < plan.index("DROP TABLE us")


def test_who_fails_stops_no_other(shop: Path, limbeck: Run) -> None:
    broken = shop / "migrations" / "eu" / "versions" / "one.py"
    broken.write_text("revision = (", encoding="utf-8")
    done = limbeck("heads")
    assert (done.returncode, done.stdout) == (255, "eu:\nus:\nus1 (head)\n")
    assert "one.py, line 1" in done.stderr


def test_what_changes_something_or_is_for_programs_wants_a_name(shop: Path, limbeck: Run) -> None:
    for arguments in (("revision", "-m", "x"), ("upgrade",), ("heads", "--json")):
        done = limbeck(*arguments)
        assert done.returncode == 255
        assert "Which database? Name one with --database: eu, us." in done.stderr
