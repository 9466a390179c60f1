"""MySQL's SQL as tokens: enough to tell text apart that the server rewrites."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from sqlalchemy.sql.compiler import RESERVED_WORDS

TokenKind: TypeAlias = Literal["string", "name", "word", "number", "symbol"]

_PATTERN = re.compile(
    r"""
    (?P<space>\s+|/\*.*?\*/)
  | (?P<literal>[bBxX]'[0-9a-fA-F]*')
  | (?P<introducer>_[a-zA-Z][a-zA-Z0-9]*(?=\s*'))
  | (?P<string>[nN]?'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*")
  | (?P<name>`(?:[^`]|``)*`)
  | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w$]))
  | (?P<word>@{0,2}[\w$]+)
  | (?P<symbol><=>|<<|>>|<>|!=|<=|>=|&&|\|\||:=|->>|->|.)
    """,
    re.VERBOSE | re.DOTALL,
)

_ESCAPES = {"0": "\0", "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a"}


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of SQL.

    `text` is a string's value, a name without its backticks, a word in lower case.
    """

    kind: TokenKind
    text: str

    @property
    def sql(self) -> str:
        """The token in one canonical spelling."""
        match self.kind:
            case "string":
                return quoted(self.text)
            case "name":
                return _name(self.text)
            case _:
                return self.text

    def is_word(self, *words: str) -> bool:
        """Whether it is one of those words, not quoted in any way."""
        return self.kind == "word" and self.text in words

    def is_symbol(self, *symbols: str) -> bool:
        """Whether it is one of those symbols."""
        return self.kind == "symbol" and self.text in symbols


def tokens(sql: str) -> list[Token]:
    """The tokens of SQL text; comments and the character sets before strings are left out."""
    return [_token(str(match.lastgroup), match.group()) for match in _matches(sql)]


def _matches(sql: str) -> Iterable[re.Match[str]]:
    return (m for m in _PATTERN.finditer(sql) if m.lastgroup not in ("space", "introducer"))


def _token(group: str, text: str) -> Token:
    match group:
        case "string":
            return Token("string", unquoted(text.lstrip("nN")))
        case "name":
            return Token("name", text[1:-1].replace("``", "`"))
        case "number":
            return Token("number", text.lower())
        case "word" | "literal":
            return Token("word", text.lower())
        case _:
            return Token("symbol", "<>" if text == "!=" else text)


def quoted(value: str) -> str:
    """A string literal; a backslash is an escape to MySQL and doubled."""
    escaped = value.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def _name(text: str) -> str:
    """A name, in backticks where it would be something else without."""
    if re.fullmatch(r"[\w$]+", text) and text.lower() not in RESERVED_WORDS:
        return text
    return "`" + text.replace("`", "``") + "`"


def unquoted(literal: str) -> str:
    """The value of a string literal in its quotes."""
    mark = literal[0]
    return re.sub(
        rf"\\(.)|{mark}{mark}",
        lambda m: mark if m.group(1) is None else _ESCAPES.get(m.group(1), m.group(1)),
        literal[1:-1],
        flags=re.DOTALL,
    )


def bare(found: list[Token]) -> list[Token]:
    """The tokens without parentheses around all of them."""
    while len(found) > 2 and found[0].is_symbol("(") and closing(found, 0) == len(found) - 1:
        found = found[1:-1]
    return found


def closing(found: list[Token], start: int) -> int:
    """The place of the parenthesis that closes the one at `start`; the end if none does."""
    depth = 0
    for place in range(start, len(found)):
        if found[place].is_symbol("("):
            depth += 1
        elif found[place].is_symbol(")"):
            depth -= 1
            if depth == 0:
                return place
    return len(found)


def joined(found: Iterable[Token]) -> str:
    """Tokens as text again, one spelling whatever the white space was."""
    return " ".join(token.sql for token in found)
