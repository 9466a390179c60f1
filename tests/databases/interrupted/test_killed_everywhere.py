"""Killed with -9 at every statement of a history, and started again, a run comes to the same end.

The servers are the tests' own, because they write down each statement that they run: none that was
committed runs twice.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from limbeck.dialects.base import Request
from limbeck.dialects.base import dialect as limbeck_dialect
from limbeck.schema.codec import digest
from tests import servers
from tests.databases.interrupted import histories
from tests.databases.project_folder import Folder

ROOT = Path(__file__).parents[3]

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Where a server writes down what it runs."""
    return tmp_path / "server.log"


@pytest.fixture
def mariadb(log: Path) -> Iterator[str]:
    """A MariaDB server of this test's own."""
    try:
        with servers.own_mariadb(log) as url:
            yield url
    except FileNotFoundError:
        pytest.skip("MariaDB is not installed here")


@pytest.fixture
def postgresql(log: Path) -> Iterator[str]:
    """A PostgreSQL server of this test's own."""
    with servers.embedded_postgresql() as url:
        settings = {"log_statement": "all", "log_line_prefix": "%p:"}
        sets = [f"ALTER SYSTEM SET {name} = '{value}'" for name, value in settings.items()]
        data = servers.execute(url, *sets, "SELECT pg_reload_conf()", "SHOW data_directory")
        log.symlink_to(Path(str(data[0][0])).with_name("log"))
        yield url


@pytest.mark.mysql
def test_on_mariadb_a_run_killed_at_every_statement_ends_as_an_undisturbed_one(
    tmp_path: Path, mariadb: str, log: Path
) -> None:
    quiet, killed = both(tmp_path, mariadb, histories.MARIADB)
    assert contents(killed) == contents(quiet)
    ran = committed(log, _MARIADB_LINE, implicit=True)
    assert_each_ran_once(ran, histories.MARIADB_COUNTED)


@pytest.mark.postgresql
def test_on_postgresql_a_run_killed_at_every_statement_ends_as_an_undisturbed_one(
    tmp_path: Path, postgresql: str, log: Path
) -> None:
    quiet, killed = both(tmp_path, postgresql, histories.POSTGRESQL)
    assert contents(killed) == contents(quiet)
    ran = committed(log, _POSTGRESQL_LINE, implicit=False)
    assert_each_ran_once(ran, histories.POSTGRESQL_COUNTED)


def both(tmp_path: Path, server: str, history: tuple[str, ...]) -> tuple[str, str]:
    """Two databases: one upgraded in peace, and one by processes that die."""
    urls = []
    for name in ("quiet", "killed"):
        urls.append(servers.create_database(server, name))
        folder = Folder(tmp_path / name, urls[-1])
        for id_, body in histories.bodies(history):
            folder.revision(id_, body)
        if name == "quiet":
            folder.upgrade()
    done = subprocess.run(
        [sys.executable, "-m", "tests.databases.interrupted.killer", tmp_path / name, urls[-1]],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert int(done.stdout) > 2 * len(history)
    return urls[0], urls[1]


def contents(url: str) -> tuple[str, dict[str, list[tuple[object, ...]]]]:
    """The schema and the rows of a database."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        schema = limbeck_dialect(engine.dialect.name).inspect(connection, Request())
        names = sorted(sa.inspect(connection).get_table_names())
        assert not [name for name in names if name.startswith("limbeck_")]
        rows = {
            name: sorted(map(repr, connection.execute(sa.text(f"SELECT * FROM {name}")).all()))
            for name in names
        }
    return digest(schema), rows  # type: ignore[return-value]


# -- what the server has written down ------------------------------------------------------------

_MARIADB_LINE = re.compile(
    r"^(?:\d{6} +\d+:\d\d:\d\d)?\t*\s+(?P<session>\d+) (?P<kind>\w+)\t(?P<sql>.*)"
)
_POSTGRESQL_LINE = re.compile(r"^(?P<session>\d+):(?P<kind>LOG):  statement: (?P<sql>.*)")
_ALONE = re.compile(r"(?:CREATE|ALTER|DROP|RENAME|TRUNCATE)(?! TEMPORARY)\b", re.I)
"""What commits by itself on MariaDB, and with it what ran before."""


def committed(log: Path, line: re.Pattern[str], *, implicit: bool) -> Counter[str]:
    """How often each statement ran in the second database, and was not rolled back."""
    done: Counter[str] = Counter()
    open_: dict[str, list[str]] = {}
    for session, kind, sql in entries(log, line):
        if kind not in ("Query", "LOG"):
            continue
        held = open_.setdefault(session, [])
        if sql.upper() in ("COMMIT", "COMMIT;"):
            done.update(held)
            held.clear()
        elif sql.upper() == "ROLLBACK":
            held.clear()
        elif implicit and _ALONE.match(sql):
            done.update([*held, sql])
            held.clear()
        elif not implicit and not held and not sql.upper().startswith("BEGIN"):
            done[sql] += 1
        else:
            held.append(sql)
    return done


def entries(log: Path, line: re.Pattern[str]) -> Iterator[tuple[str, str, str]]:
    """(session, kind, statement), with the white space of the statement evened out."""
    current: list[str] = []
    for text in log.read_text(encoding="utf-8", errors="replace").splitlines():
        found = line.match(text)
        if found:
            if current:
                yield current[0], current[1], " ".join(current[2].split())
            current = [found["session"], found["kind"], found["sql"]]
        elif current and not re.match(r"^\d+:", text):
            current[2] += "\n" + text
    if current:
        yield current[0], current[1], " ".join(current[2].split())


def assert_each_ran_once(ran: Counter[str], counted: tuple[str, ...]) -> None:
    """Each ran twice in all: once in each of the two databases."""
    found = {
        start: sorted(n for sql, n in ran.items() if sql.startswith(start)) for start in counted
    }
    assert found == {start: [2] for start in counted}
