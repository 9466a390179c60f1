"""How far a revision has come: statements that commit by themselves, and a script run again."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from limbeck.database.batches import Batches
from limbeck.database.digests import has_line, opening, signature, text
from limbeck.database.doubt import took_effect
from limbeck.database.journal import Line
from limbeck.database.ledger import Ledger
from limbeck.database.raw import RawStatements
from limbeck.database.resume import Replay, brief, in_doubt
from limbeck.database.steps import MigrationStep
from limbeck.dialects.base import Commits
from limbeck.dialects.opening import controls_transaction, ends_transaction
from limbeck.operations.backfill import Backfill
from limbeck.operations.base import Operation, Statement
from limbeck.plan.steps import Step

if TYPE_CHECKING:
    from limbeck.database.migration import MigrationContext

log = logging.getLogger("alembic.runtime.migration")


class Progress:
    """What has run of the revision at hand.

    Statements that a transaction holds are kept in mind only: where it is left in the middle of
    a revision, they are written to the journal together with what comes next.
    """

    def __init__(self, context: MigrationContext, connection: sa.Connection) -> None:
        self.context = context
        self.connection = connection
        self.ledger = Ledger(context, connection)
        self.watching = False
        """Whether statements on the connection are the script's own."""
        self._raw = RawStatements(self)
        self._replay: Replay | None = None
        self._resumed: list[Line] | None = None
        self._later: list[str] = []

    @contextmanager
    def revision(self, step: MigrationStep) -> Iterator[None]:
        """One revision, while its script runs. Its lines go when it has come to its end.

        Raises HalfDoneRevision where another one has to be finished first.
        """
        self._replay, self._resumed = self.ledger.begin(step), None
        if self._replay is not None:
            log.info("Going on with %s, which has run in part", step.short_log)
        passing = self._raw.passing_over() if self._replay is not None else nullcontext()
        with self._raw.listening(), passing:
            self.watching = True
            try:
                yield
            except sa.exc.SQLAlchemyError as error:
                self._raw.settle(error)
                raise
            finally:
                self.watching = False
                self.ledger.close()
        self.ledger.complete(step)

    def listening(self) -> AbstractContextManager[None]:
        """Listens for all of a run: to begin anew for each revision takes time."""
        return self._raw.listening()

    # -- operations -----------------------------------------------------------------------------

    def left(self, operation: Operation) -> tuple[Statement, ...] | None:
        """What is left to do of an operation that an earlier run began; None for all of it."""
        self._raw.settle()
        if self._replay is None or not self.watching:
            return None
        with self.unwatched():
            known_by, has_lines = signature(operation, self.context.interpreter.compiler)
            lines = self.meet(known_by) if has_lines else None
            if lines is None:
                return None
            self._resumed = self.open_lines(lines, operation)
        return self._statements_of(operation, self._resumed)

    def _statements_of(self, operation: Operation, lines: list[Line]) -> tuple[Statement, ...]:
        if not lines:
            return ()
        if not (operation.opaque or isinstance(operation, Backfill)) and all(
            line.statement for line in lines
        ):
            return tuple(Statement(line.statement) for line in lines)
        interpreter = self.context.interpreter
        return interpreter.compiler.compile(operation, interpreter.state)[-len(lines) :]

    def run(self, step: Step, execute: Callable[[Statement], Any]) -> None:
        """Runs the statements of an operation."""
        lines = iter(self._lines(step) if self.watching else ())
        for statement in step.statements:
            if not self.watching:
                execute(statement)
            elif has_line(statement, self.context.dialect):
                with self.unwatched():
                    self._run(statement, next(lines), partial(execute, statement))
            elif not self._commits_instead(opening(statement, self.context.dialect)):
                with self.unwatched():
                    execute(statement)

    def _lines(self, step: Step) -> list[Line]:
        """The lines of an operation: those that are left of an earlier run, or new ones."""
        if self._resumed is None:
            return self.ledger.lines(step.operation, step.statements)
        lines, self._resumed = self._resumed, None
        return lines

    def _run(self, statement: Statement, line: Line, execute: Callable[[], Any]) -> None:
        if statement.backfill is not None:
            self._backfill(statement, statement.backfill, line, execute)
            return
        sql = opening(statement, self.context.dialect)
        self.separate(sql, statement.parameters)
        if statement.transactional and not self.is_alone(sql):
            execute()
            self.done(line, sql)
            return
        line.statement = text(statement, self.context.dialect)
        live = self.context.live
        if live.is_outside or not self.context.limbeck_dialect.transactional_ddl:
            self.started(line)
            self._observed(line, execute)
        else:
            line.state, line.error = "started", None
            self.ledger.touch(line)
            with live.autocommit(f"'{brief(line.statement)}'"):
                self._observed(line, execute)

    def _backfill(
        self, statement: Statement, operation: Backfill, line: Line, execute: Callable[[], Any]
    ) -> None:
        """Changes rows in batches, each in a transaction of its own where that can be."""
        line.statement = text(statement, self.context.dialect)
        if self.context.live.external:
            log.warning(
                "The backfill of %s runs in one statement, in the transaction of the caller",
                operation.table,
            )
            execute()
            self.done(line, line.statement)
            return
        if line.state != "started":
            line.state, line.error = "started", None
        self.ledger.touch(line)
        Batches(self.context, operation, line).run()

    # -- statements that commit by themselves ---------------------------------------------------

    def is_alone(self, sql: str) -> bool:
        """Whether the statement commits by itself, where it stands."""
        return self.context.live.is_outside or self.commits.alone(sql)

    def started(self, line: Line) -> None:
        """Takes note of a statement that is about to commit by itself."""
        line.state, line.error = "started", None
        self.ledger.touch(line)
        self.context.live.write()
        if not self.commits.commits_before(line.statement):
            self.commit()

    def done(self, line: Line, sql: str) -> None:
        """Takes note of a statement that the transaction holds."""
        line.state = "done"
        self.ledger.touch(line)
        value = self.commits.usable_later(self.connection, sql)
        if value is not None:
            self._later.append(value)

    def ended(self, line: Line) -> None:
        """Takes note of a statement that has committed by itself."""
        line.state = "done"
        self.ledger.touch(line)
        self.ledger.write()
        self.commit()

    def failed(self, line: Line, error: BaseException | None) -> None:
        """Takes note of an error of the server's: the statement did nothing, where it is atomic.

        Without a connection nobody knows what it did.
        """
        if getattr(error, "connection_invalidated", False):
            return
        line.error = str(getattr(error, "orig", None) or error or "An error that the script caught")
        if self.commits.atomic(line.statement):
            line.state = "failed"
        self.ledger.touch(line)
        with suppress(sa.exc.SQLAlchemyError):
            self.ledger.write()
            self.commit()

    def _observed(self, line: Line, execute: Callable[[], Any]) -> None:
        self.commits.clear(self.connection, line.statement)
        try:
            execute()
        except sa.exc.SQLAlchemyError as error:
            self.failed(line, error)
            raise
        self.ended(line)

    def separate(self, sql: str, parameters: Any) -> None:
        """Commits before a statement that uses a value which needs that."""
        if not self._later or self.context.live.external:
            return
        said = f"{sql} {parameters!r}" if parameters else sql
        used = [value for value in self._later if f"'{value}'" in said]
        if used:
            log.info("Committing, so that the new value '%s' can be used", used[0])
            self.context.live.write()
            self.commit()
            self.context.patience.resume()

    def note_control(self, sql: str) -> bool:
        """A script's own BEGIN, COMMIT or ROLLBACK; True where it ends a transaction of ours."""
        live = self.context.live
        if not controls_transaction(sql) or live.external:
            return False
        ends = ends_transaction(sql)
        if ends or not self.context.limbeck_dialect.transactional_ddl:
            live.write()
        return ends

    def _commits_instead(self, sql: str) -> bool:
        """Commits in the place of a script's own COMMIT, so that a transaction goes on after."""
        with self.unwatched():
            ends = self.note_control(sql)
            if ends:
                self.commit()
                self.context.patience.resume()
        return ends

    def commit(self) -> None:
        """Commits beneath SQLAlchemy, whose transaction goes on."""
        self.connection.dialect.do_commit(self.connection.connection)

    @cached_property
    def commits(self) -> Commits:
        """The dialect's facts."""
        return self.context.limbeck_dialect.commits

    # -- a script that is run again -------------------------------------------------------------

    def meet(self, known_by: str) -> list[Line] | None:
        """The lines of what the script does now; None where an earlier run did not begin it."""
        if self._replay is None:
            return None
        lines = self._replay.meet(known_by)
        if lines is None and self._replay.is_edited:
            self.ledger.settle(self._replay)
            self._replay = None
        return lines

    def open_lines(self, lines: list[Line], operation: Operation | None) -> list[Line]:
        """The lines of an operation that have to run. Raises HalfDoneRevision in doubt."""
        for line in lines:
            if not line.in_doubt:
                continue
            found = took_effect(self.context, line, operation)
            if found is None:
                assert self._replay is not None
                raise in_doubt(self._replay.half_done, line)
            line.state = "done" if found else "failed"
            self.ledger.touch(line)
            if found:
                log.info("Took effect before and is not repeated: %s", brief(line.statement))
        return [line for line in lines if line.state != "done"]

    # -- the end of a transaction ---------------------------------------------------------------

    def write(self) -> None:
        """Writes the lines of the revision at hand, because its transaction is about to end."""
        self._later.clear()
        with self.unwatched():
            self.ledger.write()

    def forget(self) -> None:
        """The transaction was rolled back, and with it what it held."""
        self._later.clear()
        self.ledger.forget()

    @contextmanager
    def unwatched(self) -> Iterator[None]:
        """What runs inside is not the script's own."""
        before, self.watching = self.watching, False
        try:
            yield
        finally:
            self.watching = before
