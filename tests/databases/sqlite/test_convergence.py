"""What SQLAlchemy creates is found the same as it was declared."""

from __future__ import annotations

import enum
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateTable

from limbeck.metadata import build
from tests.databases.sqlite.support import DIALECT, Database


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


class Slug(sa.types.TypeDecorator[str]):
    impl = sa.String(20)
    cache_ok = True


TYPES: list[Any] = [
    *(sa.Integer, sa.BigInteger, sa.SmallInteger, sa.Boolean, sa.Date, sa.DateTime, sa.Time),
    *(sa.Interval, sa.Float, sa.Double, sa.Numeric, sa.String, sa.Text, sa.Unicode),
    *(sa.UnicodeText, sa.LargeBinary, sa.JSON, sa.Uuid, sa.PickleType),
    *(sa.INTEGER, sa.BIGINT, sa.SMALLINT, sa.VARCHAR, sa.NVARCHAR, sa.CHAR, sa.NCHAR, sa.TEXT),
    *(sa.CLOB, sa.DATE, sa.DATETIME, sa.TIME, sa.TIMESTAMP, sa.FLOAT, sa.REAL, sa.DOUBLE),
    *(sa.DOUBLE_PRECISION, sa.NUMERIC, sa.DECIMAL, sa.BLOB, sa.BINARY, sa.VARBINARY),
    *(sa.BOOLEAN, sa.UUID, sqlite.JSON, sqlite.DATETIME, sqlite.DATE, sqlite.TIME),
    *(sa.String(50), sa.String(50, collation="NOCASE"), sa.Text(collation="RTRIM")),
    *(sa.Numeric(10, 2), sa.DECIMAL(5), sa.Float(53), sa.CHAR(3), sa.VARBINARY(3)),
    *(sa.Enum("a", "b", name="e"), sa.Enum(Colour, name="ck", create_constraint=True)),
    *(sa.Boolean(create_constraint=True, name="ck"), sa.Boolean(create_constraint=True)),
    *(sa.String().with_variant(sa.Text(), "sqlite"), sa.DateTime(timezone=True), Slug()),
]

DEFAULTS: list[tuple[Any, Any]] = [
    (sa.Integer, "5"),
    (sa.Integer, sa.text("5")),
    (sa.Integer, sa.text("-5")),
    (sa.Integer, sa.text("1 + 1")),
    (sa.Integer, sa.text("NULL")),
    (sa.Float, "1.5"),
    (sa.Numeric(10, 2), sa.text("1.50")),
    (sa.String, "it's"),
    (sa.String, "a : b % c \\ d"),
    (sa.String, sa.text("'x'")),
    (sa.String, sa.text("5")),
    (sa.String, ""),
    (sa.Boolean, sa.true()),
    (sa.Boolean, sa.false()),
    (sa.Boolean, sa.text("0")),
    (sa.Boolean, sa.text("true")),
    (sa.DateTime, sa.func.now()),
    (sa.DateTime, sa.func.current_timestamp()),
    (sa.DateTime, sa.text("CURRENT_TIMESTAMP")),
    (sa.DateTime, sa.text("(datetime('now', 'localtime'))")),
    (sa.DateTime, sa.func.datetime("now")),
    (sa.Date, sa.func.current_date()),
    (sa.LargeBinary, sa.text("x'AB'")),
]


def converges(db: Database, metadata: sa.MetaData) -> None:
    """Created and read it equals the models, and again when it is created from what was read."""
    metadata.create_all(db.connection)
    found, wanted = db.normal(), db.declared(metadata)
    assert {str(n): t for n, t in found.tables.items()} == {
        str(n): t for n, t in wanted.tables.items()
    }
    assert DIALECT.normalize(found, db.connection.dialect) == found
    metadata.drop_all(db.connection)
    for table in found:
        built = build.table(table)
        db.connection.execute(CreateTable(built))
        for index in built.indexes:
            index.create(db.connection)
    assert db.normal() == found


@pytest.mark.parametrize("type_", TYPES, ids=repr)
def test_a_type(empty: Database, type_: Any) -> None:
    metadata = sa.MetaData()
    sa.Table("t", metadata, sa.Column("c", type_))
    converges(empty, metadata)


@pytest.mark.parametrize(("type_", "default"), DEFAULTS, ids=str)
def test_a_default(empty: Database, type_: Any, default: Any) -> None:
    metadata = sa.MetaData()
    sa.Table("t", metadata, sa.Column("c", type_, server_default=default, nullable=False))
    converges(empty, metadata)


