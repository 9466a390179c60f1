"""Inspection through SQLAlchemy alone, shown on SQLite."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.sql.elements import conv

from limbeck.dialects.base import Request
from limbeck.dialects.reflection import inspect, normalize
from limbeck.metadata import load
from limbeck.schema.names import Name
from limbeck.schema.objects import Schema


@pytest.fixture
def metadata() -> sa.MetaData:
    collection = sa.MetaData()
    sa.Table("o", collection, sa.Column("id", sa.Integer, primary_key=True))
    sa.Table(
        "t",
        collection,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("a", sa.String(5), server_default="X", nullable=False),
        sa.Column("o_id", sa.Integer, index=True),
        sa.UniqueConstraint("a", name="uq"),
        sa.ForeignKeyConstraint(["o_id"], ["o.id"], name="fk", ondelete="CASCADE"),
        sa.CheckConstraint("a <> 'Y'", name="ck"),
    )
    return collection


def read(metadata: sa.MetaData, request: Request) -> Schema:
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        metadata.create_all(connection)
        return normalize(inspect(connection, request), engine.dialect)


def test_what_is_read_equals_what_was_declared(metadata: sa.MetaData) -> None:
    found = read(metadata, Request())
    dialect = sa.create_engine("sqlite://").dialect
    declared = normalize(load.schema(metadata, dialect), dialect)
    assert normalize(declared, dialect) == declared
    table, model = found.table(Name("t")), declared.table(Name("t"))
    assert table.columns == model.columns
    assert set(table.constraints) == set(model.constraints)
    assert table.indexes == model.indexes
    assert all(isinstance(c.name, conv) for c in table.constraints if c.name)


def test_only_what_is_asked_for_is_read(metadata: sa.MetaData) -> None:
    found = read(metadata, Request(tables=(Name("t"), Name("gone"))))
    assert list(found.tables) == [Name("t")]
    assert list(read(metadata, Request(exclude=(Name("t"),))).tables) == [Name("o")]


def test_a_filter_leaves_out_parts(metadata: sa.MetaData) -> None:
    def include(name: str | None, kind: str, parents: object) -> bool:
        return name not in ("o", "a", "uq", "ck", "ix_t_o_id")

    (table,) = read(metadata, Request(include_name=include))
    assert list(table.columns) == ["id", "o_id"]
    assert [c.name for c in table.constraints] == [None, "fk"]
    assert not table.indexes
