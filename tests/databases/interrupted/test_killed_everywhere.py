"""Killed with -9 at every statement of a history, and started again, a run comes to the same end.

Each statement has two moments: before it is sent, and when the server has it. For each of them
there is a database that has come as far as the last revision but one. `limbeck upgrade` dies there
at that moment; another one comes to its end. What is in the database then is what an undisturbed
run leaves, and the server, which writes down each statement, has run none twice.

With LIMBECK_EXAMPLES in the environment a run dies also when the answer is there, at Limbeck's own
statements and at each commit. With LIMBECK_PROCESSES every run is a command line of its own, from
an empty database to the head.
"""

from __future__ import annotations

import json
import os
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
from tests.databases.interrupted.copies import copied
from tests.databases.interrupted.server_log import MARIADB_LINE, POSTGRESQL_LINE, ServerLog
from tests.databases.project_folder import Folder

ROOT = Path(__file__).parents[3]
KILLER = [sys.executable, "-m", "tests.databases.interrupted.killer"]
PROCESSES = "LIMBECK_PROCESSES" in os.environ
KILLED = -9
REPEATED = ("VACUUM", "REINDEX")
"""What is run once more where nobody saw its end."""

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
    with Runs(tmp_path, mariadb, histories.MARIADB) as runs:
        check(runs, ServerLog(log, MARIADB_LINE))


@pytest.mark.postgresql
def test_on_postgresql_a_run_killed_at_every_statement_ends_as_an_undisturbed_one(
    tmp_path: Path, postgresql: str, log: Path
) -> None:
    with Runs(tmp_path, postgresql, histories.POSTGRESQL) as runs:
        check(runs, ServerLog(log, POSTGRESQL_LINE))


class Runs:
    """Runs of ``limbeck upgrade`` of one history, on databases of one server."""

    def __init__(self, path: Path, server: str, history: tuple[str, ...]) -> None:
        self.server = server
        self.folder = Folder(path / "project", server)
        for id_, body in histories.bodies(history):
            self.folder.revision(id_, body)
        self.ids = [id_ for id_, _ in histories.bodies(history)]
        self._config = path / "alembic.ini"
        self._said = path / "said"

    def __enter__(self) -> Runs:
        self._errors = self._said.open("w", encoding="utf-8")
        self._forks = self._process(KILLER)
        return self

    def __exit__(self, *_: object) -> None:
        self._forks.communicate()
        self._errors.close()

    def upgrade(self, url: str, target: str, moment: int | None = None) -> int:
        """The exit status of ``limbeck upgrade``, which is killed at that moment."""
        lines = ("[alembic]", f"script_location = {self.folder.path}", f"sqlalchemy.url = {url}")
        self._config.write_text("\n".join(lines), encoding="utf-8")
        arguments = ["-c", str(self._config), "upgrade", target]
        if not PROCESSES:
            assert self._forks.stdin is not None
            assert self._forks.stdout is not None
            self._forks.stdin.write(json.dumps([moment, *arguments]) + "\n")
            self._forks.stdin.flush()
            return int(self._forks.stdout.readline())
        killed = [*KILLER, json.dumps([moment, *arguments])]
        command = [sys.executable, "-m", "limbeck", *arguments] if moment is None else killed
        process = self._process(command)
        process.communicate()
        return process.returncode

    def _process(self, command: list[str]) -> subprocess.Popen[str]:
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": self._errors}
        return subprocess.Popen(command, cwd=ROOT, text=True, **pipes)  # type: ignore[call-overload]

    @property
    def said(self) -> str:
        """The end of what all of them have said."""
        return self._said.read_text(encoding="utf-8")[-4000:]


def check(runs: Runs, log: ServerLog) -> None:
    """Runs in peace, then dies at each moment, and compares."""
    peace = undisturbed(runs, log)
    deaths = die_all_the_way(runs, log, peace) if PROCESSES else die_by_revision(runs, log, peace)
    print(f"killed {deaths} times")
    assert deaths > 2 * len(runs.ids)


Peace = list[tuple[str, Counter[str]]]
"""For each revision a database that has it, and what had to be run for it; first an empty one."""


def undisturbed(runs: Runs, log: ServerLog) -> Peace:
    """Runs each revision by itself, and all at once: the end must be the same."""
    peace: Peace = [(servers.create_database(runs.server, "peace"), Counter())]
    for id_ in runs.ids:
        url = copied(runs.server, peace[-1][0])
        log.mark()
        assert runs.upgrade(url, id_) == 0, runs.said
        peace.append((url, log.committed()))
    whole = servers.create_database(runs.server, "whole")
    log.mark()
    assert runs.upgrade(whole, "head") == 0, runs.said
    assert contents(whole) == contents(peace[-1][0])
    assert log.committed() == sum((ran for _, ran in peace), Counter())
    return peace


def die_by_revision(runs: Runs, log: ServerLog, peace: Peace) -> int:
    """Dies at each moment of each revision, on the way from two revisions before; how often."""
    deaths = before = 0
    for number, id_ in enumerate(runs.ids, 1):
        start = max(number - 2, 0)
        expected = contents(peace[number][0])
        statements = sum((ran for _, ran in peace[start + 1 : number + 1]), Counter())
        moment = before if number > 1 else 0
        first = moment
        while True:
            url = copied(runs.server, peace[start][0])
            log.mark()
            status = runs.upgrade(url, id_, moment)
            if status == KILLED:
                assert runs.upgrade(url, id_) == 0, runs.said
            else:
                assert status == 0, runs.said
            compare(url, log, expected, statements, f"{id_}, moment {moment}")
            servers.drop_database(url)
            if status == 0:
                break
            moment += 1
        deaths, before = deaths + moment - first, moment - first
    return deaths


def die_all_the_way(runs: Runs, log: ServerLog, peace: Peace) -> int:
    """Dies at each moment of the whole history, on the way from nothing; how often."""
    expected = contents(peace[-1][0])
    statements = sum((ran for _, ran in peace), Counter())
    moment = 0
    while True:
        url = servers.create_database(runs.server, "killed")
        log.mark()
        status = runs.upgrade(url, "head", moment)
        if status == KILLED:
            assert runs.upgrade(url, "head") == 0, runs.said
        else:
            assert status == 0, runs.said
        compare(url, log, expected, statements, f"moment {moment}")
        servers.drop_database(url)
        if status == 0:
            return moment
        moment += 1


Contents = tuple[str, dict[str, list[str]]]


def contents(url: str) -> Contents:
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
    return digest(schema), rows


def compare(
    url: str, log: ServerLog, expected: Contents, statements: Counter[str], where: str
) -> None:
    """The database is as expected, and each of the statements has run once."""
    assert contents(url) == expected, where
    ran = log.committed()
    assert not statements - ran, where
    assert not [sql for sql in ran - statements if not sql.startswith(REPEATED)], where
