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


TOOLS = ("alembic", "limbeck")


@dataclass(frozen=True, slots=True)
class Target:
    """What the ratio of the two sides is to be."""

    at_least: float | None = None
    at_most: float | None = None

    def __str__(self) -> str:
        least = "" if self.at_least is None else f"at least {self.at_least}"
        return least if self.at_most is None else f"at most {self.at_most}"

    @property
    def is_set(self) -> bool:
        """Whether there is one."""
        return self.at_least is not None or self.at_most is not None

    def is_reached(self, ratio: float) -> bool:
        """Whether the ratio is what it is to be."""
        return (self.at_least is None or ratio >= self.at_least) and (
            self.at_most is None or ratio <= self.at_most
        )


@dataclass(frozen=True, slots=True)
class Command:
    """A command line, and the folder it runs in."""

    line: list[str]
    folder: Path


@dataclass(frozen=True, slots=True)
class Ready:
    """Two commands to compare, by name."""

    sides: Mapping[str, Command]
    reset: Callable[[], None] = _nothing
    """Returns to the state before the first run."""
    from_inside: bool = False
    """Whether the commands print what they took themselves."""


@dataclass(frozen=True, slots=True)
class Case:
    """What is measured, what the ratio is to be, and how to make it ready."""

    name: str
    target: Target
    prepare: Callable[[Path], AbstractContextManager[Ready]]


def every_case(servers_by_name: Mapping[str, str], small: bool = False) -> list[Case]:
    """The cases, for the servers there are; `small` projects try the cases out in seconds."""
    many, count = (500, 50) if small else (5000, 1000)
    return [
        Case(f"heads, {many:,} revisions", Target(6), partial(_heads, count=many)),
        Case("heads, 1 revision", Target(2.5), partial(_heads, count=1)),
        *_checks(servers_by_name, count),
        *_comparisons(servers_by_name, count),
        *_upgrades(servers_by_name, count),
        *_fleets(servers_by_name, 20 if small else 200),
    ]


def _checks(servers_by_name: Mapping[str, str], count: int) -> Iterator[Case]:
    """`check`, whole processes."""
    least = {"PostgreSQL": 3, "SQLite": 3, "MariaDB": 2.5}
    for name, server in servers_by_name.items():
        prepare = partial(_check, server=server, count=count, mapped=False)
        yield Case(f"check, {count:,} tables, {name}", Target(least.get(name)), prepare)
    title = f"check, {count:,} mapped classes, SQLite"
    yield Case(title, Target(), partial(_check, server="sqlite", count=count, mapped=True))


def _comparisons(servers_by_name: Mapping[str, str], count: int) -> Iterator[Case]:
    """The comparison alone: models built, connection open."""
    for name, server in servers_by_name.items():
        least = Target(None if name == "MariaDB" else 7)
        title = f"comparison alone, {count:,} tables, {name}"
        yield Case(title, least, partial(_compare, server=server, count=count, sides=TOOLS))
    for name in servers_by_name.keys() & {"PostgreSQL"}:
        server = servers_by_name[name]
        sides = ("limbeck", "catalog")
        prepare = partial(_compare, server=server, count=count, sides=sides)
        yield Case(f"comparison and its bare queries, {name}", Target(at_most=4), prepare)
    for name in sorted(servers_by_name.keys() & {"PostgreSQL", "SQLite"}):
        prepare = partial(_grow, server=servers_by_name[name], count=count)
        title = f"comparison, {4 * count:,} and {count:,} tables, {name}"
        yield Case(title, Target(at_most=4.4), prepare)


def _upgrades(servers_by_name: Mapping[str, str], count: int) -> Iterator[Case]:
    """`upgrade head` of an empty database, whole processes."""
    least = {"PostgreSQL": 1.5, "SQLite": 3}
    for name, server in servers_by_name.items():
        for kind, bodies in (("mixed", projects.MIXED), ("new tables", projects.NEW_TABLES)):
            title = f"upgrade, {count:,} revisions ({kind}), {name}"
            prepare = partial(_upgrade, server=server, count=count, bodies=bodies)
            yield Case(title, Target(least.get(name)), prepare)


