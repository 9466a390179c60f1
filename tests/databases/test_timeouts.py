"""`op.timeouts`: what a script asks for a part of itself holds there, and nowhere else."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
import sqlalchemy as sa

from limbeck import errors
from limbeck.op import timeouts
from tests.databases.project_folder import Folder
from tests.databases.runners import Deployment
from tests.databases.test_lock_queue import long_transaction

SLEEP = {"postgresql": "SELECT pg_sleep({})", "mysql": "SELECT SLEEP({})"}
SHOWN = {
    "postgresql": "SELECT current_setting('statement_timeout'), current_setting('lock_timeout')",
    "mysql": "SELECT @@max_statement_time, @@lock_wait_timeout",
}
SHOW = (
    'import sys\nshow = lambda: print(*op.get_bind().exec_driver_sql("{}").one(), file=sys.stderr)'
)


@pytest.fixture(
    params=[
        pytest.param("postgresql", marks=pytest.mark.postgresql),
        pytest.param("mysql", marks=pytest.mark.mysql),
    ]
)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def shared(request: pytest.FixtureRequest, kind: str) -> str:
    """The URL of a database that has timeouts, with a table of orders."""
    url = str(request.getfixturevalue(f"{kind}_database"))
    with sa.create_engine(url, poolclass=sa.NullPool).begin() as connection:
        if kind == "mysql" and not connection.dialect.is_mariadb:  # type: ignore[attr-defined]  # MySQL's have it
            pytest.skip("MySQL limits no statement but SELECT")
        connection.exec_driver_sql("CREATE TABLE orders (id INTEGER PRIMARY KEY)")
        connection.exec_driver_sql("INSERT INTO orders VALUES (1), (2)")
    return url


def test_a_longer_timeout_than_that_of_the_run_lets_a_step_take_its_time(
    tmp_path: Path, shared: str, kind: str
) -> None:
    sleep = f'op.execute("{SLEEP[kind].format(1)}")'
    limited = Deployment(tmp_path / "limited", shared, statement_timeout="500ms")
    limited.revision("r1", sleep)
    said = limited.start().end(255)
    assert "FAILED: A statement took longer than 0.5 s (statement_timeout): SELECT" in said
    patient = Deployment(tmp_path / "patient", shared, statement_timeout="500ms")
    patient.revision("r1", f'with op.timeouts(statement="20s"):\n    {sleep}')
    if kind == "mysql":
        limited.start("resolve", "--all", "--rolled-back").end()
        drop = sa.text("DROP TABLE ran")
        with sa.create_engine(shared, poolclass=sa.NullPool).begin() as connection:
            connection.execute(drop)
    patient.start().end()


def test_a_shorter_one_ends_the_step_and_the_error_says_so(
    tmp_path: Path, shared: str, kind: str
) -> None:
    sleep = SLEEP[kind].format(20)
    deployment = Deployment(tmp_path, shared, statement_timeout="1min")
    deployment.revision("r1", f'with op.timeouts(statement=0.5):\n    op.execute("{sleep}")')
    said = deployment.start().end(255)
    assert f"FAILED: A statement took longer than 0.5 s (statement_timeout): {sleep}" in said
    assert "op.timeouts(statement=…)" in said
    assert "r1.py, line 11 (revision r1, upgrade)" in said
    assert "Traceback" not in said


def test_afterwards_everything_is_as_it_was(tmp_path: Path, shared: str, kind: str) -> None:
    deployment = Deployment(tmp_path, shared, statement_timeout="40s", lock_timeout="6s")
    deployment.revision(
        "r1",
        SHOW.format(SHOWN[kind])
        + dedent(
            """
            show()
            with op.timeouts(statement="50s", lock=7):
                show()
                with op.timeouts(statement="0"):
                    op.add_column("orders", sa.Column("one", sa.Integer))
                    show()
                show()
            show()
            try:
                with op.timeouts(lock=9):
                    show()
                    raise LookupError
            except LookupError:
                show()
            """
        ),
    )
    said = deployment.start().end()
    expected = {
        "postgresql": ["40s 6s", "50s 7s", "0 7s", "50s 7s", "40s 6s", "40s 9s", "40s 6s"],
        "mysql": [
            f"{statement}.0 {lock}"
            for statement, lock in ((40, 6), (50, 7), (0, 7), (50, 7), (40, 6), (40, 9), (40, 6))
        ],
    }
    shown = [line for line in said.splitlines() if line[:1].isdigit()]
    assert shown == expected[kind]


@pytest.mark.postgresql
def test_it_goes_along_when_a_transaction_is_left(tmp_path: Path, postgresql_database: str) -> None:
    url = f"{postgresql_database}?options=-c%20statement_timeout=900"
    deployment = Deployment(tmp_path, url)
    deployment.revision(
        "r1",
        SHOW.format(SHOWN["postgresql"])
        + dedent(
            """
            op.execute("CREATE FUNCTION slow(n int) RETURNS int LANGUAGE sql IMMUTABLE "
                       "AS 'SELECT n FROM pg_catalog.pg_sleep(1.2)'")
            op.execute("CREATE TABLE item (id int)")
            op.execute("INSERT INTO item VALUES (1)")
            with op.timeouts(statement="30s", lock="8s"):
                op.execute("CREATE INDEX CONCURRENTLY ix ON item (slow(id))")
                show()
                op.execute("COMMIT")
                show()
                with op.get_context().autocommit_block():
                    show()
                    with op.timeouts(lock="3s"):
                        show()
                    show()
            show()
            with op.get_context().autocommit_block():
                show()
                with op.timeouts(lock="3s"):
                    show()
                show()
            """
        ),
    )
    said = deployment.start().end()
    shown = [line for line in said.splitlines() if line[:1].isdigit()]
    inside = ["30s 8s", "30s 8s", "30s 8s", "30s 3s", "30s 8s"]
    assert shown == [*inside, "900ms 2s", "900ms 0", "900ms 3s", "900ms 0"]


def test_a_lock_is_waited_for_as_long_as_the_block_says(tmp_path: Path, shared: str) -> None:
    deployment = Deployment(tmp_path, shared, lock_timeout="1min", lock_retries="1")
    deployment.revision(
        "r1",
        'with op.timeouts(lock="1s"):\n    op.add_column("orders", sa.Column("state", sa.Integer))',
    )
    with long_transaction(shared) as (_, session):
        said = deployment.start().end(255)
    assert "A lock was not given within 1 s; trying again in" in said
    assert (
        f"FAILED: A lock was not given within 1 s, 2 times. In the way: session {session}" in said
    )


ASKS = """
with op.timeouts(statement="10min"):
    op.add_column("orders", sa.Column("one", sa.Integer))
    with op.timeouts(lock=5, statement=0.25):
        op.add_column("orders", sa.Column("two", sa.Integer))
