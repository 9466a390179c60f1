"""Random tables with every feature, as text made of parts; and changes that know their outcome.

The table that a change should leave is written here on its own, without the code under test: both
are made in SQLite and compared by what SQLite says of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa
from hypothesis import strategies as st

from limbeck.operations import columns as c
from limbeck.operations import constraints as k
from limbeck.operations import indexes as i
from limbeck.operations.base import Operation
from tests.databases.sqlite.support import SCOPE


@dataclass(frozen=True)
class Part:
    """A piece of text about columns, named by their keys in braces: ``{a} > 0``."""

    text: str
    keys: tuple[str, ...]
    name: str | None = None


@dataclass(frozen=True)
class ColumnPart:
    """A column; `clauses` are by kind, in the order in which they are written."""

    key: str
    name: str
    type: str
    clauses: tuple[tuple[str, Part], ...] = ()

    def with_clause(self, kind: str, text: str | None, keys: tuple[str, ...] = ()) -> ColumnPart:
        rest = tuple(pair for pair in self.clauses if pair[0] != kind)
        added = () if text is None else ((kind, Part(text, keys)),)
        return replace(self, clauses=(*added, *rest))

    @property
    def generated(self) -> bool:
        return any(kind == "generated" for kind, _ in self.clauses)


@dataclass(frozen=True)
class TablePart:
    """A table `t` with what belongs to it."""

    columns: tuple[ColumnPart, ...]
    constraints: tuple[Part, ...] = ()
    indexes: tuple[Part, ...] = ()
    options: str = ""
    numbered: bool = False
    watched: tuple[str, ...] = ()
    """Keys of the columns that the trigger and the view use."""

    @property
    def names(self) -> dict[str, str]:
        return {x.key: f'"{x.name}"' for x in self.columns}

    def column(self, key: str) -> ColumnPart:
        return next(x for x in self.columns if x.key == key)

    def with_column(self, column: ColumnPart) -> TablePart:
        return replace(
            self, columns=tuple(column if x.key == column.key else x for x in self.columns)
        )

    def written(self, part: Part) -> str:
        return part.text.format(**self.names)

    def sql(self) -> str:
        lines = [
            " ".join([self.names[x.key], x.type, *(self.written(p) for _, p in x.clauses)])
            for x in self.columns
        ]
        lines += [self.written(part) for part in self.constraints]
        create = f"CREATE TABLE t ({', '.join(lines)}) {self.options};"
        indexes = "".join(f"{self.written(part)};" for part in self.indexes)
        watched = ", ".join(self.names[key] for key in self.watched)
        new = " || ".join(f"coalesce(new.{self.names[key]}, '-')" for key in self.watched)
        return (
            f"CREATE TABLE o (id INTEGER PRIMARY KEY);{create}{indexes}"
            "CREATE TABLE log (msg);"
            f"CREATE VIEW v AS SELECT {watched} FROM t;"
            f"CREATE TRIGGER tr AFTER INSERT ON t BEGIN INSERT INTO log VALUES ({new}); END;"
            "CREATE TABLE child (t_id REFERENCES t ON DELETE CASCADE);"
        )


Draw = Callable[[st.SearchStrategy[Any]], Any]
TYPES = ("INTEGER", "TEXT", "VARCHAR(50)", "NUMERIC(10, 2)", "REAL", "MEDIUM blob", "")
STRICT_TYPES = ("INTEGER", "TEXT", "REAL", "ANY")
NAMES = ("a", "B c", "größe", "order", "d'q", "e%", "f", "x:y")
DEFAULTS = ("5", "-1.5", "'it''s (x), '", "NULL", "(1 + (2))", "CURRENT_TIMESTAMP")


@st.composite
def tables(draw: Draw) -> TablePart:
    """A table with a primary key and up to six more columns."""
    strict = draw(st.booleans())
    rowid = draw(st.booleans())
    numbered = rowid and draw(st.booleans())
    key_clause = "PRIMARY KEY AUTOINCREMENT" if numbered else "CONSTRAINT pk PRIMARY KEY"
    key = ColumnPart("id", "id", "INTEGER", (("key", Part(key_clause, ())),))
    names = draw(st.lists(st.sampled_from(NAMES), min_size=2, max_size=6, unique=True))
    columns = [
        _column(draw, f"k{n}", name, STRICT_TYPES if strict else TYPES)
        for n, name in enumerate(names)
    ]
    if draw(st.booleans()):
        expression = draw(st.sampled_from(("{k0} || ','", "coalesce({k0}, '{{}}')")))
        storage = draw(st.sampled_from(("STORED", "VIRTUAL", "")))
        text = f"GENERATED ALWAYS AS ({expression}) {storage}"
        part = Part(text, ("k0",))
        columns.append(ColumnPart("g", "gen", "TEXT", (("generated", part),)))
    table = TablePart((key, *columns), numbered=numbered, watched=("id", "k1"))
    options = [w for w, on in (("STRICT", strict), ("WITHOUT ROWID", not rowid)) if on]
    return _with_parts(draw, replace(table, options=", ".join(options)))


def _column(draw: Draw, key: str, name: str, types: tuple[str, ...]) -> ColumnPart:
    clauses: list[tuple[str, Part]] = []
    own = (key,)
    if draw(st.booleans()):
        clauses.append(("default", Part(f"DEFAULT {draw(st.sampled_from(DEFAULTS[:4]))}", ())))
    if draw(st.booleans()):
        clauses.append(
            ("collate", Part(f"COLLATE {draw(st.sampled_from(('NOCASE', 'rtrim')))}", ()))
        )
    check = draw(st.sampled_from((None, "", "CONSTRAINT ck_{} ")))
    if check is not None:
        text = f"{check.format(key)}CHECK ({{{key}}} IS NOT 'a, )' /* ( */)"
        clauses.append(("check", Part(text, own, f"ck_{key}" if check else None)))
    if draw(st.integers(0, 3)) == 0:
        clauses.append(("reference", Part("REFERENCES o ON DELETE SET NULL DEFERRABLE", own)))
    if draw(st.integers(0, 3)) == 0:
        clauses.append(("unique", Part("UNIQUE ON CONFLICT FAIL", own)))
    order = draw(st.permutations(clauses))
    return ColumnPart(key, name, draw(st.sampled_from(types)), tuple(order))


CONSTRAINTS = (
    Part(
        "CONSTRAINT uq UNIQUE ({id} DESC, {k0} COLLATE NOCASE) ON CONFLICT ROLLBACK",
        ("id", "k0"),
        "uq",
    ),
    Part("UNIQUE ({k1}, {id})", ("k1", "id")),
    Part("CHECK ({k0} IS NOT 'k1' OR {k1} IS NULL)", ("k0", "k1")),
    Part("CONSTRAINT \"named ck\" CHECK (({k1}) IS NOT 'x')", ("k1",), "named ck"),
    Part("CONSTRAINT fk FOREIGN KEY ({k1}) REFERENCES t (id) ON UPDATE CASCADE", ("k1",), "fk"),
)
INDEXES = (
    Part("CREATE INDEX ix_desc ON t ({k0} DESC, {id})", ("k0", "id"), "ix_desc"),
    Part("CREATE UNIQUE INDEX ix_part ON t ({id}) WHERE {k1} IS NOT NULL", ("id", "k1"), "ix_part"),
    Part("CREATE INDEX ix_expr ON t (lower({k1}) , {k0} COLLATE nocase)", ("k1", "k0"), "ix_expr"),
)


def _with_parts(draw: Draw, table: TablePart) -> TablePart:
    chosen = st.lists(st.sampled_from(CONSTRAINTS), unique=True)
    indexes = st.lists(st.sampled_from(INDEXES), unique=True)
    return replace(table, constraints=tuple(draw(chosen)), indexes=tuple(draw(indexes)))


@dataclass(frozen=True)
class Outcome:
    """An operation, and the table that it should leave."""

    operation: Operation
    table: TablePart
    details: str = field(default="", compare=False)


def changes(draw: Draw, table: TablePart, number: int) -> Outcome:
    """One change that fits the table."""
    kinds = [_rename, _nullable, _default, _retype, _add, _add_unique, _add_check, _add_index]
    kinds += [_drop, _drop_named, _drop_index]
    for kind in draw(st.permutations(kinds)):
        outcome = kind(draw, table, number)
        if outcome is not None:
            return outcome
    raise AssertionError("a column can always be renamed")


def _some(draw: Draw, table: TablePart) -> ColumnPart:
    return draw(st.sampled_from([x for x in table.columns if x.key != "id" and not x.generated]))


def _rename(draw: Draw, table: TablePart, number: int) -> Outcome:
    column = _some(draw, table)
    name = f"{draw(st.sampled_from(('r', 'R n', 'select')))}{number}"
    operation = c.alter_column(SCOPE, "t", column.name, new_column_name=name)
    return Outcome(operation, table.with_column(replace(column, name=name)))


def _nullable(draw: Draw, table: TablePart, number: int) -> Outcome | None:
    column = _some(draw, table)
    if column.key.startswith("n"):
        return None  # new, and without values
    wanted = draw(st.booleans())
    operation = c.alter_column(SCOPE, "t", column.name, nullable=wanted)
    return Outcome(
        operation, table.with_column(column.with_clause("null", None if wanted else "NOT NULL"))
    )


def _default(draw: Draw, table: TablePart, number: int) -> Outcome:
    column = _some(draw, table)
    default = draw(st.sampled_from((None, *DEFAULTS)))
    given = None if default is None else sa.text(default)
    operation = c.alter_column(SCOPE, "t", column.name, server_default=given)
    text = None if default is None else f"DEFAULT {default}"
    return Outcome(operation, table.with_column(column.with_clause("default", text)))


def _retype(draw: Draw, table: TablePart, number: int) -> Outcome:
    column = _some(draw, table)
    type_ = sa.Text() if "STRICT" in table.options else sa.String(99)
    text = "TEXT" if "STRICT" in table.options else "VARCHAR(99)"
    operation = c.alter_column(SCOPE, "t", column.name, type_=type_)
    return Outcome(operation, table.with_column(replace(column, type=text)))


def _add(draw: Draw, table: TablePart, number: int) -> Outcome:
    part = ColumnPart(f"n{number}", f"new {number}", "TEXT")
    name = f"{part.name}"
    column = sa.Column(name, sa.Text)
    if draw(st.booleans()):
        column = sa.Column(name, sa.Text, server_default=sa.text("CURRENT_DATE"), nullable=False)
        part = part.with_clause("null", "NOT NULL").with_clause("default", "DEFAULT CURRENT_DATE")
    return Outcome(c.add_column(SCOPE, "t", column), replace(table, columns=(*table.columns, part)))


def _add_unique(draw: Draw, table: TablePart, number: int) -> Outcome:
    column = _some(draw, table)
    operation = k.create_unique_constraint(SCOPE, f"uq{number}", "t", ["id", column.name])
    text = f"CONSTRAINT uq{number} UNIQUE ({{id}}, {{{column.key}}})"
    part = Part(text, ("id", column.key), f"uq{number}")
    return Outcome(operation, replace(table, constraints=(*table.constraints, part)))


def _add_check(draw: Draw, table: TablePart, number: int) -> Outcome:
    column = _some(draw, table)
    part = Part(
        f"CONSTRAINT ck{number} CHECK ({{{column.key}}} IS NOT 'a:b %')",
        (column.key,),
        f"ck{number}",
    )
    text = table.written(part).partition("CHECK (")[2][:-1]
    operation = k.create_check_constraint(SCOPE, f"ck{number}", "t", text)
    return Outcome(operation, replace(table, constraints=(*table.constraints, part)))


def _add_index(draw: Draw, table: TablePart, number: int) -> Outcome:
    column = _some(draw, table)
    operation = i.create_index(SCOPE, f"ix{number}", "t", [column.name, "id"])
    part = Part(
        f"CREATE INDEX ix{number} ON t ({{{column.key}}}, {{id}})",
        (column.key, "id"),
        f"ix{number}",
    )
    return Outcome(operation, replace(table, indexes=(*table.indexes, part)))


def _drop(draw: Draw, table: TablePart, number: int) -> Outcome | None:
    needed = {"id", *table.watched}
    needed |= {
        k for x in table.columns for kind, p in x.clauses if kind == "generated" for k in p.keys
    }
    free = [x for x in table.columns if x.key not in needed]
    if not free:
        return None
    column = draw(st.sampled_from(free))
    return Outcome(
        c.drop_column(SCOPE, "t", column.name),
        replace(
            table,
            columns=tuple(x for x in table.columns if x.key != column.key),
            constraints=tuple(p for p in table.constraints if column.key not in p.keys),
            indexes=tuple(p for p in table.indexes if column.key not in p.keys),
        ),
    )


def _drop_named(draw: Draw, table: TablePart, number: int) -> Outcome | None:
    named = [p for p in table.constraints if p.name is not None]
    if not named:
        return None
    part = draw(st.sampled_from(named))
    rest = tuple(p for p in table.constraints if p is not part)
    return Outcome(k.drop_constraint(SCOPE, part.name, "t"), replace(table, constraints=rest))


def _drop_index(draw: Draw, table: TablePart, number: int) -> Outcome | None:
    if not table.indexes:
        return None
    part = draw(st.sampled_from(table.indexes))
    rest = tuple(p for p in table.indexes if p is not part)
    return Outcome(i.drop_index(SCOPE, str(part.name), "t"), replace(table, indexes=rest))