def _fleets(servers_by_name: Mapping[str, str], count: int) -> Iterator[Case]:
    """`upgrade` of tenants with 20 revisions each: what more hands make of it."""
    if "PostgreSQL" not in servers_by_name:
        return
    ways = {
        "one by one": ("threads", "1"),
        "8 threads": ("threads", "8"),
        "8 processes": ("processes", "8"),
    }
    for first, second in (("one by one", "8 threads"), ("8 processes", "8 threads")):
        prepare = partial(
            _fleet,
            server=servers_by_name["PostgreSQL"],
            count=count,
            ways={first: ways[first], second: ways[second]},
        )
        yield Case(f"{count} tenants, {first} and {second}", Target(), prepare)


def _both_tools(folder: Path, *arguments: str) -> dict[str, Command]:
    """The same arguments for both tools, in the same project."""
    programs = Path(sys.executable).parent
    return {tool: Command([str(programs / tool), *arguments], folder) for tool in TOOLS}


def _timed(side: str, folder: Path, url: str) -> Command:
    """A comparison that is timed from inside."""
    script = str(Path(__file__).with_name("comparison.py"))
    return Command([sys.executable, script, side, url], folder)


@contextmanager
def _heads(folder: Path, count: int) -> Iterator[Ready]:
    """`heads` on a history; the warm-up leaves every cache warm."""
    projects.write_revisions(folder, count)
    yield Ready(_both_tools(folder, "heads"))


@contextmanager
def _check(folder: Path, server: str, count: int, mapped: bool) -> Iterator[Ready]:
    """`check` of models against a database that agrees with them."""
    with _agreeing(folder, server, count, mapped=mapped):
        yield Ready(_both_tools(folder, "check"))


@contextmanager
def _compare(folder: Path, server: str, count: int, sides: Sequence[str]) -> Iterator[Ready]:
    """The same comparison alone."""
    with _agreeing(folder, server, count) as url:
        yield Ready({side: _timed(side, folder, url) for side in sides}, from_inside=True)


@contextmanager
def _grow(folder: Path, server: str, count: int) -> Iterator[Ready]:
    """Limbeck's comparison of four times as many tables, and of as many."""
    few, many = folder / "few", folder / "many"
    few.mkdir()
    many.mkdir()
    with (
        _agreeing(many, server, 4 * count) as many_url,
        _agreeing(few, server, count) as few_url,
    ):
        sides = {
            f"{4 * count:,} tables": _timed("limbeck", many, many_url),
            f"{count:,} tables": _timed("limbeck", few, few_url),
        }
        yield Ready(sides, from_inside=True)


@contextmanager
def _agreeing(folder: Path, server: str, count: int, *, mapped: bool = False) -> Iterator[str]:
    """Models, and a database that agrees with them: its URL."""
    with _database(folder, server, "check") as (url, _):
        projects.write_models(folder, count, url, mapped=mapped)
        command = [sys.executable, "-c", projects.CREATE_ALL, url]
        subprocess.run(command, cwd=folder, check=True, timeout=600)
        yield url


@contextmanager
def _upgrade(
    folder: Path, server: str, count: int, bodies: Sequence[tuple[str, str]]
) -> Iterator[Ready]:
    """`upgrade head` of an empty database."""
    with _database(folder, server, "upgrade") as (url, reset):
        projects.write_revisions(folder, count, url, bodies)
        yield Ready(_both_tools(folder, "upgrade", "head"), reset)


@contextmanager
def _fleet(
    folder: Path, server: str, count: int, ways: Mapping[str, tuple[str, str]]
) -> Iterator[Ready]:
    """All tenants of a database whose schemas are empty."""
    tenants = [f"tenant_{number:03}" for number in range(count)]
    with _database(folder, server, "fleet") as (url, reset):
        projects.write_tenants(folder, tenants, 20, url)

        def make_schemas() -> None:
            reset()
            servers.execute(url, *(f"CREATE SCHEMA {name}" for name in tenants))

        script = str(Path(__file__).with_name("fleet.py"))
        sides = {
            side: Command([sys.executable, script, *way], folder) for side, way in ways.items()
        }
        yield Ready(sides, make_schemas)


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
