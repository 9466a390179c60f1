"""A run that is taken back: everything in one transaction, which is rolled back at its end."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from limbeck.database.executor import Executor
from limbeck.database.migration import MigrationContext
from limbeck.database.steps import MigrationStep
from limbeck.errors import UnsupportedOperation, locate
from limbeck.operations.base import Statement
from limbeck.plan.steps import Step
from limbeck.runtime.invoke import Sink

_PRODUCTS = {"mysql": "MySQL (or MariaDB)", "mariadb": "MariaDB", "oracle": "Oracle"}


def run_dry(context: MigrationContext, steps: Sequence[MigrationStep]) -> tuple[str, ...]:
    """Runs steps on the database and takes everything back; what could not take part is returned.

    What is done CONCURRENTLY is done plainly here, and what cannot run in a transaction at all is
    left out. Raises UnsupportedOperation where there are steps and DDL cannot be rolled back.
    """
    if not steps:
        return ()
    name = context.dialect.name
    if not (context.transactional_ddl or name == "sqlite"):
        raise UnsupportedOperation(
            f"{_PRODUCTS.get(name, name)} cannot roll back what changes a table: 'limbeck plan' "
            "shows what would run, "
            "and 'limbeck trace' tries it on a scratch database."
        )
    if context.live.external:
        raise UnsupportedOperation(
            "A dry run needs a transaction of its own, and env.py has begun one already."
        )
    assert context.connection is not None
    usual = context.interpreter.sink
    understudy = _Understudy(Executor(context.connection, context.write_rows), context)

    def work() -> None:
        for step in steps:
            _call(step, context.run_arguments)

    with context.live.transaction():
        context.live.rehearses = True
        context.interpreter.sink = understudy
        try:
            context.patience.unit(work)
        finally:
            context.live.rehearses = False
            context.interpreter.sink = usual
            context.live.forget()
            context.live.restart()
    return tuple(understudy.left_out)


def _call(step: MigrationStep, arguments: Mapping[str, Any]) -> None:
    try:
        if step.migration_fn is not None:
            step.migration_fn(**arguments)
    except Exception as error:
        if step.revision is not None and step.revision.path is not None:
            locate(error, step.revision.path, f"revision {step.revision.id}, {step.name}")
        raise


_CONCURRENTLY = re.compile(r"\s+CONCURRENTLY\b", re.IGNORECASE)


class _Understudy:
    """Sends what can run in a transaction, in the place of the sink of the run."""

    def __init__(self, sink: Sink, context: MigrationContext) -> None:
        self.sink = sink
        self.left_out: list[str] = []
        self._refused = context.limbeck_dialect.commits.alone

    def run(self, step: Step) -> None:
        """Runs a step without what a transaction refuses."""
        statements = tuple(s for s in map(self._plain, step.statements) if s is not None)
        self.sink.run(replace(step, statements=statements))

    def _plain(self, statement: Statement) -> Statement | None:
        text = statement.sql
        if isinstance(statement.element, sa.TextClause):
            text = statement.element.text
        if not text or not self._refused(text):
            return statement
        plain = _CONCURRENTLY.sub("", text, count=1)
        if plain == text or self._refused(plain):
            self.left_out.append(text)
            return None
        if statement.element is None:
            return replace(statement, sql=plain, transactional=True)
        return replace(statement, element=sa.text(plain), transactional=True)
