"""Schemas as JSON and as a digest."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from limbeck.schema.codec import digest, from_json, to_json
from limbeck.schema.constraints import Check, ForeignKey, PrimaryKey, Unique
from limbeck.schema.named import Named
from limbeck.schema.names import Name
from limbeck.schema.objects import Column, Computed, Identity, Index, IndexElement, Schema, Table
from limbeck.schema.types import EnumType, Expression, SqlType


def text(sql: str) -> Expression:
    return Expression(sql, sql, "normalized")


NUMBER = SqlType(sa.Integer(), "integer", "normalized")
MOOD = SqlType(sa.Enum("a"), "mood", "normalized", Name("mood"))

TABLE = Table(
    Name("t", "other"),
    Named(
        [
            Column("id", NUMBER, False, identity=Identity(True, (("start", 5),))),
            Column("größe", NUMBER, default=text("'1'::text"), comment='"quoted"'),
            Column("mood", MOOD, computed=Computed(text("id + 1"), True)),
        ]
    ),
    (
        PrimaryKey(("id",), "pk"),
        Unique(("id", "mood"), deferrable=True),
        ForeignKey(("id",), Name("p"), ("id",), on_delete="CASCADE"),
        Check(text("id > 0"), type_bound=True),
    ),
    Named(
        [
            Index(
                "ix",
                (IndexElement("id", descending=True), IndexElement(expression=text("lower(x)"))),
                True,
                (("postgresql_include", ("mood",)), ("postgresql_where", text("id > 1"))),
            )
        ]
    ),
)
SCHEMA = Schema(Named([TABLE]), Named([EnumType(Name("mood"), ("a", "b"))]))


def test_everything_comes_back() -> None:
    again = from_json(to_json(SCHEMA))
    assert again == SCHEMA
    assert list(again.table(TABLE.name).columns) == ["id", "größe", "mood"]


def test_the_digest_does_not_depend_on_the_order_of_columns() -> None:
    turned = replace(TABLE, columns=Named(reversed(list(TABLE.columns.values()))))
    assert digest(SCHEMA.with_table(turned)) == digest(SCHEMA)


def test_the_digest_depends_on_everything_else() -> None:
    changed = [
        SCHEMA.with_table(replace(TABLE, comment="new")),
        SCHEMA.with_table(TABLE.without_index("ix")),
        SCHEMA.with_table(TABLE.with_column(Column("id", NUMBER, False))),
        SCHEMA.with_enum(EnumType(Name("mood"), ("b", "a"))),
        SCHEMA.without_table(TABLE.name),
    ]
    assert len({digest(schema) for schema in (SCHEMA, *changed)}) == 6


@pytest.mark.parametrize("given", ["[]", '{"@": "Table"}', '{"@": "Nothing"}', '"text"', "{"])
def test_what_is_no_schema_is_refused(given: str) -> None:
    with pytest.raises(ValueError):
        from_json(given)
