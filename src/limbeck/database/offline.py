"""Steps of a run without a server: written as they are, or recorded on a scratch database.

A script that inspects the database or reads rows has nothing to read with ``--sql``. Such a step
is run on an empty scratch database that has the revisions before it, and what it does there is
written down.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from limbeck.database.executor import Executor
from limbeck.database.runs import upgrade_steps
from limbeck.database.scratch import place_of, schemas_of, scratch_database
from limbeck.database.steps import MigrationStep
from limbeck.dialects.base import Request
from limbeck.errors import CommandError, DatabaseError, UnsupportedOperation
from limbeck.operations.base import Statement
from limbeck.operations.data import Execute
from limbeck.plan.steps import Step
from limbeck.runtime.invoke import Sink, running
from limbeck.runtime.replay import Nowhere, OfflineState
from limbeck.runtime.state import LiveState, State
from limbeck.schema.objects import Schema

if TYPE_CHECKING:
    from limbeck.database.migration import MigrationContext

log = logging.getLogger("alembic.runtime.migration")

NOTE = "Recorded on an empty scratch database: what depends on rows is not in this script."

REBUILDS = "PRAGMA legacy_alter_table=ON"
"""What stands in every rebuild of SQLite's, and nowhere else."""

_READS = re.compile(r"\s*(?:SELECT|WITH|VALUES|SHOW|PRAGMA|EXPLAIN|DESCRIBE|DESC|SET|USE)\b", re.I)


