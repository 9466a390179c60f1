"""`op.backfill`: each row once, whatever interrupts it, in memory that does not grow.

`LIMBECK_BACKFILL_ROWS` says how many rows the interrupted one has.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
import sqlalchemy as sa

from limbeck.database.position import read
from tests import servers
from tests.databases.project_folder import Folder
from tests.databases.runners import Deployment, Runner, until

ROWS = int(os.environ.get("LIMBECK_BACKFILL_ROWS", "30000"))
BATCHES = 30
FLAT = 6 * 1024
"""Kilobytes that memory may grow by, from before the first batch to the end."""

FILL = f"""
op.create_table(
    "item",
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("counter", sa.Integer, nullable=False),
    sa.Column("note", sa.String(200)),
)
digits = "SELECT 0 AS d" + "".join(f" UNION ALL SELECT {{d}}" for d in range(1, 10))
places = range(len(str({ROWS} - 1)))
tables = ", ".join(f"({{digits}}) AS t{{p}}" for p in places)
number = " + ".join(f"t{{p}}.d * {{10 ** p}}" for p in places)
op.execute(
    "INSERT INTO item (id, counter, note) "
    f"SELECT 3 * n, 0, '{"x" * 100}' FROM (SELECT {{number}} AS n FROM {{tables}}) AS numbers "
    "WHERE n < {ROWS}"
)
"""

COUNT = f"""
import resource
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
op.add_column("item", sa.Column("done", sa.Boolean))
before = peak()
op.backfill(
    "item",
    {{"counter": sa.text("counter + 1"), "done": True}},
    batch_size={ROWS // BATCHES},
    pause=0.05,
)
with open("grown", "w") as stream:
    stream.write(str(peak() - before))
op.add_column("item", sa.Column("after", sa.Integer))
"""


def seen(url: str) -> int:
    """How many rows the journal says are done."""
    try:
        found = values(url, "SELECT position FROM limbeck_journal WHERE position IS NOT NULL")
    except sa.exc.DBAPIError:  # no journal yet, or SQLite is busy
        return 0
    return max((read(str(row[0])).seen for row in found), default=0)


def values(url: str, query: str) -> list[tuple[object, ...]]:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query)]


def stopped(runner: Runner, url: str, after: int, number: int, status: int) -> str:
    """What a runner says that gets a signal when so many rows are done."""
    ended = lambda: seen(url) > after or runner.process.poll() is not None  # noqa: E731
    until(ended, f"{after} rows", seconds=600)
    runner.kill(number)
    return runner.end(status)


def test_interrupted_twice_it_changes_each_row_once_in_flat_memory(
    tmp_path: Path, database: str
) -> None:
    deployment = Deployment(tmp_path, database)
    deployment.revision("r1", FILL)
    deployment.start().end()
    deployment.revision("r2", COUNT)
    stopped(deployment.start(), database, ROWS // 4, signal.SIGKILL, -signal.SIGKILL)
    errors = stopped(deployment.start(), database, ROWS // 2, signal.SIGINT, 130)
    assert "Backfill of item goes on after" in errors
    assert "Traceback" not in errors
    half = values(database, "SELECT sum(counter) FROM item")[0][0]
    assert 0 < int(str(half)) < ROWS
    errors = deployment.start().end()
    assert f"Backfill of item: {ROWS:,} rows changed" in errors
    wrong = "SELECT count(*) FROM item WHERE counter <> 1 OR done IS NULL OR after IS NOT NULL"
    assert values(database, wrong) == [(0,)]
    assert values(database, "SELECT count(*) FROM item") == [(ROWS,)]
    assert int(deployment.flag("grown").read_text(encoding="utf-8")) < FLAT
    assert "limbeck_journal" not in sa.inspect(sa.create_engine(database)).get_table_names()


KEYS = """
op.create_table(
    "pair",
    sa.Column("a", sa.String(10), primary_key=True),
    sa.Column("b", sa.Numeric(6, 2), primary_key=True),
    sa.Column("n", sa.Integer),
    sa.CheckConstraint("n < 100", name="small"),
)
one = sa.table("pair", sa.column("a"), sa.column("b"), sa.column("n"))
op.bulk_insert(one, [{"a": "key%d" % (i // 7), "b": i % 7 + 0.5, "n": 0} for i in range(103)])
op.execute("UPDATE pair SET n = 99 WHERE a = 'key7' AND b = 1.5")
"""


def test_after_an_error_it_goes_on_by_a_key_of_several_columns(
    tmp_path: Path, database: str
) -> None:
    folder = Folder(tmp_path / "project", database)
    folder.revision("r1", KEYS)
    folder.upgrade()
    folder.revision(
        "r2", 'op.backfill("pair", {"n": sa.text("n + 1")}, "n >= 0 OR 1 = 0", batch_size=10)'
    )
    with pytest.raises(sa.exc.DBAPIError):
        folder.upgrade()
    some = int(str(values(database, "SELECT count(*) FROM pair WHERE n = 1")[0][0]))
    assert 0 < some < 103
    assert some % 10 == 0
    engine = sa.create_engine(database)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE pair SET n = 0 WHERE n = 99")
    engine.dispose()
    script = folder.path / "versions" / "r2.py"
    text = script.read_text(encoding="utf-8").replace("batch_size=10", "batch_size=9")
    script.write_text(text, encoding="utf-8")
    folder.upgrade()
    assert values(database, "SELECT n, count(*) FROM pair GROUP BY n") == [(1, 103)]


@pytest.mark.postgresql
@pytest.mark.parametrize("driver", ["postgresql+psycopg", "postgresql+asyncpg"])
def test_other_drivers_do_it_as_well(tmp_path: Path, postgresql_database: str, driver: str) -> None:
    url = servers.with_driver(postgresql_database, driver)
    deployment = Deployment(tmp_path, url)
    deployment.revision("r1", KEYS)
    deployment.revision(
        "r2",
        """
        op.backfill("pair", {"n": sa.text("n + 1")}, "n < 50", batch_size=20, pause=0.01)
        with op.get_context().autocommit_block():
            op.backfill("pair", {"n": sa.text("n + 1")}, "n < 50", batch_size=20)
        """,
    )
    deployment.start().end()
    assert servers.execute(postgresql_database, "SELECT count(*) FROM pair WHERE n = 2") == [(102,)]


def test_a_condition_and_expressions_of_a_model_choose_the_rows(
    tmp_path: Path, database: str
) -> None:
    folder = Folder(tmp_path / "project", database)
    folder.revision("r1", KEYS)
    folder.revision(
        "r2",
        """
        columns = sa.Column("b", sa.Numeric), sa.Column("n", sa.Integer)
        pair = sa.Table("pair", sa.MetaData(), *columns)
        with op.get_context().autocommit_block():
            few = sa.and_(pair.c.b < 2, pair.c.n < 50)
            op.backfill("pair", {"n": pair.c.n + 40}, few, batch_size=20)
        op.backfill("pair", {"n": None}, where="n = 0", batch_size=7)
        """,
    )
    folder.upgrade()
    found = values(database, "SELECT b, min(n), max(n) FROM pair WHERE n <> 99 GROUP BY b")
    assert sorted((float(str(b)), low, high) for b, low, high in found) == [
        (0.5, 40, 40),
        (1.5, 40, 40),
    ]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ('op.backfill("keyless", {"n": 1})', "'keyless' has none"),
        ('op.backfill("missing", {"n": 1})', "there is no table 'missing'"),
        ('op.backfill("pair", {"m": 1})', "'pair' has no column 'm'"),
        ('op.backfill("pair", {})', "values must map columns"),
        ('op.backfill("pair", {"n": 1}, batch_size=0)', "batch_size must be 1 or more"),
        ('op.backfill("pair", {"n": 1}, pause=-1)', "pause must be in seconds"),
    ],
)
def test_what_cannot_be_is_refused_before_a_row_is_changed(
    tmp_path: Path, sqlite_database: str, call: str, message: str
) -> None:
    folder = Folder(tmp_path / "project", sqlite_database)
    folder.revision("r1", KEYS + '\nop.create_table("keyless", sa.Column("n", sa.Integer))')
    folder.upgrade()
    folder.revision("r2", f'op.add_column("pair", sa.Column("o", sa.Integer))\n{call}')
    with pytest.raises(Exception, match=message):
        folder.upgrade()
    columns = sa.inspect(sa.create_engine(sqlite_database)).get_columns("pair")
    assert "o" not in [column["name"] for column in columns]


def test_in_a_script_it_is_one_statement(tmp_path: Path, postgresql_database: str) -> None:
    folder = Folder(tmp_path / "project", postgresql_database)
    folder.revision("r1", 'op.backfill("t", {"n": sa.text("n + 1"), "m": "it"}, "n > 3 OR n < 1")')
    folder.upgrade(sql=True)
    script = folder.output.getvalue()
    update = "UPDATE t SET n=(n + 1), m='it' WHERE (n > 3 OR n < 1);"
    comment = "-- In one statement here; a run does it 5000 rows a time"
    assert f"COMMIT;\n\n{comment}\n\n{update}\n\nBEGIN;" in script


def test_in_a_transaction_of_the_caller_it_stays_in_it(
    tmp_path: Path, database: str, caplog: pytest.LogCaptureFixture
) -> None:
    folder = Folder(tmp_path / "project", database)
    folder.revision("r1", KEYS)
    folder.upgrade()
    folder.revision("r2", 'op.backfill("pair", {"n": 7}, batch_size=10)')
    folder.config.attributes["caller_begins"] = True
    folder.upgrade()
    assert "in the transaction of the caller" in caplog.text
    assert values(database, "SELECT n, count(*) FROM pair GROUP BY n") == [(7, 103)]


def test_a_dry_run_changes_nothing(tmp_path: Path, postgresql_database: str) -> None:
    folder = Folder(tmp_path / "project", postgresql_database)
    folder.revision("r1", KEYS)
    folder.upgrade()
    folder.revision("r2", 'op.backfill("pair", {"n": 7}, batch_size=10)')
    folder.upgrade(dry_run=True)
    assert servers.execute(postgresql_database, "SELECT count(*) FROM pair WHERE n = 7") == [(0,)]
