"""A run that two transactions' waiting for each other, or a snapshot, puts an end to: again."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests import servers
from tests.databases.runners import Deployment, until

WAITS = {
    "postgresql": "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
    "AND wait_event_type = 'Lock'",
    "mysql": "SELECT count(*) FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'",
}
FIRST_THEN_SECOND = """
op.execute("INSERT INTO ran VALUES ('first')")
op.execute("UPDATE item SET n = n + 1 WHERE id = 1")
while not os.path.exists("go"):
    time.sleep(0.02)
op.execute("UPDATE item SET n = n + 1 WHERE id = 2")
"""


@pytest.fixture
def shared(server_database: str) -> str:
    """The URL of a database with two items, and others that make a transaction a heavy one."""
    with sa.create_engine(server_database, poolclass=sa.NullPool).begin() as connection:
        connection.exec_driver_sql("CREATE TABLE item (id INTEGER PRIMARY KEY, n INTEGER)")
        rows = ", ".join(f"({n}, 0)" for n in range(1, 60))
        connection.exec_driver_sql(f"INSERT INTO item VALUES {rows}")
    return server_database


def waiting(url: str) -> bool:
    """Whether somebody waits for a lock."""
    kind = "postgresql" if url.startswith("postgresql") else "mysql"
    if kind == "mysql":
        time.sleep(0.2)  # InnoDB shows what it showed last where that was a tenth of a second ago
    return int(str(servers.execute(url, WAITS[kind])[0][0])) > 0


def ran(url: str) -> list[str]:
    return sorted(str(row[0]) for row in servers.execute(url, "SELECT revision FROM ran"))


def counts(url: str) -> list[int]:
    return [
        int(str(row[0]))
        for row in servers.execute(url, "SELECT n FROM item WHERE id IN (1, 2) ORDER BY id")
    ]


def deadlock(deployment: Deployment, url: str, *arguments: str) -> str:
    """What a run says that has the first item and wants the second, while another has that."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as other:
        if engine.dialect.name == "postgresql":
            other.exec_driver_sql("SET deadlock_timeout = '10min'")  # the run is to notice first
            other.commit()
        runner = deployment.start(*arguments)
        until(lambda: holds(url, runner.process.poll() is None), "the run has the first item")
        other.exec_driver_sql("UPDATE item SET n = n + 10 WHERE id > 1")
        deployment.flag("go").write_text("", encoding="utf-8")
        until(lambda: waiting(url), "the run waits")
        wanted = threading.Thread(
            target=other.exec_driver_sql, args=("UPDATE item SET n = n + 10 WHERE id = 1",)
        )
        wanted.start()
        said = runner.says("this one was to give way; trying again in")
        wanted.join()
        other.commit()
        runner.end()
    return said


def holds(url: str, lives: bool) -> bool:
    """Whether the first item is locked."""
    assert lives
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        query = "SELECT id FROM item WHERE id = 1 FOR UPDATE SKIP LOCKED"
        return connection.exec_driver_sql(query).first() is None


def test_after_a_deadlock_all_of_the_transaction_is_done_again(tmp_path: Path, shared: str) -> None:
    deployment = Deployment(tmp_path, shared, lock_timeout="30s")
    deployment.revision("r1", FIRST_THEN_SECOND)
    said = deadlock(deployment, shared)
    assert counts(shared) == [11, 11]
    assert ran(shared) == ["first", "r1"]
    if shared.startswith("postgresql"):
        assert "Process" in said
        assert "waits for" in said


def test_what_was_committed_before_is_not_done_again(tmp_path: Path, shared: str) -> None:
    deployment = Deployment(tmp_path, shared, lock_timeout="30s", transaction_per_migration="true")
    deployment.revision("r0", "pass")
    before = """
    op.execute("INSERT INTO ran VALUES ('before')")
    op.create_table("one", sa.Column("id", sa.Integer, primary_key=True))
    """
    deployment.revision("r1", before + FIRST_THEN_SECOND.replace("\n", "\n    "))
    deadlock(deployment, shared)
    assert counts(shared) == [11, 11]
    assert ran(shared) == ["before", "first", "r0", "r1"]


@pytest.mark.postgresql
@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_a_snapshot_that_is_too_old_is_taken_anew(
    tmp_path: Path, postgresql_database: str, level: str
) -> None:
    url = f"{postgresql_database}?options=-c%20default_transaction_isolation%3D"
    url += level.lower().replace(" ", "%5C%20")
    servers.execute(
        postgresql_database,
        "CREATE TABLE item (id INTEGER PRIMARY KEY, n INTEGER)",
        "INSERT INTO item VALUES (1, 0)",
    )
    deployment = Deployment(tmp_path, url, lock_timeout="30s")
    deployment.revision(
        "r1",
        f"""
        show = op.get_bind().exec_driver_sql("SHOW transaction_isolation").scalar()
        assert show == {level.lower()!r}, show
        op.execute("INSERT INTO ran VALUES ('first')")
        op.execute("UPDATE item SET n = n * 3 + 1 WHERE id = 1")
        """,
    )
    engine = sa.create_engine(postgresql_database, poolclass=sa.NullPool)
    with engine.connect() as other:
        other.exec_driver_sql("UPDATE item SET n = 5 WHERE id = 1")
        runner = deployment.start()
        until(lambda: waiting(postgresql_database), "the run waits")
        other.commit()
        said = runner.end()
    assert "Another transaction changed the same rows; trying again in" in said
    assert servers.execute(postgresql_database, "SELECT n FROM item") == [(16,)]
    assert ran(postgresql_database) == ["first", "r1"]


@pytest.mark.mysql
def test_a_row_that_has_changed_since_it_was_read_is_read_anew(
    tmp_path: Path, mysql_database: str
) -> None:
    variables = servers.execute(
        mysql_database,
        "CREATE TABLE item (id INTEGER PRIMARY KEY, n INTEGER)",
        "INSERT INTO item VALUES (1, 0)",
        "SHOW VARIABLES LIKE 'innodb_snapshot_isolation'",
    )
    if not variables:
        pytest.skip("this server does not compare rows with a snapshot")
    option = "SET SESSION innodb_snapshot_isolation = 1".replace(" ", "%20")
    deployment = Deployment(tmp_path, f"{mysql_database}?init_command={option}", lock_timeout="30s")
    deployment.revision(
        "r1",
        """
        op.execute("INSERT INTO ran VALUES ('first')")
        op.get_bind().exec_driver_sql("SELECT n FROM item").all()
        open("read", "w").close()
        while not os.path.exists("go"):
            time.sleep(0.02)
        op.execute("UPDATE item SET n = n * 3 + 1 WHERE id = 1")
        """,
    )
    runner = deployment.start()
    deployment.reached("read")
    servers.execute(mysql_database, "UPDATE item SET n = 5 WHERE id = 1")
    deployment.flag("go").write_text("", encoding="utf-8")
    said = runner.end()
    assert "Another transaction changed the same rows; trying again in" in said
    assert servers.execute(mysql_database, "SELECT n FROM item") == [(16,)]
    assert ran(mysql_database) == ["first", "r1"]


def test_a_deadlock_that_comes_back_is_told_in_the_end(tmp_path: Path, shared: str) -> None:
    deployment = Deployment(tmp_path, shared, lock_timeout="30s", lock_retries="0")
    deployment.revision("r1", FIRST_THEN_SECOND)
    with pytest.raises(AssertionError, match="FAILED: Two transactions waited for each other"):
        deadlock(deployment, shared)
    assert counts(shared)[0] in (0, 10)
