"""One run: the steps that a command asks for, first to last, on a migration context."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from limbeck.database.steps import MigrationStep
from limbeck.errors import locate

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
        """Asks for the steps, and takes each in the transaction that is due."""
        context = self.context
        heads = context.get_current_heads()
        mutates = not context.opts.get("dont_mutate", False)
        if not context.as_sql and mutates and (not heads or context.purge):
            context.ensure_version_table(context.purge)
            heads = () if context.purge else heads
        if context.migrations_fn is None:
            return
        for step in context.migrations_fn(heads, context):
            with context.begin_transaction(_per_migration=True):
                heads = self._take(step, heads)

    def _take(self, step: MigrationStep, heads: tuple[str, ...]) -> tuple[str, ...]:
        """Runs a step and records it; the version table's rows after it."""
        context = self.context
        if context.as_sql and not heads:
            create = context.version.create_sql(context.interpreter.compiler)
            context.writer.text(create + context.writer.end)
        log.info("Running %s", step)
        if context.as_sql:
            context.writer.comment(f"Running {step.short_log}")
        self._call(step)
        heads = context.record(step, heads)
        for callback in context.on_version_apply:
            callback(ctx=context, step=step.info, heads=set(heads), run_args=self.kw)
        return heads

    def _call(self, step: MigrationStep) -> None:
        if step.migration_fn is None:
            return
        try:
            if self.context.as_sql:
                self.context.offline.run(step, self.kw)
            else:
                step.migration_fn(**self.kw)
        except Exception as error:
            revision = step.revision
            if revision is not None and revision.path is not None:
                locate(error, revision.path, f"revision {revision.id}, {step.name}")
            raise