class Offline:
    """Writes the steps of one run. `state` is what its interpreter knows."""

    def __init__(self, context: MigrationContext) -> None:
        self.context = context
        self.state = OfflineState(self._earlier, context.normalized)
        self.bind: sa.Connection | None = None
        """The scratch database, while a step runs on it."""
        self.asked_for_bind = False
        self._kw: dict[str, Any] = {}
        self._behind: list[MigrationStep] | None = None
        self._closing = ExitStack()
        self._scratch: sa.Connection | None = None
        self._own = 0

    def close(self) -> None:
        """Drops the scratch database, if there was one."""
        self._scratch = None
        self._closing.close()

    def run(self, step: MigrationStep, kw: dict[str, Any]) -> None:
        """Writes a step. Raises what it raises, also on the scratch database."""
        self._kw = kw
        mark, place = self.state.mark(), self.context.scripted.mark()
        self.state.missed = self.asked_for_bind = False
        with self.context.writer.held() as written:
            try:
                _call(step, kw)
            except Exception as error:
                failure: Exception | None = error
            else:
                failure = None
        if failure is not None and self._may_record(failure):
            self.state.back(mark)
            self.context.scripted.back(place)
            self._record(step, failure)
        else:
            self.context.writer.release(written)
            if failure is not None:
                raise failure
        self._left().append(step)

    @contextmanager
    def unnoticed(self) -> Iterator[None]:
        """What is asked inside is asked by us: that it is not known says nothing of the script."""
        missed = self.state.missed
        with self.unrecorded():
            yield
        self.state.missed = missed

    def follow(self, operation: Execute) -> None:
        """Takes note of SQL that the context wrote by itself, and runs it where a step runs."""
        self.context.interpreter.state.advance(operation)
        if self.bind is not None:
            with self.unrecorded():
                Executor(self.bind).statement(Statement(element=operation.statement))

    def _may_record(self, failure: Exception) -> bool:
        """Whether a server could do better than this."""
        return self.asked_for_bind or (isinstance(failure, CommandError) and self.state.missed)

    # -- what was there before ------------------------------------------------------------------

    def _left(self) -> list[MigrationStep]:
        """The steps that the scratch database has not seen."""
        if self._behind is None:
            self._behind = self._steps_before()
        return self._behind

    def _steps_before(self) -> list[MigrationStep]:
        """The revisions from base to where the script starts."""
        script, rows = self.context.script, self.context.get_current_heads()
        return upgrade_steps(script, (), rows) if script is not None and rows else []

    def _earlier(self) -> Schema:
        """The schema before the run; nothing where it cannot be known.

        The revisions are folded without a server where that will do. SQLite costs nothing to ask,
        and on MySQL, which writes columns again whole, not to know is to lose something.
        """
        steps = list(self._left())
        if not steps:
            return Schema()
        folded, asked = (self._folded, steps), (self._run_before, steps)
        ways = {"sqlite": (asked, folded), "mysql": (folded, asked), "mariadb": (folded, asked)}
        for way, given in ways.get(self.context.dialect.name, (folded,)):
            try:
                return way(given)
            except Exception as error:
                log.debug("What was there before is not known by %s: %s", way.__name__, error)
        return Schema()

    def _run_before(self, steps: Sequence[MigrationStep]) -> Schema:
        self._caught_up()
        return self._inspected()

    def _folded(self, steps: Sequence[MigrationStep]) -> Schema:
        state = OfflineState(normalize=self.context.normalized)
        with self.context.writer.held(), self._interpreting(Nowhere(), state):
            for step in steps:
                _call(step, self._kw)
        return state.schema

    # -- the scratch database -------------------------------------------------------------------

    def _record(self, step: MigrationStep, failure: Exception) -> None:
        try:
            scratch = self._caught_up()
        except DatabaseError as error:
            raise UnsupportedOperation(
                f"{_named(step)} cannot be written as a script without a database: "
                f"{_first_line(failure)} It would be recorded on a scratch database, but: {error}"
            ) from failure
        context = self.context
        context.writer.comment(NOTE)
        log.info("Recording %s on a scratch database", step.short_log)
        with self._on(scratch, _Both(self, Executor(scratch))), self._listening(scratch):
            try:
                _call(step, self._kw)
            except CommandError:
                raise
            except Exception as error:
                raise UnsupportedOperation(
                    f"{_named(step)} cannot be written as a script: on an empty scratch database "
                    f"it fails with {type(error).__name__}: {_first_line(error)}"
                ) from error
        self.state.begin(self._inspected)

    def scratch_before(self) -> sa.Connection:
        """The scratch database with all revisions before the run; DatabaseError without one."""
        return self._caught_up()

    def _caught_up(self) -> sa.Connection:
        """The scratch database with all revisions that came before the step at hand."""
        if self._scratch is None:
            made = scratch_database(place_of(self.context, embedded=False))
            self._scratch = self._closing.enter_context(made)
        scratch, steps = self._scratch, self._left()
        while steps:
            with self.context.writer.held(), self._on(scratch, Executor(scratch)):
                try:
                    _call(steps[0], self._kw)
                except Exception as error:
                    raise DatabaseError(
                        f"{_named(steps[0])}, which comes before, does not run there: "
                        f"{_first_line(error)}"
                    ) from error
            steps.pop(0)
        return scratch

    def _inspected(self) -> Schema:
        """All of the scratch database, in the form in which the dialect wants the state."""
        assert self._scratch is not None
        found = self.context.limbeck_dialect.inspect(
            self._scratch, Request(schemas_of(self._scratch))
        )
        return found if self.context.limbeck_dialect.rebuilds else self.context.normalized(found)

    @contextmanager
    def _on(self, scratch: sa.Connection, sink: Sink) -> Iterator[None]:
        """Runs what is inside on the scratch database."""
        dialect = self.context.limbeck_dialect

        def read(request: Request) -> Schema:
            with self.unrecorded():
                found = dialect.inspect(scratch, request)
            return found if dialect.rebuilds else self.context.normalized(found)

        self.bind = scratch
        try:
            with self._interpreting(sink, LiveState(read), scratch.dialect):
                yield
        finally:
            self.bind = None

    @contextmanager
    def _interpreting(
        self, sink: Sink, state: State, dialect: sa.Dialect | None = None
    ) -> Iterator[None]:
        """Puts another interpreter in the place of the context's."""
        context = self.context
        usual = context.interpreter
        context.interpreter = context.interpreter_for(sink, state, dialect or context.dialect)
        context.interpreter.gathers = usual.gathers
        try:
            with running(context.interpreter):
                yield
        finally:
            context.interpreter = usual

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Writes a transaction so that it also holds where a client enforces foreign keys.

        Dropping a table that is rebuilt would cascade on SQLite, and the pragma that prevents it
        has no effect inside a transaction.
        """
        try:
            with self.context.writer.held() as written:
                yield
        finally:
            text = written.getvalue()
            if REBUILDS in text:
                self.context.writer.text("PRAGMA foreign_keys=OFF;")
            self.context.writer.stream.write(text)
            self.context.writer.stream.flush()

    # -- what is written ------------------------------------------------------------------------

    @contextmanager
    def unrecorded(self) -> Iterator[None]:
        """What runs inside on the scratch database is ours, not the script's."""
        self._own += 1
        try:
            yield
        finally:
            self._own -= 1

    @contextmanager
    def _listening(self, scratch: sa.Connection) -> Iterator[None]:
        """Writes what a script does through its connection, past our operations."""
        listeners: tuple[tuple[str, Callable[..., None]], ...] = (
            ("before_execute", self._element),
            ("before_cursor_execute", self._plain),
        )
        for event, listener in listeners:
            sa.event.listen(scratch, event, listener)
        try:
            yield
        finally:
            for event, listener in listeners:
                sa.event.remove(scratch, event, listener)

    def _element(
        self, connection: Any, element: Any, multiparams: Any, params: Any, options: Any
    ) -> None:
        if self._own or isinstance(element, sa.sql.selectable.SelectBase):
            return
        if isinstance(element, sa.TextClause) and _READS.match(element.text):
            return
        rows = [dict(row) for row in multiparams or ([params] if params else [])]
        with self.unrecorded():
            for row in rows or [{}]:
                self.context.writer.statement(Statement(element=_bound(element, row)))

    def _plain(
        self, connection: Any, cursor: Any, sql: str, parameters: Any, context: Any, many: bool
    ) -> None:
        if self._own or getattr(context, "compiled", None) is not None or _READS.match(sql):
            return
        if parameters:
            raise UnsupportedOperation(
                "exec_driver_sql with parameters cannot be written to a script: use sa.text() with "
                "named parameters."
            )
        self.context.writer.statement(Statement(sql))


