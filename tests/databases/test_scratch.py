"""Scratch databases: where they are made, and that nothing is left of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from limbeck.database import scratch
from limbeck.database.scratch import Place, on_scratch, scratch_database, server_name
from limbeck.errors import DatabaseError
from tests import servers

SERVERS = [
    pytest.param("postgresql", marks=pytest.mark.postgresql),
    pytest.param("mysql", marks=pytest.mark.mysql),
]
CREATE = "CREATE TABLE t (id INTEGER PRIMARY KEY)"


@pytest.fixture(params=SERVERS)
def place(request: pytest.FixtureRequest) -> Place:
    """A project's database on a server."""
    url = sa.make_url(request.getfixturevalue(f"{request.param}_database"))
    return Place(url, url.get_backend_name())


def all_databases(place: Place) -> set[str]:
    """The scratch databases on the server."""
    assert place.url is not None
    sql = {"postgresql": "SELECT datname FROM pg_database"}.get(place.dialect, "SHOW DATABASES")
    rows = servers.execute(place.url.render_as_string(hide_password=False), sql)
    return {str(row[0]) for row in rows if str(row[0]).startswith(scratch.PREFIX)}


def mine(place: Place) -> set[str]:
    """Those of this process."""
    return {n for n in all_databases(place) if n.startswith(f"{scratch.PREFIX}{os.getpid()}_")}


def tables(connection: sa.Connection) -> list[str]:
    return sa.inspect(connection).get_table_names()


def test_it_is_empty_and_gone_afterwards(place: Place) -> None:
    def work(connection: sa.Connection) -> str:
        assert (tables(connection), len(mine(place))) == ([], 1)
        connection.exec_driver_sql(CREATE)
        connection.commit()
        return server_name(connection)

    assert on_scratch(place, work).startswith(("PostgreSQL 1", "MariaDB ", "MySQL "))
    assert mine(place) == set()


def test_it_is_gone_after_an_error_and_an_interrupt(place: Place) -> None:
    for error in (ZeroDivisionError, KeyboardInterrupt):

        def work(connection: sa.Connection, error: type[BaseException] = error) -> None:
            connection.exec_driver_sql(CREATE)
            raise error

        with pytest.raises(error):
            on_scratch(place, work)
        assert mine(place) == set()


RUN = """
import sys, time
import sqlalchemy as sa
from limbeck.database.scratch import Place, on_scratch

def work(connection):
    connection.exec_driver_sql("CREATE TABLE t (id INTEGER PRIMARY KEY)")
    print("ready", flush=True)
    time.sleep(60)

url = sa.make_url(sys.argv[1])
on_scratch(Place(url, url.get_backend_name()), work)
"""


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_it_is_gone_after_a_signal(place: Place, sent: signal.Signals) -> None:
    assert place.url is not None
    url = place.url.render_as_string(hide_password=False)
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, url],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    own = f"{scratch.PREFIX}{process.pid}_"
    assert any(name.startswith(own) for name in all_databases(place))
    process.send_signal(sent)
    process.wait(30)
    process.stdout.close()
    assert process.returncode in (128 + sent, 1, -sent)
    assert not any(name.startswith(own) for name in all_databases(place))


def test_what_a_killed_run_left_is_dropped_when_it_is_old(place: Place) -> None:
    assert place.url is not None
    url = place.url.render_as_string(hide_password=False)
    now = int(time.time())
    old = f"{scratch.PREFIX}1_{now - 2 * scratch.STALE:x}_old"
    fresh = f"{scratch.PREFIX}1_{now:x}_fresh{os.getpid()}"
    servers.execute(url, f"CREATE DATABASE {old}")
    servers.execute(url, f"CREATE DATABASE {fresh}")
    try:
        on_scratch(place, tables)
        left = all_databases(place)
        assert old not in left
        assert fresh in left
    finally:
        servers.execute(url, f"DROP DATABASE IF EXISTS {fresh}", f"DROP DATABASE IF EXISTS {old}")


def test_an_old_one_that_is_in_use_stays(place: Place) -> None:
    assert place.url is not None
    url = place.url.render_as_string(hide_password=False)
    name = f"{scratch.PREFIX}{os.getpid()}_{int(time.time()) - 2 * scratch.STALE:x}_used"
    servers.execute(url, f"CREATE DATABASE {name}")
    engine = sa.create_engine(place.url.set(database=name), poolclass=sa.NullPool)
    try:
        with engine.connect():
            on_scratch(place, tables)
            assert name in all_databases(place)
    finally:
        servers.drop_database(servers.with_database(url, name))


@pytest.fixture
def given(place: Place) -> Iterator[sa.URL]:
    """A second database, for `scratch_url`."""
    assert place.url is not None
    made = servers.create_database(place.url.render_as_string(hide_password=False))
    yield sa.make_url(made)
    servers.drop_database(made)


