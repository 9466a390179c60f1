"""SQLite's SQL as tokens, and the one way in which an expression is written for comparison."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

Kind: TypeAlias = Literal["word", "quoted", "string", "number", "blob", "symbol"]


class Token(NamedTuple):
    """One token. `start` and `end` are its place in the text it was read from."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def value(self) -> str:
        """A name or string without its quotes."""
        return unquoted(self.text)


_TOKEN = re.compile(
    r"""
    (?: \s+ | --[^\n]* | /\*.*?(?:\*/|\Z) )*
    (?: (?P<end> \Z )
  | (?P<blob> [xX]'[^']*' )
  | (?P<word> [^\W\d][\w$]* )
  | (?P<number> 0[xX][0-9a-fA-F]+ | (?:\d[\d_]*\.?[\d_]* | \.\d+)(?:[eE][+-]?\d+)? )
  | (?P<symbol> \|\| | << | >> | <= | >= | <> | != | == | ->>? | [^\s\w"'`\[] )
  | (?P<quoted> "(?:[^"]|"")*" | `(?:[^`]|``)*` | \[[^\]]*\] )
  | (?P<string> '(?:[^']|'')*' )
  | (?P<stray> . ) )
    """,
    re.VERBOSE | re.DOTALL,
)

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")

_KEYWORDS = """
    ABORT ACTION ADD AFTER ALL ALTER ALWAYS ANALYZE AND AS ASC ATTACH AUTOINCREMENT BEFORE BEGIN
    BETWEEN BY CASCADE CASE CAST CHECK COLLATE COLUMN COMMIT CONFLICT CONSTRAINT CREATE CROSS
    CURRENT CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP DATABASE DEFAULT DEFERRABLE DEFERRED DELETE
    DESC DETACH DISTINCT DO DROP EACH ELSE END ESCAPE EXCEPT EXCLUDE EXCLUSIVE EXISTS EXPLAIN FAIL
    FALSE FILTER FIRST FOLLOWING FOR FOREIGN FROM FULL GENERATED GLOB GROUP GROUPS HAVING IF IGNORE
    IMMEDIATE IN INDEX INDEXED INITIALLY INNER INSERT INSTEAD INTERSECT INTO IS ISNULL JOIN KEY LAST
    LEFT LIKE LIMIT MATCH MATERIALIZED NATURAL NO NOT NOTHING NOTNULL NULL NULLS OF OFFSET ON OR
    ORDER OTHERS OUTER OVER PARTITION PLAN PRAGMA PRECEDING PRIMARY QUERY RAISE RANGE RECURSIVE
    REFERENCES REGEXP REINDEX RELEASE RENAME REPLACE RESTRICT RETURNING RIGHT ROLLBACK ROW ROWS
    SAVEPOINT SELECT SET TABLE TEMP TEMPORARY THEN TIES TO TRANSACTION TRIGGER TRUE UNBOUNDED UNION
    UNIQUE UPDATE USING VACUUM VALUES VIEW VIRTUAL WHEN WHERE WINDOW WITH WITHOUT
    """
KEYWORDS = frozenset(_KEYWORDS.split())
"""Words that are written in capitals in the normal form, and quoted where they are names."""

_OPERATORS = """
    AND BETWEEN BY CASE COLLATE ELSE ESCAPE EXISTS FROM GLOB HAVING IN IS ISNULL LIKE MATCH NOT
    NOTNULL NULL ON OR REGEXP SELECT THEN WHEN WHERE AS
    """
_OPERATOR_WORDS = frozenset(_OPERATORS.split())
"""Keywords that an opening parenthesis does not make a function call."""


def tokens(sql: str) -> list[Token]:
    """The tokens of a text; white space and comments are left out."""
    found: list[Token] = []
    for match in _TOKEN.finditer(sql):
        kind = match.lastgroup
        if kind is None or kind == "end":
            break
        start, end = match.span(kind)
        found.append(Token(kind, sql[start:end], start, end))
    return found


