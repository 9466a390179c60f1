"""The normal form of SQL text, and what counts as a name in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limbeck.dialects.sqlite.tokens import canonical, identifier, mentions, renamed, tokens


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("( a  >0 AND lower( \"b\" ) <>'x')", "a > 0 AND lower(b) != 'x'"),
        ("((a)) == 1", "((a)) = 1"),
        ("((a == 1))", "a = 1"),
        ("(a) + (b)", "(a) + (b)"),
        ("x in(1,2)", "x IN (1, 2)"),
        ("- 5", "-5"),
        ("a - 5", "a - 5"),
        ("a*-b", "a * -b"),
        ('"order" is not null', '"order" IS NOT NULL'),
        ("[a b] || `c`", '"a b" || c'),
        ("CAST(a as text)", "cast(a AS TEXT)"),
        ('a collate "nocase"', "a COLLATE NOCASE"),
        ("t.a -- trailing\n > 1 /* and ( */", "t.a > 1"),
        ("0XFF", "0xff"),
        ("x'AB'", "x'ab'"),
        ("a->>'$.b'", "a ->> '$.b'"),
        ("CURRENT_timestamp", "CURRENT_TIMESTAMP"),
    ],
)
def test_expressions_are_written_one_way(sql: str, expected: str) -> None:
    assert [t.text for t in tokens(canonical(sql))] == [t.text for t in tokens(expected)]
    assert canonical(sql) == canonical(expected)


@given(st.text(alphabet="ab\"'`[](),.<>=!-+*/ \n|5.x_:?%ß", max_size=30))
def test_tokens_stand_where_they_say(sql: str) -> None:
    found = tokens(sql)
    assert [sql[t.start : t.end] for t in found] == [t.text for t in found]
    assert [t.start for t in found] == sorted(t.start for t in found)


WORDS = ["a", '"b c"', "[order]", "5", "'it''s'", "lower(a)", "NULL", "(a)", "-a", "x'ab'"]
OPERATORS = ["+", "-", "*", "||", "==", "<>", " and ", " IN ", " is not ", " COLLATE nocase = "]


@given(st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(OPERATORS)), min_size=1))
def test_the_normal_form_is_its_own_normal_form(parts: list[tuple[str, str]]) -> None:
    once = canonical("".join(word + operator for word, operator in parts) + "1")
    assert canonical(once) == once


def test_a_name_in_a_string_is_no_mention() -> None:
    assert not mentions("kind IN ('a', 'b')", "a")
    assert mentions('kind = "A"', "a")
    assert not mentions("ab + ba", "a")


def test_renaming_leaves_strings_comments_and_layout() -> None:
    sql = "CHECK (a  > 'a' /* a */ AND \"A\" < 5)"
    assert renamed(sql, "a", "my col") == 'CHECK ("my col"  > \'a\' /* a */ AND "my col" < 5)'


@pytest.mark.parametrize("name", ["a", "A1", "_x"])
def test_plain_names_stay_bare(name: str) -> None:
    assert identifier(name) == name


@pytest.mark.parametrize("name", ["order", "a b", "1a", "größe", 'q"uote'])
def test_other_names_are_quoted(name: str) -> None:
    assert identifier(name) == '"' + name.replace('"', '""') + '"'
