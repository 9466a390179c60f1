"""What inspection reads, what it costs, and what it leaves out."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
import sqlalchemy as sa

from limbeck.dialects.base import Request
from limbeck.errors import CommandError
from limbeck.schema.constraints import ForeignKey, Unique
from limbeck.schema.names import Name
from limbeck.schema.objects import Schema, Table
from tests.databases.mysql.support import DIALECT, connected, differences, inspected

pytestmark = pytest.mark.mysql


def _make(connection: sa.Connection, *statements: str) -> None:
    for sql in statements:
        connection.exec_driver_sql(sql.replace("%", "%%"))


def _read(url: str, request: Request, *statements: str) -> tuple[Schema, int]:
    """(the inspected schema, the number of statements that took)."""
    with connected(url) as connection:
        _make(connection, *statements)
        asked: list[str] = []
        sa.event.listen(connection, "before_cursor_execute", lambda *a: asked.append(a[2]))
        return DIALECT.inspect(connection, request), len(asked)


def _table(number: int) -> str:
    return (
        f"CREATE TABLE t{number} (id int PRIMARY KEY, o int, j json, "
        f"CONSTRAINT fk{number} FOREIGN KEY (o) REFERENCES t0 (id), CHECK (o > 0))"
    )


def test_the_number_of_queries_is_the_same_for_one_table_and_for_many(mysql_scratch: str) -> None:
    _, one = _read(mysql_scratch, Request(), _table(0))
    many, cost = _read(mysql_scratch, Request(), *(_table(n) for n in range(1, 40)))
    assert len(many.tables) == 40
    assert cost == one <= 7


def test_tables_that_are_not_asked_for_are_left_out(mysql_scratch: str) -> None:
    made = [_table(n) for n in range(4)]
    request = Request(tables=(Name("t1"), Name("t3"), Name("t9")), exclude=(Name("t3"),))
    found, _ = _read(mysql_scratch, request, *made)
    assert [t.name for t in found] == [Name("t1")]
    assert found.table(Name("t1")).foreign_keys[0].referred == Name("t0")
    assert _read(mysql_scratch, Request(tables=()))[0] == Schema()


def test_another_database_is_a_schema(mysql_scratch: str) -> None:
    own = mysql_scratch.rpartition("/")[2]
    with connected(mysql_scratch) as connection:
        _make(
            connection,
            f"DROP DATABASE IF EXISTS {own}_o",
            f"CREATE DATABASE {own}_o",
            f"CREATE TABLE {own}_o.o (id int PRIMARY KEY)",
            f"CREATE TABLE t (a int, FOREIGN KEY (a) REFERENCES {own}_o.o (id))",
        )
        try:
            found = inspected(connection, Request(schemas=(None, f"{own}_o")))
        finally:
            _make(connection, "DROP TABLE t", f"DROP DATABASE {own}_o")
    assert [t.name for t in found] == [Name("t"), Name("o", f"{own}_o")]
    assert found.table(Name("t")).foreign_keys[0].referred == Name("o", f"{own}_o")


def test_a_connection_without_a_database_is_told_so(mysql_url: str) -> None:
    with connected(mysql_url) as connection, pytest.raises(CommandError, match="database"):
        DIALECT.inspect(connection, Request())


def test_a_filter_is_asked_about_each_part_with_its_parents(mysql_scratch: str) -> None:
    asked: list[tuple[str | None, str, Mapping[str, str | None]]] = []

    def include(name: str | None, kind: str, parents: Mapping[str, str | None]) -> bool:
        asked.append((name, kind, dict(parents)))
        return name not in ("gone", "uq", "ix", "fk", "ck", "other")

    found, _ = _read(
        mysql_scratch,
        Request(include_name=include),
        "CREATE TABLE other (id int PRIMARY KEY)",
        "CREATE TABLE t (id int PRIMARY KEY, gone int, a int, CONSTRAINT uq UNIQUE (a), "
        "INDEX ix (a, id), CONSTRAINT fk FOREIGN KEY (a) REFERENCES other (id), "
        "CONSTRAINT ck CHECK (a > 0))",
    )
    (table,) = found
    assert list(table.columns) == ["id", "a"]
    assert (table.uniques, table.foreign_keys, table.checks) == ((), (), ())
    assert not table.indexes
    parents = {"schema_name": None, "schema_qualified_table_name": "t"}
    inner = {**parents, "table_name": "t"}
    assert (None, "schema", {}) in asked
    assert ("t", "table", parents) in asked
    for item in (
        ("gone", "column", inner),
        ("uq", "unique_constraint", inner),
        ("ix", "index", inner),
        ("fk", "foreign_key_constraint", inner),
        ("ck", "check_constraint", inner),
    ):
        assert item in asked


def test_views_and_sequences_are_no_tables(mysql_scratch: str) -> None:
    with connected(mysql_scratch) as connection:
        _make(connection, "CREATE TABLE t (id int PRIMARY KEY)", "CREATE VIEW v AS SELECT 1 AS x")
        try:
            assert [t.name.name for t in inspected(connection)] == ["t"]
        finally:
            _make(connection, "DROP VIEW v")


def _keyed(*keys: sa.ForeignKeyConstraint, index: bool = True) -> sa.MetaData:
    metadata = sa.MetaData()
    sa.Table("o", metadata, sa.Column("id", sa.Integer, primary_key=True))
    columns = (sa.Column(name, sa.Integer) for name in ("a", "b", "c"))
    sa.Table("t", metadata, *columns, *keys)
    if index:
        sa.Index("ix_t_c", metadata.tables["t"].c.c)
    return metadata


def test_an_index_that_the_server_made_is_a_difference_when_its_key_goes(
    mysql_scratch: str,
) -> None:
    def keys() -> list[sa.ForeignKeyConstraint]:
        return [
            sa.ForeignKeyConstraint(["a"], ["o.id"]),
            sa.ForeignKeyConstraint(["b"], ["o.id"], name="fk"),
            sa.ForeignKeyConstraint(["c"], ["o.id"], name="fk2"),
        ]

    with connected(mysql_scratch) as connection:
        _keyed(*keys()).create_all(connection)
        assert differences(connection, _keyed(*keys())) == ()
        verbs = [str(op.call().args[0]) for op in differences(connection, _keyed(*keys()[::2]))]
        assert verbs == ["fk", "fk"]  # the key and its index
        (operation,) = differences(connection, _keyed(*keys(), index=False))
        assert operation.call().args == ("ix_t_c",)


def test_a_restriction_is_no_action(mysql_scratch: str) -> None:
    with connected(mysql_scratch) as connection:
        _make(
            connection,
            "CREATE TABLE o (id int PRIMARY KEY)",
            "CREATE TABLE t (a int, CONSTRAINT fk FOREIGN KEY (a) REFERENCES o (id) "
            "ON DELETE RESTRICT ON UPDATE SET NULL)",
        )
        (key,) = inspected(connection).table(Name("t")).foreign_keys
        assert key == ForeignKey(("a",), Name("o"), ("id",), "fk", on_update="SET NULL")


def test_a_plain_unique_key_is_a_constraint_and_one_of_a_prefix_an_index(
    mysql_scratch: str,
) -> None:
    with connected(mysql_scratch) as connection:
        _make(
            connection, "CREATE TABLE t (a varchar(9), UNIQUE INDEX u (a), UNIQUE INDEX p (a(3)))"
        )
        table = inspected(connection).table(Name("t"))
        assert table.uniques == (Unique(("a",), "u"),)
        assert table.indexes["p"].unique
        assert table.indexes["p"].options == (("mysql_length", (("a", 3),)),)


def test_what_was_read_can_be_made_again(mysql_scratch: str) -> None:
    """A dropped table comes back with all that it had, types of SQLAlchemy or not."""
    from limbeck.operations.tables import DropTable
    from tests.databases.mysql.support import run

    with connected(mysql_scratch) as connection:
        _make(
            connection,
            """CREATE TABLE t (
              id bigint unsigned AUTO_INCREMENT PRIMARY KEY,
              p point NOT NULL, g geometry, i inet6, u uuid DEFAULT uuid(),
              z int(5) unsigned zerofill DEFAULT 7, n decimal(9,3) DEFAULT -1.5,
              c char(3) CHARACTER SET latin1 DEFAULT 'a''b', b bit(3) DEFAULT b'101',
              d datetime(6) DEFAULT current_timestamp(6) ON UPDATE current_timestamp(6),
              e enum('a','it''s') COLLATE utf8mb4_bin, s set('x','y'), y year DEFAULT 2020,
              f float(7,3), j json DEFAULT '{}', w varchar(9),
              v varchar(9) AS (concat(w, ':')) STORED,
              t text, INDEX ix (t(5) DESC, n), FULLTEXT INDEX ft (t), SPATIAL INDEX sp (p),
              CONSTRAINT `it's` CHECK (n < 5 AND c LIKE '%x:y%')
            ) COMMENT 'x' ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4""",
        )
        before = inspected(connection)
        drop = DropTable(Name("t"))
        run(connection, drop, before)
        assert inspected(connection) == Schema()
        run(connection, drop.reverse(before), Schema())
        _assert_same(inspected(connection).table(Name("t")), before.table(Name("t")))


def _assert_same(found: Table, expected: Table) -> None:
    for name, column in expected.columns.items():
        assert found.columns[name] == column
    assert found == expected
