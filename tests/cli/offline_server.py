"""Servers with their own clients, what is in a database, and scripts of a project."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from limbeck.database.migration import MigrationContext
from limbeck.dialects.base import Request
from limbeck.schema import codec
from limbeck.schema.named import Named
from limbeck.schema.names import Name
from limbeck.schema.objects import Schema
from tests import servers
from tests.databases.project_folder import Folder


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

    def databases(self) -> list[Any]:
        """All databases of the server."""
        if self.kind == "sqlite":
            return sorted(self.path.glob("*.db"))
        own = f"limbeck_scratch_{os.getpid()}"
        sql = "SELECT datname FROM pg_database" if self.kind == "postgresql" else "SHOW DATABASES"
        return sorted(name for (name,) in servers.execute(self.url, sql) if own in str(name))

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


def _sorted(schema: Schema) -> Schema:
    tables = sorted(schema, key=lambda table: table.name.sort_key)
    return replace(schema, tables=Named(tables))


def script(folder: Folder, target: str, *, down: bool = False) -> str:
    """What ``--sql`` writes."""
    folder.output.seek(0)
    folder.output.truncate()
    (folder.downgrade if down else folder.upgrade)(target, sql=True)
    return folder.output.getvalue()
