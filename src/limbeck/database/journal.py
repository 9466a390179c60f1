"""The journal: what of a revision has run, kept where a statement commits by itself.

A revision that one transaction holds needs none. Where one is left in the middle (MySQL's DDL,
CREATE INDEX CONCURRENTLY), a line for each statement says what is done, written before and after
the statement that commits. The lines go with the revision's end, the table with the run's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import sqlalchemy as sa

from limbeck.database.own_tables import JOURNAL, LongText, own_name
from limbeck.database.version_rows import own_transaction
from limbeck.database.version_table import VersionTable

State = Literal["pending", "started", "done", "failed"]


@dataclass(slots=True)
class Line:
    """One statement of a revision.

    `step` counts the operations (and statements of the script's own), `part` the statements of
    one. `digest` is the operation's, `statement` the text that was sent. `repeats` counts equal
    statements of the script's own in a row. `position` is how far a backfill has come. `kept` says
    that the table has the line.
    """

    step: int
    part: int = 0
    parts: int = 1
    digest: str = ""
    statement: str = ""
    state: State = "pending"
    repeats: int = 1
    error: str | None = None
    session: str | None = None
    script: str | None = None
    position: str | None = None
    kept: bool = False

    @property
    def in_doubt(self) -> bool:
        """Whether it began and nobody saw its end; a backfill knows how far it has come."""
        return self.state == "started" and self.position is None


@dataclass(frozen=True, slots=True)
class HalfDone:
    """A revision that the journal has lines of."""

    revision: str
    direction: str
    lines: tuple[Line, ...] = field(compare=False)

    @property
    def in_doubt(self) -> Line | None:
        """The statement that began and of which nobody saw the end."""
        return next((line for line in self.lines if line.in_doubt), None)

    @property
    def done(self) -> int:
        """How many of its statements have run, and stay."""
        return sum(line.state == "done" for line in self.lines)

    def __str__(self) -> str:
        word = "statement" if self.done == 1 else "statements"
        return f"{self.revision} has run in part ({self.direction}, {self.done} {word})"


class Journal:
    """The table on a connection. Everything runs in the transaction that is under way."""

    def __init__(self, connection: sa.Connection, version: VersionTable, run: str) -> None:
        self.connection = connection
        self.run = run
        self.schema = version.schema
        self.name = own_name(JOURNAL, version.qualified)
        self.table = sa.Table(
            self.name,
            sa.MetaData(),
            sa.Column("revision", sa.String(128), primary_key=True),
            sa.Column("direction", sa.String(16), primary_key=True),
            sa.Column("step", sa.Integer, primary_key=True, autoincrement=False),
            sa.Column("part", sa.Integer, primary_key=True, autoincrement=False),
            sa.Column("parts", sa.Integer, nullable=False),
            sa.Column("repeats", sa.Integer, nullable=False),
            sa.Column("run", sa.String(40), nullable=False),
            sa.Column("digest", sa.String(64), nullable=False),
            sa.Column("statement", LongText),
            sa.Column("state", sa.String(16), nullable=False),
            sa.Column("started", sa.DateTime),
            sa.Column("ended", sa.DateTime),
            sa.Column("error", LongText),
            sa.Column("session", sa.String(64)),
            sa.Column("script", sa.String(64)),
            sa.Column("position", LongText),
            schema=self.schema,
        )

    @classmethod
    def left_on(cls, connection: sa.Connection, version: VersionTable) -> list[HalfDone]:
        """The revisions that runs on a database have left half done."""
        journal = cls(connection, version, run="")
        with own_transaction(connection):
            return journal.half_done() if journal.exists() else []

    def exists(self) -> bool:
        """Whether the table is there."""
        return sa.inspect(self.connection).has_table(self.name, schema=self.schema)

    def create(self) -> None:
        """Creates the table."""
        self.connection.execute(sa.schema.CreateTable(self.table))

    def drop(self) -> None:
        """Drops the table, unless it has lines."""
        if self.connection.execute(sa.select(self.table.c.step).limit(1)).first() is None:
            self.connection.execute(sa.schema.DropTable(self.table))

    def half_done(self) -> list[HalfDone]:
        """The revisions that have lines, with these in order."""
        columns = self.table.c
        order = (columns.revision, columns.direction, columns.step, columns.part)
        found: dict[tuple[str, str], list[Line]] = {}
        for row in self.connection.execute(sa.select(self.table).order_by(*order)):
            line = Line(
                row.step,
                row.part,
                row.parts,
                row.digest,
                row.statement or "",
                row.state,
                row.repeats,
                row.error,
                row.session,
                row.script,
                row.position,
                kept=True,
            )
            found.setdefault((row.revision, row.direction), []).append(line)
        return [HalfDone(*key, tuple(lines)) for key, lines in found.items()]

    def write(self, revision: str, direction: str, lines: Iterable[Line]) -> None:
        """Writes lines that are new or have changed."""
        key = {"of_revision": revision, "of_direction": direction}
        new: list[dict[str, Any]] = []
        for line in lines:
            if line.kept:
                at = {"of_step": line.step, "of_part": line.part}
                self.connection.execute(self._update, {**key, **at, **_changing(line)})
            else:
                new.append(
                    {
                        "revision": revision,
                        "direction": direction,
                        "step": line.step,
                        "part": line.part,
                        "parts": line.parts,
                        "run": self.run,
                        "digest": line.digest,
                        "statement": line.statement,
                        "script": line.script,
                        **_changing(line),
                    }
                )
                line.kept = True
        if new:
            self.connection.execute(self._insert, new)

    @cached_property
    def _insert(self) -> sa.Insert:
        return sa.insert(self.table).values(
            started=sa.case((_BEGINS, sa.func.now())), ended=sa.case((_ENDS, sa.func.now()))
        )

    @cached_property
    def _delete(self) -> sa.Delete:
        return sa.delete(self.table).where(*self._is("revision", "direction"))

    @cached_property
    def _update(self) -> sa.Update:
        columns = self.table.c
        return (
            sa.update(self.table)
            .where(*self._is("revision", "direction", "step", "part"))
            .values(
                started=sa.case((_BEGINS, sa.func.now()), else_=columns.started),
                ended=sa.case((_ENDS, sa.func.now()), else_=columns.ended),
            )
        )

    def position(self, revision: str, direction: str, line: Line) -> sa.Select[Any]:
        """The query for the position of a line.

        It waits for a run that was killed while it committed, and sees what became of that.
        """
        return (
            sa.select(self.table.c.position)
            .where(*self._key(revision, direction))
            .where(self.table.c.step == line.step, self.table.c.part == line.part)
            .with_for_update()
        )

    def settle(
        self, revision: str, direction: str, unmet: Iterable[Line], script: str | None
    ) -> None:
        """Deletes lines that the script does not come to, and gives the others its checksum."""
        key = self._key(revision, direction)
        for line in unmet:
            self.connection.execute(
                sa.delete(self.table)
                .where(*key)
                .where(self.table.c.step == line.step, self.table.c.part == line.part)
            )
        self.connection.execute(sa.update(self.table).where(*key).values(script=script))

    def delete(self, revision: str, direction: str) -> None:
        """Deletes the lines of a revision."""
        self.connection.execute(self._delete, {"of_revision": revision, "of_direction": direction})

    def _is(self, *names: str) -> list[Any]:
        """Columns and what they are to be, as parameters."""
        return [self.table.c[name] == sa.bindparam(f"of_{name}") for name in names]

    def _key(self, revision: str, direction: str) -> tuple[Any, ...]:
        return (self.table.c.revision == revision, self.table.c.direction == direction)


_BEGINS = sa.bindparam("begins", type_=sa.Integer) == 1
_ENDS = sa.bindparam("ends", type_=sa.Integer) == 1


def _changing(line: Line) -> dict[str, Any]:
    """What of a line changes; a new one that has not begun has no times."""
    has_ended = line.state in ("done", "failed")
    return {
        "state": line.state,
        "repeats": line.repeats,
        "error": line.error,
        "session": line.session,
        "position": line.position,
        "begins": int(line.state == "started" or (has_ended and not line.kept)),
        "ends": int(has_ended),
    }