@pytest.mark.parametrize("options", [{}, {"sqlite_with_rowid": False}], ids=repr)
@pytest.mark.parametrize(
    "columns",
    [
        (("id", sa.Integer, {}),),
        (("id", sa.Integer, {"autoincrement": False}),),
        (("id", sa.BigInteger, {}),),
        (("id", sa.String(5), {}),),
        (("a", sa.Integer, {}), ("b", sa.Integer, {})),
        (("id", sa.Integer, {"sqlite_on_conflict_primary_key": "FAIL"}),),
        (("id", sa.Integer, {"server_default": sa.Identity()}),),
    ],
    ids=repr,
)
def test_a_primary_key(empty: Database, columns: Any, options: dict[str, Any]) -> None:
    metadata = sa.MetaData()
    keys = [sa.Column(name, type_, primary_key=True, **kw) for name, type_, kw in columns]
    sa.Table("t", metadata, *keys, sa.Column("z", sa.Text), **options)
    converges(empty, metadata)


@pytest.mark.parametrize("kw", [{}, {"sqlite_on_conflict_primary_key": "FAIL"}], ids=repr)
def test_autoincrement(empty: Database, kw: dict[str, Any]) -> None:
    metadata = sa.MetaData()
    key = sa.Column("id", sa.Integer, primary_key=True, **kw)
    sa.Table("t", metadata, key, sqlite_autoincrement=True)
    converges(empty, metadata)


@pytest.mark.parametrize("kw", [{"name": "pk"}, {"sqlite_on_conflict": "FAIL"}], ids=repr)
def test_a_primary_key_that_is_a_constraint(empty: Database, kw: dict[str, Any]) -> None:
    metadata = sa.MetaData()
    sa.Table("t", metadata, sa.Column("id", sa.Integer), sa.PrimaryKeyConstraint("id", **kw))
    converges(empty, metadata)


def test_constraints_and_options(empty: Database) -> None:
    metadata = sa.MetaData()
    sa.Table(
        "parent",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("a b", sa.Integer, unique=True, sqlite_on_conflict_unique="fail"),
        sa.Column("x", sa.Integer),
        sa.UniqueConstraint("id", "x"),
    )
    sa.Table(
        "t",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("n", sa.Integer, nullable=False, sqlite_on_conflict_not_null="IGNORE"),
        sa.Column("order", sa.Integer, comment="not kept"),
        sa.Column("g", sa.Integer, sa.Computed("n*2", persisted=True)),
        sa.Column("g2", sa.Integer, sa.Computed("n * 2")),
        sa.Column("p", sa.ForeignKey("parent.id", ondelete="set null", onupdate="NO ACTION")),
        sa.Column("up", sa.ForeignKey("t.id", deferrable=True, initially="deferred")),
        sa.UniqueConstraint("p", "n", name="uq", sqlite_on_conflict="REPLACE"),
        sa.UniqueConstraint("order"),
        sa.CheckConstraint("n > 0 and g <> 'x:y %'", name="ck"),
        sa.CheckConstraint(sa.column("order") > 3),
        sa.ForeignKeyConstraint(["n"], ["parent.a b"], name="fk", match="FULL", deferrable=False),
        sa.ForeignKeyConstraint(["p", "n"], ["parent.id", "parent.x"], onupdate="CASCADE"),
        comment="not kept",
    )
    sa.Table("strict", metadata, sa.Column("a", sa.Text), sqlite_strict=True)
    converges(empty, metadata)


def test_indexes(empty: Database) -> None:
    metadata = sa.MetaData()
    table = sa.Table(
        "t",
        metadata,
        sa.Column("n", sa.Integer, index=True),
        sa.Column("s", sa.String(5), unique=True, index=True),
        sa.Column("order", sa.Integer),
    )
    sa.Index("ix_desc", table.c.n.desc(), table.c.s)
    sa.Index("ix_text_desc", sa.text("s desc"))
    sa.Index("ix_expr", sa.func.lower(table.c.s), unique=True, sqlite_where=table.c.n > 5)
    sa.Index("ix_collate", table.c.s.collate("NOCASE"))
    sa.Index("ix_where", table.c.order, sqlite_where=sa.text("\"order\" is not NULL and s='%'"))
    converges(empty, metadata)


def test_awkward_names(empty: Database) -> None:
    metadata = sa.MetaData()
    for name in ("größe", 'q"uote', "per%cent", "a.b", "select"):
        sa.Table(
            name,
            metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column(name, sa.Integer, index=True),
            sa.CheckConstraint(sa.column(name) > 1),
        )
    converges(empty, metadata)
