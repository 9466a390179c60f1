"""Facts about a statement: the locks it takes, what it reads or writes anew, what it can lose."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from limbeck.schema.names import Name
from limbeck.schema.objects import Before, Column
from limbeck.statements.action import Action

HazardKind: TypeAlias = Literal[
    "lock",
    "scan",
    "rewrite",
    "may fail",
    "loses data",
    "no way back",
    "no transaction",
    "unread",
]

Blocks: TypeAlias = Literal[
    "reads and writes", "writes", "schema changes", "writes to them", "nothing"
]
"""Whom a lock makes wait, besides those who want the same."""


@dataclass(frozen=True, slots=True)
class Hazard:
    """One fact about a statement. `text` says what is special about it, if anything.

    A lock names its mode and whom it blocks; `brief` says that it is not held while rows are
    read or written (MySQL's metadata lock around an online change). It is `of` the table, of an
    index, or of rows.
    """

    kind: HazardKind
    table: Name | None = None
    text: str = ""
    lock: str = ""
    blocks: Blocks = "nothing"
    brief: bool = False
    of: Literal["table", "index", "rows"] = "table"


@dataclass(frozen=True, slots=True)
class Server:
    """Which server the facts are about: its product and version."""

    product: Literal["postgresql", "mysql", "mariadb", "sqlite", "other"]
    version: tuple[int, ...] = ()

    def at_least(self, *version: int) -> bool:
        """Whether it is that version or a newer one."""
        return self.version >= version

    def __str__(self) -> str:
        names = {"postgresql": "PostgreSQL", "mysql": "MySQL", "mariadb": "MariaDB"}
        name = names.get(self.product, "SQLite" if self.product == "sqlite" else "this database")
        return f"{name} {'.'.join(str(n) for n in self.version[:2])}".strip()


@dataclass(frozen=True, slots=True)
class Known:
    """What is known when a statement runs: the server, the state before, and what a script says.

    `not_null` holds columns for which a valid check says that they are not null; `hints` the types
    that a script names as ``existing_type``.
    """

    server: Server
    before: Before | None = None
    not_null: frozenset[tuple[Name, str]] = frozenset()
    hints: Mapping[tuple[Name, str], str] = field(default_factory=dict)
    session: Mapping[str, str] = field(default_factory=dict)
    """What the run has set before (``foreign_key_checks``), by name."""

    def column(self, table: Name | None, name: str) -> Column | None:
        """The column before the statement, None where it is not known."""
        found = None if self.before is None or table is None else self.before.find(table)
        return None if found is None else found.columns.get(name)

    def type(self, table: Name | None, name: str) -> str | None:
        """The text of a column's type before the statement."""
        found = self.column(table, name)
        if found is not None and found.type.text is not None:
            return found.type.text.lower()
        return None if table is None else self.hints.get((table, name))


@dataclass(frozen=True, slots=True)
class Size:
    """How large a table is, as the server estimates it."""

    rows: int | None
    bytes: int


Facts: TypeAlias = Callable[[Action, Known], Iterable[Hazard]]
"""What a dialect knows of one action."""


def row_locks(action: Action, which: str) -> Iterable[Hazard]:
    """The locks of rows that an action keeps; `which` says of which rows."""
    if action.kind in ("update", "delete", "select for update"):
        yield Hazard(
            "lock",
            action.table,
            f"{which}, until the commit",
            lock="row locks",
            blocks="writes to them",
            of="rows",
        )
