"""What revisions would run, without running it: the interpreter with a sink that only takes note.

A script that reads the database is recorded on a scratch database, as with ``--sql``
(`limbeck.database.offline`); the database itself is at most read, for the state before the run.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import Any

from limbeck.database.migration import MigrationContext
from limbeck.database.run import Run
from limbeck.database.steps import MigrationStep
from limbeck.operations.alter_column import AlterColumn
from limbeck.operations.base import Operation, Statement
from limbeck.operations.batch import Batch
from limbeck.plan.reading import Reader
from limbeck.plan.recorded import Recorded, RecordedRevision
from limbeck.plan.steps import Step
from limbeck.runtime.invoke import running
from limbeck.runtime.replay import OfflineState
from limbeck.runtime.sinks import SqlWriter
from limbeck.schema.names import Name
from limbeck.schema.objects import Before, Schema
from limbeck.statements.action import Action
from limbeck.statements.hazards import Server

SCRATCH = "recorded on an empty scratch database: what depends on rows is not shown"


def record(
    context: MigrationContext,
    steps: Sequence[MigrationStep],
    rows: Sequence[str],
    server: Server,
    earlier: Callable[[], Schema] | None = None,
) -> tuple[RecordedRevision, ...]:
    """The statements of these steps, in order, from the version table's rows on.

    `earlier` gives the state before the first; without it the revisions before are replayed.
    """
    with recording(context, rows) as made:
        recorder = _Recorder(made, server)
        made.writer = recorder
        if earlier is not None:
            made.offline.state.begin(earlier)
        with running(made.interpreter):
            made.interpreter.gathers = recorder.gathered
            return tuple(recorder.revision(step) for step in steps)


@contextmanager
def recording(context: MigrationContext, rows: Sequence[str]) -> Iterator[MigrationContext]:
    """A context without a connection in the place of that one, whose run starts at `rows`."""
    made = _recording_context(context, rows)
    with _in_place_of(context, made):
        try:
            yield made
        finally:
            made.offline.close()


def _recording_context(context: MigrationContext, rows: Sequence[str]) -> MigrationContext:
    unused = {"fn": None, "starting_rev": None, "purge": False, "output_buffer": io.StringIO()}
    opts = {**context.opts, **unused, "as_sql": True, "announce": False}
    made = type(context)(context.dialect, None, opts, context.environment_context)
    made.url = context.url
    made.starting_rows = tuple(rows)
    made.run_arguments = context.run_arguments
    return made


@contextmanager
def _in_place_of(context: MigrationContext, made: MigrationContext) -> Iterator[None]:
    """Scripts that ask the environment get the context that records."""
    environment = context.environment_context
    if environment is None:
        yield
        return
    offline = environment.context_opts.get("as_sql")
    environment.put_context(made, as_sql=True)
    try:
        yield
    finally:
        environment.put_context(context, as_sql=offline)


class _Recorder(SqlWriter):
    """Takes note of what would be written, statement by statement."""

    def __init__(self, context: MigrationContext, server: Server) -> None:
        super().__init__(context.dialect, io.StringIO())
        self._context = context
        dialect = context.limbeck_dialect
        self._reader = Reader(context.dialect.name, server, dialect.hazards)
        self._found: list[Recorded] = []
        self._path = ""
        self._step: Step | None = None
        self._in_transaction = True
        self._unit = 0
        self._notes: list[str] = []
        self._lines: dict[int, int | None] = {}

    def revision(self, step: MigrationStep) -> RecordedRevision:
        """Runs a step and gives what it would have run."""
        revision = step.revision
        self._found, self._notes = [], []
        self._path = "" if revision is None or revision.path is None else revision.path
        if self._context.transactional_ddl:
            self._context.scripted.begin()
        Run(self._context, self._context.run_arguments).call(step)
        return RecordedRevision(
            step.short_log if revision is None else revision.id,
            step.doc or "",
            self._path or None,
            step.name,
            tuple(self._found),
            SCRATCH if self._notes else "",
        )

    # -- the writer's side ----------------------------------------------------------------------

    @contextmanager
    def held(self) -> Iterator[Any]:
        """What is recorded inside is kept apart, until it is released."""
        usual, self._found = self._found, []
        try:
            yield self._found
        finally:
            self._found = usual

    def release(self, held: Any) -> None:
        """Takes what was kept apart."""
        self._found += held

    def run(self, step: Step) -> None:
        """Takes note of the statements of a step, and of those of its table's listeners."""
        self._step = step
        try:
            super().run(step)
        finally:
            self._step = None

    def statement(self, statement: Statement) -> None:
        """Takes note of one statement."""
        if statement.verify is None:
            for text in self._texts(statement):
                with self._context.scripted.apart(text, not statement.transactional):
                    self._note(text, statement)

    def text(self, text: str) -> None:
        """Where a script leaves its transaction, that is written as text."""
        self._in_transaction = not text.upper().startswith("COMMIT")
        self._unit += not self._in_transaction

    def setting(self, text: str) -> None:
        """Nothing: it changes no table."""

    def comment(self, text: str) -> None:
        """A remark about the record."""
        self._notes.append(text)

    def _texts(self, statement: Statement) -> list[str]:
        if statement.parameters is None:
            return super()._texts(statement)
        return [str(statement.element.compile(dialect=self.dialect)).strip()]  # type: ignore[union-attr]  # parameters come with an element

    def _note(self, sql: str, statement: Statement) -> None:
        step = self._step
        state = self._context.interpreter.state if step is None else step.before
        operation = None if step is None else step.operation
        with self._context.offline.unnoticed():
            table = None if operation is None else operation.table_name
            hints = self._hints(operation)
            read = self._reader.read(sql, state, hints, table, partial(_owner, state))
            actions, hazards, known = read
        self._found.append(
            Recorded(
                sql,
                actions,
                hazards,
                known,
                self._line(operation, actions),
                raw=operation is None or operation.opaque,
                rows=len(statement.parameters or (None,)),
                has_parameters=statement.parameters is not None,
                transactional=statement.transactional,
                in_transaction=self._in_transaction,
                unit=self._unit,
                in_batches=statement.backfill is not None,
            )
        )

    # -- where it is written --------------------------------------------------------------------

    def gathered(self, operation: Operation) -> None:
        """Notes the line of an operation that a batch gathers, to be run later."""
        self._lines[id(operation)] = self._calling_line()

    def _line(self, operation: Operation | None, actions: Sequence[Action]) -> int | None:
        if isinstance(operation, Batch) and actions:
            for item in operation.operations:
                if id(item) in self._lines and _is_about(item, actions[0]):
                    return self._lines[id(item)]
        return self._calling_line()

    def _calling_line(self) -> int | None:
        frame: FrameType | None = sys._getframe(1)
        while frame is not None:
            if frame.f_code.co_filename == self._path:
                return frame.f_lineno
            frame = frame.f_back
        return None

    def _hints(self, operation: Operation | None) -> Mapping[tuple[Name, str], str]:
        """The types that a script names as ``existing_type``."""
        items = operation.operations if isinstance(operation, Batch) else (operation,)
        return {
            (item.table, item.column): self._context.interpreter.compiler.type(
                item.existing_type
            ).lower()
            for item in items
            if isinstance(item, AlterColumn) and item.existing_type is not None
        }


def _owner(state: Before, index: str) -> Name | None:
    """The table of an index, where all that is known can be looked through."""
    if not isinstance(state, OfflineState):
        return None
    return next((table.name for table in state.schema if index in table.indexes), None)


def _is_about(operation: Operation, action: Action) -> bool:
    """Whether a gathered operation is the one that an action comes from."""
    call = operation.call()
    names = {getattr(arg, "name", arg) for arg in call.args if not isinstance(arg, list | tuple)}
    return bool(action.name) and action.name in names and _verb_fits(call.verb, action.kind)


def _verb_fits(verb: str, kind: str) -> bool:
    drops = kind.startswith("drop ") and kind not in ("drop not null", "drop default")
    return verb.startswith("drop_") == drops
