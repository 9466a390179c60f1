"""A rebuild through the interpreter, on a database file as an application opens it."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from limbeck import op
from limbeck.database.executor import Executor
from limbeck.database.transactions import Transaction
from limbeck.errors import DatabaseError
from limbeck.runtime.invoke import Interpreter, running
from limbeck.runtime.state import LiveState
from tests.databases.sqlite.support import DIALECT, FEATURES, SCOPE


@pytest.fixture
def engine(tmp_path: Path) -> sa.Engine:
    """A file with the features in it, whose connections enforce foreign keys."""
    made = sa.create_engine(f"sqlite:///{tmp_path / 'app.db'}")

    @sa.event.listens_for(made, "connect")
    def _enforce(connection: object, record: object) -> None:
        connection.execute("PRAGMA foreign_keys=ON")  # type: ignore[attr-defined]  # a DBAPI's

    with made.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.executescript(FEATURES)
    return made


def interpreter(connection: sa.Connection) -> Interpreter:
    return Interpreter(
        SCOPE,
        DIALECT.compiler(connection.dialect),
        Executor(connection),
        LiveState(lambda request: DIALECT.inspect(connection, request)),
    )


def test_a_migration_rebuilds_and_keeps_rows_of_other_tables(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        transaction = Transaction(connection)
        with running(interpreter(connection)):
            op.alter_column("t", "qty", nullable=False)
            op.alter_column("t", "name", new_column_name="title")
            with op.batch_alter_table("t") as batch:
                batch.alter_column("title", type_=sa.Text())
                batch.create_index("ix_title", ["title"])
                batch.drop_constraint("uq", type_="unique")
            op.create_foreign_key("fk", "t", "parent", ["parent_id"], ["id"])
        transaction.commit()
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT id, title, parent_id, up FROM t").all()
        assert [tuple(row) for row in rows] == [(1, "alpha", 1, None), (2, "beta", 2, 1)]
        assert len(connection.exec_driver_sql("SELECT * FROM child").all()) == 2
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        connection.exec_driver_sql("INSERT INTO t (title, qty) VALUES ('new', 1)")
        assert connection.exec_driver_sql("SELECT msg FROM log").scalar() == "t:new"
        connection.exec_driver_sql("DELETE FROM t WHERE id = 2")
        assert len(connection.exec_driver_sql("SELECT * FROM child").all()) == 1


def test_a_migration_that_fails_in_a_check_is_rolled_back_whole(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        before = connection.exec_driver_sql("SELECT * FROM sqlite_master").all()
        connection.rollback()
        transaction = Transaction(connection)
        with running(interpreter(connection)):
            op.create_table("other", sa.Column("id", sa.Integer, primary_key=True))
            op.alter_column("t", "qty", nullable=False)
            with pytest.raises(DatabaseError, match="violate the foreign key"):
                op.create_foreign_key("fk", "t", "other", ["qty"], ["id"])
        transaction.rollback()
        assert connection.exec_driver_sql("SELECT * FROM sqlite_master").all() == before
