"""Several `limbeck` processes on one database, as a deployment starts them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent, indent

TEMPLATES = Path(__file__).resolve().parents[2] / "src" / "limbeck" / "templates"

LOGGING = """
[loggers]
keys = root, alembic
[handlers]
keys = console
[formatters]
keys = generic
[logger_root]
level = WARNING
handlers = console
[logger_alembic]
level = INFO
handlers =
qualname = alembic
[handler_console]
class = StreamHandler
args = (sys.stderr,)
formatter = generic
[formatter_generic]
format = %(levelname)-5.5s [%(name)s] %(message)s
"""


class Deployment:
    """A project in a folder: native, or with an ini file and the env.py of a template."""

    def __init__(self, path: Path, url: str, template: str | None = None, **settings: str) -> None:
        self.path = path
        self.last: str | None = None
        self._started = 0
        self._tool = "limbeck" if template is None else "alembic"
        (path / "migrations" / "versions").mkdir(parents=True)
        (path / ".git").mkdir()
        if template is None:
            lines = [f'url = "{url}"', *(_setting(*item) for item in settings.items())]
            text = "[tool.limbeck]\n" + "\n".join(lines)
            (path / "pyproject.toml").write_text(text, encoding="utf-8")
            return
        lines = [f"{key} = {value}" for key, value in settings.items()]
        head = f"[alembic]\nscript_location = migrations\nsqlalchemy.url = {url}\n"
        (path / "alembic.ini").write_text(head + "\n".join(lines) + LOGGING, encoding="utf-8")
        env = (TEMPLATES / template / "env.py").read_text(encoding="utf-8")
        env = env.replace("from limbeck import context", "from alembic import context")
        (path / "migrations" / "env.py").write_text(env, encoding="utf-8")

    def revision(self, id_: str, up: str) -> None:
        """Adds a revision on top of the last one; its table `ran` counts how often it ran."""
        table = "CREATE TABLE ran (revision VARCHAR(10))" if self.last is None else None
        first = f'op.execute("{table}")\n' if table else ""
        body = f"{first}{dedent(up).strip()}\nop.execute(\"INSERT INTO ran VALUES ('{id_}')\")"
        text = (
            "import os, time\nimport sqlalchemy as sa\n"
            f"from {self._tool} import op\n"
            f'revision = "{id_}"\ndown_revision = {self.last!r}\n\n\n'
            f"def upgrade():\n{indent(body, '    ')}\n\n\ndef downgrade():\n    pass\n"
        )
        path = self.path / "migrations" / "versions" / f"{id_}.py"
        path.write_text(text, encoding="utf-8")
        self.last = id_

    def start(self, *arguments: str, **environment: str) -> Runner:
        """A process of its own that runs ``limbeck *arguments``; upgrade head by itself."""
        self._started += 1
        errors = self.path / f"errors-{self._started}"
        variables = {**os.environ, **environment}
        for name in ("LIMBECK_CONFIG", "ALEMBIC_CONFIG"):
            variables.pop(name, None)
        with errors.open("w", encoding="utf-8") as stream:
            process = subprocess.Popen(
                [sys.executable, "-m", "limbeck", *(arguments or ("upgrade", "head"))],
                cwd=self.path,
                env=variables,
                stdout=subprocess.DEVNULL,
                stderr=stream,
            )
        return Runner(process, errors)

    def flag(self, name: str) -> Path:
        """A file by which a revision and a test tell each other how far they are."""
        return self.path / name

    def reached(self, name: str) -> None:
        """Waits for a flag."""
        until(self.flag(name).exists, f"the flag {name}")


@dataclass(frozen=True)
class Runner:
    """A process, and the file with what it says on standard error."""

    process: subprocess.Popen[bytes]
    file: Path

    @property
    def errors(self) -> str:
        """What it has said so far."""
        return self.file.read_text(encoding="utf-8")

    def says(self, text: str) -> str:
        """Waits until it has said so, and gives everything that it has said."""
        until(lambda: text in self.errors or self.process.poll() is not None, text)
        assert text in self.errors, self.errors
        return self.errors

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Sends it a signal."""
        self.process.send_signal(number)

    def end(self, status: int = 0) -> str:
        """Waits for its end, which must be with that status, and gives what it has said."""
        self.process.wait(timeout=120)
        assert self.process.returncode == status, (self.process.returncode, self.errors)
        return self.errors


def _setting(key: str, value: str) -> str:
    plain = value.isdigit() or value in ("true", "false")
    return f"{key} = {value}" if plain else f'{key} = "{value}"'


def until(condition: Callable[[], bool], what: str, seconds: float = 60) -> None:
    """Waits for a condition."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"in vain: {what}"
        time.sleep(0.02)


def has_program(name: str) -> bool:
    """Whether a program is installed."""
    return shutil.which(name) is not None or Path("/usr/sbin", name).exists()
