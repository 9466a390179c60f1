"""A run with nothing to do: one connection, one query, no DDL and no lock."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa

from tests import servers
from tests.databases.project_folder import Folder
from tests.databases.runners import Deployment


@contextmanager
def counted(url: str) -> Iterator[tuple[str, list[None]]]:
    """The URL of a port that forwards to the server, and one item for each connection to it."""
    parts, came = urlsplit(url), list[None]()
    listener = socket.create_server(("127.0.0.1", 0))

    def pump(source: socket.socket, target: socket.socket) -> None:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)

    def serve() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            came.append(None)
            server = socket.create_connection((parts.hostname or "", parts.port or 0))
            for ends in ((client, server), (server, client)):
                threading.Thread(target=pump, args=ends, daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    port = listener.getsockname()[1]
    yield parts._replace(netloc=f"{parts.username}@127.0.0.1:{port}").geturl(), came
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


@pytest.mark.postgresql
@pytest.mark.parametrize("template", [None, "generic", "async"])
def test_a_run_at_head_costs_one_connection(
    tmp_path: Path, postgresql_database: str, template: str | None
) -> None:
    driver = "postgresql+asyncpg" if template == "async" else "postgresql+psycopg"
    with counted(servers.with_driver(postgresql_database, driver)) as (url, came):
        deployment = Deployment(tmp_path, url, template)
        deployment.revision("r1", "pass")
        deployment.start().end()
        assert len(came) > 1  # the mutex has its own
        came.clear()
        deployment.start().end()
        assert len(came) == 1


def test_a_run_at_head_sends_one_query(tmp_path: Path, database: str) -> None:
    folder = Folder(tmp_path / "migrations", database)
    folder.revision("a1", "pass")
    folder.upgrade()
    with sent() as statements:
        folder.upgrade()
    asked = [" ".join(sql.split()) for sql in statements]
    asked = [sql for sql in asked if not sql.startswith(("BEGIN", "PRAGMA"))]
    assert asked[0] == "SELECT alembic_version.version_num FROM alembic_version"
    # where DDL commits by itself, a run that died just before its end may have left its journal
    journal = [sql for sql in asked[1:] if sql.startswith("DESCRIBE") and "limbeck_journal" in sql]
    assert (asked[1:], len(journal)) == (journal, int("mysql" in database))


def test_an_empty_database_is_told_from_a_missing_table(tmp_path: Path, database: str) -> None:
    folder = Folder(tmp_path / "migrations", database)
    folder.revision("a1", 'op.execute("CREATE TABLE one (id INTEGER)")')
    folder.upgrade()
    folder.downgrade("base")
    with sent() as statements:
        folder.downgrade("base")
    assert not [sql for sql in statements if "CREATE" in sql]


@contextmanager
def sent() -> Iterator[list[str]]:
    """What is sent to databases from here, but for what SQLAlchemy asks when it connects."""
    statements: list[str] = []

    def note(connection: Any, cursor: Any, sql: str, *_: Any) -> None:
        statements.append(sql)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
