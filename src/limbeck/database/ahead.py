"""Statements that are sent while the script goes on: server and client work at the same time.

In a transaction of PostgreSQL's the first statement that fails takes all of it along: a script can
do nothing about it, and nobody else sees what came before. So a script need not wait for its DDL
until it asks the server for something. Whatever uses the connection then waits by itself, and what
failed is raised there, with the line of the script that it came from.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable
from functools import partial
from queue import Queue
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from limbeck.errors import CommandError, placed

if TYPE_CHECKING:
    from limbeck.database.migration import MigrationContext

log = logging.getLogger("alembic.runtime.migration")

_MOST = 64
"""Statements on their way: a script does not run further ahead of the server than that."""

_DRIVERS = ("psycopg2", "psycopg")
"""Drivers whose threads do not wait for each other while the server works."""

_EVENTS = ("before_execute", "after_execute", "before_cursor_execute", "after_cursor_execute")


class Ahead:
    """What is on its way to the server, in order. Used by the thread of the run alone.

    It is `open` in a transaction of ours on PostgreSQL, where nobody listens to the engine and no
    hook or history wants to know when a revision has ended.
    """

    def __init__(self, context: MigrationContext, connection: sa.Connection) -> None:
        self._context = context
        self._connection = connection
        self._queue: Queue[Callable[[], None] | None] = Queue(_MOST)
        self._thread: threading.Thread | None = None
        self._failure: BaseException | None = None
        self._drops = False
        self._is_heard = True
        self._cursor: Any = None
        self.allowed = False
        """Whether the script at hand has not been given the connection."""

    def look(self) -> None:
        """Looks whether anybody listens to the connection, before the run does so itself."""
        self._is_heard = any(getattr(self._connection.dispatch, name) for name in _EVENTS)

    def open(self) -> None:
        """Begins to send ahead, where that may be."""
        if self._thread is None and self._may_be_open():
            sa.event.listen(self._connection, "before_cursor_execute", self._wait_first)
            self._thread = threading.Thread(target=self._work, name="limbeck-ahead", daemon=True)
            self._thread.start()

    def _may_be_open(self) -> bool:
        context, connection = self._context, self._connection
        dialect = connection.dialect
        return (
            dialect.name == "postgresql"
            and dialect.driver in _DRIVERS
            and not context.opts.get("on_scratch")
            and not context.on_version_apply
            and not context.past.is_kept
            and not context.live.rehearses
            and not context.progress.ledger.is_left
            and not connection.engine.echo
            and not self._is_heard
        )

    def close(self) -> None:
        """Sends nothing more. What is on its way still is dropped: the run has failed."""
        if self._thread is not None:
            self.forget()
            self._queue.put(None)
            self._thread.join()
            self._thread = self._cursor = None
            sa.event.remove(self._connection, "before_cursor_execute", self._wait_first)

    # -- the thread of the run ------------------------------------------------------------------

    @property
    def _is_busy(self) -> bool:
        return self._queue.unfinished_tasks > 0

    @property
    def is_open(self) -> bool:
        """Whether there may be a statement that nobody waits for."""
        return self._thread is not None and self.allowed and self._context.live.is_open

    def send(self, sql: str, otherwise: str | None = None) -> bool:
        """Sends a statement whose result nobody asks for; False where it has to be waited for.

        With `otherwise` it fails, beginning with that text, unless it concerns one row.
        """
        if not self.is_open:
            return False
        if self._failure is not None:
            self.wait()
        rewrite = self._context.limbeck_dialect.rewrite
        sql = sql if rewrite is None else rewrite(sql)
        self._queue.put(partial(self._execute, sql, otherwise, self._place()))
        return True

    def give(self) -> None:
        """The script is given the connection, and may send on a cursor of the driver's own."""
        self.allowed = False
        self.wait()

    def say(self, level: int, *message: Any) -> None:
        """Logs when the statements before it have run."""
        if self._is_busy:
            self._queue.put(partial(log.log, level, *message))
        else:
            log.log(level, *message)

    def wait(self) -> None:
        """Returns when all has run. Raises the error of the first that failed."""
        if self._is_busy:
            self._queue.join()
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    write = wait
    """Before the transaction ends."""

    def forget(self) -> None:
        """Drops what is on its way: the transaction is to be rolled back."""
        self._drops = True
        self._queue.join()
        self._drops, self._failure = False, None

    def _wait_first(self, *_: Any) -> None:
        self.wait()

    def _place(self) -> tuple[str, int, str] | None:
        """File, line and revision of the script that runs."""
        step, frame = self._context.step, sys._getframe(1)
        if step is None or step.revision is None or step.revision.path is None:
            return None
        path, found = step.revision.path, frame.f_back
        while found is not None and found.f_code.co_filename != path:
            found = found.f_back
        line = found.f_lineno if found is not None else 0
        return path, line, f"revision {step.revision.id}, {step.name}"

    # -- the other thread -----------------------------------------------------------------------

    def _work(self) -> None:
        while (item := self._queue.get()) is not None:
            try:
                if self._failure is None and not self._drops:
                    item()
            except BaseException as error:
                self._failure = error
            finally:
                self._queue.task_done()
        self._queue.task_done()

    def _execute(self, sql: str, otherwise: str | None, place: tuple[str, int, str] | None) -> None:
        connection = self._connection
        if self._cursor is None:
            self._cursor = connection.connection.cursor()
        try:
            self._cursor.execute(sql)
        except Exception as error:
            dialect: Any = connection.dialect
            raised = sa.exc.DBAPIError.instance(
                sql, None, error, dialect.loaded_dbapi.Error, dialect=dialect
            )
            if place is not None:
                placed(raised, *place)
            raise raised from error
        if otherwise is not None and self._cursor.rowcount != 1:
            raise CommandError(f"{otherwise}{self._cursor.rowcount} found")
