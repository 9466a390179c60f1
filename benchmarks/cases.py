"""The cases: a project to generate, a command to run, a state to return to before each run."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks import projects
from tests import servers


def _nothing() -> None:
    pass


@dataclass(frozen=True, slots=True)
class Ready:
    """A command that both tools run on one project."""

    arguments: tuple[str, ...]
    folder: Path
    reset: Callable[[], None] = _nothing
    """Returns to the state before the first run."""


@dataclass(frozen=True, slots=True)
class Case:
    """What is measured, how many times faster Limbeck is to be, and how to make it ready."""

    name: str
    at_least: float | None
    prepare: Callable[[Path], AbstractContextManager[Ready]]


def every_case(servers_by_name: Mapping[str, str], small: bool = False) -> list[Case]:
    """The cases, for the servers there are; `small` projects try the cases out in seconds."""
    many, count = (500, 50) if small else (5000, 1000)
    cases = [
        Case(f"heads, {many:,} revisions", 6, partial(_heads, count=many)),
        Case("heads, 1 revision", 2.5, partial(_heads, count=1)),
    ]
    least = {"PostgreSQL": 2.5}
    for name, server in servers_by_name.items():
        prepare = partial(_check, server=server, count=count, mapped=False)
        cases.append(Case(f"check, {count:,} tables, {name}", least.get(name), prepare))
    title = f"check, {count:,} mapped classes, SQLite"
    cases.append(Case(title, None, partial(_check, server="sqlite", count=count, mapped=True)))
    least = {"PostgreSQL": 1.5, "SQLite": 3}
    for name, server in servers_by_name.items():
        for kind, bodies in (("mixed", projects.MIXED), ("new tables", projects.NEW_TABLES)):
            title = f"upgrade, {count:,} revisions ({kind}), {name}"
            prepare = partial(_upgrade, server=server, count=count, bodies=bodies)
            cases.append(Case(title, least.get(name), prepare))
    return cases


@contextmanager
def _heads(folder: Path, count: int) -> Iterator[Ready]:
    """`heads` on a history; the warm-up leaves every cache warm."""
    projects.write_revisions(folder, count)
    yield Ready(("heads",), folder)


@contextmanager
def _check(folder: Path, server: str, count: int, mapped: bool) -> Iterator[Ready]:
    """`check` of models against a database that agrees with them."""
    with _database(folder, server, "check") as (url, _):
        projects.write_models(folder, count, url, mapped=mapped)
        command = [sys.executable, "-c", projects.CREATE_ALL, url]
        subprocess.run(command, cwd=folder, check=True, timeout=600)
        yield Ready(("check",), folder)


@contextmanager
def _upgrade(
    folder: Path, server: str, count: int, bodies: Sequence[tuple[str, str]]
) -> Iterator[Ready]:
    """`upgrade head` of an empty database."""
    with _database(folder, server, "upgrade") as (url, reset):
        projects.write_revisions(folder, count, url, bodies)
        yield Ready(("upgrade", "head"), folder, reset)


@contextmanager
def _database(folder: Path, server: str, purpose: str) -> Iterator[tuple[str, Callable[[], None]]]:
    """An empty database: its URL, and a function that empties it."""
    if server == "sqlite":
        path = folder / "data.db"
        yield f"sqlite:///{path}", lambda: path.unlink(missing_ok=True)
        return
    url = servers.create_database(server, f"bench_{purpose}")
    try:
        yield url, lambda: servers.recreate_database(url)
    finally:
        servers.drop_database(url)
