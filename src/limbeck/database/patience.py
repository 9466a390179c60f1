"""Timeouts for locks, and trying again: a run must not make everybody queue behind it."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa

from limbeck.database.connect import sleep
from limbeck.database.transactions import Transaction
from limbeck.database.version_rows import own_transaction
from limbeck.database.watch import Watcher
from limbeck.dialects.locks import NOT_GIVEN, Refusal, Timeouts
from limbeck.errors import LockNotGiven, TooSlow, where

if TYPE_CHECKING:
    from limbeck.database.migration import MigrationContext

log = logging.getLogger("alembic.runtime.migration")
"""Alembic's name: the logging sections of existing ini files, and users' filters, know it."""

R = TypeVar("R")

_SAVEPOINT = "limbeck_unit"
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 10.0
_SHOWN = 300
"""Characters of a statement that took too long."""

E = TypeVar("E", bound=Exception)


class Patience:
    """What a run does about locks that it does not get.

    A statement waits `lock_timeout` for each. Then everything since the last commit is undone, so
    that nobody waits for what the run holds, and done again after a pause that grows. Where a
    part has been committed already, or DDL commits by itself, it is the statement alone that is
    tried again; and where a deadlock has taken all of the transaction with it there, the revision,
    of which the journal knows what has run.
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
            context.limits.again()
        if self._watcher is None:
            self._watcher = Watcher(context.connection, locks, self._waits)
        self._watcher.watch(session)

    def resume(self) -> None:
        """Sets them in a transaction that follows another one in the middle of a run."""
        if self._watcher is not None:
            self.start()

    def _waits(self) -> float:
        """Seconds that a statement waits for a lock now; 0 for without end."""
        asked = self._context.limits.lock
        return self._limit if asked is None else asked

    def look(self) -> None:
        """Looks who is in the way from now on, where that was of no use before."""
        if self._watcher is not None:
            self._watcher.look()

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
        if self._in_unit:
            return work()
        marks = self._can_undo
        while True:
            try:
                if marks:
                    self.start()
                    self._mark()
                return work()
            except Exception as error:
                refusal = self._refusal(error)
                if refusal is None or not (self._whole if marks else refusal.whole):
                    raise
                if not self._left:
                    raise self._given_up(error, refusal) from error
                self._context.live.forget()
                if not (self._begin_again() if refusal.whole else self._undo()):
                    raise
                self._wait(error, refusal)
            finally:
                self._in_unit = False
            self._context.interpreter.state.forget()

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

    def _begin_again(self) -> bool:
        """Goes back to before the transaction; False where not all in it was the run's.

        While the mutex was waited for it was begun anew, where it would see the past.
        """
        context = self._context
        alone = context.run_options.lock != "none" or not context.transactional_ddl
        if not context.live.is_open or not alone:
            return False
        context.live.restart()
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
                refusal = self._refusal(error)
                if refusal is None or refusal.whole:
                    raise
                if not self._left:
                    raise self._given_up(error, refusal) from error
                if saved and not self._is_autocommit and not self._undo():
                    raise
                self._wait(error, refusal)

    # -- between two attempts --------------------------------------------------------------------

    def _refusal(self, error: BaseException) -> Refusal | None:
        """How somebody was in the way; None where nobody was."""
        found, connection = _of_database(error), self._context.connection
        if found is None or connection is None or self._locks is None:
            return None
        return self._locks.refused(connection, found)

    def _wait(self, error: BaseException, refusal: Refusal) -> None:
        connection = self._context.connection
        assert connection is not None
        self._left -= 1
        pause = self._pause * random.uniform(0.5, 1)
        self._pause = min(self._pause * 2, _LONGEST_PAUSE)
        times = "once more" if not self._left else f"up to {self._left + 1} times"
        log.warning(
            "%s; trying again in %.1f s, %s. In the way: %s",
            self._why(refusal, error),
            pause,
            times,
            self._in_the_way(error),
        )
        sleep(connection, pause)

    def _given_up(self, error: BaseException, refusal: Refusal) -> LockNotGiven:
        tries = self._context.run_options.lock_retries + 1
        given_up = LockNotGiven(
            f"{self._why(refusal, error)}, {tries} times. "
            f"In the way: {self._in_the_way(error)}. Run the command again when that has ended, "
            "or raise lock_timeout or lock_retries."
        )
        return _at_the_place_of(error, given_up)

    def _why(self, refusal: Refusal, error: BaseException) -> str:
        if refusal.why != NOT_GIVEN:
            return refusal.why
        asked, _ = self._context.limits.of(_of_database(error))
        limit = self._limit if asked is None else asked
        return f"{refusal.why} within {limit:g} s" if limit else refusal.why

    @contextmanager
    def explaining(self) -> Iterator[None]:
        """Raises TooSlow where a statement took longer than it may."""
        try:
            yield
        except Exception as error:
            told = self._too_slow(error)
            if told is None:
                raise
            raise told from error

    def _too_slow(self, error: Exception) -> TooSlow | None:
        found = _of_database(error)
        if found is None or self._locks is None or not self._locks.too_slow(found):
            return None
        _, asked = self._context.limits.of(found)
        limit = self._context.run_options.statement_timeout if asked is None else asked
        allowed = f"{limit:g} s (statement_timeout)" if limit else "the session allows"
        statement = " ".join(str(found.statement or "").split())
        text = statement if len(statement) <= _SHOWN else f"{statement[:_SHOWN]}…"
        told = TooSlow(
            f"A statement took longer than {allowed}: {text}\n"
            "Where it is to take its time, put it in a block 'with op.timeouts(statement=…):', or "
            "raise statement_timeout for the run."
        )
        return _at_the_place_of(error, told)

    def _in_the_way(self, error: BaseException) -> str:
        """Who was seen, in words, or what the database says where nobody was."""
        seen = [] if self._watcher is None else self._watcher.seen
        if self._watcher is not None:
            self._watcher.seen = []
        reason = str(getattr(error, "orig", None) or error).strip()
        first = reason.partition("\nHINT:")[0] if reason else type(error).__name__
        first = " ".join(first.split())
        return "; ".join(str(blocker) for blocker in seen) or f"nobody was seen ({first})"


def _of_database(error: BaseException | None) -> sa.exc.DBAPIError | None:
    """The error of the database's that an error comes from."""
    while error is not None and not isinstance(error, sa.exc.DBAPIError):
        error = error.__cause__
    return error


def _at_the_place_of(error: BaseException, told: E) -> E:
    """Notes where an error happened on the one that is told in its place."""
    if (place := where(error)) is not None:
        told.__dict__["limbeck_where"] = place
    return told
