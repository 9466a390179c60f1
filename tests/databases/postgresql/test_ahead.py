"""A script does not wait for its DDL, and nothing else can tell."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
import sqlalchemy as sa

from limbeck.errors import where
from tests.databases.project_folder import Folder

pytestmark = pytest.mark.postgresql


@pytest.fixture
def folder(tmp_path: Path, postgresql_database: str) -> Folder:
    return Folder(tmp_path / "project", postgresql_database)


def tables(url: str) -> set[str]:
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    return set(sa.inspect(engine).get_table_names()) - {"alembic_version"}


def test_a_script_goes_on_while_the_server_works(folder: Folder) -> None:
    folder.revision(
        "a1",
        f"""
        import time
        op.execute("SELECT pg_sleep(2) /* slow */")
        engine = sa.create_engine({folder.url!r}, poolclass=sa.pool.NullPool)
        seen = []
        for _ in range(100):
            with engine.connect() as other:
                seen += other.exec_driver_sql(
                    "SELECT pid FROM pg_stat_activity WHERE state = 'active'"
                    " AND query LIKE 'SELECT pg_sleep(2) /* slow%%'"
                ).all()
            if seen:
                break
            time.sleep(0.01)
        assert seen, "it has waited"
        op.create_table("t", sa.Column("id", sa.Integer))
        """,
    )
    folder.upgrade()
    assert tables(folder.url) == {"t"}


def test_what_a_script_asks_comes_after_what_it_did(folder: Folder) -> None:
    folder.revision(
        "a1",
        """
        op.create_table("t", sa.Column("id", sa.Integer))
        bind = op.get_bind()
        bind.execute(sa.text("INSERT INTO t VALUES (1)"))
        op.add_column("t", sa.Column("n", sa.Integer, server_default="5"))
        cursor = bind.connection.cursor()
        cursor.execute("SELECT n FROM t")
        assert cursor.fetchall() == [(5,)]
        """,
    )
    folder.revision(
        "b1",
        """
        op.execute("UPDATE t SET n = 6 WHERE 'a%b' LIKE 'a%'")
        op.create_table("u", sa.Column("id", sa.Integer))
        assert sa.inspect(op.get_bind()).has_table("u")
        rows = op.get_bind().execute(sa.text("SELECT version_num FROM alembic_version")).all()
        assert rows == [("a1",)]
        """,
    )
    folder.upgrade()
    assert tables(folder.url) == {"t", "u"}


def test_an_error_names_the_line_that_it_comes_from(
    folder: Folder, caplog: pytest.LogCaptureFixture
) -> None:
    folder.revision("a1", "op.create_table('t', sa.Column('id', sa.Integer))")
    folder.revision("b1", "op.execute('SELECT pg_sleep(0.3)')\nop.drop_table('missing')")
    for number in range(5):
        body = f"op.create_table('t{number}', sa.Column('id', sa.Integer))"
        folder.revision(f"c{number}", body)
    with (
        caplog.at_level(logging.INFO, "alembic"),
        pytest.raises(sa.exc.ProgrammingError, match="missing") as caught,
    ):
        folder.upgrade()
    place = where(caught.value) or ""
    file, _, line = place.partition(", line ")
    assert Path(file).name == "b1.py"
    assert "op.drop_table('missing')" in Path(file).read_text().splitlines()[int(line[:2]) - 1]
    assert place.endswith("(revision b1, upgrade)")
    running = [m for m in caplog.messages if m.startswith("Running upgrade")]
    assert running[-1] == "Running upgrade a1 -> b1, message of b1"
    assert tables(folder.url) == set()


def test_listeners_of_the_engine_see_each_statement_before_the_next_line_of_the_script(
    folder: Folder,
) -> None:
    folder.revision(
        "a1",
        """
        op.create_table("t", sa.Column("id", sa.Integer))
        op.get_context().opts["seen"].append("the next line")
        """,
    )
    seen: list[str] = []
    folder.config.attributes["options"] = {"seen": seen}

    def listener(connection: object, cursor: object, sql: str, *_: object) -> None:
        if "CREATE TABLE t" in sql:
            seen.append("CREATE TABLE t")

    sa.event.listen(sa.Engine, "after_cursor_execute", listener)
    try:
        folder.upgrade()
    finally:
        sa.event.remove(sa.Engine, "after_cursor_execute", listener)
    assert seen == ["CREATE TABLE t", "the next line"]


def test_an_interrupted_script_leaves_nothing(folder: Folder) -> None:
    folder.revision(
        "a1",
        """
        op.create_table("t", sa.Column("id", sa.Integer))
        op.execute("SELECT pg_sleep(0.2)")
        op.create_table("u", sa.Column("id", sa.Integer))
        raise KeyboardInterrupt
        """,
    )
    with pytest.raises(KeyboardInterrupt):
        folder.upgrade()
    assert tables(folder.url) == set()
    (folder.path / "versions" / "a1.py").unlink()
    folder.last = None
    folder.revision("b1", "op.create_table('t', sa.Column('id', sa.Integer))")
    folder.upgrade()
    assert tables(folder.url) == {"t"}


def test_a_row_that_is_gone_is_missed(folder: Folder) -> None:
    folder.revision("a1", "op.execute('DELETE FROM alembic_version')")
    folder.upgrade()
    folder.revision("b1", "op.execute('DELETE FROM alembic_version')\nop.execute('SELECT 1')")
    folder.revision("c1", "op.execute('SELECT 1')")
    with pytest.raises(Exception, match="expected to match one row when updating 'a1'"):
        folder.upgrade()
