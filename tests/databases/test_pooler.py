"""One runner at a time where sessions are shared: through PgBouncer, and with a lease."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import servers
from tests.databases.pooler import pgbouncer, pooled
from tests.databases.runners import Deployment, until
from tests.databases.test_one_runner import HOLD, history, rows

pytestmark = pytest.mark.postgresql


@pytest.fixture
def through_pooler(postgresql_database: str) -> Iterator[str]:
    if pgbouncer() is None:
        pytest.skip("PgBouncer is not installed (Debian: apt-get install pgbouncer)")
    with pooled(postgresql_database) as url:
        yield url


@pytest.mark.parametrize("lock", ["session", "lease"])
def test_of_many_runners_through_a_pooler_one_runs_each_revision(
    tmp_path: Path, through_pooler: str, lock: str
) -> None:
    deployment = history(Deployment(tmp_path, through_pooler, lock=lock))
    for runner in [deployment.start() for _ in range(5)]:
        runner.end()
    assert rows(through_pooler) == ["r1", "r2", "r3", "r4"]


def test_behind_a_pooler_a_transaction_holds_the_lock_until_the_end(
    tmp_path: Path, through_pooler: str
) -> None:
    deployment = Deployment(tmp_path, through_pooler)
    deployment.revision("r1", HOLD)
    first = deployment.start()
    deployment.reached("holding")
    second = deployment.start()
    assert f"pid {first.process.pid}" in second.says("Waiting for a runner on")
    first.kill()
    deployment.flag("go").touch()
    second.end()
    assert rows(through_pooler) == ["r1"]
    locks = "SELECT * FROM pg_locks WHERE locktype = 'advisory' AND database = (%s)"
    own = "SELECT oid FROM pg_database WHERE datname = current_database()"
    assert servers.execute(through_pooler, locks % own) == []


def test_a_lease_is_renewed_while_its_owner_lives_and_runs_out_after_that(
    tmp_path: Path, database: str
) -> None:
    if database.startswith("sqlite"):
        pytest.skip("SQLite has no leases: the lock of its file goes with the process")
    deployment = Deployment(tmp_path, database, lock="lease")
    deployment.revision("r1", "pass")
    deployment.start().end()
    deployment.revision("r2", HOLD)
    first = deployment.start()
    deployment.reached("holding")
    second = deployment.start()
    assert f"pid {first.process.pid}" in second.says("Waiting for a runner on")
    lease = "SELECT token, expires FROM limbeck_lock"
    before = servers.execute(database, lease)[0]
    until(lambda: servers.execute(database, lease)[0][1] > before[1], "the lease is renewed")
    first.kill()
    assert first.process.wait() == -9
    deployment.flag("go").touch()
    servers.execute(database, "UPDATE limbeck_lock SET expires = expires - 14")
    second.end()
    assert rows(database) == ["r1", "r2"]
    assert servers.execute(database, "SELECT token, owner FROM limbeck_lock") == [
        (before[0] + 1, None)
    ]


def test_a_runner_that_has_lost_its_lease_commits_nothing(
    tmp_path: Path, postgresql_database: str
) -> None:
    deployment = Deployment(tmp_path, postgresql_database, lock="lease")
    deployment.revision("r1", HOLD)
    runner = deployment.start()
    deployment.reached("holding")
    servers.execute(postgresql_database, "UPDATE limbeck_lock SET token = token + 1, owner = 'x'")
    deployment.flag("go").touch()
    assert "FAILED: The lease of this run ran out" in runner.end(255)
    assert servers.execute(
        postgresql_database, "SELECT to_regclass('ran'), to_regclass('alembic_version')"
    ) == [(None, None)]
