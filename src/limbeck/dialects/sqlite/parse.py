"""The text of CREATE TABLE and CREATE INDEX, as SQLite's catalog keeps it, read into its parts.

The catalog holds only statements that SQLite itself accepted, so this reads its grammar
(https://sqlite.org/lang_createtable.html, lang_createindex.html) without judging it, and keeps
every part's own text: what nobody asked to change is written back as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from limbeck.dialects.sqlite.body import definitions
from limbeck.dialects.sqlite.texts import Clause, ColumnText, Element, IndexText, TableText
from limbeck.dialects.sqlite.tokens import Token, closing, tokens, without_parentheses

REMEMBERED = 4096
"""Definitions whose meaning is kept: a database says the same few thousands of times."""

_COLUMN_WORDS = frozenset(
    [
        "CONSTRAINT",
        "PRIMARY",
        "NOT",
        "NULL",
        "UNIQUE",
        "CHECK",
        "DEFAULT",
        "COLLATE",
        "REFERENCES",
        "GENERATED",
        "AS",
    ]
)
_TABLE_WORDS = frozenset(["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"])


class _Reader:
    """A place in a list of tokens."""

    def __init__(self, sql: str, found: Sequence[Token], place: int = 0) -> None:
        self.sql = sql
        self.found = found
        self.place = place
        self.words = [t.text.upper() if t.kind == "word" else t.text for t in found]
        self.words.append("")

    def take(self, *words: str) -> bool:
        """Passes those words or symbols if they come next."""
        place = self.place
        for word in words:
            if self.words[place] != word:
                return False
            place += 1
        self.place = place
        return True

    @property
    def word(self) -> str:
        """The next word in upper case, or symbol; empty at the end."""
        return self.words[self.place]

    def next(self) -> Token:
        """The next token, passed."""
        token = self.found[self.place]
        self.place += 1
        return token

    def skip_group(self) -> tuple[int, int]:
        """Passes a parenthesis and what it holds: the first and last token inside (exclusive)."""
        start = self.place
        end = closing(self.found, start)
        self.place = min(end + 1, len(self.found))
        return start + 1, end

    def text(self, start: int, end: int) -> str:
        """The text of the tokens from `start` up to `end`, as written."""
        if start >= end:
            return ""
        return self.sql[self.found[start].start : self.found[end - 1].end]


def table(sql: str) -> TableText:
    """CREATE TABLE (…) …, any kind but a virtual one."""
    texts, rest = definitions(sql)
    columns: list[ColumnText] = []
    constraints: list[Clause] = []
    for text in texts:
        part = _part(text)
        if isinstance(part, ColumnText):
            columns.append(part)
        else:
            constraints += part
    options = _options(_Reader(rest, tokens(rest))) if rest.strip() else ()
    return TableText(tuple(columns), tuple(constraints), options)


@lru_cache(maxsize=REMEMBERED)
def _part(sql: str) -> ColumnText | tuple[Clause, ...]:
    """A column, or constraints of the table: the commas between these may be left out."""
    reader = _Reader(sql, tokens(sql))
    if reader.word not in _TABLE_WORDS:
        return _column(reader)
    clauses: list[Clause] = []
    while reader.word:
        clause = _table_clause(reader)
        if clause is not None:
            clauses.append(clause)
    return tuple(clauses)


def _options(reader: _Reader) -> tuple[str, ...]:
    found: list[str] = []
    while reader.word:
        if reader.take("WITHOUT", "ROWID"):
            found.append("WITHOUT ROWID")
        elif reader.take("STRICT"):
            found.append("STRICT")
        else:
            reader.place += 1
    return tuple(found)


def column(sql: str) -> ColumnText:
    """One column's definition, as it stands in CREATE TABLE."""
    found = _part(sql)
    assert isinstance(found, ColumnText)  # a table's constraint begins with a word of its own
    return found


def _column(reader: _Reader) -> ColumnText:
    start = reader.place
    name = reader.next()
    type_start = reader.place
    while (word := reader.word) not in _COLUMN_WORDS and word not in (",", ")", ""):
        if word == "(":
            reader.skip_group()
        else:
            reader.place += 1
    type_sql = reader.text(type_start, reader.place)
    clauses: list[Clause] = []
    while reader.word not in (",", ")", ""):
        clause = _column_clause(reader, name.value)
        if clause is not None:
            clauses.append(clause)
    sql = reader.text(start, reader.place)
    return ColumnText(name.value, name.text, type_sql, tuple(clauses), sql)


