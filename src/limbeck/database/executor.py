"""The sink that runs statements on a server."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import sqlalchemy as sa

from limbeck.database.ahead import Ahead
from limbeck.database.batches import whole
from limbeck.database.progress import Progress
from limbeck.errors import DatabaseError
from limbeck.operations.base import Statement
from limbeck.operations.compiler import single_percents
from limbeck.plan.steps import Step
from limbeck.runtime.events import table_events


class Executor:
    """Runs each statement of a step on a connection, in order.

    `before_raw` is called before SQL of the script's own, which may look at anything. `attempt`
    is given what sends one statement, and may send it again. `progress` says which of them are
    held by a transaction, and which have run before. `ahead` takes a statement whose result
    nobody asks for, or says that it has to be waited for.
    """

    def __init__(
        self,
        connection: sa.Connection,
        before_raw: Callable[[], None] = lambda: None,
        attempt: Callable[[Callable[[], Any]], Any] = lambda send: send(),
        progress: Progress | None = None,
        ahead: Ahead | None = None,
    ) -> None:
        self.connection = connection
        self._before_raw = before_raw
        self._attempt = attempt
        self._progress = progress
        self._ahead = ahead
        self._plain = {"no_parameters": True}

    def run(self, step: Step) -> None:
        """Runs the statements of a step, and the listeners of its table."""
        if step.operation.opaque:
            self._before_raw()
        with table_events(step.operation, self.connection):
            if self._progress is not None:
                self._progress.run(step, self.statement)
                return
            for statement in step.statements:
                self.statement(statement)

    def statement(self, statement: Statement) -> Any:
        """Runs one statement and returns SQLAlchemy's result.

        Raises DatabaseError where a statement that verifies something finds a row.
        """
        if statement.verify is not None:
            if self.connection.exec_driver_sql(statement.sql).first() is not None:
                raise DatabaseError(statement.verify)
            return None
        return self._attempt(partial(self._send, statement))

    def _send(self, statement: Statement) -> Any:
        if statement.backfill is not None:
            return whole(self.connection, statement.backfill)
        if self._sent_ahead(statement):
            return None
        if statement.element is None:
            try:
                return self.connection.exec_driver_sql(statement.sql, execution_options=self._plain)
            except sa.exc.StatementError as error:
                error.statement = _shown(statement.sql)
                raise
        options = dict(statement.execution_options)
        parameters = statement.parameters
        if parameters is None:
            return self.connection.execute(statement.element, execution_options=options)
        return self.connection.execute(
            statement.element, list(parameters), execution_options=options
        )

    def _sent_ahead(self, statement: Statement) -> bool:
        """Whether nobody waits for it: asked first whether that may be, as text costs to make."""
        ahead = self._ahead
        if ahead is None or not ahead.is_open or not statement.transactional:
            return False
        plain = self._plain_text(statement)
        return plain is not None and ahead.send(plain)

    def _plain_text(self, statement: Statement) -> str | None:
        """The final text of a statement without parameters, where it is known."""
        element: Any = statement.element
        if element is None:
            return statement.sql
        if not isinstance(element, sa.TextClause) or statement.execution_options:
            return None
        dialect = self.connection.dialect
        compiled = element.compile(dialect=dialect)
        if compiled.params:
            return None
        return single_percents(compiled.string, dialect)


_SHOWN_LINES = 40


def _shown(sql: str) -> str:
    """A statement as an error message shows it: what is longer than a screen is cut."""
    lines = sql.splitlines()
    return sql if len(lines) <= _SHOWN_LINES else "\n".join([*lines[:4], "…"])
