"""Operations in the field's tuple form."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from limbeck.dialects.base import dialect
from limbeck.diff.compare import compare
from limbeck.diff.tuples import as_tuples
from limbeck.metadata import load
from limbeck.schema.objects import Schema

SQLITE = sqlite.dialect()


def schema(collection: sa.MetaData) -> Schema:
    return dialect("sqlite").normalize(load.schema(collection, SQLITE), SQLITE)


def test_each_difference_in_the_form_that_users_know() -> None:
    old, new = sa.MetaData(), sa.MetaData()
    for collection in (old, new):
        sa.Table("p", collection, sa.Column("id", sa.Integer, primary_key=True))
    sa.Table("gone", old, sa.Column("a", sa.Integer))
    sa.Table(
        "t",
        old,
        sa.Column("a", sa.Integer, server_default="5"),
        sa.Column("d", sa.Integer),
        sa.UniqueConstraint("a", name="u"),
    )
    sa.Table("fresh", new, sa.Column("x", sa.Integer, index=True))
    sa.Table(
        "t",
        new,
        sa.Column("a", sa.BigInteger, nullable=False, server_default="6"),
        sa.Column("e", sa.Integer, sa.ForeignKey("p.id", name="f")),
        sa.Index("i", "a"),
    )
    before, after = schema(old), schema(new)
    diffs = as_tuples(compare(before, after), before, after)
    singles = [d for d in diffs if isinstance(d, tuple)]
    assert [d[0] for d in singles] == [
        "add_table",
        "add_index",
        "remove_constraint",
        "add_column",
        "remove_column",
        "add_index",
        "add_fk",
        "remove_table",
    ]
    by_kind = {d[0]: d for d in singles}
    assert by_kind["add_table"][1].name == "fresh"
    assert by_kind["add_column"][1:3] == (None, "t")
    assert by_kind["add_column"][3].name == "e"
    assert by_kind["remove_column"][3].table.name == "t"
    assert by_kind["add_index"][1].table.name == "t"
    assert by_kind["remove_constraint"][1].table.name == "t"
    assert by_kind["add_fk"][1].elements[0].target_fullname == "p.id"
    (column,) = [d for d in diffs if isinstance(d, list)]
    assert [c[:4] for c in column] == [
        ("modify_type", None, "t", "a"),
        ("modify_nullable", None, "t", "a"),
        ("modify_default", None, "t", "a"),
    ]
    modify_type, modify_nullable, modify_default = column
    assert isinstance(modify_type[6], sa.BigInteger)
    assert modify_nullable[5:] == (True, False)
    assert set(modify_nullable[4]) == {
        "existing_type",
        "existing_server_default",
        "existing_comment",
    }
    assert (modify_default[5].arg, modify_default[6].arg) == ("5", "6")


def test_comments() -> None:
    from sqlalchemy.dialects import postgresql

    def make(comment: str | None, column_comment: str | None) -> Schema:
        collection = sa.MetaData()
        column = sa.Column("a", sa.Integer, comment=column_comment)
        sa.Table("t", collection, column, comment=comment)
        found = postgresql.dialect()
        return dialect("postgresql").normalize(load.schema(collection, found), found)

    before, after = make("old", None), make("new", "said")
    (change,), comment = as_tuples(compare(before, after), before, after)
    assert comment[0] == "add_table_comment"
    assert (comment[1].comment, comment[2]) == ("new", "old")
    assert change[0] == "modify_comment"
    assert change[5:] == (None, "said")
