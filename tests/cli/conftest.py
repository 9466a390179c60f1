"""Running the command line as a user does: in a process of its own, in a folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from limbeck.cli import main
from tests.cli.offline_server import Server

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """An empty folder that is a repository of its own, so that no configuration is found above."""
    (tmp_path / ".git").mkdir()
    return tmp_path


@pytest.fixture
def limbeck(project: Path) -> Run:
    """Run `limbeck *arguments` in the project and give its status, output and errors."""

    def run(
        *arguments: str, cwd: Path | None = None, env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        kept = {
            k: v for k, v in os.environ.items() if k not in ("LIMBECK_CONFIG", "ALEMBIC_CONFIG")
        }
        return subprocess.run(
            [sys.executable, "-m", "limbeck", *arguments],
            cwd=cwd or project,
            env={**kept, **(env or {})},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("postgresql", marks=pytest.mark.postgresql),
        pytest.param("mysql", marks=pytest.mark.mysql),
    ]
)
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """A server on which databases are made, once for each of the three."""
    kind = request.param
    url = "" if kind == "sqlite" else request.getfixturevalue(f"{kind}_url")
    found = Server(kind, url, tmp_path)
    yield found
    found.drop()


@pytest.fixture
def no_url_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)


@pytest.fixture
def here(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command line in this process: `init` imports nothing of a project."""
    monkeypatch.chdir(project)

    def type_(*arguments: str) -> subprocess.CompletedProcess[str]:
        status = main.run(arguments)
        printed = capsys.readouterr()
        return subprocess.CompletedProcess(arguments, status, printed.out, printed.err)

    return type_
