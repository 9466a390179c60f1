"""What becomes of rows when a column changes."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from limbeck import op
from limbeck.database.migration import MigrationContext
from limbeck.errors import DatabaseError
from limbeck.runtime.invoke import running
from tests.databases.mysql.support import connected

pytestmark = pytest.mark.mysql

MADE = (
    "CREATE TABLE t (id int PRIMARY KEY)",
    "INSERT INTO t VALUES (3), (2)",
    "SET @@session.sql_mode = concat(@@sql_mode, ',NO_AUTO_VALUE_ON_ZERO')",
    "INSERT INTO t VALUES (0)",
    "SET @@session.sql_mode = @@global.sql_mode",
)
KEEPS_ZERO = "SET sql_mode = CONCAT(@@sql_mode, ',NO_AUTO_VALUE_ON_ZERO')"


def number(connection: sa.Connection) -> None:
    with running(MigrationContext.configure(connection).interpreter):
        op.alter_column("t", "id", existing_type=sa.Integer(), autoincrement=True)


def ids(connection: sa.Connection) -> list[int]:
    return list(connection.exec_driver_sql("SELECT id FROM t ORDER BY id").scalars())


def test_a_row_with_zero_is_not_renumbered_without_a_word(mysql_scratch: str) -> None:
    with connected(mysql_scratch) as connection:
        for sql in MADE:
            connection.exec_driver_sql(sql)
        with pytest.raises(DatabaseError, match="'t' has 0 in 'id'"):
            number(connection)
        assert ids(connection) == [0, 2, 3]
        connection.exec_driver_sql(KEEPS_ZERO)
        number(connection)
        assert ids(connection) == [0, 2, 3]


def test_rows_without_zero_are_numbered_from_where_they_are(mysql_scratch: str) -> None:
    with connected(mysql_scratch) as connection:
        for sql in MADE[:2]:
            connection.exec_driver_sql(sql)
        number(connection)
        connection.exec_driver_sql("INSERT INTO t VALUES ()")
        assert ids(connection) == [2, 3, 4]
