"""A column that SQLAlchemy made is found the same as it was declared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from tests.databases.mysql.support import connected, declared, differences, inspected

pytestmark = pytest.mark.mysql

CHECKS: list[Any] = [
    "a > 5",
    "a != 5",
    "a <> 5 AND b LIKE 'x%'",
    "(a > 1 OR b = 'it''s') AND NOT (a BETWEEN 3 AND 5)",
    "a IN (1, 2) or b is not null",
    "lower(b) = b",
    "char_length(`b`) > 2 /* why */",
    "coalesce(a, 0) >= 0",
    "a + 1 > -2",
    "cast(a as char) <> ''",
    sa.column("a") > 5,
    sa.column("b").in_(["x", "y:z", "50%"]),
]


@pytest.mark.parametrize("check", CHECKS, ids=str)
@pytest.mark.parametrize("name", ["ck", None])
def test_a_check_is_found_as_declared(mysql_scratch: str, check: Any, name: str | None) -> None:
    metadata = sa.MetaData()
    sa.Table(
        "t",
        metadata,
        sa.Column("a", sa.Integer),
        sa.Column("b", sa.String(20)),
        sa.CheckConstraint(check, name=name),
    )
    _assert_converges(mysql_scratch, metadata)


def test_a_check_in_a_columns_own_text_is_found_as_declared(mysql_scratch: str) -> None:
    metadata = sa.MetaData()
    sa.Table("t", metadata, sa.Column("a", sa.Integer, sa.CheckConstraint("a > 5")))
    _assert_converges(mysql_scratch, metadata)


COMPUTED: list[sa.Computed] = [
    sa.Computed("a + 1"),
    sa.Computed("a + 1", persisted=True),
    sa.Computed("a + 1", persisted=False),
    sa.Computed("concat(b, 'x')"),
    sa.Computed("upper(b)", persisted=True),
    sa.Computed("CASE WHEN a > 1 THEN 'x' ELSE b END"),
]


@pytest.mark.parametrize("computed", COMPUTED, ids=lambda c: f"{c.sqltext} {c.persisted}")
def test_a_generated_column_is_found_as_declared(mysql_scratch: str, computed: sa.Computed) -> None:
    metadata = sa.MetaData()
    sa.Table(
        "t",
        metadata,
        sa.Column("a", sa.Integer),
        sa.Column("b", sa.String(20)),
        sa.Column("c", sa.String(30), computed._copy()),
    )
    _assert_converges(mysql_scratch, metadata)


def _key(**kw: Any) -> Callable[[sa.MetaData], None]:
    def build(metadata: sa.MetaData) -> None:
        sa.Table(
            "o", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("b", sa.Integer)
        )
        sa.Table(
            "t",
            metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("o_id", sa.Integer, index=kw.pop("index", None)),
            sa.ForeignKeyConstraint(["o_id"], ["o.id"], **kw),
        )

    return build


def _indexes(*items: sa.schema.SchemaItem) -> Callable[[sa.MetaData], None]:
    def build(metadata: sa.MetaData) -> None:
        sa.Table(
            "t",
            metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("a", sa.String(50)),
            sa.Column("b", sa.Text),
            sa.Column("c", sa.String(1000)),
            *items,
        )

    return build


TABLES: dict[str, Callable[[sa.MetaData], None]] = {
    "unnamed foreign key": _key(),
    "named foreign key": _key(name="fk"),
    "foreign key with actions": _key(name="fk", ondelete="CASCADE", onupdate="SET NULL"),
    "foreign key that restricts": _key(name="fk", ondelete="RESTRICT", onupdate="NO ACTION"),
    "foreign key with an index": _key(name="fk", index=True),
    "unique constraint": _indexes(sa.UniqueConstraint("a", name="uq")),
    "unnamed unique constraint": _indexes(sa.UniqueConstraint("a")),
    "unique index": _indexes(sa.Index("uq", "a", "id", unique=True)),
    "index": _indexes(sa.Index("ix", "id", "a")),
    "descending index": _indexes(sa.Index("ix", sa.desc("a"), "id")),
    "descending index of text": _indexes(sa.Index("ix", sa.text("a DESC"))),
    "index of a prefix": _indexes(sa.Index("ix", "a", "b", mysql_length={"b": 10})),
    "unique index of a prefix": _indexes(sa.Index("ix", "b", unique=True, mysql_length=10)),
    "index of a prefix that is all": _indexes(sa.Index("ix", "a", mysql_length=50)),
    "index of text for a prefix": _indexes(sa.Index("ix", sa.text("b(7)"))),
    "index that the server shortens": _indexes(sa.Index("ix", "c")),
    "full text": _indexes(sa.Index("ix", "b", mysql_prefix="FULLTEXT")),
    "hash that the engine does not have": _indexes(sa.Index("ix", "a", mysql_using="hash")),
    "btree": _indexes(sa.Index("ix", "a", mysql_using="btree")),
}


@pytest.mark.parametrize("name", TABLES)
def test_keys_and_indexes_are_found_as_declared(mysql_scratch: str, name: str) -> None:
    metadata = sa.MetaData()
    TABLES[name](metadata)
    _assert_converges(mysql_scratch, metadata)


def test_a_whole_table_is_found_as_declared(mysql_scratch: str) -> None:
    metadata = sa.MetaData(naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s"})
    sa.Table(
        "Order Line",
        metadata,
        sa.Column("order", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("line no", sa.Integer, primary_key=True),
        sa.Column("über", sa.String(10), comment='it\'s 50%: \\ "x"', index=True),
        sa.Column("at", sa.DateTime, server_default=sa.func.now(), nullable=False),
        sa.Column("key", sa.Integer, sa.Identity(start=5)),
        sa.CheckConstraint("`order` > 0", name="positive"),
        comment="a 'table'",
        mysql_engine="InnoDB",
        mysql_charset="latin1",
    )
    _assert_converges(mysql_scratch, metadata)


def test_mariadb_urls_speak_the_same(mysql_scratch: str) -> None:
    metadata = sa.MetaData()
    sa.Table(
        "t",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("b", sa.Text),
        sa.Column("u", sa.Uuid, server_default=sa.func.uuid()),
        sa.Index("ix", "b", mariadb_length=5),
        mariadb_engine="InnoDB",
    )
    url = mysql_scratch.replace("mysql+", "mariadb+", 1)
    with connected(url) as connection:
        if not getattr(connection.dialect, "is_mariadb", False):
            pytest.skip("the server is MySQL")
        metadata.create_all(connection)
        assert differences(connection, metadata) == ()


@pytest.mark.parametrize(
    ("made", "wanted"),
    [
        ("5", "6"),
        ("5", None),
        (None, "5"),
        (sa.func.now(), "2020-01-01"),
        (sa.text("now()"), sa.text("now() ON UPDATE now()")),
    ],
    ids=str,
)
def test_another_default_is_a_difference(mysql_scratch: str, made: Any, wanted: Any) -> None:
    type_ = sa.Integer() if "5" in (made, wanted) else sa.DateTime()
    with connected(mysql_scratch) as connection:
        _one_column(sa.Column("c", type_, server_default=made)).create_all(connection)
        models = _one_column(sa.Column("c", type_, server_default=wanted))
        (operation,) = differences(connection, models)
        assert operation.call().verb == "alter_column"
        assert "server_default" in dict(operation.call().kwargs)


def test_asking_the_server_leaves_nothing_behind_and_commits_nothing(mysql_scratch: str) -> None:
    models = _one_column(sa.Column("c", sa.DateTime, server_default="2020-01-01"))
    with connected(mysql_scratch) as connection:
        models.create_all(connection)
        connection.commit()
        connection.exec_driver_sql("INSERT INTO t VALUES (NULL, NULL)")
        assert differences(connection, models) == ()
        connection.rollback()
        assert connection.exec_driver_sql("SELECT count(*) FROM t").scalar() == 0
        assert connection.exec_driver_sql("SHOW TABLES").fetchall() == [("t",)]
        with pytest.raises(sa.exc.ProgrammingError):
            connection.exec_driver_sql("SELECT * FROM limbeck_read_back")


def test_what_the_server_refuses_stays_as_declared_and_the_rest_is_settled(
    mysql_scratch: str,
) -> None:
    made = _one_column(
        sa.Column("c", sa.DateTime, server_default="2020-01-01"), sa.Column("d", sa.Integer)
    )
    wanted = _one_column(
        sa.Column("c", sa.DateTime, server_default="2020-01-01"),
        sa.Column("d", sa.Integer, server_default=sa.text("no_such_function(1)")),
    )
    with connected(mysql_scratch) as connection:
        made.create_all(connection)
        (operation,) = differences(connection, wanted)
        assert operation.call().args == ("t", "d")


def _one_column(*columns: sa.Column[Any]) -> sa.MetaData:
    metadata = sa.MetaData()
    sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True), *columns)
    return metadata


def _assert_converges(url: str, metadata: sa.MetaData) -> None:
    with connected(url) as connection:
        metadata.create_all(connection)
        assert differences(connection, metadata) == ()
        server = inspected(connection)
        again = sa.MetaData()
        again.reflect(connection)
        assert {t.name.name for t in server} == {t.name for t in again.tables.values()}
        models = declared(connection, metadata)
        for table in server:
            assert set(table.columns) == set(models.table(table.name).columns)
            for column in table.columns.values():
                other = models.table(table.name).column(column.name)
                assert column.nullable == other.nullable
                assert column.comment == other.comment
                assert column.autoincrement == other.autoincrement
