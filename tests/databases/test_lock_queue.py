"""A run that wants a table which a long transaction uses: readers go on, and it is told who."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.databases.runners import Deployment, until
from tests.databases.test_one_runner import rows

MARGIN = 1.5
"""Seconds that a reader may take on a busy machine, beside its wait for a lock."""


@pytest.fixture
def shared(server_database: str) -> str:
    """The URL of a database that has locks, with a table of orders."""
    with sa.create_engine(server_database, poolclass=sa.NullPool).begin() as connection:
        connection.exec_driver_sql("CREATE TABLE orders (id INTEGER PRIMARY KEY)")
        connection.exec_driver_sql("INSERT INTO orders VALUES (1), (2)")
    return server_database


@contextmanager
def long_transaction(url: str) -> Iterator[tuple[sa.Connection, int]]:
    """A transaction that has read the orders, and the number of its session."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        number = "pg_backend_pid()" if engine.dialect.name == "postgresql" else "CONNECTION_ID()"
        connection.exec_driver_sql("SELECT * FROM orders").all()
        yield connection, connection.exec_driver_sql(f"SELECT {number}").scalar_one()


@contextmanager
def readers(url: str, count: int = 3) -> Iterator[list[float]]:
    """Sessions that read the orders all the time; how many seconds each reading took."""
    engine = sa.create_engine(url, pool_size=count)
    ended, took = threading.Event(), list[float]()

    def read() -> None:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            while not ended.wait(0.02):
                started = time.monotonic()
                connection.exec_driver_sql("SELECT * FROM orders").all()
                took.append(time.monotonic() - started)

    threads = [threading.Thread(target=read) for _ in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield took
    finally:
        ended.set()
        for thread in threads:
            thread.join()
        engine.dispose()


def adds_a_column(path: Path, url: str, **settings: str) -> Deployment:
    deployment = Deployment(path, url, **settings)
    deployment.revision("r1", 'op.add_column("orders", sa.Column("state", sa.Integer))')
    return deployment


def test_readers_wait_no_longer_than_the_timeout_and_the_blocker_is_named(
    tmp_path: Path, shared: str
) -> None:
    deployment = adds_a_column(tmp_path, shared, lock_timeout="1s")
    with readers(shared) as took, long_transaction(shared) as (connection, session):
        runner = deployment.start()
        errors = runner.says("A lock was not given within 1 s; trying again in")
        connection.rollback()
        runner.end()
    assert f"session {session} of user" in errors
    if "postgresql" in shared:
        assert "(idle in transaction, in its transaction for" in errors
    columns = sa.inspect(sa.create_engine(shared, poolclass=sa.NullPool)).get_columns("orders")
    assert [column["name"] for column in columns] == ["id", "state"]
    assert len(took) > 20
    assert max(took) < 1 + MARGIN, max(took)
    print(f"readers: {len(took)}, longest {max(took):.2f} s")


def test_without_a_timeout_readers_wait_as_long_as_the_blocker(tmp_path: Path, shared: str) -> None:
    deployment = adds_a_column(tmp_path, shared, lock_timeout="0s")
    with readers(shared) as took, long_transaction(shared) as (connection, _):
        runner = deployment.start()
        runner.says("Running upgrade")
        until(lambda: stands_still(took), "the readers wait")
        time.sleep(1 + MARGIN)
        connection.rollback()
        runner.end()
    assert max(took) > 1 + MARGIN


def stands_still(took: list[float]) -> bool:
    before = len(took)
    time.sleep(0.5)
    return before > 0 and len(took) == before


def test_a_blocker_that_stays_is_named_in_the_end(tmp_path: Path, shared: str) -> None:
    deployment = adds_a_column(tmp_path, shared, lock_timeout="1s", lock_retries="1")
    with long_transaction(shared) as (_, session):
        errors = deployment.start().end(255)
    assert "FAILED: A lock was not given within 1 s, 2 times. In the way: session" in errors
    assert f"session {session} of user" in errors
    assert "r1.py, line" in errors


def test_what_has_been_committed_is_not_done_again(tmp_path: Path, shared: str) -> None:
    deployment = Deployment(tmp_path, shared, lock_timeout="1s")
    deployment.revision(
        "r1",
        """
        op.execute("INSERT INTO ran VALUES ('first')")
        with op.get_context().autocommit_block():
            op.execute("INSERT INTO ran VALUES ('second')")
        op.execute("INSERT INTO ran VALUES ('third')")
        op.add_column("orders", sa.Column("state", sa.Integer))
        """,
    )
    with long_transaction(shared) as (connection, _):
        runner = deployment.start()
        runner.says("A lock was not given within 1 s; trying again in")
        connection.rollback()
        runner.end()
    assert rows(shared) == ["first", "r1", "second", "third"]


@pytest.mark.postgresql
def test_what_env_py_and_the_url_have_set_is_left_alone(
    tmp_path: Path, postgresql_database: str
) -> None:
    url = f"{postgresql_database}?options=-c%20lock_timeout=7000"
    deployment = Deployment(tmp_path, url)
    show = 'print(op.get_bind().exec_driver_sql("SHOW lock_timeout").scalar(), file=sys.stderr)'
    deployment.revision("r1", f"import sys\n{show}")
    assert "\n7s\n" in deployment.start().end()
