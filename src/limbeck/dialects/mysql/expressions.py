"""Normal forms of defaults, checks and other expressions, as text alone can tell."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from limbeck.dialects.mysql.lexer import Token, bare, closing, joined, quoted, tokens

NUMERIC = frozenset(
    "tinyint smallint mediumint int bigint decimal float double year".split()  # noqa: SIM905  # reads better
)
STRING = frozenset(
    "char varchar tinytext text mediumtext longtext enum set json uuid inet4 inet6".split()  # noqa: SIM905  # reads better
)

_NOW = frozenset({"now", "current_timestamp", "localtime", "localtimestamp"})
_SYNONYMS = {
    "lower": "lcase",
    "upper": "ucase",
    "current_date": "curdate",
    "current_time": "curtime",
    "substr": "substring",
    "&&": "and",
    "||": "or",
    **dict.fromkeys(_NOW, "current_timestamp"),
}
_CALLED = frozenset({"current_timestamp", "curdate", "curtime"})
"""Functions that may be written without parentheses, as the server prints them."""


@lru_cache(maxsize=4096)
def canonical(sql: str) -> str:
    """An expression in one spelling: case, quotes, outer parentheses, names of functions."""
    return joined(bare(_settled(tokens(sql))))


def _settled(found: list[Token]) -> list[Token]:
    """The tokens with synonyms resolved, and calls that need no parentheses given them."""
    result: list[Token] = []
    for place, token in enumerate(found):
        text = token.text
        if token.kind in ("word", "name"):
            text = text.lower()
        if token.kind in ("word", "symbol"):
            text = _SYNONYMS.get(text, text)
        if token.kind in ("word", "name") and text not in _CALLED:
            result.append(Token("word", Token(token.kind, text).sql))
            continue
        result.append(Token(token.kind, text))
        called = place + 1 < len(found) and found[place + 1].is_symbol("(")
        if token.kind == "word" and text in _CALLED and not called:
            result += [Token("symbol", "("), Token("symbol", ")")]
    return result


def split_on_update(sql: str) -> tuple[str, str | None]:
    """(the default, what follows ON UPDATE) of the text after DEFAULT."""
    found = tokens(sql)
    depth = 0
    for place, token in enumerate(found):
        depth += token.is_symbol("(") - token.is_symbol(")")
        following = found[place + 1] if place + 1 < len(found) else None
        if depth == 0 and token.is_word("on") and following and following.is_word("update"):
            return joined(found[:place]), joined(found[place + 2 :])
    return sql, None


@lru_cache(maxsize=4096)
def default(sql: str, type_text: str) -> str | None:
    """The text after DEFAULT in normal form for a column of that type; None for NULL.

    ON UPDATE, which SQLAlchemy keeps in the same place, stays at the end of it.
    """
    value, on_update = split_on_update(sql)
    text = _value(bare(_settled(tokens(value))), type_text) if value else None
    if on_update is None:
        return text
    return f"{text or 'null'} on update {canonical(on_update)}"


def family(type_text: str) -> str:
    """The name of a type without its arguments and attributes."""
    return re.split(r"[( ]", type_text, maxsplit=1)[0]


def _value(found: list[Token], type_text: str) -> str | None:
    head = family(type_text)
    if len(found) == 2 and found[0].is_symbol("-", "+") and found[1].kind == "number":
        sign = "-" if found[0].text == "-" else ""
        found = [Token("number", sign + found[1].text)]
    if len(found) != 1:
        return joined(found)
    token = found[0]
    if token.is_word("null"):
        return None
    if token.is_word("true", "false"):
        token = Token("number", "1" if token.text == "true" else "0")
    if head == "bit":
        return _bits(token)
    if head in NUMERIC and token.kind in ("string", "number"):
        return number(token.text) or token.sql
    if head in STRING and token.kind in ("string", "number"):
        return quoted(token.text)
    return token.sql


def _bits(token: Token) -> str:
    if token.kind == "word" and token.text.startswith("b'"):
        return str(int(token.text[2:-1] or "0", 2))
    return token.sql


def number(text: str) -> str | None:
    """A number without needless zeros or exponent; None if it is not one."""
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        return None
    if not value.is_finite() or abs(value.adjusted()) > 80:
        return None
    plain = format(value, "f")
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return "0" if plain in ("-0", "") else plain


def is_plain_column(sql: str) -> tuple[str, int | None, bool] | None:
    """(column, prefix length, descending) where an index element is no expression but a column."""
    found = tokens(sql)
    if not found or found[0].kind not in ("word", "name"):
        return None
    column, rest, length = found[0].text, found[1:], None
    if len(rest) > 2 and rest[0].is_symbol("(") and rest[1].kind == "number":
        if closing(rest, 0) != 2:
            return None
        length, rest = int(rest[1].text), rest[3:]
    descending = len(rest) == 1 and rest[0].is_word("desc")
    if rest and not descending and not (len(rest) == 1 and rest[0].is_word("asc")):
        return None
    return column, length, descending
