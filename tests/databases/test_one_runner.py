"""One runner at a time: commands started at once on one database."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.databases.runners import Deployment

HOLD = """
open("holding", "w").close()
while not os.path.exists("go"):
    time.sleep(0.02)
"""
"""A revision that stays in the middle until the test lets it go."""


def rows(url: str, table: str = "ran") -> list[str]:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        return sorted(connection.exec_driver_sql(f"SELECT * FROM {table}").scalars())


def history(deployment: Deployment, revisions: int = 4) -> Deployment:
    for number in range(1, revisions + 1):
        column = 'sa.Column("id", sa.Integer, primary_key=True)'
        deployment.revision(f"r{number}", f'op.create_table("t{number}", {column})')
    return deployment


@pytest.mark.parametrize(("template", "count"), [(None, 10), ("generic", 3)])
def test_of_many_runners_one_runs_each_revision(
    tmp_path: Path, database: str, template: str | None, count: int
) -> None:
    deployment = history(Deployment(tmp_path, database, template))
    for runner in [deployment.start() for _ in range(count)]:
        runner.end()
    assert rows(database) == ["r1", "r2", "r3", "r4"]
    assert rows(database, "alembic_version") == ["r4"]
    assert not list(tmp_path.glob("*-lock"))


def test_who_is_waited_for_is_said_and_nothing_is_left_to_do(tmp_path: Path, database: str) -> None:
    deployment = Deployment(tmp_path, database)
    deployment.revision("r1", HOLD)
    first = deployment.start()
    deployment.reached("holding")
    second = deployment.start()
    errors = second.says("Waiting for a runner on")
    assert "on its way to r1" in errors
    if "mysql" not in database:
        assert f"pid {first.process.pid}" in errors
    deployment.flag("go").touch()
    first.end()
    assert "Nothing is left to do" in second.end()
    assert rows(database) == ["r1"]


def working(deployment: Deployment) -> dict[str, object] | None:
    """Who works on the database, as `limbeck status` says."""
    done = subprocess.run(
        [sys.executable, "-m", "limbeck", "status", "--json"],
        cwd=deployment.path,
        capture_output=True,
        text=True,
        check=False,
    )
    found: dict[str, object] | None = json.loads(done.stdout)["databases"][0]["runner"]
    return found


@pytest.mark.parametrize("lock", ["session", "lease"])
def test_the_status_shows_the_runner_as_long_as_it_works(
    tmp_path: Path, database: str, lock: str
) -> None:
    deployment = Deployment(tmp_path, database, lock=lock)
    deployment.revision("r1", HOLD)
    assert working(deployment) is None
    runner = deployment.start()
    deployment.reached("holding")
    found = working(deployment)
    assert found is not None
    if "mysql" in database and lock == "session":
        assert str(found["session"]).startswith("server session")
    else:
        assert found["pid"] == runner.process.pid
    deployment.flag("go").touch()
    runner.end()
    assert working(deployment) is None


def test_a_runner_that_is_killed_is_followed_by_another(tmp_path: Path, database: str) -> None:
    deployment = Deployment(tmp_path, database)
    deployment.revision("r1", "pass")
    deployment.revision("r2", HOLD)
    first = deployment.start()
    deployment.reached("holding")
    second = deployment.start()
    second.says("Waiting for")
    first.kill()
    deployment.flag("go").touch()
    first.end(-9)
    second.end()
    assert rows(database) == ["r1", "r2"]


def test_the_wait_ends_with_an_error_that_says_who_it_was(tmp_path: Path, database: str) -> None:
    deployment = Deployment(tmp_path, database, lock_wait="300ms")
    deployment.revision("r1", HOLD)
    first = deployment.start()
    deployment.reached("holding")
    errors = deployment.start().end(255)
    deployment.flag("go").touch()
    first.end()
    assert "FAILED: Another runner works on this database: a runner on" in errors
    assert "Run the command again when it has ended." in errors
    assert "Traceback" not in errors


@pytest.mark.postgresql
def test_the_mutex_can_be_turned_off(tmp_path: Path, postgresql_database: str) -> None:
    careful = Deployment(tmp_path / "careful", postgresql_database)
    careless = Deployment(tmp_path / "careless", postgresql_database, lock="none")
    for deployment in (careful, careless):
        deployment.revision("r1", "pass")
    careful.start().end()
    careful.revision("r2", HOLD)
    first = careful.start()
    careful.reached("holding")
    assert "Waiting" not in careless.start("downgrade", "base").end()
    careful.flag("go").touch()
    assert "expected to match one row" in first.end(255)
