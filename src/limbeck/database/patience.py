"""Timeouts for locks, and trying again: a run must not make everybody queue behind it."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa

from limbeck.database.connect import sleep
from limbeck.database.transactions import Transaction
from limbeck.database.version_rows import own_transaction
from limbeck.database.watch import Watcher
from limbeck.dialects.locks import Timeouts
from limbeck.errors import LockNotGiven, where

if TYPE_CHECKING:
    from limbeck.database.migration import MigrationContext

log = logging.getLogger("alembic.runtime.migration")
"""Alembic's name: the logging sections of existing ini files, and users' filters, know it."""

R = TypeVar("R")

_SAVEPOINT = "limbeck_unit"
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 10.0


class Patience:
    """What a run does about locks that it does not get.

    A statement waits `lock_timeout` for each. Then everything since the last commit is undone, so
    that nobody waits for what the run holds, and done again after a pause that grows. Where a
    part has been committed already, or DDL commits by itself, it is the statement alone that is
    tried again.
    """

    def __init__(self, context: MigrationContext) -> None:
        self._context = context
        self._locks = context.limbeck_dialect.locks
        self._watcher: Watcher | None = None
        self._left = context.run_options.lock_retries
        self._pause = _FIRST_PAUSE
        self._unit: Transaction | None = None
        self._in_unit = False
        self._limit = 0.0

    # -- the run ----------------------------------------------------------------------------

    def start(self) -> None:
        """Sets the timeouts, in the transaction that is under way or for the session."""
        context, locks = self._context, self._locks
        if locks is None or context.connection is None or self._is_autocommit:
            return
        timeouts = Timeouts(context.run_options.lock_timeout, context.run_options.statement_timeout)
        with own_transaction(context.connection):
            session, self._limit = locks.begin(context.connection, timeouts)
        if self._watcher is None:
            self._watcher = Watcher(context.connection, locks)
        self._watcher.watch(session, self._limit)

    def resume(self) -> None:
        """Sets them in a transaction that follows another one in the middle of a run."""
        if self._watcher is not None:
            self.start()

    def cancel(self) -> None:
        """Cancels the statement that runs; called from another thread."""
        if self._watcher is not None:
            self._watcher.cancel()

    def stop(self) -> None:
        """Ends the watch and gives the session its own timeouts again."""
        if self._watcher is None:
            return
        self._watcher.stop()
        self._watcher = None
        connection = self._context.connection
        if self._locks is not None and connection is not None and not connection.invalidated:
            with suppress(sa.exc.DBAPIError), own_transaction(connection):
                self._locks.end(connection)

    @property
    def _is_autocommit(self) -> bool:
        connection = self._context.connection
        driver: Any = None if connection is None else connection.connection.dbapi_connection
        return getattr(driver, "autocommit", False) is True

    # -- a unit: everything up to a commit -----------------------------------------------------

    def unit(self, work: Callable[[], R]) -> R:
        """Does `work` in the transaction under way, and all of it again where a lock is refused."""
        context = self._context
        if self._in_unit or not self._can_undo:
            return work()
        while True:
            self.start()
            try:
                self._mark()
                return work()
            except Exception as error:
                if not self._whole or not self._refused(error):
                    raise
                if not self._left:
                    raise self._given_up(error) from error
                context.live.forget()
                if not self._undo():
                    raise
                self._wait(error)
            finally:
                self._in_unit = False
            context.interpreter.state.forget()

    @property
    def _can_undo(self) -> bool:
        context = self._context
        if self._locks is None or context.connection is None or not context.transactional_ddl:
            return False
        units = context.live
        if context.dialect.name == "sqlite" and units.external:
            return False
        return (units.is_open or units.external) and not self._is_autocommit

    def _mark(self) -> None:
        """Notes where to go back to: what env.py did in the transaction before stays."""
        self._unit, self._in_unit = self._context.live.current, True
        if self._context.connection is not None and self._context.dialect.name != "sqlite":
            self._context.connection.exec_driver_sql(f"SAVEPOINT {_SAVEPOINT}")

    def _undo(self) -> bool:
        """Goes back to the mark; False where a script has ended the transaction itself."""
        context = self._context
        if context.connection is None:
            return False
        if context.dialect.name == "sqlite":
            context.live.restart()
            return True
        try:
            context.connection.exec_driver_sql(f"ROLLBACK TO SAVEPOINT {_SAVEPOINT}")
        except sa.exc.DBAPIError:
            return False
        return True

    @property
    def _whole(self) -> bool:
        """Whether nothing of the unit has been committed since its mark."""
        return self._in_unit and self._unit is self._context.live.current

    # -- a statement ---------------------------------------------------------------------------

    def statement(self, work: Callable[[], R]) -> R:
        """Does `work`, one statement, again where a lock is refused and the unit cannot be."""
        if self._watcher is None or self._whole or self._context.dialect.name == "sqlite":
            return work()
        connection = self._context.connection
        saved = connection is not None and self._context.transactional_ddl
        while True:
            if saved and connection is not None and not self._is_autocommit:
                connection.exec_driver_sql(f"SAVEPOINT {_SAVEPOINT}")
            try:
                return work()
            except sa.exc.DBAPIError as error:
                if not self._refused(error):
                    raise
                if not self._left:
                    raise self._given_up(error) from error
                if saved and not self._is_autocommit and not self._undo():
                    raise
                self._wait(error)

    # -- between two attempts --------------------------------------------------------------------

    def _refused(self, error: BaseException | None) -> bool:
        while error is not None:
            if isinstance(error, sa.exc.DBAPIError):
                return self._locks is not None and self._locks.refused(error)
            error = error.__cause__
        return False

    def _wait(self, error: BaseException) -> None:
        connection = self._context.connection
        assert connection is not None
        self._left -= 1
        pause = self._pause * random.uniform(0.5, 1)
        self._pause = min(self._pause * 2, _LONGEST_PAUSE)
        times = "once more" if not self._left else f"up to {self._left + 1} times"
        log.warning(
            "A lock was not given%s; trying again in %.1f s, %s. In the way: %s",
            self._within,
            pause,
            times,
            self._in_the_way(error),
        )
        sleep(connection, pause)

    def _given_up(self, error: BaseException) -> LockNotGiven:
        tries = self._context.run_options.lock_retries + 1
        given_up = LockNotGiven(
            f"A lock was not given{self._within}, {tries} times. "
            f"In the way: {self._in_the_way(error)}. Run the command again when that has ended, "
            "or raise lock_timeout or lock_retries."
        )
        if (place := where(error)) is not None:
            given_up.__dict__["limbeck_where"] = place
        return given_up

    @property
    def _within(self) -> str:
        return f" within {self._limit:g} s" if self._limit else ""

    def _in_the_way(self, error: BaseException) -> str:
        """Who was seen, in words, or what the database says where nobody was."""
        seen = [] if self._watcher is None else self._watcher.seen
        if self._watcher is not None:
            self._watcher.seen = []
        reason = str(getattr(error, "orig", None) or error).strip()
        first = reason.splitlines()[0] if reason else type(error).__name__
        return "; ".join(str(blocker) for blocker in seen) or f"nobody was seen ({first})"