def _name(reader: _Reader) -> str | None:
    """The name after CONSTRAINT; of several, the last."""
    name = None
    while reader.take("CONSTRAINT"):
        name = reader.next().value
    return name


def _column_clause(reader: _Reader, column_name: str) -> Clause | None:
    """The next clause of a column; None for NULL, which says nothing."""
    start = reader.place
    name = _name(reader)
    if reader.take("NOT", "NULL"):
        conflict = _conflict(reader)
        return Clause("not null", reader.text(start, reader.place), name, conflict=conflict)
    if reader.take("DEFAULT"):
        expression = _default(reader)
        return Clause("default", reader.text(start, reader.place), name, expression=expression)
    own = (Element(column_name, column_name),)
    if reader.take("PRIMARY", "KEY"):
        descending = reader.take("DESC") or (reader.take("ASC") and False)
        conflict = _conflict(reader)
        numbered = reader.take("AUTOINCREMENT")
        sql = reader.text(start, reader.place)
        return Clause("primary key", sql, name, own, "", conflict, numbered, descending)
    if reader.take("UNIQUE"):
        conflict = _conflict(reader)
        return Clause("unique", reader.text(start, reader.place), name, own, "", conflict)
    if reader.take("CHECK"):
        return _check(reader, start, name)
    if reader.take("COLLATE"):
        collation = reader.next().value
        return Clause("collate", reader.text(start, reader.place), name, expression=collation)
    if reader.word == "REFERENCES":
        return _references(reader, start, name, own)
    if reader.word in ("GENERATED", "AS"):
        return _generated(reader, start, name)
    if reader.take("NULL"):
        _conflict(reader)
    elif name is None:
        reader.place += 1
    return None


def _generated(reader: _Reader, start: int, name: str | None) -> Clause:
    while not reader.take("AS"):
        reader.place += 1
    expression = reader.text(*reader.skip_group())
    stored = reader.take("STORED")
    reader.take("VIRTUAL")
    return Clause(
        "generated", reader.text(start, reader.place), name, expression=expression, stored=stored
    )


def _default(reader: _Reader) -> str:
    """The text after DEFAULT: a literal with its sign, a name, or a group with parentheses."""
    start = reader.place
    while reader.word in ("+", "-"):
        reader.place += 1
    if reader.word == "(":
        reader.skip_group()
    else:
        reader.place += 1
    return reader.text(start, reader.place)


def _check(reader: _Reader, start: int, name: str | None) -> Clause:
    expression = reader.text(*reader.skip_group())
    conflict = _conflict(reader)
    sql = reader.text(start, reader.place)
    return Clause("check", sql, name, expression=expression, conflict=conflict)


def _conflict(reader: _Reader) -> str | None:
    """ON CONFLICT …; ABORT, which is the default, is None."""
    if not reader.take("ON", "CONFLICT"):
        return None
    action = reader.next().value.upper()
    return None if action == "ABORT" else action


def _references(reader: _Reader, start: int, name: str | None, own: tuple[Element, ...]) -> Clause:
    reader.take("REFERENCES")
    target = reader.next().value
    columns: tuple[str, ...] = ()
    if reader.word == "(":
        columns = _names(reader)
    actions: dict[str, str] = {}
    match, deferrable, initially = None, None, None
    while True:
        if reader.take("ON"):
            event = reader.next().text.upper()
            actions[event] = _action(reader)
        elif reader.take("MATCH"):
            match = reader.next().value.upper()
        elif reader.take("NOT", "DEFERRABLE"):
            deferrable, initially = None, _initially(reader, None)
        elif reader.take("DEFERRABLE"):
            deferrable, initially = True, _initially(reader, None)
        else:
            break
    return Clause(
        "foreign key",
        reader.text(start, reader.place),
        name,
        own,
        target=target,
        target_columns=columns,
        on_delete=actions.get("DELETE"),
        on_update=actions.get("UPDATE"),
        match=match,
        deferrable=deferrable,
        initially=initially,
    )


