"""When something outside the revision files goes wrong: one message, and no traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.conftest import Run


def configured(limbeck: Run, project: Path, url: str) -> None:
    limbeck("init", "migrations")
    ini = project / "alembic.ini"
    ini.write_text(
        ini.read_text().replace("driver://user:pass@localhost/dbname", url), encoding="utf-8"
    )


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("driver://user:hunter2@localhost/dbname", "SQLAlchemy knows no database 'driver'"),
        ("postgresql+psycopg2://u:hunter2@127.0.0.1:1/d", "Connection refused"),
        ("postgresql+asyncpg://u:hunter2@127.0.0.1:1/d", "names an async driver"),
        ("hunter2 is not a URL", "ArgumentError"),
    ],
)
def test_a_database_that_cannot_be_reached(
    limbeck: Run, project: Path, url: str, message: str
) -> None:
    configured(limbeck, project, url)
    done = limbeck("upgrade", "head")
    assert done.returncode == 1
    assert done.stderr.startswith("FAILED: ") or "\nFAILED: " in done.stderr
    assert message in done.stderr
    assert f"at {project / 'migrations' / 'env.py'}, line" in done.stderr
    assert "Traceback" not in done.stderr
    assert "hunter2" not in done.stdout + done.stderr


def test_a_driver_that_is_not_installed_is_named_with_how_to_get_it(
    limbeck: Run, project: Path
) -> None:
    configured(limbeck, project, "postgresql+psycopg2://u:hunter2@localhost/d")
    # A module that cannot be imported stands for one that is not there.
    blocked = project / "blocked"
    blocked.mkdir()
    (blocked / "psycopg2.py").write_text(
        "raise ModuleNotFoundError(\"No module named 'psycopg2'\", name='psycopg2')\n"
    )
    done = limbeck("upgrade", "head", env={"PYTHONPATH": str(blocked)})
    assert done.returncode == 1
    assert "The database driver 'psycopg2' is not installed: pip install" in done.stderr
    assert "Traceback" not in done.stderr


def test_settings_that_an_env_py_misses_are_named_and_the_others_not_shown(
    limbeck: Run, project: Path
) -> None:
    configured(limbeck, project, "sqlite://")
    (project / "migrations" / "env.py").write_text(
        "from pydantic_settings import BaseSettings\n\n"
        "class Settings(BaseSettings):\n    DB_PASSWORD: str\n    DB_NAME: str\n\n"
        "Settings()\n",
        encoding="utf-8",
    )
    done = limbeck("upgrade", "head", env={"DB_PASSWORD": "hunter2"})
    assert done.returncode == 1
    assert "ValidationError: DB_NAME: Field required" in done.stderr
    assert "hunter2" not in done.stdout + done.stderr


def test_an_interrupt_ends_with_a_message_and_status_130(limbeck: Run, project: Path) -> None:
    configured(limbeck, project, "sqlite://")
    (project / "migrations" / "env.py").write_text(
        "import pathlib, time\npathlib.Path('started').touch()\ntime.sleep(60)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "limbeck", "current"],
        cwd=project,
        env={**os.environ},
        stderr=subprocess.PIPE,
        text=True,
    )
    for _ in range(200):
        if (project / "started").exists():
            break
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Interrupted" in errors
    assert "Traceback" not in errors


def test_output_that_nobody_reads_is_no_error(limbeck: Run, project: Path) -> None:
    configured(limbeck, project, "sqlite://")
    for number in range(3):
        limbeck("revision", "--rev-id", f"r{number}", "-m", "x" * 40)
    done = subprocess.run(
        f"{sys.executable} -m limbeck history -v | true",
        shell=True,
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr


def test_a_native_run_shows_what_it_does(limbeck: Run, project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.limbeck]\nurl = "sqlite:///x.db"\n')
    limbeck("revision", "-m", "first", "--rev-id", "a1")
    done = limbeck("upgrade", "head")
    assert done.returncode == 0, done.stderr
    assert "Running upgrade  -> a1, first" in done.stderr
    assert limbeck("current").stdout == "a1 (head)\n"
    assert limbeck("history", "-i").stdout == "<base> -> a1 (head) (current), first\n"
    done = limbeck("downgrade", "-1")
    assert "Running downgrade a1 -> , first" in done.stderr
    assert limbeck("current").stdout == ""
    assert limbeck("upgrade", "+1").returncode == 0
    assert limbeck("show", "current").stdout.startswith("Rev: a1 (head)\n")
    assert limbeck("history", "-r", "current:").stdout == "<base> -> a1 (head), first\n"


def test_an_alembic_folder_runs_as_it_is(limbeck: Run, project: Path) -> None:
    configured(limbeck, project, "sqlite:///x.db")
    for name in ("env.py", "script.py.mako"):
        path = project / "migrations" / name
        path.write_text(path.read_text().replace("from limbeck import", "from alembic import"))
    limbeck("revision", "-m", "first", "--rev-id", "a1")
    script = project / "migrations" / "versions" / "a1_first.py"
    assert "from alembic import op" in script.read_text()
    done = limbeck("upgrade", "head")
    assert done.returncode == 0, done.stderr
    assert limbeck("current").stdout == "a1 (head)\n"


@pytest.mark.parametrize("driver", ["sqlite+aiosqlite"])
def test_the_async_template_works_inside_a_running_event_loop(
    limbeck: Run, project: Path, driver: str
) -> None:
    limbeck("init", "-t", "async", "migrations")
    ini = project / "alembic.ini"
    ini.write_text(
        ini.read_text().replace("driver://user:pass@localhost/dbname", f"{driver}:///x.db")
    )
    limbeck("revision", "-m", "first", "--rev-id", "a1")
    code = (
        "import asyncio\nfrom limbeck import Config, command\n"
        "async def main():\n    command.upgrade(Config('alembic.ini'), 'head')\n"
        "    command.current(Config('alembic.ini'))\n"
        "asyncio.run(main())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=project, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "a1 (head)\n"