class _Both:
    """A sink that writes each step and runs it on the scratch database."""

    def __init__(self, offline: Offline, executor: Executor) -> None:
        self.offline = offline
        self.executor = executor

    def run(self, step: Step) -> None:
        """Writes the step, and runs it."""
        self.offline.context.writer.run(step)
        with self.offline.unrecorded():
            self.executor.run(step)


def _bound(element: Any, row: dict[str, Any]) -> Any:
    """An element with the values that it was executed with in it."""
    if not row:
        return element
    if isinstance(element, sa.sql.dml.Insert | sa.sql.dml.Update):
        columns = {c.key for c in element.table.columns}
        values = {k: v for k, v in row.items() if k in columns}
        element = element.values(values) if values else element
        row = {k: v for k, v in row.items() if k not in columns}
    if isinstance(element, sa.TextClause):
        return element.bindparams(**row)
    return element.params(row) if row else element


def _call(step: MigrationStep, kw: dict[str, Any]) -> None:
    if step.migration_fn is not None:
        step.migration_fn(**kw)


def _named(step: MigrationStep) -> str:
    revision = step.revision
    if revision is None:
        return step.short_log
    return f"{step.name}() of revision {revision.id} ({revision.path})"


def _first_line(error: BaseException) -> str:
    text = str(getattr(error, "orig", None) or error).strip()
    line = text.splitlines()[0] if text else type(error).__name__
    return line if line.endswith(".") else f"{line}."
