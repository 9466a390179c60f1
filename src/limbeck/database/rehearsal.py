"""Revisions run in another place than the project's database: in memory, or on a scratch database.

Each script sees the context of that place as its own, also through ``context.get_bind()``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from limbeck.database.executor import Executor
from limbeck.database.migration import MigrationContext
from limbeck.database.own_tables import without_own_tables
from limbeck.database.scratch import schemas_of
from limbeck.database.standin import StandIn
from limbeck.database.steps import MigrationStep
from limbeck.dialects.base import Request
from limbeck.diff.compare import compare
from limbeck.errors import UnsupportedOperation
from limbeck.plan.order import order
from limbeck.plan.steps import Step
from limbeck.runtime.invoke import Sink, running
from limbeck.runtime.replay import ExactState, Nowhere, parts
from limbeck.runtime.state import KnownState
from limbeck.schema.objects import Schema

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect

    from limbeck.script.directory import ScriptDirectory

_NOT_HERE = (
    "as_sql",
    "destination_rev",
    "dont_mutate",
    "fn",
    "literal_binds",
    "on_version_apply",
    "output_buffer",
    "purge",
    "starting_rev",
    "tag",
)
"""Options of the command, and hooks that are to see what happens to the project's database."""


_AT_ONCE = 100
"""Tables of one transaction: each holds locks until its end."""


@dataclass(frozen=True, slots=True)
class Folded:
    """What a history makes, without a server.

    `doubt` says why that is not all, or not sure; None where it is exact. `rows` says that it
    also puts rows into tables.
    """

    schema: Schema
    doubt: str | None
    rows: bool


class Rehearsal:
    """A scratch database in the place of the project's: `context` is its own."""

    def __init__(self, original: MigrationContext, connection: sa.Connection) -> None:
        self._original = original
        self._steps: Sequence[MigrationStep] = ()
        self.context = _context(
            original, connection.dialect, connection, fn=lambda rows, context: self._steps
        )
        if connection.dialect.name in ("mysql", "mariadb"):
            interpreter = self.context.interpreter
            interpreter.sink = _Within(interpreter.sink)

    def run(self, *steps: MigrationStep) -> None:
        """Runs steps as a command would, each in a transaction of its own.

        Raises what they raise; `errors.where` tells the file and line.
        """
        self._steps = steps
        try:
            with in_place_of(self._original, self.context):
                self.context.run_migrations(**self._original.run_arguments)
        finally:
            self._end()

    def build(self, schema: Schema) -> None:
        """Makes a schema's tables at once, as a history would have made them."""
        context, connection = self.context, self.connection
        state = KnownState(normalize=context.normalized)
        interpreter = context.interpreter_for(Executor(connection), state, context.dialect)
        operations = order(
            compare(Schema(), schema),
            Schema(),
            adds_foreign_keys=context.limbeck_dialect.adds_foreign_keys,
        )
        with in_place_of(self._original, context), running(interpreter):
            for number, operation in enumerate(operations, start=1):
                interpreter.invoke(operation)
                if number % _AT_ONCE == 0:
                    connection.commit()
        connection.commit()

    def stamp(self, scripts: ScriptDirectory, revisions: Sequence[str]) -> None:
        """Has the version table say that those have run."""
        with self.connection.begin():
            self.context.stamp(scripts, revisions)

    def schema(self) -> Schema:
        """See `state_of`."""
        try:
            return state_of(self.context)
        finally:
            self._end()

    @property
    def connection(self) -> sa.Connection:
        """The connection to the scratch database."""
        assert self.context.connection is not None
        return self.context.connection

    def _end(self) -> None:
        """Ends what reading began: a run begins its transactions itself."""
        if not self.connection.invalidated:
            self.connection.rollback()


def state_of(context: MigrationContext) -> Schema:
    """All of a database but the version table and what else is ours, as states are compared.

    It is normalised, and without what the server makes by itself.
    """
    assert context.connection is not None
    request = Request(schemas_of(context.connection), exclude=(context.version.qualified,))
    found = without_own_tables(context.read(request), Schema())
    return context.limbeck_dialect.without_implied(found)


class _Within:
    """A sink that lets nothing out: on MySQL a table of another schema is one of another database.

    On a scratch database that would be the real one.
    """

    def __init__(self, sink: Sink) -> None:
        self.sink = sink

    def run(self, step: Step) -> None:
        """Carries the step out. Raises UnsupportedOperation where it names another database."""
        for operation in parts(step.operation):
            name = operation.table_name
            if name is not None and name.schema is not None:
                raise UnsupportedOperation(
                    f"'{name}' is a table of the database '{name.schema}': on a scratch database "
                    "its revisions are not run."
                )
        self.sink.run(step)


def fold(
    original: MigrationContext,
    steps: Iterable[MigrationStep],
    after: Callable[[MigrationStep, Schema], None] = lambda step, schema: None,
) -> Folded:
    """The schema that a history makes from nothing, without a server.

    Stops at the first step that only a server could carry out, and says which that is. `after`
    sees each step that was carried out, with the schema behind it.
    """
    stand_in: Any = StandIn(original.dialect, original.url)
    context = _context(original, original.dialect, stand_in)
    state = ExactState(original.normalized, original.limbeck_dialect.doubt)
    context.interpreter = context.interpreter_for(Nowhere(), state, original.dialect)
    for step in steps:
        doubt = None
        try:
            with in_place_of(original, context), running(context.interpreter):
                if step.migration_fn is not None:
                    step.migration_fn(**original.run_arguments)
        except Exception as error:
            doubt = f"{type(error).__name__}: {error}"
        if stand_in.asked:
            doubt = "it asks the connection"
        doubt = state.doubt or doubt
        if doubt is not None:
            return Folded(state.schema, f"{_named(step)}: {doubt}", state.rows)
        after(step, state.schema)
    return Folded(state.schema, None, state.rows)


def _named(step: MigrationStep) -> str:
    return step.short_log if step.revision is None else f"revision {step.revision.id}"


def _context(
    original: MigrationContext, dialect: Dialect, connection: Any, **more: Any
) -> MigrationContext:
    """A context like that one, on another connection."""
    kept = {key: value for key, value in original.opts.items() if key not in _NOT_HERE}
    if dialect.name in ("mysql", "mariadb"):
        kept["version_table_schema"] = None  # that would be another database, a real one
    alone = {"lock": "none", "lock_retries": 0, "on_scratch": True}
    options = {**kept, **alone, "transaction_per_migration": True, **more}
    return type(original)(dialect, connection, options, original.environment_context)


@contextmanager
def in_place_of(original: MigrationContext, context: MigrationContext) -> Iterator[None]:
    """Has ``limbeck.context`` and env.py's functions speak for that context inside the block."""
    environment = original.environment_context
    if environment is None:
        yield
        return
    with environment.speaking_for(context):
        yield
