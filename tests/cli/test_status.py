"""`status` and `history --graph`, as they are typed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import servers
from tests.cli.conftest import Run

MODELS = """
import sqlalchemy as sa
metadata = sa.MetaData()
sa.Table("t1", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("x", sa.Text))
sa.Table("t2", metadata, sa.Column("id", sa.Integer, primary_key=True))
"""

SCRIPT = '''
"""number {n}"""
import time
import sqlalchemy as sa
from limbeck import op

revision = "a{n}"
down_revision = {down!r}


def upgrade():
    op.create_table("t{n}", sa.Column("id", sa.Integer, primary_key=True))
    {more}


def downgrade():
    op.drop_table("t{n}")
'''


def write(project: Path, n: int | str, *down: str, more: str = "") -> Path:
    path = project / "migrations" / "versions" / f"a{n}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    parents = None if not down else down[0] if len(down) == 1 else down
    path.write_text(SCRIPT.format(n=n, down=parents, more=more), encoding="utf-8")
    return path


def configure(project: Path, url: str, *more: str) -> None:
    lines = ["[tool.limbeck]", f'url = "{url}"', 'metadata = "models:metadata"', *more]
    (project / "pyproject.toml").write_text("\n".join(lines) + "\n")
    (project / "models.py").write_text(MODELS)


def asked(limbeck: Run) -> dict[str, object]:
    done = limbeck("status", "--json")
    assert done.returncode == 0, done.stderr
    (database,) = json.loads(done.stdout)["databases"]
    return database


def test_status_tells_rows_pending_differences_and_edited_scripts(
    limbeck: Run, project: Path
) -> None:
    configure(project, "sqlite:///app.db")
    first = write(project, 1)
    write(project, 2, "a1")
    write(project, 3, "a2")
    told = limbeck("status").stdout.splitlines()
    assert told[0].startswith("Database  sqlite:///app.db (SQLite 3.")
    assert told[1] == "Current   base: nothing has run"
    assert told[2] == "Heads     a3 (head)  number 3"
    assert told[3].startswith("Pending   3 revisions")
    limbeck("upgrade", "a1")
    first.write_text(first.read_text() + "x = 1\n")
    told = limbeck("status").stdout.splitlines()
    assert told[1] == "Current   a1  number 1"
    assert told[4:6] == ["            a2  number 2", "            a3  number 3"]
    assert told[6] == "Models    2 differences from the database: 1 × added table, 1 × added column"
    assert told[7:] == ["Scripts   edited after they were applied: a1"]
    database = asked(limbeck)
    assert [r["revision"] for r in database["pending"]] == ["a2", "a3"]  # type: ignore[attr-defined]
    assert database["differences"] == {"added table": 1, "added column": 1}
    assert (database["edited"], database["runner"]) == (["a1"], None)


def test_status_of_what_cannot_be_compared_and_of_a_row_without_a_file(
    limbeck: Run, project: Path
) -> None:
    configure(project, "sqlite:///app.db")
    write(project, 1)
    second = write(project, 2, "a1")
    limbeck("upgrade", "head")
    second.unlink()
    (project / "models.py").write_text("raise RuntimeError('broken')\n")
    done = limbeck("status")
    assert done.returncode == 0
    assert "Current   a2, which has no file here" in done.stdout
    assert "Models    not compared: " in done.stdout
    assert "broken" in done.stdout
    assert "\x1b[" not in done.stdout


@pytest.mark.postgresql
def test_status_hides_the_password_and_names_who_works_on_the_database(
    limbeck: Run, project: Path, postgresql_database: str
) -> None:
    url = postgresql_database.replace("postgres@", "postgres:s3cret@")
    for lock in ("session", "lease"):
        servers.recreate_database(postgresql_database)
        configure(project, url, f'lock = "{lock}"')
        write(project, 1, more="print('here', flush=True); input()")
        assert asked(limbeck)["runner"] is None
        rows = servers.execute(postgresql_database, "SELECT count(*) FROM pg_tables WHERE "
                               "schemaname = 'public'")  # fmt: skip
        assert rows == [(0,)], "status makes nothing"
        with subprocess.Popen(
            [sys.executable, "-m", "limbeck", "upgrade", "head"],
            cwd=project, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True,
        ) as running:  # fmt: skip
            assert running.stdout is not None
            assert running.stdout.readline() == "here\n"
            text = limbeck("status")
            found = asked(limbeck)["runner"]
            running.communicate("\n")
        assert "s3cret" not in text.stdout + text.stderr
        assert ":***@" in text.stdout
        assert f"pid {running.pid}" in text.stdout
        assert found["pid"] == running.pid  # type: ignore[index]
        assert found["revision"] == "a1"  # type: ignore[index]
        assert asked(limbeck)["runner"] is None


def test_a_lock_file_that_a_dead_runner_left_is_nobody(limbeck: Run, project: Path) -> None:
    configure(project, "sqlite:///app.db")
    write(project, 1)
    limbeck("upgrade", "head")
    (project / "app.db-limbeck-lock").write_text(
        '{"host": "h", "pid": 1, "revision": "a1", "since": 1}'
    )
    assert asked(limbeck)["runner"] is None


def test_a_graph_shows_branches_merges_and_what_has_run(limbeck: Run, project: Path) -> None:
    configure(project, "sqlite:///app.db")
    write(project, 1)
    write(project, 2, "a1")
    write(project, 3, "a1")
    write(project, 4, "a2", "a3")
    drawn = ["● a4 (head) number 4", "├─╮", "● │ a2 number 2", "│ ● a3 number 3", "├─╯"]
    assert limbeck("history", "--graph").stdout.splitlines() == [*drawn, "●   a1 number 1"]
    limbeck("upgrade", "a3")
    told = limbeck("history", "--graph", "-i", "-r", "a1:a4").stdout.splitlines()
    assert [line[:3] for line in told] == ["○ a", "├─╮", "○ │", "│ ●", "├─╯", "●  "]
    assert told[3] == "│ ● a3 (current) number 3"
    verbose = limbeck("history", "--graph", "-v").stdout
    assert "● a4 (head) number 4\n│   Merges: a2, a3\n" in verbose
    ascii_ = limbeck("history", "--graph", env={"PYTHONIOENCODING": "ascii"}).stdout
    assert ascii_.splitlines()[:2] == ["* a4 (head) number 4", "|-\\"]
    wrong = limbeck("history", "--graph", "-r", "x:y")
    assert wrong.returncode == 255
    assert "Can't locate revision identified by 'x'" in wrong.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(("no_color", "coloured"), [("", True), ("1", False)])
def test_colours_are_for_terminals_alone(
    project: Path, limbeck: Run, no_color: str, coloured: bool
) -> None:
    import pty

    configure(project, "sqlite:///app.db")
    write(project, 1)
    master, slave = pty.openpty()
    subprocess.run(
        [sys.executable, "-m", "limbeck", "history", "--graph"],
        cwd=project, stdout=slave, stderr=slave, check=True,
        env={**os.environ, "NO_COLOR": no_color},
    )  # fmt: skip
    os.close(slave)
    shown = os.read(master, 4096).decode()
    os.close(master)
    assert ("\x1b[" in shown) is coloured
    assert "a1" in shown
