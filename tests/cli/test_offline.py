"""Scripts written with ``--sql`` do, fed to the server's own client, what a run does."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from contextlib import closing
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from limbeck.database.migration import MigrationContext
from limbeck.dialects.base import Request
from limbeck.schema import codec
from limbeck.schema.names import Name
from tests import servers
from tests.cli.history import REVISIONS, written
from tests.databases.project_folder import Folder

LAST = f"r{len(REVISIONS):02}"


class Server:
    """A server on which databases are made, and its client."""

    def __init__(self, kind: str, url: str, path: Path) -> None:
        self.kind = kind
        self.url = url
        self.path = path
        self.made: list[str] = []

    def create(self) -> str:
        """The URL of an empty database."""
        if self.kind == "sqlite":
            self.made.append(f"sqlite:///{self.path / f'{len(self.made)}.db'}")
        else:
            self.made.append(servers.create_database(self.url, "offline"))
        return self.made[-1].replace("mysql+", f"{self.family}+", 1)

    @cached_property
    def family(self) -> str:
        """What a URL must say, where no server is asked."""
        version = str(servers.execute(self.url, "SELECT version()")[0][0])
        return "mariadb" if "MariaDB" in version else "mysql"

    def drop(self) -> None:
        for url in self.made if self.kind != "sqlite" else ():
            servers.drop_database(url)

    def feed(self, script: str, url: str) -> None:
        """Has the client run a script."""
        target = sa.make_url(url)
        if self.kind == "sqlite" and shutil.which("sqlite3") is None:
            with closing(sqlite3.connect(str(target.database))) as connection:
                connection.executescript(script)
            return
        commands = {
            "sqlite": ["sqlite3", "-bail", str(target.database)],
            "postgresql": [
                "psql",
                *("-X", "-q", "-v", "ON_ERROR_STOP=1"),
                f"postgresql://{target.username}@{target.host}:{target.port}/{target.database}",
            ],
            "mysql": [
                _mysql(),
                *(f"-h{target.host}", f"-P{target.port or 3306}", f"-u{target.username}"),
                str(target.database),
            ],
        }
        command = commands[self.kind]
        if shutil.which(command[0]) is None:
            pytest.skip(f"there is no {command[0]}")
        done = subprocess.run(command, input=script, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""


def _mysql() -> str:
    return "mariadb" if shutil.which("mariadb") else "mysql"


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("postgresql", marks=pytest.mark.postgresql),
        pytest.param("mysql", marks=pytest.mark.mysql),
    ]
)
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    kind = request.param
    url = "" if kind == "sqlite" else request.getfixturevalue(f"{kind}_url")
    found = Server(kind, url, tmp_path)
    yield found
    found.drop()


def state(url: str) -> tuple[str, dict[str, list[Any]]]:
    """The schema, and the rows of each table."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        schema = context.read(Request(exclude=(Name("alembic_version"),)))
        names = sa.inspect(connection).get_table_names()
        rows = {
            name: sorted(map(repr, connection.exec_driver_sql(f"SELECT * FROM {name}").all()))
            for name in names
        }
    engine.dispose()
    return codec.to_json(_sorted(schema)), rows


def _sorted(schema: Any) -> Any:
    from dataclasses import replace

    from limbeck.schema.named import Named

    tables = sorted(schema, key=lambda table: table.name.sort_key)
    return replace(schema, tables=Named(tables))


def script(folder: Folder, target: str, *, down: bool = False) -> str:
    """What ``--sql`` writes."""
    folder.output.seek(0)
    folder.output.truncate()
    (folder.downgrade if down else folder.upgrade)(target, sql=True)
    return folder.output.getvalue()


def test_the_script_of_a_history_does_what_the_run_does(server: Server, tmp_path: Path) -> None:
    online, offline = server.create(), server.create()
    folder = written(Folder(tmp_path / "migrations", online))
    folder.upgrade()
    server.feed(script(folder, LAST), offline)
    assert state(offline) == state(online)


def test_scripts_of_ranges_do_what_the_run_does_up_and_down(server: Server, tmp_path: Path) -> None:
    online, offline = server.create(), server.create()
    folder = written(Folder(tmp_path / "migrations", online))
    for start, target in (("base", "r14"), ("r14", "r17"), ("r17", LAST)):
        server.feed(script(folder, f"{start}:{target}"), offline)
    folder.upgrade()
    assert state(offline) == state(online)
    folder.downgrade("r12")
    server.feed(script(folder, f"{LAST}:r12", down=True), offline)
    assert state(offline) == state(online)
    folder.downgrade("base")
    server.feed(script(folder, "r12:base", down=True), offline)
    assert state(offline) == state(online)
