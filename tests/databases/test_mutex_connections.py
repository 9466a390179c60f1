"""Where the mutex gets its connection from, whatever env.py does with engines and locks."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from tests.databases.runners import Deployment
from tests.databases.test_one_runner import HOLD, history, rows

pytestmark = pytest.mark.postgresql


def with_env(deployment: Deployment, text: str) -> Deployment:
    """The deployment with an env.py of its own."""
    head = "import sqlalchemy as sa\nfrom alembic import context\nurl = "
    path = deployment.path / "migrations" / "env.py"
    url = 'context.config.get_main_option("sqlalchemy.url")\n'
    path.write_text(head + url + dedent(text), encoding="utf-8")
    return deployment


def test_an_engine_with_room_for_one_connection_and_a_creator_of_its_own(
    tmp_path: Path, postgresql_database: str
) -> None:
    deployment = with_env(
        Deployment(tmp_path, postgresql_database, "generic"),
        """
        import psycopg2
        made = []
        def creator():
            made.append(1)
            return psycopg2.connect(url.replace("+psycopg2", ""))
        engine = sa.create_engine("postgresql+psycopg2://", creator=creator, pool_size=1,
                                  max_overflow=0, pool_timeout=5)
        with engine.connect() as connection:
            context.configure(connection=connection)
            with context.begin_transaction():
                context.run_migrations()
        assert len(made) == 2, made
        """,
    )
    history(deployment, 2).start().end()
    assert rows(postgresql_database) == ["r1", "r2"]


@pytest.mark.parametrize("lock", ["pg_advisory_lock(1)", "pg_advisory_xact_lock(1)"])
def test_a_lock_that_env_py_takes_does_no_harm(
    tmp_path: Path, postgresql_database: str, lock: str
) -> None:
    deployment = with_env(
        Deployment(tmp_path, postgresql_database, "generic"),
        f"""
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        with engine.connect() as connection:
            context.configure(connection=connection)
            with context.begin_transaction():
                context.execute("SELECT {lock}")
                context.run_migrations()
        """,
    )
    for runner in [history(deployment, 2).start(), *[deployment.start() for _ in range(2)]]:
        runner.end()
    assert rows(postgresql_database) == ["r1", "r2"]


def test_in_a_transaction_of_the_callers_it_is_held_until_that_ends(
    tmp_path: Path, postgresql_database: str
) -> None:
    deployment = with_env(
        Deployment(tmp_path, postgresql_database, "generic"),
        """
        import os, time
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        with engine.connect() as connection, connection.begin():
            context.configure(connection=connection)
            context.run_migrations()
            open("holding", "w").close()
            while not os.path.exists("go"):
                time.sleep(0.02)
        """,
    )
    deployment.revision("r1", "pass")
    first = deployment.start()
    deployment.reached("holding")
    second = deployment.start()
    assert f"pid {first.process.pid}" in second.says("Waiting for a runner on")
    deployment.flag("go").touch()
    first.end()
    second.end()
    assert rows(postgresql_database) == ["r1"]


def test_a_second_version_table_has_a_mutex_of_its_own(
    tmp_path: Path, postgresql_database: str
) -> None:
    one = Deployment(tmp_path / "one", postgresql_database)
    one.revision("r1", HOLD)
    first = one.start()
    one.reached("holding")
    other = Deployment(tmp_path / "other", postgresql_database, version_table="other_version")
    (other.path / "migrations" / "versions" / "s1.py").write_text(
        'revision = "s1"\ndown_revision = None\ndef upgrade(): pass\n', encoding="utf-8"
    )
    assert "Waiting" not in other.start().end()
    one.flag("go").touch()
    first.end()
