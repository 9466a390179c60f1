"""The fixtures that every database test stands on."""

from __future__ import annotations

import contextlib
import os

import psycopg2
import pytest
from sqlalchemy import create_engine, inspect, text

from tests import servers


def test_a_database_is_empty_and_takes_tables(database: str) -> None:
    engine = create_engine(database)
    assert inspect(engine).get_table_names() == []
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE item (id INTEGER PRIMARY KEY)"))
    assert inspect(engine).get_table_names() == ["item"]
    engine.dispose()


@pytest.mark.postgresql
def test_two_databases_never_share_a_name(postgresql_url: str, postgresql_database: str) -> None:
    other = servers.create_database(postgresql_url)
    try:
        assert other != postgresql_database
    finally:
        servers.drop_database(other)
    rows = servers.execute(postgresql_url, "SELECT datname FROM pg_database")
    assert (other.rpartition("/")[2],) not in rows


@pytest.mark.postgresql
def test_a_database_is_dropped_while_somebody_is_connected(postgresql_url: str) -> None:
    url = servers.create_database(postgresql_url)
    with contextlib.closing(psycopg2.connect(servers.with_driver(url, "postgresql"))):
        servers.drop_database(url)
    rows = servers.execute(postgresql_url, "SELECT datname FROM pg_database")
    assert (url.rpartition("/")[2],) not in rows


@pytest.mark.postgresql
def test_the_wheel_brings_a_server_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(servers.POSTGRESQL, "embedded")
    assert servers.default_postgresql_url() is None
    with servers.postgresql_server() as url:
        created = servers.create_database(url)
        assert servers.execute(created, "SELECT current_database()") == [
            (created.rpartition("/")[2],)
        ]
        [(data,)] = servers.execute(url, "SHOW data_directory")
    assert not os.path.exists(str(data))
