"""What SQLAlchemy creates is found the same as it was declared."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.schema import CreateTable

from limbeck.metadata import build
from tests.databases.sqlite.support import DIALECT, Database


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
