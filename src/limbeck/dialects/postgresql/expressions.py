"""SQL expressions in one canonical text, as far as text alone can decide.

Both what a model declares and what the server prints go through here; everyday forms become
equal, others are left to `read_back`. Nothing that changes the meaning is touched.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy.dialects import postgresql

_TOKEN = re.compile(
    r"""
      (?P<space>\s+|--[^\n]*|/\*.*?\*/)
    | (?P<escaped>[eE]'(?:[^'\\]|\\.|'')*')
    | (?P<string>'(?:[^']|'')*')
    | (?P<dollar>\$(?P<tag>[A-Za-z_]*)\$.*?\$(?P=tag)\$)
    | (?P<quoted>"(?:[^"]|"")*")
    | (?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
    | (?P<word>[^\W\d][\w$]*)
    | (?P<cast>::)
    | (?P<operator>[-+*/<>=~!@\#%^&|`?]+)
    | (?P<other>.)
    """,
    re.X | re.S,
)
_SIMPLE = re.compile(r'^"[a-z_][a-z0-9_$]*"$')
_RESERVED = frozenset(postgresql.dialect.preparer.reserved_words)
_NUMBER = re.compile(r"^-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$")
_NUMERIC_TYPES = {"integer", "bigint", "smallint", "numeric", "real", "double"}
_SECOND_WORDS = {
    "double": ({"precision"},),
    "character": ({"varying"},),
    "bit": ({"varying"},),
}
_ZONED = {"timestamp", "time"}
_FIELDS = {"year", "month", "day", "hour", "minute", "second", "to"}
_SPACED_BEFORE_PARENTHESIS = {
    "and",
    "or",
    "not",
    "in",
    "is",
    "like",
    "ilike",
    "when",
    "then",
    "else",
}
_TRUE = {"t", "true", "y", "yes", "on", "1"}
_FALSE = {"f", "false", "n", "no", "off", "0"}


_NOW = (["current_timestamp"], ["transaction_timestamp", "(", ")"])
"""Other names of now(): https://www.postgresql.org/docs/current/functions-datetime.html"""


@lru_cache(maxsize=8192)
def canonical(sql: str) -> str:
    """SQL with one spelling: keyword case, white space, casts of literals, outer parentheses."""
    return _joined(_unwrapped(_without_casts(_tokens(sql))))


@lru_cache(maxsize=8192)
def canonical_default(sql: str, type_text: str) -> str | None:
    """A default of a column of that type; None for NULL, which is no default.

    A single literal is written as a string, whatever way it was written.
    """
    tokens = _unwrapped(_without_casts(_tokens(sql)))
    if tokens == ["-", *tokens[1:]] and len(tokens) == 2 and _NUMBER.match(tokens[1]):
        tokens = ["".join(tokens)]
    if tokens in _NOW:
        return "now()"
    if len(tokens) != 1:
        return _joined(tokens)
    literal = tokens[0]
    if literal == "null":
        return None
    if _NUMBER.match(literal):
        literal = f"'{literal}'"
    if type_text == "boolean":
        value = literal.strip("'").strip().lower()
        return "true" if value in _TRUE else "false" if value in _FALSE else literal
    return literal


def is_identifier(text: str) -> str | None:
    """The name that a canonical text consists of; None where it is more than a name."""
    tokens = _tokens(text)
    if len(tokens) != 1 or not re.match(r'^(?:[^\W\d][\w$]*|".*")$', tokens[0], re.S):
        return None
    token = tokens[0]
    return token[1:-1].replace('""', '"') if token.startswith('"') else token


_DIRECTION = re.compile(r"(?:\s+(?:ASC|DESC))?(?:\s+NULLS\s+(?:FIRST|LAST))?\s*$", re.I)


def without_direction(sql: str) -> str:
    """The text of an index element without ASC, DESC and NULLS behind it."""
    return _DIRECTION.sub("", sql, count=1)


def index_element(sql: str) -> tuple[str, bool, str | None]:
    """(expression, descending, nulls) of the text of one index element, canonical."""
    tokens = _without_casts(_tokens(sql))
    nulls, descending = None, False
    if tokens[-2:] in (["nulls", "first"], ["nulls", "last"]):
        nulls, tokens = tokens[-1], tokens[:-2]
    if tokens[-1:] in (["desc"], ["asc"]):
        descending, tokens = tokens[-1] == "desc", tokens[:-1]
    if nulls == ("first" if descending else "last"):
        nulls = None
    return _joined(_unwrapped(tokens)), descending, nulls


def _tokens(sql: str) -> list[str]:
    found: list[str] = []
    position = 0
    while position < len(sql):
        match = _TOKEN.match(sql, position)
        assert match is not None  # `other` takes any character
        text, kind = match.group(), match.lastgroup
        kind = "dollar" if match["dollar"] is not None else kind
        position = match.end()
        match kind:
            case "space":
                continue
            case "word":
                text = text.lower()
            case "quoted":
                text = text[1:-1] if _is_needlessly_quoted(text) else text
            case "escaped" | "dollar":
                text = _as_string(text)
            case "operator" if len(text) > 1:
                text = _operator(text)
                position = match.start() + len(text)
                text = "<>" if text == "!=" else text
        found.append(text)
    return found


def _is_needlessly_quoted(text: str) -> bool:
    return _SIMPLE.match(text) is not None and text[1:-1] not in _RESERVED


def _operator(text: str) -> str:
    """The first operator of a run: it ends in + or - only with certain characters before."""
    while len(text) > 1 and text[-1] in "+-" and not re.search(r"[~!@#%^&|`?]", text):
        text = text[:-1]
    return text


def _as_string(text: str) -> str:
    """E'…' and $$…$$ as plain strings; one with escapes other than of itself stays."""
    if text.startswith("$"):
        body = text.strip()[text.index("$", 1) + 1 : -(text.index("$", 1) + 1)]
        return "'" + body.replace("'", "''") + "'"
    body = text[2:-1]
    if re.search(r"\\[^\\']", body.replace("\\\\", "")):
        return text
    return "'" + body.replace("\\\\", "\0").replace("\\'", "''").replace("\0", "\\") + "'"


def _is_literal(token: str) -> bool:
    return token.startswith("'") or token == "null" or _NUMBER.match(token) is not None


def _without_casts(tokens: list[str]) -> list[str]:
    """Without the cast behind each literal: the server adds the type that it chose."""
    found: list[str] = []
    position = 0
    while position < len(tokens):
        token = tokens[position]
        position += 1
        if not _is_literal(token) or tokens[position : position + 1] != ["::"]:
            found.append(token)
            continue
        end = _chain_end(tokens, _type_end(tokens, position + 1), tokens[position + 1])
        content = token.strip("'")
        is_numeric = tokens[position + 1 : position + 2] and tokens[position + 1] in _NUMERIC_TYPES
        if is_numeric and token.startswith("'") and _NUMBER.match(content):
            found += ["-", content[1:]] if content.startswith("-") else [content]
        else:
            found.append(token)
        position = end
    return _without_array_casts(found)


def _without_array_casts(tokens: list[str]) -> list[str]:
    """Without the cast to text[] behind ARRAY['a', 'b'], which the server moves into the array."""
    while True:
        for end in range(len(tokens) - 1, 0, -1):
            if tokens[end] == "]" and tuple(tokens[end + 1 : end + 5]) == ("::", "text", "[", "]"):
                start = max((i for i in range(end) if tokens[i] == "["), default=0)
                inner = tokens[start + 1 : end]
                if tokens[start - 1 : start] == ["array"] and _are_strings(inner):
                    tokens = tokens[: end + 1] + tokens[end + 5 :]
                    break
        else:
            return tokens


def _are_strings(tokens: Sequence[str]) -> bool:
    """Whether these are string literals and commas, at least one."""
    return bool(tokens) and all(token == "," or token.startswith("'") for token in tokens)


_STRING_TYPES = {"text", "character", "bpchar"}


def _chain_end(tokens: Sequence[str], end: int, type_: str) -> int:
    """The position behind further casts to types of the same family: they change nothing."""
    for family in (_STRING_TYPES, _NUMERIC_TYPES):
        while type_ in family and tokens[end : end + 1] == ["::"] and tokens[end + 1] in family:
            end = _type_end(tokens, end + 1)
    return end


def _type_end(tokens: Sequence[str], start: int) -> int:
    """The position behind the type that starts there."""
    end = start + 1
    while tokens[end : end + 1] == ["."]:
        end += 2
    word = tokens[start] if start < len(tokens) else ""
    if word in _SECOND_WORDS and tokens[end : end + 1] and tokens[end] in _SECOND_WORDS[word][0]:
        end += 1
    while word == "interval" and tokens[end : end + 1] and tokens[end] in _FIELDS:
        end += 1
    if tokens[end : end + 1] == ["("] and ")" in tokens[end:]:
        end = tokens.index(")", end) + 1
    if word in _ZONED and tuple(tokens[end + 1 : end + 3]) == ("time", "zone"):
        end += 3
    while tuple(tokens[end : end + 2]) == ("[", "]"):
        end += 2
    return end


def _unwrapped(tokens: list[str]) -> list[str]:
    """Without parentheses around the whole."""
    while len(tokens) > 2 and tokens[0] == "(" and _closing(tokens) == len(tokens) - 1:
        tokens = tokens[1:-1]
    return tokens


def _closing(tokens: Sequence[str]) -> int:
    depth = 0
    for position, token in enumerate(tokens):
        depth += (token == "(") - (token == ")")
        if depth == 0:
            return position
    return -1


def _joined(tokens: Sequence[str]) -> str:
    """Tokens as text that reads like SQL."""
    text, before = "", "("
    for token in tokens:
        tight = (
            before in ("(", ".", "[", "::")
            or token in (")", ",", ".", "]", "::", "[")
            or (token == "(" and _calls(before))
        )
        text += token if tight else f" {token}"
        before = token
    return text


def _calls(before: str) -> bool:
    """Whether a parenthesis behind that token holds the arguments of a function."""
    is_word = re.match(r'^(?:[^\W\d][\w$]*|".*")$', before, re.S) is not None
    return is_word and before not in _SPACED_BEFORE_PARENTHESIS


def literal(sql: str) -> str | None:
    """A single literal without its cast, as a string; None for any other expression."""
    found = canonical_default(sql, "")
    return found if found is not None and len(_tokens(found)) == 1 and _is_literal(found) else None
