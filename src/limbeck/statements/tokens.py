"""SQL text as tokens, statement by statement, and a cursor over those of one statement."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Literal, NamedTuple, TypeAlias

from limbeck.schema.names import Name

TokenKind: TypeAlias = Literal["word", "name", "string", "number", "symbol"]


class Token(NamedTuple):
    """A piece of SQL: a word in upper case, a name without its quotes, a string with them."""

    kind: TokenKind
    text: str
    written: str


_COMMON = r"""
  | (?P<number> (?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w$]) )
  | (?P<word> @{0,2}[^\W\d][\w$]*|@{1,2}[\w$]+ )
  | (?P<symbol> ::|->>?|<=|>=|<>|!=|\|\||. )
"""

_STANDARD = (
    r"""
    (?P<space> \s+|--[^\n]*|/\*.*?\*/ )
  | (?P<string> [eE]'(?:[^'\\]|\\.|'')*'|[bBxXnN]?'(?:[^']|'')*'
              | \$(?P<tag>[A-Za-z_]*)\$.*?\$(?P=tag)\$ )
  | (?P<name> "(?:[^"]|"")*"|`[^`]*`|\[[A-Za-z_][\w ]*\] )
"""
    + _COMMON
)

_MYSQL = (
    r"""
    (?P<space> \s+|--[ \t][^\n]*|--$|\#[^\n]*|/\*(?![!M]).*?\*/|/\*M?!\d*|\*/ )
  | (?P<string> [bBxXnN]?'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*" )
  | (?P<name> `(?:[^`]|``)*` )
"""
    + _COMMON
)


@cache
def _pattern(mysql: bool) -> re.Pattern[str]:
    return re.compile(_MYSQL if mysql else _STANDARD, re.VERBOSE | re.DOTALL | re.MULTILINE)


def statements(sql: str, dialect: str) -> list[list[Token]]:
    """The tokens of each statement; comments and semicolons are left out.

    `dialect` is SQLAlchemy's name: strings, comments and quoted names are read by its rules.
    """
    found: list[list[Token]] = [[]]
    for match in _pattern(dialect in ("mysql", "mariadb")).finditer(sql):
        text = match.group()
        match match.lastgroup:
            case "space":
                continue
            case "symbol" if text == ";":
                found.append([])
            case "word":
                found[-1].append(Token("word", text.upper(), text))
            case "name":
                found[-1].append(Token("name", _unquoted(text), text))
            case "number":
                found[-1].append(Token("number", text, text))
            case "symbol":
                found[-1].append(Token("symbol", text, text))
            case _:  # a string; its tag is the last group where it has one
                found[-1].append(Token("string", text, text))
    return [tokens for tokens in found if tokens]


def _unquoted(text: str) -> str:
    if text[0] == "[":
        return text[1:-1]
    return text[1:-1].replace(text[0] * 2, text[0])


class Cursor:
    """A place among the tokens of a statement; `take…` moves it on where it fits."""

    def __init__(self, tokens: Sequence[Token], *, folds: bool) -> None:
        self._tokens = tokens
        self._place = 0
        self._folds = folds

    @property
    def done(self) -> bool:
        """Whether all tokens are taken."""
        return self._place >= len(self._tokens)

    def sees(self, *words: str) -> bool:
        """Whether these words come next, in this order."""
        ahead = self._tokens[self._place : self._place + len(words)]
        return len(ahead) == len(words) and all(
            token.kind in ("word", "symbol") and token.text == word
            for token, word in zip(ahead, words, strict=True)
        )

    def take(self, *words: str) -> bool:
        """Takes these words if they come next."""
        found = self.sees(*words)
        if found:
            self._place += len(words)
        return found

    def take_one_of(self, *words: str) -> str:
        """Takes whichever of these words comes next; an empty string where none does."""
        return next((word for word in words if self.take(word)), "")

    def skip(self) -> Token | None:
        """Takes one token, whatever it is."""
        if self.done:
            return None
        self._place += 1
        return self._tokens[self._place - 1]

    def identifier(self) -> str:
        """Takes a name, folded as the server folds it; an empty string where none comes next."""
        if self.done or self._tokens[self._place].kind not in ("word", "name"):
            return ""
        token = self._tokens[self._place]
        self._place += 1
        if token.kind == "name":
            return token.text
        return token.written.lower() if self._folds else token.written

    def name(self) -> Name | None:
        """Takes a name with its schema, if one comes next."""
        first = self.identifier()
        if not first:
            return None
        found = Name(first)
        while self.take("."):
            found = Name(self.identifier(), found.name)
        return found

    def names(self) -> tuple[Name, ...]:
        """Takes names that commas separate."""
        found = []
        while (name := self.name()) is not None:
            self.take("*")
            found.append(name)
            if not self.take(","):
                break
        return tuple(found)

    def group(self) -> Cursor:
        """Takes what stands in parentheses; an empty cursor where none come next."""
        if not self.sees("("):
            return Cursor((), folds=self._folds)
        start = self._place + 1
        depth = 0
        while (token := self.skip()) is not None:
            depth += {"(": 1, ")": -1}.get(token.text, 0) if token.kind == "symbol" else 0
            if depth == 0:
                return Cursor(self._tokens[start : self._place - 1], folds=self._folds)
        return Cursor(self._tokens[start:], folds=self._folds)

    def parts(self) -> list[Cursor]:
        """What is left, cut at the commas that stand in no parentheses; takes all."""
        cut: list[list[Token]] = [[]]
        depth = 0
        while (token := self.skip()) is not None:
            if token.kind == "symbol":
                depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(token.text, 0)
                if token.text == "," and depth == 0:
                    cut.append([])
                    continue
            cut[-1].append(token)
        return [Cursor(part, folds=self._folds) for part in cut if part]

    def until(self, *words: str) -> Cursor:
        """Takes everything before the first of these words that stands in no parentheses."""
        start, depth = self._place, 0
        while not self.done:
            token = self._tokens[self._place]
            if token.kind == "symbol":
                depth += {"(": 1, ")": -1}.get(token.text, 0)
            elif depth == 0 and token.kind == "word" and token.text in words:
                break
            self._place += 1
        return Cursor(self._tokens[start : self._place], folds=self._folds)

    def has(self, *words: str) -> bool:
        """Whether these words stand together anywhere in what is left."""
        ahead = [t.text if t.kind in ("word", "symbol") else "" for t in self.left]
        width = len(words)
        return any(tuple(ahead[i : i + width]) == words for i in range(len(ahead) - width + 1))

    @property
    def left(self) -> Sequence[Token]:
        """The tokens that are not taken."""
        return self._tokens[self._place :]

    @property
    def text(self) -> str:
        """What is left in one spelling: words in lower case, one space between tokens."""
        return joined(self.left)


_TIGHT = re.compile(r" ?([(),.]|::) ?")


def joined(tokens: Sequence[Token]) -> str:
    """Tokens as text, whatever the white space was: ``character varying(50)``."""
    pieces = [t.written.lower() if t.kind == "word" else t.written for t in tokens]
    spaced = _TIGHT.sub(r"\1", " ".join(pieces))
    return re.sub(r",(?=\S)", ", ", spaced)
