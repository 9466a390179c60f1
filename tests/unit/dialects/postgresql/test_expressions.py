"""Canonical texts: what is equal becomes equal, what differs stays different."""

from __future__ import annotations

import pytest

from limbeck.dialects.postgresql.expressions import (
    canonical,
    canonical_default,
    index_element,
    is_identifier,
    literal,
    without_direction,
)


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("a>5", "((a > 5))"),
        ("a > -1", "a > '-1'::integer"),
        ("a=-1", "a = - 1"),
        ("price > 5", "price > 5::numeric"),
        ("s != 'x'", "(s <> 'x'::text)"),
        ('"a" IS NOT NULL', "a is  not null"),
        ("now()", "NOW()"),
        ("(now() at time zone 'utc')", "(now() AT TIME ZONE 'utc'::text)"),
        ("d > '2020-01-01'", "d > '2020-01-01'::timestamp(3) without time zone"),
        ("i < '1 day'", "i < '1 day'::interval day to second(3)"),
        ("x = $$it's$$", "x = 'it''s'::text"),
        ("x = E'a\\\\b'", "x = 'a\\b'"),
        ("a -- why\n > /* not */ 5", "a > 5"),
        ("s = any(array['a', 'b'])", "s = ANY (ARRAY['a'::varchar, 'b'::varchar]::text[])"),
        ("nextval('n')", "nextval('n'::regclass)"),
    ],
)
def test_two_spellings_of_one_expression_are_equal(written: str, printed: str) -> None:
    assert canonical(written) == canonical(printed)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a > 5", "a >= 5"),
        ("a AND (b OR c)", "(a AND b) OR c"),
        ("'A'", "'a'"),
        ("'a  b'", "'a b'"),
        ('"A"', '"a"'),
        ("now()", "CURRENT_TIMESTAMP"),
        ("a::text = '5'", "a = '5'"),
        ("(a) + (b)", "a + b) + (b"),
        ("('now'::text)::date", "'now'::date"),
        ('"user"', "user"),
        ("'a' 'b'", "'a b'"),
    ],
)
def test_two_expressions_stay_different(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)


@pytest.mark.parametrize("sql", ["a > 5", "f(a, b)[1]", "'x'", "a AND NOT (b)", "E'\\n'", "x.y::t"])
def test_canonical_text_is_stable(sql: str) -> None:
    assert canonical(canonical(sql)) == canonical(sql)


@pytest.mark.parametrize(
    ("sql", "type_", "expected"),
    [
        ("'5'", "integer", "'5'"),
        ("5", "integer", "'5'"),
        ("(-5)", "integer", "'-5'"),
        ("'-5'::integer", "integer", "'-5'"),
        ("'5'::bigint", "bigint", "'5'"),
        ("'x'::character varying(5)", "character varying(5)", "'x'"),
        ("'x'::text::character varying(5)", "character varying(5)", "'x'"),
        ("'t'", "boolean", "true"),
        ("'0'", "boolean", "false"),
        ("TRUE", "boolean", "true"),
        ("'t'", "text", "'t'"),
        ("NULL::character varying", "character varying", None),
        ("null", "integer", None),
        ("'happy'::mood", "mood", "'happy'"),
        ("1 + 2", "integer", "1 + 2"),
    ],
)
def test_a_literal_default_is_one_text(sql: str, type_: str, expected: str | None) -> None:
    assert canonical_default(sql, type_) == expected


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("a", ("a", False, None)),
        ("a DESC", ("a", True, None)),
        ("a desc nulls first", ("a", True, None)),
        ("a DESC NULLS LAST", ("a", True, "last")),
        ("lower(a) NULLS FIRST", ("lower(a)", False, "first")),
        ("(data -> 'x'::text) ASC", ("data -> 'x'", False, None)),
    ],
)
def test_the_direction_of_an_index_element_is_apart(
    sql: str, expected: tuple[str, bool, str | None]
) -> None:
    assert index_element(sql) == expected


def test_the_text_without_direction_keeps_its_spelling() -> None:
    assert without_direction('lower("User") DESC NULLS LAST') == 'lower("User")'
    assert without_direction("describe(a)") == "describe(a)"


def test_names_are_told_from_expressions() -> None:
    assert is_identifier("a") == "a"
    assert is_identifier('"a ""b"') == 'a "b'
    assert is_identifier("a + b") is None
    assert is_identifier("'a'") is None


def test_a_literal_loses_its_cast_and_nothing_else_does() -> None:
    assert literal("'a'::mood") == "'a'"
    assert literal("5") == "'5'"
    assert literal("now()") is None
