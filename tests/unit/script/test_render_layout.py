"""The layout of expressions, and how values are spelled."""

from __future__ import annotations

import datetime
import decimal
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limbeck.script.layout import Atom, Bracket, Chain, Keyword, Node, call, lines, width
from limbeck.script.literals import from_source, keywords, literal, string


def laid(node: Node, room: int) -> str:
    return "\n".join(lines(node, room))


def tree(source: str) -> Node:
    found = from_source(source)
    assert found is not None
    return found


def test_a_call_that_fits_stands_on_one_line() -> None:
    assert laid(tree("f(1, a=[2, 3])"), 14) == "f(1, a=[2, 3])"


def test_arguments_that_fit_on_one_line_of_their_own_get_no_trailing_comma() -> None:
    assert laid(tree("function(first, second)"), 20) == "function(\n    first, second\n)"


def test_arguments_that_do_not_fit_stand_one_a_line_with_a_trailing_comma() -> None:
    assert laid(tree("f(first, [second, third])"), 12) == (
        "f(\n    first,\n    [\n        second,\n        third,\n    ],\n)"
    )


def test_a_lone_argument_that_is_split_itself_gets_no_trailing_comma() -> None:
    assert laid(tree("f(g(first, second))"), 12) == (
        "f(\n    g(\n        first,\n        second,\n    )\n)"
    )


def test_the_comma_behind_an_argument_counts_as_a_column() -> None:
    exact = Bracket("f(", (Atom("aaaa"), Atom("bbbbbbbb")), ")")
    assert laid(call("g", exact, Atom("c" * 20)), 22) == (
        "g(\n    f(aaaa, bbbbbbbb),\n    cccccccccccccccccccc,\n)"
    )
    assert "f(\n" in laid(call("g", exact, Atom("c" * 20)), 21)


def test_an_empty_call_and_a_long_string_are_never_split() -> None:
    assert laid(call("x" * 30), 10) == "x" * 30 + "()"
    assert laid(Atom("x" * 30), 10) == "x" * 30


def test_one_method_keeps_to_its_value_and_two_stand_on_lines_of_their_own() -> None:
    base = call("sa.String", Atom("5"))
    first = Bracket(".with_variant(", (Atom("aaaaaaaaaa"), Atom("b")), ")")
    assert laid(Chain(base, (first,)), 30) == ("sa.String(5).with_variant(\n    aaaaaaaaaa, b\n)")
    assert laid(Keyword("t=", Chain(base, (first, first))), 40) == (
        "t=sa.String(5)\n.with_variant(aaaaaaaaaa, b)\n.with_variant(aaaaaaaaaa, b)"
    )


def test_a_tuple_of_one_keeps_its_comma() -> None:
    assert laid(tree("(1,)"), 10) == "(1,)"


def test_wide_characters_take_two_columns() -> None:
    assert width("名前") == 4
    assert width("größe") == 5


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain", '"plain"'),
        ("it's", '"it\'s"'),
        ('say "hi"', "'say \"hi\"'"),
        ('it\'s "x"', "'it\\'s \"x\"'"),
        ("''\"", '"\'\'\\""'),
        ("a\\b\n", '"a\\\\b\\n"'),
        ("\x07é\u200b", '"\\x07é\\u200b"'),
        (b'x"y', "b'x\"y'"),
    ],
)
def test_strings_are_quoted_as_formatters_quote_them(value: str | bytes, expected: str) -> None:
    assert string(value) == expected
    assert eval(expected) == value


@given(st.text(st.sampled_from("\\'\"\n\x07a:é\udc80")))
def test_a_string_evaluates_to_itself(value: str) -> None:
    assert eval(string(value)) == value
    encoded = value.encode("utf-8", "surrogatepass")
    assert eval(string(encoded)) == encoded


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        -3,
        1e30,
        1.5e-7,
        "it's",
        b"\x00",
        [1, ("a",), {"k": [None]}],
        datetime.datetime(2024, 1, 2, 3, 4, 5, 6),
        datetime.datetime(2024, 1, 2, tzinfo=datetime.timezone.utc),
        datetime.date(2024, 1, 2),
        datetime.time(3, 4),
        datetime.timedelta(days=-1, seconds=3),
        decimal.Decimal("1.50"),
        uuid.UUID(int=7),
    ],
)
def test_a_literal_with_its_imports_evaluates_to_the_value(value: object) -> None:
    imports: set[str] = set()
    source = laid(literal(value, imports), 10_000)
    names: dict[str, object] = {}
    exec("\n".join(sorted(imports)), names)
    assert eval(source, names) == value


def test_a_value_without_a_literal_is_refused() -> None:
    with pytest.raises(TypeError, match="has no literal"):
        literal(object(), set())


def test_keys_that_are_no_identifiers_come_unpacked() -> None:
    node = call("f", *keywords([("a", Atom("1")), ("class", Atom("2")), ("b c", Atom("3"))]))
    assert laid(node, 80) == 'f(a=1, **{"class": 2, "b c": 3})'


@pytest.mark.parametrize("source", ["lambda: 1", "a + b", "f(x for x in y)", "not python"])
def test_source_that_is_no_simple_expression_is_no_tree(source: str) -> None:
    assert from_source(source) is None
