"""A run that is told to stop: cancelled, rolled back, and the mutex given back."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests import servers
from tests.databases.runners import Deployment, until
from tests.databases.test_one_runner import HOLD, rows

SLEEPS = """
open("holding", "w").close()
if os.path.exists("go"):
    pass
elif op.get_context().dialect.name == "sqlite":
    time.sleep(60)
elif op.get_context().dialect.name == "postgresql":
    op.execute("SELECT pg_sleep(60) /* to be cancelled */")
else:
    op.execute("SELECT SLEEP(60) /* to be cancelled */")
"""


def interrupted(deployment: Deployment, number: int, status: int) -> str:
    """What a runner says that gets a signal in the middle of its second revision."""
    deployment.revision("r1", "pass")
    deployment.start().end()
    deployment.revision("r2", SLEEPS)
    runner = deployment.start()
    deployment.reached("holding")
    time.sleep(0.5)
    started = time.monotonic()
    runner.kill(number)
    errors = runner.end(status)
    assert time.monotonic() - started < 20
    assert "Traceback" not in errors
    return errors


def told(url: str) -> list[tuple[object, ...]]:
    """What the history says."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        query = "SELECT revision, outcome, error FROM limbeck_history ORDER BY id"
        return [tuple(row) for row in connection.exec_driver_sql(query)]


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)], ids=["term", "int"]
)
def test_a_signal_ends_the_statement_and_says_where_the_database_is(
    tmp_path: Path, database: str, number: int, status: int
) -> None:
    deployment = Deployment(tmp_path, database)
    errors = interrupted(deployment, number, status)
    assert "Interrupted in upgrade r1 -> r2. The database is at r1." in errors
    assert not list(tmp_path.glob("*-lock"))
    assert told(database) == [("r1", "done", None), ("r2", "failed", "interrupted")]
    if "mysql" in database:
        running = (
            "SELECT id FROM information_schema.processlist "
            "WHERE db = DATABASE() AND info LIKE 'SELECT SLEEP%'"
        )
        until(lambda: not servers.execute(database, running), "the statement ends", seconds=20)
    deployment.flag("go").touch()
    assert "Waiting" not in deployment.start().end()
    assert rows(database) == ["r1", "r2"]


@pytest.mark.postgresql
@pytest.mark.parametrize("driver", ["postgresql+psycopg", "postgresql+asyncpg"])
def test_other_drivers_cancel_as_well(
    tmp_path: Path, postgresql_database: str, driver: str
) -> None:
    url = servers.with_driver(postgresql_database, driver)
    errors = interrupted(Deployment(tmp_path, url), signal.SIGTERM, 143)
    assert "Interrupted in upgrade r1 -> r2. The database is at r1." in errors
    assert told(postgresql_database)[1:] == [("r2", "failed", "interrupted")]
    assert (
        servers.execute(
            postgresql_database,
            "SELECT query FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND state <> 'idle'",
        )
        == []
    )


def test_one_that_waits_for_another_ends_at_once(tmp_path: Path, sqlite_database: str) -> None:
    deployment = Deployment(tmp_path, sqlite_database)
    deployment.revision("r1", HOLD)
    first = deployment.start()
    deployment.reached("holding")
    second = deployment.start()
    second.says("Waiting for")
    second.kill(signal.SIGINT)
    second.end(130)
    deployment.flag("go").touch()
    first.end()