op.add_column("orders", sa.Column("three", sa.Integer))
"""


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "postgresql://",
            [
                "SET statement_timeout = '10min';",
                "ALTER TABLE orders ADD COLUMN one INTEGER;",
                "SET lock_timeout = '5s';",
                "SET statement_timeout = '250ms';",
                "ALTER TABLE orders ADD COLUMN two INTEGER;",
                "SET lock_timeout = DEFAULT;",
                "SET statement_timeout = '10min';",
                "SET statement_timeout = DEFAULT;",
                "ALTER TABLE orders ADD COLUMN three INTEGER;",
            ],
        ),
        (
            "mysql+pymysql://",
            [
                "SET @limbeck = 0 /*M!100101 , SESSION max_statement_time = 600 */;",
                "ALTER TABLE orders ADD COLUMN one INTEGER;",
                "SET SESSION lock_wait_timeout = 5;",
                "SET SESSION innodb_lock_wait_timeout = 5;",
                "SET @limbeck = 0 /*M!100101 , SESSION max_statement_time = 0.25 */;",
                "ALTER TABLE orders ADD COLUMN two INTEGER;",
                "SET SESSION lock_wait_timeout = DEFAULT;",
                "SET SESSION innodb_lock_wait_timeout = DEFAULT;",
                "SET @limbeck = 0 /*M!100101 , SESSION max_statement_time = 600 */;",
                "SET @limbeck = 0 /*M!100101 , SESSION max_statement_time = DEFAULT */;",
                "ALTER TABLE orders ADD COLUMN three INTEGER;",
            ],
        ),
        (
            "sqlite://",
            [
                "ALTER TABLE orders ADD COLUMN one INTEGER;",
                "ALTER TABLE orders ADD COLUMN two INTEGER;",
                "ALTER TABLE orders ADD COLUMN three INTEGER;",
            ],
        ),
    ],
)
def test_a_script_has_it_too(tmp_path: Path, url: str, expected: list[str]) -> None:
    folder = Folder(tmp_path / "project", url)
    folder.revision("r1", ASKS)
    folder.upgrade(sql=True)
    lines = folder.output.getvalue().splitlines()
    assert [line for line in lines if "SET" in line or "ALTER" in line] == expected


def test_the_script_runs_in_the_servers_own_words(tmp_path: Path, shared: str, kind: str) -> None:
    folder = Folder(tmp_path / "project", shared)
    folder.revision("r1", ASKS)
    folder.upgrade(sql=True)
    with sa.create_engine(shared, poolclass=sa.NullPool).connect() as connection:
        usual = connection.exec_driver_sql(SHOWN[kind]).one()
        shown = []
        for statement in folder.output.getvalue().split(";\n"):
            text = "\n".join(x for x in statement.splitlines() if not x.startswith("--")).strip()
            if text:
                connection.exec_driver_sql(text)
                shown.append(tuple(map(str, connection.exec_driver_sql(SHOWN[kind]).one())))
    long, short = ("10min", "250ms") if kind == "postgresql" else ("600.0", "0.25")
    assert {statement for statement, _ in shown} == {str(usual[0]), long, short}
    assert shown[-1] == tuple(map(str, usual))


@pytest.mark.parametrize("command", ["dry", "plan", "run"])
def test_other_ways_to_run_a_script_take_it(tmp_path: Path, database: str, command: str) -> None:
    deployment = Deployment(tmp_path, database)
    deployment.revision(
        "r1", 'op.create_table("orders", sa.Column("id", sa.Integer, primary_key=True))' + ASKS
    )
    if command == "run":
        deployment.start().end()
        columns = sa.inspect(sa.create_engine(database)).get_columns("orders")
        assert [column["name"] for column in columns] == ["id", "one", "two", "three"]
    elif command == "plan":
        deployment.start("plan").end()
        deployment.start("lint").end()
    elif "mysql" not in database:
        deployment.start("upgrade", "--dry-run").end()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, r"op.timeouts\(\) needs statement=, lock= or both"),
        ({"statement": "soon"}, "op.timeouts.*'statement' must be a number of seconds, or text"),
        ({"lock": -1}, "op.timeouts.*'lock' must be a number of seconds"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    tmp_path: Path, sqlite_database: str, arguments: dict[str, object], message: str
) -> None:
    folder = Folder(tmp_path / "project", sqlite_database)
    text = ", ".join(f"{name}={value!r}" for name, value in arguments.items())
    folder.revision("r1", f"with op.timeouts({text}):\n    pass")
    with pytest.raises(errors.CommandError, match=message):
        folder.upgrade()


def test_outside_of_a_migration_there_is_none() -> None:
    with pytest.raises(NameError, match="timeouts"):
        timeouts(lock=1)