def test_scratch_url_names_an_empty_database_which_is_empty_again(
    place: Place, given: sa.URL
) -> None:
    nowhere = place.url and place.url.set(port=1)
    wanted = Place(nowhere, place.dialect, given=given)

    def work(connection: sa.Connection) -> None:
        assert tables(connection) == []
        connection.exec_driver_sql(CREATE)
        connection.exec_driver_sql("CREATE TABLE s (id INTEGER REFERENCES t (id))")
        connection.exec_driver_sql("CREATE VIEW v AS SELECT id FROM t")
        if place.dialect == "postgresql":
            connection.exec_driver_sql("CREATE TYPE e AS ENUM ('a')")
            connection.exec_driver_sql("CREATE SCHEMA other")
            connection.exec_driver_sql("CREATE TABLE other.t (id INTEGER, e public.e)")
            connection.exec_driver_sql("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'")
            connection.exec_driver_sql("CREATE DOMAIN d AS int")
        connection.commit()

    on_scratch(wanted, work)
    on_scratch(wanted, work)  # would fail if anything of the first were left
    engine = sa.create_engine(given, poolclass=sa.NullPool)
    with engine.connect() as connection:
        assert (tables(connection), sa.inspect(connection).get_view_names()) == ([], [])
    assert mine(place) == set()


def test_scratch_url_of_a_database_that_holds_tables_is_refused(
    place: Place, given: sa.URL
) -> None:
    text = given.render_as_string(hide_password=False)
    servers.execute(text, "CREATE TABLE kept (id INTEGER)")
    with pytest.raises(DatabaseError, match=r"not empty \((public\.)?kept\)"):
        on_scratch(Place(None, place.dialect, given=given), tables)
    assert servers.execute(text, "SELECT count(*) FROM kept") == [(0,)]


def test_scratch_url_of_a_server_has_a_database_made_there(place: Place) -> None:
    assert place.url is not None
    server = place.url.set(database="")
    seen = on_scratch(
        Place(None, place.dialect, given=server), lambda c: str(c.engine.url.database)
    )
    assert seen.startswith(scratch.PREFIX)
    assert mine(place) == set()


def test_a_database_that_is_not_there_yet_is_no_obstacle(place: Place) -> None:
    assert place.url is not None
    missing = place.url.set(database="limbeck_not_there_yet")
    assert on_scratch(Place(missing, place.dialect, embedded=False), tables) == []


@pytest.mark.postgresql
def test_a_role_that_may_create_none_has_the_wheel_or_is_told(postgresql_database: str) -> None:
    role = f"limbeck_plain_{os.getpid()}"
    servers.execute(postgresql_database, f"CREATE ROLE {role} LOGIN")
    url = sa.make_url(postgresql_database).set(username=role)
    try:
        with pytest.raises(DatabaseError, match="permission denied to create database"):
            on_scratch(Place(url, "postgresql", embedded=False), tables)
        version = on_scratch(Place(url, "postgresql"), server_name)
        assert version.startswith("PostgreSQL 18")
    finally:
        servers.execute(postgresql_database, f"DROP ROLE {role}")


ASYNC = {"postgresql": "postgresql+asyncpg", "mysql": "mysql+asyncmy", "mariadb": "mariadb+asyncmy"}


@pytest.mark.parametrize("inside_a_loop", [False, True])
def test_an_async_driver_alone_will_do(
    place: Place, monkeypatch: pytest.MonkeyPatch, inside_a_loop: bool
) -> None:
    import asyncio

    assert place.url is not None
    monkeypatch.setattr(scratch, "_is_installed", lambda module: False)
    url = place.url.set(drivername=ASYNC[place.dialect])
    wanted = Place(url, place.dialect, embedded=False)

    def run() -> Any:
        return on_scratch(wanted, lambda c: (c.dialect.driver, tables(c)))

    async def within() -> Any:
        return run()

    found = asyncio.run(within()) if inside_a_loop else run()
    assert found == (url.get_driver_name(), [])
    assert mine(place) == set()
    with (
        pytest.raises(DatabaseError, match="install a driver without asyncio"),
        scratch_database(wanted),
    ):
        pass
    assert mine(place) == set()


def test_sqlite_is_in_memory(tmp_path: Path) -> None:
    place = Place(sa.make_url(f"sqlite:///{tmp_path}/x.db"), "sqlite")
    assert (
        on_scratch(place, server_name)
        == f"SQLite {sa.create_engine('sqlite://').dialect.dbapi.sqlite_version} in memory"
    )  # type: ignore[union-attr]  # it is there
    assert not (tmp_path / "x.db").exists()


def test_other_databases_have_none() -> None:
    with pytest.raises(DatabaseError, match="no scratch databases on mssql"):
        on_scratch(Place(sa.make_url("mssql+pyodbc://h/d"), "mssql"), tables)
