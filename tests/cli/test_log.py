"""The history that native mode keeps: `log`, edited scripts, revisions without a file."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import Run

SCRIPT = '''
"""number {n}"""
import sqlalchemy as sa
from limbeck import op

revision = "a{n}"
down_revision = {down!r}


def upgrade():
    op.create_table("t{n}", sa.Column("id", sa.Integer, primary_key=True))


def downgrade():
    op.drop_table("t{n}")
'''


@pytest.fixture
def versions(project: Path) -> Path:
    """The folder of three revisions of a native project on SQLite."""
    (project / "pyproject.toml").write_text('[tool.limbeck]\nurl = "sqlite:///app.db"\n')
    folder = project / "migrations" / "versions"
    folder.mkdir(parents=True)
    for n in (1, 2, 3):
        text = SCRIPT.format(n=n, down=f"a{n - 1}" if n > 1 else None)
        (folder / f"a{n}.py").write_text(text, encoding="utf-8")
    return folder


def tables(project: Path) -> set[str]:
    with closing(sqlite3.connect(project / "app.db")) as connection:
        return {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}


def test_log_tells_what_was_run_by_whom_and_with_what_outcome(
    limbeck: Run, project: Path, versions: Path
) -> None:
    limbeck("upgrade", "a2")
    (versions / "a3.py").write_text(
        SCRIPT.format(n=3, down="a2").replace("op.create_table", "op.execute('x'); op.create_table")
    )
    assert limbeck("upgrade", "head").returncode != 0
    limbeck("downgrade", "a1")
    limbeck("stamp", "a2")
    entries = json.loads(limbeck("log", "--json").stdout)
    told = [(e["direction"], e["revision"], e["outcome"]) for e in entries]
    assert told == [
        ("upgrade", "a1", "done"),
        ("upgrade", "a2", "done"),
        ("upgrade", "a3", "failed"),
        ("downgrade", "a2", "done"),
        ("stamp", "a2", "done"),
    ]
    assert [e["rows_before"] for e in entries] == ["", "a1", "a2", "a2", "a1"]
    assert [e["rows_after"] for e in entries] == ["a1", "a2", "a2", "a1", "a2"]
    assert "syntax error" in entries[2]["error"]
    assert all("@" in e["os_user"] and e["version"] and e["seconds"] >= 0 for e in entries)
    lines = limbeck("log").stdout.splitlines()
    assert "a3" in lines[2]
    assert "failed" in lines[2]
    assert "near" in lines[3]


def test_an_applied_script_that_was_edited_is_reported_by_upgrade_and_check(
    limbeck: Run, project: Path, versions: Path
) -> None:
    limbeck("upgrade", "a2")
    first, second = versions / "a1.py", versions / "a2.py"
    first.write_bytes(first.read_bytes().replace(b"\n", b"\r\n") + b"# a remark\r\n\r\n")
    second.write_text(second.read_text().replace("primary_key=True", "nullable=False"))
    done = limbeck("upgrade", "head")
    assert done.returncode == 0
    assert "a2.py) was edited after it was applied" in done.stderr
    assert "a1.py) was edited" not in done.stderr
    assert "was edited" not in limbeck("upgrade", "head").stderr
    (project / "models.py").write_text("import sqlalchemy as sa\nmetadata = sa.MetaData()\n")
    with (project / "pyproject.toml").open("a") as stream:
        stream.write('metadata = "models:metadata"\nagainst = "database"\n')
    assert "a2.py) was edited after it was applied" in limbeck("check").stderr


def test_a_revision_without_a_file_is_shown_and_taken_back_from_the_history(
    limbeck: Run, project: Path, versions: Path
) -> None:
    limbeck("upgrade", "head")
    text = (versions / "a3.py").read_text()
    for name in ("a2.py", "a3.py"):
        (versions / name).unlink()
    shown = limbeck("show", "a3")
    assert shown.returncode == 0
    assert "number 3" in shown.stdout
    assert "Path: none: in the database's history\n" in shown.stdout
    assert shown.stdout.rstrip().endswith(text.rstrip())
    assert json.loads(limbeck("show", "a3", "--json").stdout)["revisions"][0]["path"] is None
    assert "Revision a3 has no file here" in shown.stderr
    refused = limbeck("upgrade", "head")
    assert refused.returncode == 255
    assert "Can't locate revision identified by 'a3'" in refused.stderr
    done = limbeck("downgrade", "a1")
    assert done.returncode == 0, done.stderr
    assert "Revision a2 has no file here" in done.stderr
    assert {"t2", "t3"}.isdisjoint(tables(project))
    assert limbeck("current").stdout.split()[0] == "a1"


def test_a_database_from_before_and_history_false_work_without_the_table(
    limbeck: Run, project: Path, versions: Path
) -> None:
    settings = project / "pyproject.toml"
    kept = settings.read_text()
    settings.write_text(kept + "history = false\n")
    limbeck("upgrade", "a1")
    assert "limbeck_history" not in tables(project)
    assert limbeck("log").stdout == "The database has no history.\n"
    assert limbeck("log", "--json").stdout == "[]\n"
    settings.write_text(kept)
    assert limbeck("upgrade", "head").returncode == 0
    assert [e["revision"] for e in json.loads(limbeck("log", "--json").stdout)] == ["a2", "a3"]
