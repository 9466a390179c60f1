"""The lines of the revision at hand, in mind until its transaction is left in the middle."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from limbeck.database.digests import has_line, signature, text
from limbeck.database.doubt import session_of
from limbeck.database.journal import HalfDone, Journal, Line, State
from limbeck.database.resume import Replay, other_way
from limbeck.database.steps import MigrationStep
from limbeck.database.version_rows import own_transaction
from limbeck.operations.base import Operation, Statement
from limbeck.script.checksum import checksum, source

if TYPE_CHECKING:
    import sqlalchemy as sa

    from limbeck.database.migration import MigrationContext

Key = tuple[str, str]


class Ledger:
    """What has run of a revision, and the journal that it is written to where it must be."""

    def __init__(self, context: MigrationContext, connection: sa.Connection) -> None:
        self.context = context
        self.journal = Journal(connection, context.version, uuid.uuid4().hex)
        self._step: MigrationStep | None = None
        self._number = 0
        self._unwritten: list[Line] = []
        self._operations: dict[int, tuple[Operation, Sequence[Statement]]] = {}
        self._half_done: dict[Key, HalfDone] | None = None
        self._has_table = False
        self._session: str | None = None
        self._script: str | None = None

    # -- revisions ------------------------------------------------------------------------------

    def begin(self, step: MigrationStep) -> Replay | None:
        """Opens the lines of a revision; what is there of it already.

        Raises HalfDoneRevision where another one has to be finished first.
        """
        if self._half_done is None:
            self._half_done = self._read()
        self._step, self._number, self._script = step, 0, None
        self._unwritten, self._operations = [], {}
        if not self._half_done:
            return None
        if key_of(step) not in self._half_done:
            raise other_way(next(iter(self._half_done.values())), step.short_log)
        found = {(h.revision, h.direction): h for h in self.journal.half_done()}
        half_done = found.get(key_of(step))
        if half_done is None:
            return None
        replay = Replay(half_done, self._checksum())
        self._number = replay.last_step
        return replay

    def _read(self) -> dict[Key, HalfDone]:
        """The revisions in the journal, which is created where DDL commits by itself."""
        self._has_table = self.journal.exists()
        if not self._has_table:
            if not self.context.limbeck_dialect.transactional_ddl:
                self._create()
            return {}
        found: dict[Key, HalfDone] = {}
        for half_done in self.journal.half_done():
            key = (half_done.revision, half_done.direction)
            if self._is_moot(half_done):
                self.journal.delete(*key)
            else:
                found[key] = half_done
        return found

    def _create(self) -> None:
        self.journal.create()
        self._has_table = True

    def _is_moot(self, half_done: HalfDone) -> bool:
        """Whether the version table says that it was finished in another way."""
        script = self.context.script
        if script is None or half_done.revision not in script.graph:
            return False
        rows = [row for row in self.context.get_current_heads() if row in script.graph]
        is_applied = half_done.revision in script.graph.ancestors(rows)
        return is_applied == (half_done.direction == "upgrade")

    def close(self) -> None:
        """The script of the revision has ended, or failed."""
        self._step = None

    def complete(self, step: MigrationStep) -> None:
        """The revision has come to its end: its lines go."""
        self._unwritten, self._operations = [], {}
        if self._half_done and self._half_done.pop(key_of(step), None) is not None:
            self.journal.delete(*key_of(step))

    @property
    def is_left(self) -> bool:
        """Whether a run that died just before its end has left the table, or one is under way."""
        return not self.context.limbeck_dialect.transactional_ddl and self.journal.exists()

    def finish(self) -> None:
        """Drops the journal at the end of a run; also one that a run left which died just there."""
        if self._half_done is None and not self.context.limbeck_dialect.transactional_ddl:
            self._has_table = self.journal.exists()
        if self._has_table:
            with own_transaction(self.journal.connection):
                self.journal.drop()
            self._has_table, self._half_done = False, None

    def settle(self, replay: Replay) -> None:
        """From here on an edited script does what it did not do before."""
        half_done = replay.half_done
        self.journal.settle(half_done.revision, half_done.direction, replay.unmet, self._checksum())

    # -- lines ----------------------------------------------------------------------------------

    def lines(self, operation: Operation, statements: Sequence[Statement]) -> list[Line]:
        """New lines for the statements of an operation, all but those of the session."""
        dialect = self.context.dialect
        known = [statement for statement in statements if has_line(statement, dialect)]
        if statements and not known:
            return []
        self._number += 1
        self._operations[self._number] = (operation, known)
        count = len(known) or 1
        state: State = "pending" if known else "done"
        made = [Line(self._number, part, count, state=state) for part in range(count)]
        self._unwritten += made
        return made

    def own_line(self, digest: str, sql: str, *, is_alone: bool) -> Line:
        """A new line for a statement of the script's own, or the one of its like just before."""
        last = self._unwritten[-1] if self._unwritten and not is_alone else None
        if last is not None and last.digest == digest and last.state == "done" and not last.kept:
            last.repeats += 1
            return last
        self._number += 1
        return Line(self._number, digest=digest, statement=sql)

    def touch(self, line: Line) -> None:
        """Has the line written the next time."""
        if not any(known is line for known in reversed(self._unwritten)):
            self._unwritten.append(line)

    def position(self, line: Line) -> sa.Select[Any] | None:
        """The query for the position of a line that an earlier run has written."""
        if self._step is None or line.position is None:
            return None
        return self.journal.position(*key_of(self._step), line)

    def write(self) -> None:
        """Writes the lines of the revision at hand."""
        if self._step is None or not self._unwritten or self._half_done is None:
            return
        if not self._has_table:
            self._create()
        if self._session is None:
            self._session = session_of(self.context)
        key = key_of(self._step)
        for line in self._unwritten:
            self._fill(line)
        self.journal.write(*key, self._unwritten)
        self._half_done.setdefault(key, HalfDone(*key, ()))
        self._unwritten = []

    def forget(self) -> None:
        """Drops what was not written."""
        self._unwritten = []

    def _fill(self, line: Line) -> None:
        if not line.digest:
            operation, statements = self._operations[line.step]
            line.digest, _ = signature(operation, self.context.interpreter.compiler)
            if statements:
                line.statement = text(statements[line.part], self.context.dialect)
        line.script = self._checksum()
        if line.state == "started":
            line.session = self._session

    def _checksum(self) -> str | None:
        if self._script is None and self._step is not None and self._step.revision is not None:
            self._script = checksum(source(self._step.revision.path))
        return self._script


def key_of(step: MigrationStep) -> Key:
    """What a revision and its direction are in the journal."""
    ends = step.to_revisions if step.is_upgrade else step.from_revisions
    return (ends[0] if ends else "", "upgrade" if step.is_upgrade else "downgrade")
