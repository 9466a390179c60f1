"""`MigrationContext`: one connection (or an SQL script) that migrations run on."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cached_property
from typing import Any, TextIO

import sqlalchemy as sa
from sqlalchemy.engine import URL, Dialect, make_url

from limbeck.database.ahead import Ahead
from limbeck.database.configured import Configured
from limbeck.database.executor import Executor
from limbeck.database.history import History
from limbeck.database.limits import AskedLimits
from limbeck.database.mutex import Guard
from limbeck.database.offline import Offline
from limbeck.database.patience import Patience
from limbeck.database.progress import Progress
from limbeck.database.rewriting import rewriting
from limbeck.database.run import Run, tell_half_done, tell_state
from limbeck.database.runs import stamp_steps
from limbeck.database.steps import MigrationStep
from limbeck.database.transactions import begin_for_real
from limbeck.database.units import Held, LiveUnits, ScriptedUnits
from limbeck.database.version_rows import VersionRows
from limbeck.dialects.base import Request
from limbeck.errors import CommandError
from limbeck.operations.base import Scope, Statement
from limbeck.operations.data import Execute
from limbeck.revision.identifiers import resolve
from limbeck.revision.rows import RowChange
from limbeck.runtime.invoke import Interpreter, Sink, running
from limbeck.runtime.sinks import SqlWriter
from limbeck.runtime.state import LiveState, State
from limbeck.schema.objects import Schema

log = logging.getLogger("alembic.runtime.migration")
"""Alembic's name: the logging sections of existing ini files, and users' filters, know it."""

_IMPLS = {
    "sqlite": "SQLiteImpl",
    "postgresql": "PostgresqlImpl",
    "mysql": "MySQLImpl",
    "mariadb": "MariaDBImpl",
    "mssql": "MSSQLImpl",
    "oracle": "OracleImpl",
}
"""What log lines call the dialects: scripts look for these lines."""

MigrationsFn = Callable[[tuple[str, ...], "MigrationContext"], Iterable[MigrationStep]]


class MigrationContext(Configured):
    """Where migrations run: a connection, or a stream that SQL is written to."""

    def __init__(
        self,
        dialect: Dialect,
        connection: sa.Connection | None,
        opts: Mapping[str, Any],
        environment_context: Any = None,
    ) -> None:
        super().__init__(dialect, opts, environment_context)
        self.as_sql = bool(self.opts.get("as_sql", False))
        self.script = self.opts.get("script")
        self.connection = None if self.as_sql else connection
        self.url: URL | None = connection.engine.url if connection is not None else None
        self.purge = bool(self.opts.get("purge", False))
        self.output_buffer: TextIO = self.opts.get("output_buffer") or sys.stdout
        self.migrations_fn: MigrationsFn | None = self.opts.get("fn")
        self._start_from_rev: str | None = self.opts.get("starting_rev")
        self.guard = Guard(self)
        external = connection is not None and connection.in_transaction()
        self.scripted = ScriptedUnits(self, external)
        self.units: LiveUnits | ScriptedUnits = self.scripted
        if self.connection is not None:
            self.units = LiveUnits(
                self.connection, external, self._held, self._resumed, self.limits.outside
            )
        self.step: MigrationStep | None = None
        self.transaction_per_migration = bool(self.opts.get("transaction_per_migration", False))
        if self.opts.get("literal_binds") and not self.as_sql:
            raise CommandError("Can't use literal_binds setting without as_sql mode")
        if self._start_from_rev and not self.as_sql:
            raise CommandError(
                "Can't specify current_rev to context when using a database connection"
            )
        self.starting_rows: tuple[str, ...] | None = None
        """Where a run without a connection starts, where that is known better than by a name."""
        self.run_arguments: dict[str, Any] = {}
        """What `run_migrations` was given for ``upgrade(**kw)``."""
        self.log_level = logging.DEBUG if self.opts.get("on_scratch") else logging.INFO
        if self.opts.pop("announce", True):
            kind = "transactional" if self.transactional_ddl else "non-transactional"
            log.log(self.log_level, "Context impl %s.", _IMPLS.get(dialect.name, dialect.name))
            log.log(self.log_level, "Will assume %s DDL.", kind)

    @classmethod
    def configure(
        cls,
        connection: sa.Connection | None = None,
        url: Any = None,
        dialect_name: str | None = None,
        dialect: Dialect | None = None,
        environment_context: Any = None,
        dialect_opts: Mapping[str, Any] | None = None,
        opts: Mapping[str, Any] | None = None,
    ) -> MigrationContext:
        """A context on a connection, or for the dialect of a URL or a name.

        Raises CommandError for an Engine, or when nothing is given.
        """
        extra = dict(dialect_opts or {})
        if connection is not None:
            if not isinstance(connection, sa.Connection):
                raise CommandError(
                    "'connection' argument to configure() is expected to be a "
                    f"sqlalchemy.engine.Connection instance, got a {type(connection).__name__}"
                )
            dialect = connection.dialect
        elif url:
            dialect = make_url(url).get_dialect()(**extra)
        elif dialect_name:
            dialect = make_url(f"{dialect_name}://").get_dialect()(**extra)
        elif dialect is None:
            raise CommandError("Connection, url, or dialect_name is required.")
        made = cls(dialect, connection, opts or {}, environment_context)
        if url:
            made.url = make_url(url)
        return made

    # -- what it is -----------------------------------------------------------------------------

    @property
    def bind(self) -> sa.Connection | None:
        """The connection; None with ``--sql``, but for a step recorded on a scratch database."""
        if self.as_sql:
            self.offline.asked_for_bind = True
            return self.offline.bind
        self.write_rows()
        if self.connection is not None:
            self.ahead.give()
        return self.connection

    @property
    def impl(self) -> MigrationContext:
        """What Alembic keeps apart from the context; here the context answers."""
        return self

    @cached_property
    def rows(self) -> VersionRows:
        """The version table's rows on the connection."""
        assert self.connection is not None
        return VersionRows(
            self.connection,
            self.version,
            lambda: self.interpreter.compiler,
            self.progress.unwatched,
            self.ahead.send,
        )

    @cached_property
    def progress(self) -> Progress:
        """How far the revision at hand has come on the connection."""
        assert self.connection is not None
        return Progress(self, self.connection)

    @cached_property
    def ahead(self) -> Ahead:
        """Statements of the run that the script does not wait for."""
        assert self.connection is not None
        return Ahead(self, self.connection)

    @cached_property
    def past(self) -> History:
        """The history of the database, where one is kept."""
        assert self.connection is not None
        return History(self, self.connection)

    @property
    def live(self) -> LiveUnits:
        """The transactions on the connection."""
        assert isinstance(self.units, LiveUnits)
        return self.units

    # -- running operations ---------------------------------------------------------------------

    @cached_property
    def writer(self) -> SqlWriter:
        """Where SQL is written with ``--sql``."""
        separators = {"mssql": "GO", "oracle": "/"}
        default = separators.get(self.dialect.name)
        separator = self.opts.get(f"{self.dialect.name}_batch_separator", default)
        end = "" if self.dialect.name == "oracle" else ";"
        return SqlWriter(
            self.dialect,
            self.output_buffer,
            separator=separator or None,
            end=end,
            apart=self.scripted.apart,
            before=self.scripted.begin_if_due,
        )

    @cached_property
    def interpreter(self) -> Interpreter:
        """What the verbs of scripts run on."""
        if self.connection is None:
            return self.interpreter_for(self.writer, self.offline.state, self.dialect)
        read = self.inspected if self.limbeck_dialect.rebuilds else self.read
        executor = Executor(
            self.connection,
            self.write_rows,
            self.patience.statement,
            self.progress,
            self.ahead,
        )
        made = self.interpreter_for(executor, LiveState(read), self.dialect)
        made.left = self.progress.left
        return made

    def interpreter_for(self, sink: Sink, state: State, dialect: Dialect) -> Interpreter:
        """An interpreter of this context with that sink and state."""
        scope = Scope(dialect, self.naming_convention)
        return Interpreter(scope, self.limbeck_dialect.compiler(dialect), sink, state, self)

    @cached_property
    def limits(self) -> AskedLimits:
        """The timeouts that the script asks for (`op.timeouts`)."""
        return AskedLimits(self)

    @cached_property
    def patience(self) -> Patience:
        """What is done about locks that the run does not get."""
        return Patience(self)

    @cached_property
    def offline(self) -> Offline:
        """What writes the steps with ``--sql``."""
        return Offline(self)

    def normalized(self, schema: Schema) -> Schema:
        """The schema in the dialect's normal form."""
        return self.limbeck_dialect.normalize(schema, self.dialect)

    def read(self, request: Request) -> Schema:
        """A part of the server's schema, normalised."""
        return self.normalized(self.inspected(request))

    def inspected(self, request: Request) -> Schema:
        """A part of the server's schema, as read."""
        assert self.connection is not None
        return self.limbeck_dialect.inspect(self.connection, request)

    def execute(self, sql: Any, execution_options: Mapping[str, Any] | None = None) -> None:
        """Runs SQL on the connection, or writes it."""
        operation = Execute(
            sa.text(sql) if isinstance(sql, str) else sql,
            tuple(sorted((execution_options or {}).items())),
        )
        if self.connection is not None:
            self.interpreter.invoke(operation)
            return
        self.interpreter.state.forget()
        options = operation.execution_options
        self.writer.statement(Statement(element=operation.statement, execution_options=options))
        self.offline.follow(operation)

    def static_output(self, text: str) -> None:
        """Writes a line of its own to the script."""
        self.writer.text(text)

    # -- transactions ---------------------------------------------------------------------------

    def begin_transaction(self, _per_migration: bool = False) -> AbstractContextManager[Any]:
        """A transaction for all of the run, or for one migration, whichever is asked and due.

        Where the caller is in a transaction already, or DDL commits by itself, or the other of
        the two is in force, this does nothing.
        """
        due = (
            _per_migration == self.transaction_per_migration
            if self.transactional_ddl
            else _per_migration
        )
        if self.units.external or not due:
            return nullcontext()
        return self.units.transaction() if _per_migration or self.as_sql else self._whole_run()

    def _held(self) -> tuple[Held, ...]:
        return (self.rows, self.progress, self.past, self.ahead, self.guard)

    def _resumed(self) -> None:
        self.patience.resume()

    @contextmanager
    def _whole_run(self) -> Iterator[None]:
        """A transaction for all of the run, and the end of it."""
        with self._ending(), self.units.transaction():
            yield

    @contextmanager
    def _ending(self) -> Iterator[None]:
        """Gives the mutex back after the last transaction; an interrupted run says where it is."""
        try:
            yield
        except BaseException as error:
            if isinstance(error, Exception):
                tell_half_done(self, error)
            else:
                tell_state(self)
            self.past.write_failure()
            raise
        finally:
            self.guard.release()

    def emit_begin(self) -> None:
        """Writes the start of a transaction to the script."""
        self.scripted.begin()

    def emit_commit(self) -> None:
        """Writes the end of a transaction to the script."""
        self.scripted.commit()

    def autocommit_block(self) -> AbstractContextManager[None]:
        """Leaves the transaction for what cannot run in one; what ran before is committed.

        Raises CommandError when the transaction is the caller's own.
        """
        return self.units.autocommit("autocommit_block()")

    # -- revisions ------------------------------------------------------------------------------

    def get_current_heads(self) -> tuple[str, ...]:
        """The rows of the version table; with ``--sql`` where the script starts."""
        if self.starting_rows is not None:
            return self.starting_rows
        if self.as_sql:
            start = self._start_from_rev
            if not start or start == "base":
                return ()
            return tuple(self._start_ids(start))
        if self.connection is None:
            raise CommandError("No database connection: the current revision cannot be read.")
        return self.rows.read()

    def _start_ids(self, start: str) -> Sequence[str]:
        if self.script is None:
            return (start,)
        return [revision.id for revision in resolve(self.script.graph, start)]

    def get_current_revision(self) -> str | None:
        """The one row of the version table, None for none; CommandError for several."""
        heads = self.get_current_heads()
        if len(heads) > 1:
            raise CommandError(
                f"Version table '{self.version.name}' has more than one head present; "
                "please use get_current_heads()"
            )
        return heads[0] if heads else None

    def ensure_version_table(self, purge: bool = False) -> None:
        """Creates the version table where it is missing; with `purge` it is empty after that."""
        self.rows.ensure_table(purge)

    def stamp(self, script: Any, revision: str | Sequence[str]) -> None:
        """Changes the version table's rows to say `revision`, running nothing."""
        if not self.as_sql and self.connection is not None:
            self.ensure_version_table()
        heads = self.get_current_heads()
        for step in stamp_steps(script, heads, revision):
            heads = self.record(step, heads)

    def run_migrations(self, **kw: Any) -> None:
        """Runs the steps that the command asks for; `kw` reach ``upgrade(**kw)``.

        What a step raises carries where it happened (`errors.locate`).
        """
        self.run_arguments = kw
        rewrite = self.limbeck_dialect.rewrite
        if self.connection is not None:
            self.ahead.look()
        with running(self.interpreter), rewriting(self.connection, rewrite):
            if self.connection is not None and self.units.external:
                begin_for_real(self.connection)
            last = self.connection is not None and not self.live.is_open
            try:
                with self._ending() if last else nullcontext(), self.patience.explaining():
                    Run(self, kw).run()
                if self.connection is not None and self.units.external:
                    self.past.write()  # the end of the transaction is the caller's
            finally:
                if self.as_sql:
                    self.offline.close()

    @cached_property
    def on_version_apply(self) -> tuple[Callable[..., Any], ...]:
        """The user's hooks after each step."""
        given = self.opts.get("on_version_apply") or ()
        return (given,) if callable(given) else tuple(given)

    def record(self, step: MigrationStep, heads: Sequence[str]) -> tuple[str, ...]:
        """Changes the rows for a step, and returns them."""
        change: RowChange = step.change(tuple(heads))
        if self.connection is None:
            for sql, _ in self.version.change_sql(change, self.interpreter.compiler):
                self.writer.text(sql + self.writer.end)
        elif self._holds_the_run and not self.on_version_apply:
            self.rows.change_later(change, heads)
        else:
            self.rows.change(change)
        return change.after

    @property
    def _holds_the_run(self) -> bool:
        """Whether one transaction of ours holds all of the run."""
        return self.live.is_open and not self.transaction_per_migration

    def write_rows(self) -> None:
        """Writes the version table's rows that a run has left to be written."""
        if self.connection is not None:
            self.rows.write()
