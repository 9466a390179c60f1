"""What SHOW CREATE TABLE says, as far as `read_back` needs it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from limbeck.dialects.mysql import expressions, types
from limbeck.dialects.mysql.lexer import Token, closing, joined, tokens
from limbeck.schema.objects import Index, IndexElement
from limbeck.schema.types import Expression


@dataclass(frozen=True, slots=True)
class ShownColumn:
    """A column: `default` holds ON UPDATE too, None where there is none or NULL is."""

    type: types.ColumnType
    default: str | None = None
    computed: str | None = None
    check: str | None = None

    def is_json(self, name: str) -> bool:
        """Whether it is what MariaDB makes of a JSON column of that name."""
        return self.check == f"json_valid ( {Token('name', name).sql} )"


@dataclass(slots=True)
class Shown:
    """The columns, the checks of the table, and the elements of its indexes, all by name."""

    columns: dict[str, ShownColumn] = field(default_factory=dict)
    checks: dict[str, str] = field(default_factory=dict)
    indexes: dict[str, list[Token]] = field(default_factory=dict)


_ENDS = frozenset(
    {"not", "null", "default", "generated", "as", "auto_increment", "comment", "check"}
    | {"invisible", "on", "virtual", "stored", "persistent"}
)
"""Words of a column that cannot belong to its type."""


def parse(sql: str) -> Shown:
    """The parts of a CREATE TABLE statement as the server prints it."""
    found = tokens(sql)
    start = next(i for i, token in enumerate(found) if token.is_symbol("("))
    shown = Shown()
    for item in _items(found[start + 1 : closing(found, start)]):
        if item[0].kind == "name":
            shown.columns[item[0].text] = _column(item[1:])
        elif item[0].is_word("constraint") and item[2].is_word("check"):
            shown.checks[item[1].text] = joined(_enclosed(item, 3))
        elif item[0].is_word("key", "unique"):
            place = next(i for i, token in enumerate(item) if token.kind == "name")
            shown.indexes[item[place].text] = _enclosed(item, place + 1)
    return shown


def index(declared: Index, found: list[Token], prefix: str) -> Index:
    """The declared index with the elements and prefix lengths that are shown."""
    lengths: list[tuple[str, int]] = []
    elements: list[IndexElement] = []
    for item in _items(found):
        plain = expressions.is_plain_column(" ".join(_as_name(t) for t in item))
        if plain is not None:
            name, length, descending = plain
            lengths += [(name, length)] if length is not None else []
            elements.append(IndexElement(name, descending=descending))
        else:
            descending = item[-1].is_word("desc")
            text = joined(item[:-1] if descending else item)
            elements.append(IndexElement(None, Expression(text, text), descending))
    options = tuple(o for o in declared.options if o[0] != f"{prefix}length")
    if lengths:
        options = tuple(sorted((*options, (f"{prefix}length", tuple(sorted(lengths))))))
    return replace(declared, elements=tuple(elements), options=options)


def _as_name(token: Token) -> str:
    return f"`{token.text}`" if token.kind == "name" else token.sql


def _items(found: list[Token]) -> Iterator[list[Token]]:
    """The parts between commas that stand in no parentheses."""
    depth, start = 0, 0
    for place, token in enumerate(found):
        depth += token.is_symbol("(") - token.is_symbol(")")
        if depth == 0 and token.is_symbol(","):
            yield found[start:place]
            start = place + 1
    yield found[start:]


def _enclosed(found: list[Token], start: int) -> list[Token]:
    """What stands in the parentheses that open at `start`."""
    return found[start + 1 : closing(found, start)]


def _column(found: list[Token]) -> ShownColumn:
    end = next((i for i, t in enumerate(found) if t.kind == "word" and t.text in _ENDS), len(found))
    default = on_update = computed = check = None
    place = end
    while place < len(found):
        token = found[place]
        following = found[place + 1] if place + 1 < len(found) else token
        if token.is_word("default"):
            value = _value(found, place + 1)
            default, place = joined(value), place + len(value)
        elif token.is_word("on") and following.is_word("update"):
            value = _value(found, place + 2)
            on_update, place = joined(value), place + 1 + len(value)
        elif token.is_word("as", "check") and following.is_symbol("("):
            inner = _enclosed(found, place + 1)
            computed = joined(inner) if token.is_word("as") else computed
            check = joined(inner) if token.is_word("check") else check
            place += len(inner) + 2
        elif token.is_word("comment"):
            place += 1
        place += 1
    if on_update is not None:
        default = f"{default or 'null'} on update {on_update}"
    return ShownColumn(types.parse(joined(found[:end])), default, computed, check)


def _value(found: list[Token], start: int) -> list[Token]:
    """A literal, a call or something in parentheses."""
    end = start + 1
    if found[start].is_symbol("-", "+"):
        end += 1
    if found[start].is_symbol("("):
        end = closing(found, start) + 1
    elif end < len(found) and found[end].is_symbol("("):
        end = closing(found, end) + 1
    return found[start:end]