def _initially(reader: _Reader, default: str | None) -> str | None:
    return reader.next().text.upper() if reader.take("INITIALLY") else default


def _action(reader: _Reader) -> str:
    words = [reader.next().text.upper()]
    if words[0] in ("SET", "NO"):
        words.append(reader.next().text.upper())
    return " ".join(words)


def _names(reader: _Reader) -> tuple[str, ...]:
    start, end = reader.skip_group()
    return tuple(t.value for t in reader.found[start:end] if t.text != ",")


def clause(sql: str) -> Clause | None:
    """A table's constraint, as it stands in CREATE TABLE."""
    return _table_clause(_Reader(sql, tokens(sql)))


def _table_clause(reader: _Reader) -> Clause | None:
    start = reader.place
    name = _name(reader)
    if reader.take("PRIMARY", "KEY"):
        first, last = reader.skip_group()
        numbered = reader.words[last - 1] == "AUTOINCREMENT"
        elements = _elements(reader, first, last - 1 if numbered else last)
        conflict = _conflict(reader)
        sql = reader.text(start, reader.place)
        return Clause("primary key", sql, name, elements, "", conflict, numbered)
    if reader.take("UNIQUE"):
        elements = _elements(reader, *reader.skip_group())
        conflict = _conflict(reader)
        return Clause("unique", reader.text(start, reader.place), name, elements, "", conflict)
    if reader.take("CHECK"):
        return _check(reader, start, name)
    if reader.take("FOREIGN", "KEY"):
        own = tuple(Element(n, n) for n in _names(reader))
        return _references(reader, start, name, own)
    if name is None:
        reader.place += 1
    return None


def index(sql: str) -> IndexText:
    """CREATE [UNIQUE] INDEX name ON table (…) [WHERE …]."""
    reader = _Reader(sql, tokens(sql))
    reader.take("CREATE")
    unique = reader.take("UNIQUE")
    reader.take("INDEX")
    reader.take("IF", "NOT", "EXISTS")
    name_start = reader.next().start
    while reader.word != "(":
        reader.place += 1
    elements = _elements(reader, *reader.skip_group())
    where = None
    if reader.take("WHERE"):
        where = reader.text(reader.place, len(reader.found))
    return IndexText(unique, elements, where, name_start)


def _elements(reader: _Reader, start: int, end: int) -> tuple[Element, ...]:
    """The elements of a list, split at its own commas."""
    found: list[Element] = []
    place = first = start
    while place < end:
        if reader.words[place] == "(":
            place = closing(reader.found, place)
        elif reader.words[place] == ",":
            found.append(_element(reader, first, place))
            first = place + 1
        place += 1
    if first < end:
        found.append(_element(reader, first, end))
    return tuple(found)


def _element(reader: _Reader, start: int, end: int) -> Element:
    if reader.words[end - 2 : end] in (["NULLS", "FIRST"], ["NULLS", "LAST"]):
        end -= 2
    descending = reader.words[end - 1] == "DESC"
    if reader.words[end - 1] in ("ASC", "DESC"):
        end -= 1
    sql = reader.text(start, end)
    inner, collation = reader.found[start:end], None
    if end - start == 3 and reader.words[start + 1] == "COLLATE":
        inner, collation = inner[:1], inner[2].value
    inner = without_parentheses(inner)
    is_name = len(inner) == 1 and inner[0].kind in ("word", "quoted", "string")
    return Element(sql, inner[0].value if is_name else None, collation, descending)


def name_start(sql: str) -> int:
    """Where the name stands in CREATE [TEMP] INDEX, TRIGGER or TABLE …"""
    for token in tokens(sql):
        word = token.text.upper()
        if token.kind != "word" or word not in _HEAD_WORDS:
            return token.start
    return 0


_HEAD_WORDS = frozenset(
    [
        "CREATE",
        "UNIQUE",
        "INDEX",
        "TRIGGER",
        "TABLE",
        "VIEW",
        "TEMP",
        "TEMPORARY",
        "IF",
        "NOT",
        "EXISTS",
    ]
)
