"""CREATE TABLE and CREATE INDEX in their parts, each with its own text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

ClauseKind: TypeAlias = Literal[
    "primary key", "unique", "check", "foreign key", "not null", "default", "collate", "generated"
]


@dataclass(frozen=True, slots=True)
class Element:
    """One element of an index or key: its expression's text, without direction."""

    sql: str
    column: str | None
    collation: str | None = None
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Clause:
    """A constraint of a column or table. `sql` is its text with its name; fields are by kind."""

    kind: ClauseKind
    sql: str
    name: str | None = None
    elements: tuple[Element, ...] = ()
    expression: str = ""
    """CHECK, DEFAULT and GENERATED: the text (a default's with its parentheses). COLLATE: name."""
    conflict: str | None = None
    autoincrement: bool = False
    descending: bool = False
    stored: bool = False
    target: str = ""
    target_columns: tuple[str, ...] = ()
    on_delete: str | None = None
    on_update: str | None = None
    match: str | None = None
    deferrable: bool | None = None
    initially: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that a table's key names."""
        return tuple(e.column for e in self.elements if e.column is not None)


@dataclass(frozen=True, slots=True)
class ColumnText:
    """A column: its name as written, its type's text (empty if it has none), its clauses."""

    name: str
    name_sql: str
    type_sql: str
    clauses: tuple[Clause, ...]
    sql: str

    def clause(self, kind: ClauseKind) -> Clause | None:
        """The clause of that kind; the last where there are several, as SQLite takes it."""
        return next((c for c in reversed(self.clauses) if c.kind == kind), None)


@dataclass(frozen=True, slots=True)
class TableText:
    """CREATE TABLE in its parts. `options` are upper case (STRICT, WITHOUT ROWID)."""

    columns: tuple[ColumnText, ...]
    constraints: tuple[Clause, ...]
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IndexText:
    """CREATE INDEX in its parts. `name_start` is where the name stands in the text."""

    unique: bool
    elements: tuple[Element, ...]
    where: str | None
    name_start: int
