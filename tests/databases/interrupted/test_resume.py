"""A revision that has stopped in the middle: what is done stays, and what is left runs."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from limbeck import errors
from limbeck.cli.screens.plan import plan
from limbeck.cli.screens.resolve import resolve
from limbeck.cli.screens.status import status
from tests import servers
from tests.databases.project_folder import Folder

CREATE = 'op.create_table("{0}", sa.Column("id", sa.Integer, primary_key=True))'


@pytest.fixture
def mysql(tmp_path: Path, mysql_database: str) -> Folder:
    return Folder(tmp_path / "migrations", mysql_database)


@pytest.fixture
def postgresql(tmp_path: Path, postgresql_database: str) -> Folder:
    return Folder(tmp_path / "migrations", postgresql_database)


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> Iterator[sa.Engine]:
    name = "mysql" if "mysql" in request.fixturenames else "postgresql"
    made = sa.create_engine(request.getfixturevalue(name).url, poolclass=sa.NullPool)
    yield made
    made.dispose()


def tables(engine: sa.Engine) -> set[str]:
    return set(sa.inspect(engine).get_table_names()) - {"alembic_version"}


def edit(folder: Folder, id_: str, old: str, new: str) -> None:
    file = folder.path / "versions" / f"{id_}.py"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def fails(folder: Folder, error: type[Exception] = sa.exc.DBAPIError) -> str:
    with pytest.raises(error) as failure:
        folder.upgrade()
    return str(failure.value)


def valid(engine: sa.Engine, index: str) -> bool:
    query = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)"
    with engine.connect() as connection:
        return bool(connection.execute(sa.text(query), {"name": index}).scalar())


# -- MySQL ---------------------------------------------------------------------------------------


@pytest.mark.mysql
def test_a_statement_that_failed_may_be_corrected_and_what_is_done_is_not_repeated(
    mysql: Folder, engine: sa.Engine
) -> None:
    mysql.revision(
        "a1",
        f"""
        {CREATE.format("one")}
        op.execute("INSERT INTO one VALUES (1)")
        op.execute("ALTER TABLE one ADD COLUMN wrong NOTYPE")
        {CREATE.format("two")}
        """,
    )
    fails(mysql)
    assert tables(engine) == {"one", "limbeck_journal"}
    fails(mysql)
    edit(mysql, "a1", "wrong NOTYPE", "wrong INT")
    mysql.upgrade()
    assert tables(engine) == {"one", "two"}
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT id FROM one")).scalars().all() == [1]


@pytest.mark.mysql
def test_a_script_edited_before_the_place_where_it_stopped_is_refused_and_can_be_resolved(
    mysql: Folder, engine: sa.Engine
) -> None:
    mysql.revision("a1", f'{CREATE.format("one")}\nop.execute("ALTER TABLE one DROP COLUMN no")')
    fails(mysql)
    edit(mysql, "a1", '"one"', '"other"')
    message = fails(mysql, errors.HalfDoneRevision)
    assert "CREATE TABLE one" in message
    assert "edited" in message
    assert "limbeck resolve --all --rolled-back" in message
    resolve(mysql.config)
    assert "done: CREATE TABLE one" in mysql.output.getvalue()
    with engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE one"))
    resolve(mysql.config, rolled_back=True, all_=True)
    edit(mysql, "a1", "ALTER TABLE one DROP COLUMN no", "ALTER TABLE other ADD COLUMN x INT")
    mysql.upgrade()
    assert tables(engine) == {"other"}


@pytest.mark.mysql
@pytest.mark.parametrize(
    "second",
    [
        pytest.param("three", id="what it finds done is left out"),
        pytest.param("two three one", id="in another order"),
    ],
)
def test_a_script_that_does_something_else_the_second_time_repeats_nothing(
    mysql: Folder, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch, second: str
) -> None:
    """It looks first, or takes names from somewhere; nobody has edited it."""
    body = """
    import os
    for name in os.environ["NAMES"].split():
        assert name != "stop"
        op.execute(f"CREATE TABLE {name} (id INTEGER)")
    """
    mysql.revision("a1", body)
    monkeypatch.setenv("NAMES", "one two stop")
    fails(mysql, AssertionError)
    assert tables(engine) == {"one", "two", "limbeck_journal"}
    monkeypatch.setenv("NAMES", second)
    mysql.upgrade()
    assert tables(engine) == {"one", "two", "three"}


@pytest.mark.mysql
def test_what_the_catalog_cannot_decide_is_asked_for(mysql: Folder, engine: sa.Engine) -> None:
    mysql.revision("a1", f'{CREATE.format("one")}\nop.execute("CALL nobody()")')
    fails(mysql)
    message = fails(mysql, errors.HalfDoneRevision)
    assert "CALL nobody()" in message
    assert "limbeck resolve --applied" in message
    assert "CALL nobody()" in fails(mysql, errors.HalfDoneRevision)
    resolve(mysql.config, applied=True)
    mysql.upgrade()
    assert tables(engine) == {"one"}


@pytest.mark.parametrize(
    ("server", "fails_with"),
    [
        pytest.param("mysql", "ALTER TABLE one DROP COLUMN no", marks=pytest.mark.mysql),
        pytest.param("postgresql", "DROP INDEX CONCURRENTLY no", marks=pytest.mark.postgresql),
    ],
)
def test_what_fails_half_way_says_so_and_the_status_shows_it(
    request: pytest.FixtureRequest,
    caplog: pytest.LogCaptureFixture,
    server: str,
    fails_with: str,
) -> None:
    folder: Folder = request.getfixturevalue(server)
    folder.revision("a1", f'op.execute("{fails_with}")')
    fails(folder)
    assert "in part" not in caplog.text
    edit(folder, "a1", "    op.execute", f"    {CREATE.format('one')}\n    op.execute")
    fails(folder)
    told = "a1 has run in part (upgrade, 1 statement)"
    assert f"{told}. 'limbeck resolve' shows them. Correct what comes after them" in caplog.text
    status(folder.config)
    assert f"Half done {told}; 'limbeck upgrade' goes on" in folder.output.getvalue()
    found = status(folder.config, json_=True)
    assert found is not None
    left = {"revision": "a1", "direction": "upgrade", "statements": 1}
    assert found.content["databases"][0]["half_done"] == [left]
    folder.output.truncate(0)
    plan(folder.config, None)
    assert f"\n  {told}: what has run is passed over.\n" in folder.output.getvalue()
    edit(folder, "a1", fails_with, "INSERT INTO one VALUES (1)")
    folder.upgrade()
    folder.output.truncate(0)
    status(folder.config)
    assert "Half done" not in folder.output.getvalue()
    folder.downgrade("base")
    folder.output.truncate(0)
    plan(folder.config, None)
    assert "INSERT INTO one" in folder.output.getvalue()
    assert "in part" not in folder.output.getvalue()


@pytest.mark.mysql
def test_all_of_a_revision_can_be_taken_as_applied(
    mysql: Folder, engine: sa.Engine, caplog: pytest.LogCaptureFixture
) -> None:
    mysql.revision("a1", f'{CREATE.format("one")}\nop.execute("ALTER TABLE one DROP COLUMN no")')
    mysql.revision("a2", CREATE.format("two"))
    fails(mysql)
    caplog.clear()
    with caplog.at_level("INFO"):
        resolve(mysql.config, applied=True, all_=True)
    assert "Marking upgrade  -> a1, message of a1 as applied; nothing is run" in caplog.text
    assert "Running" not in caplog.text
    mysql.upgrade()
    assert tables(engine) == {"one", "two"}
    resolve(mysql.config)
    assert "No revision has run in part." in mysql.output.getvalue()


@pytest.mark.mysql
def test_another_revision_does_not_run_over_one_that_is_half_done(mysql: Folder) -> None:
    mysql.revision("a1", CREATE.format("one"), 'op.drop_table("one")')
    mysql.revision("a2", f'{CREATE.format("two")}\nop.execute("ALTER TABLE two DROP COLUMN no")')
    fails(mysql)
    with pytest.raises(errors.HalfDoneRevision, match="Revision a2 has run in part") as told:
        mysql.downgrade("base")
    assert "resolve --all --rolled-back' forgets it" in str(told.value)


# -- PostgreSQL ----------------------------------------------------------------------------------


@pytest.mark.postgresql
def test_raw_sql_that_cannot_stand_in_a_transaction_is_taken_out_of_it(
    postgresql: Folder, engine: sa.Engine
) -> None:
    postgresql.revision("a1", CREATE.format("one"))
    postgresql.revision(
        "a2",
        f"""
        {CREATE.format("two")}
        op.execute("CREATE INDEX CONCURRENTLY ix ON one (id)")
        op.create_index("iy", "two", ["id"], postgresql_concurrently=True)
        op.execute("VACUUM one")
        op.execute("INSERT INTO two VALUES (1)")
        raise RuntimeError("stop")
        """,
    )
    with pytest.raises(RuntimeError, match="stop"):
        postgresql.upgrade()
    assert tables(engine) == {"one", "two", "limbeck_journal"}
    edit(postgresql, "a2", 'raise RuntimeError("stop")', "pass")
    postgresql.upgrade()
    assert tables(engine) == {"one", "two"}
    assert valid(engine, "ix")
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM two")).scalar() == 1


@pytest.mark.postgresql
def test_a_script_leaves_the_transaction_for_what_cannot_stand_in_it(postgresql: Folder) -> None:
    postgresql.revision(
        "a1",
        f"""
        {CREATE.format("one")}
        op.execute("CREATE INDEX CONCURRENTLY ix ON one (id)")
        op.execute("CREATE TYPE mood AS ENUM ('ok')")
        op.execute("ALTER TYPE mood ADD VALUE 'fine'")
        op.execute("CREATE TABLE two (mood mood DEFAULT 'fine')")
        """,
    )
    postgresql.revision("a2", "op.execute(\"ALTER TYPE mood ADD VALUE 'new'\")")
    postgresql.config.attributes["options"] = {"transaction_per_migration": True}
    postgresql.revision(
        "a3",
        """
        op.execute("ALTER TYPE mood ADD VALUE 'newer'")
        op.execute("UPDATE two SET mood = 'newer'")
        """,
    )
    postgresql.upgrade(sql=True)
    lines = [line for line in postgresql.output.getvalue().splitlines() if line]
    at = next(n for n, line in enumerate(lines) if "CONCURRENTLY" in line)
    assert (lines[at - 1], lines[at + 1]) == ("COMMIT;", "BEGIN;")
    at = next(n for n, line in enumerate(lines) if "UPDATE two" in line)
    assert lines[at - 2 : at] == ["COMMIT;", "BEGIN;"]
    at = next(n for n, line in enumerate(lines) if "CREATE TABLE two" in line)
    assert lines[at - 1] == "ALTER TYPE mood ADD VALUE 'fine';"


@pytest.mark.postgresql
def test_a_script_has_no_transaction_in_which_nothing_stands(postgresql: Folder) -> None:
    both = "\n".join(f'op.execute("CREATE INDEX CONCURRENTLY {x} ON one (id)")' for x in "ab")
    postgresql.revision("a1", both)
    postgresql.revision("a2", f'{both}\nop.execute("UPDATE one SET id = 1")\n{both}')
    postgresql.revision(
        "a3", 'op.execute("UPDATE one SET id = 2")\nop.execute("COMMIT")\n' + CREATE.format("three")
    )
    postgresql.upgrade(sql=True)
    lines = [
        line
        for line in postgresql.output.getvalue().splitlines()
        if line[-1:] == ";" and line[0] != ")"
    ]
    words = [line.split()[0].strip(";") for line in lines]
    assert words == [
        *("BEGIN", "COMMIT", "CREATE", "CREATE", "BEGIN", "INSERT"),
        *("COMMIT", "CREATE", "CREATE", "BEGIN", "UPDATE", "COMMIT", "CREATE", "CREATE"),
        *("BEGIN", "UPDATE", "UPDATE", "COMMIT", "BEGIN", "UPDATE", "COMMIT"),
    ]


@pytest.mark.postgresql
def test_an_invalid_index_is_dropped_and_built_again(postgresql: Folder, engine: sa.Engine) -> None:
    postgresql.revision("a1", f'{CREATE.format("one")}\nop.execute("ALTER TABLE one ADD a INT")')
    postgresql.upgrade()
    with engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO one VALUES (1, 1), (2, 1)"))
    postgresql.revision("a2", 'op.execute("CREATE UNIQUE INDEX CONCURRENTLY ix ON one (a)")')
    fails(postgresql)
    assert not valid(engine, "ix")
    with engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM one WHERE id = 2"))
    postgresql.upgrade()
    assert valid(engine, "ix")
    assert tables(engine) == {"one"}


@pytest.mark.postgresql
def test_a_value_added_to_an_enum_type_can_be_used_in_the_same_run(
    postgresql: Folder, engine: sa.Engine
) -> None:
    postgresql.revision(
        "a1",
        """
        op.execute("CREATE TYPE mood AS ENUM ('ok')")
        op.execute("CREATE TABLE one (id INT, mood mood)")
        """,
    )
    postgresql.upgrade()
    postgresql.revision("a2", "op.execute(\"ALTER TYPE mood ADD VALUE 'new'\")")
    postgresql.revision("a3", "op.execute(\"INSERT INTO one VALUES (1, 'new')\")")
    postgresql.upgrade()
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT mood::text FROM one")).scalar() == "new"


@pytest.mark.postgresql
def test_a_callers_transaction_is_not_left(postgresql: Folder, engine: sa.Engine) -> None:
    postgresql.config.attributes["caller_begins"] = True
    postgresql.revision(
        "a1", f'{CREATE.format("one")}\nop.execute("CREATE INDEX CONCURRENTLY ix ON one (id)")'
    )
    message = fails(postgresql, errors.CommandError)
    assert "'CREATE INDEX CONCURRENTLY ix ON one (id)' cannot leave a transaction" in message
    assert tables(engine) == set()


@pytest.mark.postgresql
def test_killed_while_the_server_builds_an_index_the_next_run_waits_for_it(
    postgresql: Folder, engine: sa.Engine
) -> None:
    postgresql.revision("a1", CREATE.format("one"))
    postgresql.upgrade()
    postgresql.revision("a2", 'op.execute("CREATE INDEX CONCURRENTLY ix ON one (id)")')
    blocker = engine.connect()
    blocker.execute(sa.text("INSERT INTO one VALUES (1)"))
    program = (
        "import sys; from limbeck import command; from limbeck.project.config import Config; "
        "c = Config(); c.set_main_option('script_location', sys.argv[1]); "
        "c.set_main_option('sqlalchemy.url', sys.argv[2]); command.upgrade(c, 'head')"
    )
    arguments = [sys.executable, "-c", program, str(postgresql.path), postgresql.url]
    process = subprocess.Popen(arguments)
    query = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '{}%'"
    building = query.format("CREATE INDEX CONCURRENTLY ix ON one")
    deadline = time.monotonic() + 60
    while servers.execute(postgresql.url, building)[0][0] != 1:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert servers.execute(postgresql.url, building)[0][0] == 1
    threading.Timer(1.5, blocker.rollback).start()
    postgresql.upgrade()
    blocker.close()
    assert valid(engine, "ix")
    assert tables(engine) == {"one"}
