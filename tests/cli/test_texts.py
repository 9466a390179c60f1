"""Line ends, letters of all alphabets, and an application's own logging stay as they are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.test_status import write


def with_crlf(path: Path) -> bytes:
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    return path.read_bytes()


def test_a_project_with_windows_line_ends_runs_and_keeps_them(limbeck: Run, project: Path) -> None:
    limbeck("init", "migrations")
    ini = project / "alembic.ini"
    ini.write_text(re.sub(r"driver://\S+", "sqlite:///app.db", ini.read_text()))
    first = write(project, 1, more="op.execute('''INSERT INTO t1\n    VALUES (1)''')")
    files = [ini, first, *(project / "migrations").glob("*.*")]
    before = {path: with_crlf(path) for path in files}
    done = limbeck("upgrade", "head")
    assert done.returncode == 0, done.stderr
    assert limbeck("current").stdout == "a1 (head)\n"
    told = limbeck("lint", "base:head")
    assert told.returncode == 0, told.stderr
    assert limbeck("revision", "-m", "more", "--rev-id", "a2").returncode == 0
    assert limbeck("edit", "a2", env={"EDITOR": "true"}).returncode == 0
    assert limbeck("upgrade", "head").returncode == 0
    assert {path: path.read_bytes() for path in files} == before
    (made,) = (project / "migrations" / "versions").glob("a2*.py")
    lines = made.read_bytes().splitlines(keepends=True)
    assert {line[-2:] for line in lines} == {b"\r\n"}, "its template has Windows line ends"


def test_a_section_is_added_in_the_line_ends_of_the_file(limbeck: Run, project: Path) -> None:
    path = project / "pyproject.toml"
    path.write_bytes(b'[project]\r\nname = "x"  # kept\r\n')
    assert limbeck("init", "-t", "pyproject", "migrations").returncode == 0
    lines = path.read_bytes().splitlines(keepends=True)
    assert lines[1] == b'name = "x"  # kept\r\n'
    assert any(b"[tool.alembic]" in line for line in lines)
    assert {line[-2:] for line in lines} == {b"\r\n"}


@pytest.mark.parametrize(
    "env", [{}, {"LC_ALL": "C", "PYTHONIOENCODING": "ascii"}], ids=["utf-8", "ascii"]
)
def test_folders_messages_and_files_have_any_letters(
    limbeck: Run, project: Path, env: dict[str, str]
) -> None:
    folder = project / "prüfung ж 例"
    folder.mkdir()
    (folder / "pyproject.toml").write_text(
        '[tool.limbeck]\nurl = "sqlite:///größe.db"\n', encoding="utf-8"
    )
    done = limbeck("revision", "-m", "größer ж", "--rev-id", "a1", cwd=folder, env=env)
    assert done.returncode == 0, done.stderr
    (script,) = (folder / "migrations" / "versions").glob("*.py")
    assert script.name == "a1_größer_ж.py"
    assert '"""größer ж' in script.read_text(encoding="utf-8")
    done = limbeck("upgrade", cwd=folder, env=env)
    assert done.returncode == 0, done.stderr
    assert (folder / "größe.db").exists()
    for command in ("history", "status", "plan", "log", "show a1", "history --graph"):
        done = limbeck(*command.split(), cwd=folder, env=env)
        assert done.returncode == 0, (command, done.stderr)
    shown = limbeck("history", cwd=folder, env=env).stdout
    assert shown == f"<base> -> a1 (head), {'gr??er ?' if env else 'größer ж'}\n"


MODELS = """
import logging.config
logging.config.dictConfig({
    "version": 1,
    "handlers": {"own": {"class": "logging.FileHandler", "filename": "app.log"}},
    "root": {"level": "ERROR", "handlers": ["own"]},
    "loggers": {"app": {"level": "DEBUG"}},
})
import sqlalchemy as sa
metadata = sa.MetaData()
"""

LOOK = (
    "import logging; app, root = logging.getLogger('app'), logging.getLogger();"
    "app.debug('from the script');"
    "print(app.disabled, app.level, root.level, [type(h).__name__ for h in root.handlers],"
    " logging.getLogger('alembic').handlers)"
)


def test_the_logging_of_an_application_is_left_alone(limbeck: Run, project: Path) -> None:
    (project / "models.py").write_text(MODELS)
    (project / "pyproject.toml").write_text(
        '[tool.limbeck]\nurl = "sqlite:///app.db"\nmetadata = "models:metadata"\n'
    )
    write(project, 1, more=f"import models; {LOOK}")
    done = limbeck("upgrade")
    assert done.returncode == 0, done.stderr
    *_, seen = done.stdout.splitlines()
    assert seen.startswith("False 10 40 ['FileHandler']")
    assert "from the script" in (project / "app.log").read_text()
