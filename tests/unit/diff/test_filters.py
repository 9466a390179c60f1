"""Filters: what they are asked, and what they take out."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from limbeck.dialects.base import dialect
from limbeck.diff.compare import compare
from limbeck.diff.filters import Candidate, keep, without_tables
from limbeck.metadata import load
from limbeck.schema.names import Name
from limbeck.schema.objects import Schema

POSTGRESQL = postgresql.dialect()


def schema(collection: sa.MetaData) -> Schema:
    return dialect("postgresql").normalize(load.schema(collection, POSTGRESQL), POSTGRESQL)


def before() -> Schema:
    collection = sa.MetaData()
    sa.Table("gone", collection, sa.Column("id", sa.Integer, index=True))
    sa.Table("both", collection, sa.Column("id", sa.Integer), sa.Column("old", sa.Integer))
    return schema(collection)


def after() -> Schema:
    collection = sa.MetaData()
    sa.Table("new", collection, sa.Column("id", sa.Integer, index=True))
    sa.Table(
        "both",
        collection,
        sa.Column("id", sa.Integer),
        sa.Column("fresh", sa.Integer),
        sa.UniqueConstraint("id", name="u"),
    )
    return schema(collection)


def test_a_filter_is_asked_once_about_what_both_sides_have() -> None:
    asked: list[tuple[str, str | None, bool, bool]] = []

    def predicate(candidate: Candidate) -> bool:
        asked.append(
            (
                candidate.kind,
                candidate.name,
                candidate.reflected,
                candidate.compare_to is not None,
            )
        )
        return True

    first, second = before(), after()
    assert keep(first, second, predicate) == (first, second)
    assert sorted(asked, key=str) == sorted(
        [
            ("table", "gone", True, False),
            ("index", "ix_gone_id", True, False),
            ("table", "new", False, False),
            ("index", "ix_new_id", False, False),
            ("table", "both", False, True),
            ("column", "id", False, True),
            ("column", "old", True, False),
            ("column", "fresh", False, False),
            ("unique_constraint", "u", False, False),
        ],
        key=str,
    )


def test_what_a_filter_turns_down_is_on_neither_side() -> None:
    unwanted = {"gone", "new", "old", "fresh", "u"}
    kept = keep(before(), after(), lambda candidate: candidate.name not in unwanted)
    assert compare(*kept) == ()


def test_a_changed_foreign_key_is_asked_about_on_each_side() -> None:
    def make(action: str | None) -> Schema:
        collection = sa.MetaData()
        sa.Table("p", collection, sa.Column("id", sa.Integer, primary_key=True))
        key = sa.ForeignKey("p.id", name="f", ondelete=action)
        sa.Table("c", collection, sa.Column("p_id", key))
        return schema(collection)

    asked: list[bool] = []

    def predicate(candidate: Candidate) -> bool:
        if candidate.kind == "foreign_key_constraint":
            assert candidate.compare_to is not None
            asked.append(candidate.reflected)
        return True

    keep(make(None), make("CASCADE"), predicate)
    assert asked == [True, False]
    asked.clear()
    keep(make(None), make(None), predicate)
    assert asked == [False]


def test_the_version_table_is_on_neither_side() -> None:
    assert list(without_tables(before(), [Name("gone")]).tables) == [Name("both")]