def unquoted(text: str) -> str:
    """A name or string without its quotes; anything else as it is."""
    first = text[:1]
    if first in ('"', "'", "`"):
        return text[1:-1].replace(first * 2, first)
    return text[1:-1] if first == "[" else text


def quoted(name: str) -> str:
    """A name in double quotes."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A string literal."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A name as the normal form writes it: quoted only where it has to be."""
    if _PLAIN.match(name) and name.upper() not in KEYWORDS:
        return name
    return quoted(name)


def closing(found: Sequence[Token], opening: int) -> int:
    """The place of the parenthesis that closes the one at `opening`; the end if there is none."""
    depth = 0
    for place in range(opening, len(found)):
        text = found[place].text
        if text == "(":
            depth += 1
        elif text == ")":
            depth -= 1
            if depth == 0:
                return place
    return len(found)


def without_parentheses(found: Sequence[Token]) -> Sequence[Token]:
    """The tokens without parentheses that hold all of them."""
    while len(found) > 1 and found[0].text == "(" and closing(found, 0) == len(found) - 1:
        found = found[1:-1]
    return found


@lru_cache(maxsize=4096)
def canonical(sql: str) -> str:
    """An expression in its normal form.

    Keywords are upper case, function names lower case, names are quoted only where they must be,
    white space is one blank where there is any, comments and outer parentheses are gone, and
    ``==`` and ``<>`` are ``=`` and ``!=``. Nothing is reordered or evaluated.
    """
    return canonical_tokens(without_parentheses(tokens(sql)))


def canonical_tokens(found: Sequence[Token]) -> str:
    """Those tokens in the normal form."""
    parts: list[str] = []
    glued = True
    for place, token in enumerate(found):
        following = found[place + 1].text if place + 1 < len(found) else ""
        text = _word(token, following, found[place - 1].text.upper() if place else "")
        if not glued and not _sticks(found, place):
            parts.append(" ")
        parts.append(text)
        glued = text in ("(", ".") or (text in ("-", "+", "~") and _is_unary(found, place))
    return "".join(parts)


_SAME_SYMBOL = {"==": "=", "<>": "!="}


def _word(token: Token, following: str, preceding: str) -> str:
    if token.kind == "quoted":
        return token.value.upper() if preceding == "COLLATE" else identifier(token.value)
    if token.kind == "word":
        upper = token.text.upper()
        if preceding in ("COLLATE", "AS"):
            return upper
        if following == "(" and upper not in _OPERATOR_WORDS:
            return token.text.lower()
        return upper if upper in KEYWORDS else token.text
    if token.kind == "symbol":
        return _SAME_SYMBOL.get(token.text, token.text)
    return token.text.lower() if token.kind in ("number", "blob") else token.text


def _sticks(found: Sequence[Token], place: int) -> bool:
    """Whether no blank stands before that token."""
    token, before = found[place], found[place - 1]
    if token.text in (")", ",", "."):
        return True
    return (
        token.text == "("
        and before.kind in ("word", "quoted")
        and before.text.upper() not in _OPERATOR_WORDS
    )


def _is_unary(found: Sequence[Token], place: int) -> bool:
    if place == 0 or found[place].text == "~":
        return True
    before = found[place - 1]
    if before.kind == "symbol":
        return before.text != ")"
    return before.kind == "word" and before.text.upper() in _OPERATOR_WORDS


def mentions(sql: str, name: str) -> bool:
    """Whether a name occurs in that text as a token, whatever its case and quotes."""
    return name.casefold() in names_in(sql)


def names_in(sql: str) -> frozenset[str]:
    """Every word and quoted name of a text, case-folded."""
    return frozenset(t.value.casefold() for t in tokens(sql) if t.kind in ("word", "quoted"))


def renamed(sql: str, old: str, new: str) -> str:
    """The text with each name `old` replaced; strings, comments and layout stay."""
    wanted = old.casefold()
    parts: list[str] = []
    done = 0
    for token in tokens(sql):
        if token.kind in ("word", "quoted") and token.value.casefold() == wanted:
            parts += (sql[done : token.start], identifier(new))
            done = token.end
    return "".join((*parts, sql[done:]))
