"""What an expression names, and what a constraint is called that nobody named."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from limbeck.operations.mentions import mentions, uses
from limbeck.operations.names import by_default_name, default_name
from limbeck.schema.constraints import Check, ForeignKey, PrimaryKey, Unique
from limbeck.schema.named import Named
from limbeck.schema.names import Name
from limbeck.schema.objects import Column, Index, IndexElement, Table
from limbeck.schema.types import Expression, SqlType


def text(sql: str) -> Expression:
    return Expression(sql, sql, "normalized")


@pytest.mark.parametrize(
    ("sql", "column", "expected"),
    [
        ("a > 0", "a", True),
        ("ab > 0", "a", False),
        ("b = 'a'", "a", False),
        ("b = 'it''s a'", "a", False),
        ('"my col" > 0', "my col", True),
        ("`tick``ed` > 0", "tick`ed", True),
        ("[in brackets] > 0", "in brackets", True),
        ("a IN (1, 2)", "in", False),
        ('"in" IN (1, 2)', "in", True),
        ("length(b) > 0", "length", False),
        ("b::text = ''", "text", False),
        ("key > 0", "Key", True),
        ("größe > 0", "größe", True),
    ],
)
def test_an_expression_names_its_columns_and_not_its_words(
    sql: str, column: str, expected: bool
) -> None:
    assert mentions(text(sql), column) is expected


def test_an_index_uses_what_it_includes_and_what_its_condition_names() -> None:
    options = (("postgresql_include", ("b",)), ("postgresql_where", text("c > 0")))
    index = Index(
        "i", (IndexElement("a"), IndexElement(expression=text("lower(d)"))), False, options
    )
    assert [column for column in "abcde" if uses(index, column)] == ["a", "b", "c", "d"]


NUMBER = SqlType(sa.Integer(), "integer", "normalized")
COLUMNS = Named([Column("a", NUMBER), Column("b", NUMBER)])


@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        (PrimaryKey(("a",)), "t_pkey"),
        (Unique(("a", "b")), "t_a_b_key"),
        (ForeignKey(("a",), Name("p"), ("id",)), "t_a_fkey"),
        (Check(text("a > 0")), "t_a_check"),
        (Check(text("a > b")), "t_check"),
    ],
)
def test_a_constraint_is_called_as_postgresql_calls_it(constraint: object, expected: str) -> None:
    assert default_name(Table(Name("t"), COLUMNS), constraint) == expected


def test_a_long_name_is_cut_to_what_every_server_takes() -> None:
    long = Table(Name("ü" * 60), COLUMNS)
    name = default_name(long, Unique(("a",)))
    assert len(name.encode()) <= 63
    assert name.endswith("_key")
    assert name != default_name(long, Unique(("b",)))


def test_an_unnamed_constraint_is_found_by_the_name_it_would_have() -> None:
    named, first, second = Unique(("a",), "t_a_key"), Unique(("a",)), Check(text("a > b"))
    table = Table(Name("t"), COLUMNS, (named, first, second))
    assert by_default_name(table, "t_a_key1") == first
    assert by_default_name(table, "t_check", Check) == second
    assert by_default_name(table, "t_check", Unique) is None
    assert by_default_name(table, "t_a_key") is None
