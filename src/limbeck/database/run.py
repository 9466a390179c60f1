"""One run: the steps that a command asks for, first to last, on a migration context."""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from limbeck.database.connect import beside
from limbeck.database.interrupts import called_on_signal, terminated_as_exit
from limbeck.database.journal import Journal
from limbeck.database.ledger import key_of
from limbeck.database.steps import MigrationStep
from limbeck.database.watched import tell_step
from limbeck.errors import HalfDoneRevision, locate

if TYPE_CHECKING:
    from limbeck.database.migration import MigrationContext

log = logging.getLogger("alembic.runtime.migration")
"""Alembic's name: the logging sections of existing ini files, and users' filters, know it."""


class Run:
    """The steps of one command; `kw` reach ``upgrade(**kw)`` of each script."""

    def __init__(self, context: MigrationContext, kw: dict[str, Any]) -> None:
        self.context = context
        self.kw = kw

    def run(self) -> None:
        """Asks for the steps, and takes each in the transaction that is due.

        A run that changes something has the mutex while it does; where there is nothing to change
        none is taken. Steps are asked for again when another runner has changed the rows.
        """
        context = self.context
        heads = context.get_current_heads()
        if context.as_sql or context.opts.get("dont_mutate", False):
            self._take_each(self._steps(heads), heads)
            return
        heads = () if context.purge else heads
        steps = self._steps(heads)
        if not steps and self._has_version_table(heads) and not context.progress.ledger.is_left:
            return
        context.guard.take(_destination(steps))
        fresh = () if context.purge else context.get_current_heads()
        if fresh != heads:
            heads, steps = fresh, self._steps(fresh)
            if not steps:
                log.info("Nothing is left to do: another runner has done it.")
                return
        with terminated_as_exit(), self._cancelled_by_signals():
            context.ahead.open()
            try:
                with context.progress.listening():
                    self._change(heads, steps)
            finally:
                context.ahead.close()
                context.patience.stop()

    def _cancelled_by_signals(self) -> AbstractContextManager[None]:
        """Cancels the statement under way; asyncio does so by itself."""
        if self.context.dialect.is_async:
            return nullcontext()
        return called_on_signal(self.context.patience.cancel)

    def _steps(self, heads: tuple[str, ...]) -> list[MigrationStep]:
        function = self.context.migrations_fn
        return [] if function is None else list(function(heads, self.context))

    def _has_version_table(self, heads: tuple[str, ...]) -> bool:
        context = self.context
        if context.purge or context.connection is None:
            return False
        return bool(heads) or context.version.exists(context.connection)

    def _change(self, heads: tuple[str, ...], steps: list[MigrationStep]) -> None:
        context = self.context

        def change() -> None:
            if not heads:
                context.ensure_version_table(context.purge)
            self._take_each(steps, heads)
            context.ahead.wait()
            context.progress.ledger.finish()

        if context.live.is_open or context.live.external:
            context.patience.unit(change)
            return
        if not context.transactional_ddl:
            context.patience.start()
        change()

    def _take_each(self, steps: list[MigrationStep], heads: tuple[str, ...]) -> None:
        context = self.context
        what = "On a scratch database" if context.opts.get("on_scratch") else "Revisions"
        for number, step in enumerate(steps):
            tell_step(what, steps, number)
            with context.begin_transaction(_per_migration=True):
                if context.as_sql:
                    heads = self._take(step, heads)
                else:
                    heads = context.patience.unit(partial(self._noted, step, heads))
        tell_step(what, steps, len(steps))

    def _noted(self, step: MigrationStep, heads: tuple[str, ...]) -> tuple[str, ...]:
        """Runs a step, and notes it in the history."""
        with self.context.past.step(step, heads) as after:
            after.append(self._take(step, heads))
            if self.context.transaction_per_migration:
                self.context.ahead.wait()
        return after[0]

    def _take(self, step: MigrationStep, heads: tuple[str, ...]) -> tuple[str, ...]:
        """Runs a step and records it; the version table's rows after it."""
        context = self.context
        if context.as_sql and not heads:
            create = context.version.create_sql(context.interpreter.compiler)
            context.writer.text(create + context.writer.end)
        context.step = step
        if context.as_sql:
            log.log(context.log_level, "%s", step.announcement)
        else:
            context.ahead.allowed = True
            context.ahead.say(context.log_level, "%s", step.announcement)
        if context.as_sql:
            context.writer.comment(f"Running {step.short_log}")
        self.call(step)
        heads = context.record(step, heads)
        for callback in context.on_version_apply:
            callback(ctx=context, step=step.info, heads=set(heads), run_args=self.kw)
        context.step = None
        return heads

    def call(self, step: MigrationStep) -> None:
        """Calls the function of a step; what it raises carries where it happened."""
        if step.migration_fn is None:
            return
        try:
            if self.context.as_sql:
                self.context.offline.run(step, self.kw)
            else:
                with self.context.progress.revision(step):
                    step.migration_fn(**self.kw)
        except Exception as error:
            revision = step.revision
            if revision is not None and revision.path is not None:
                locate(error, revision.path, f"revision {revision.id}, {step.name}")
            raise


def _destination(steps: list[MigrationStep]) -> str:
    """Where a run goes, for those who wait for it."""
    return ",".join(steps[-1].to_revisions) or "base" if steps else ""


def tell_state(context: MigrationContext) -> None:
    """Says what an interrupted run has left behind, as the database has it now."""
    step, connection = context.step, context.connection
    if connection is None or step is None:
        return
    if context.transactional_ddl:
        kept = "What had not been committed is rolled back."
    else:
        kept = "Statements of it that had ended stay: DDL commits by itself here."
    try:
        rows = ", ".join(_committed_rows(context, connection)) or "no revision"
    except Exception:  # whatever keeps it from being read, the run ends
        rows = "a revision that could not be read"
    log.warning("Interrupted in %s. The database is at %s. %s", step.short_log, rows, kept)


def tell_half_done(context: MigrationContext, error: Exception) -> None:
    """Says that statements of the revision that failed stay, and how to go on."""
    step, connection = context.step, context.connection
    if connection is None or step is None or isinstance(error, HalfDoneRevision):
        return
    if connection.invalidated or context.live.external or context.opts.get("on_scratch"):
        return
    try:
        left = Journal.left_on(connection, context.version)
    except Exception as failure:  # the error itself is what matters
        log.debug("The journal cannot be read: %s", failure)
        return
    for half_done in left:
        if half_done.done and (half_done.revision, half_done.direction) == key_of(step):
            log.warning(
                "%s. 'limbeck resolve' shows them. Correct what comes after them, and 'limbeck %s' "
                "goes on there.",
                half_done,
                half_done.direction,
            )


def _committed_rows(context: MigrationContext, connection: sa.Connection) -> tuple[str, ...]:
    """The rows that others see; the run's own connection may have been lost with its statement."""
    if connection.dialect.name == "sqlite":
        return context.get_current_heads()
    other = beside(connection)
    try:
        with other:
            return context.version.rows(other)
    finally:
        other.engine.dispose()
