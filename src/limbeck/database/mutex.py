"""One runner at a time: the mutex of a version table, taken before the first change of a run."""

from __future__ import annotations

import logging
import os
import socket
import time
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import replace
from typing import TYPE_CHECKING

import sqlalchemy as sa

from limbeck.database.connect import beside, sleep
from limbeck.database.journal import Journal
from limbeck.database.lease import Lease
from limbeck.database.version_rows import own_transaction
from limbeck.dialects.locks import Holder, Mutex, Note, Wanted
from limbeck.errors import ConfigurationError, LockNotGiven

if TYPE_CHECKING:
    from limbeck.database.migration import MigrationContext

log = logging.getLogger("alembic.runtime.migration")
"""Alembic's name: the logging sections of existing ini files, and users' filters, know it."""

_REPORT = 15.0
"""Seconds between two lines that say who is waited for."""

_LONGEST_PAUSE = 1.0

_held: ContextVar[frozenset[str]] = ContextVar("limbeck_held", default=frozenset())
"""What this run, and those around it, have: a command inside a hook waits for nobody."""


class Guard:
    """The mutex of one migration context, from its first change to the end of its transaction."""

    def __init__(self, context: MigrationContext) -> None:
        self._context = context
        self._mutex: Mutex | None = None
        self._name = ""

    def take(self, revision: str) -> None:
        """Takes the mutex, waiting for another runner as long as `lock_wait` says.

        Does nothing where it is turned off, not known for this database, or held already.
        Raises LockNotGiven when the other one has not ended by then.
        """
        connection = self._context.connection
        if connection is None or self._mutex is not None or self._context.config is None:
            return
        name = f"{connection.engine.url}|{self._context.version.qualified}"
        if name in _held.get():
            return
        with own_transaction(connection):
            mutex = _mutex(self._context, connection, revision)
        if mutex is None:
            return
        try:
            _wait(self._context, connection, mutex)
        except BaseException:
            mutex.release()
            raise
        self._mutex, self._name = mutex, name
        _held.set(_held.get() | {name})

    def write(self) -> None:
        """Before a commit: raises LockLost where somebody else may have the mutex by now."""
        if self._mutex is not None:
            self._mutex.check()

    def forget(self) -> None:
        """After a rollback: the mutex is kept."""

    def release(self) -> None:
        """Gives the mutex back, if it was taken."""
        if self._mutex is not None:
            mutex, self._mutex = self._mutex, None
            _held.set(_held.get() - {self._name})
            mutex.release()


def runner(context: MigrationContext) -> Holder | None:
    """Who works on the database of a context now; None where nobody does or it is not known."""
    connection = context.connection
    if connection is None or context.config is None:
        return None
    with own_transaction(connection):
        mutex = _mutex(context, connection, "")
    if mutex is None:
        return None
    try:
        return mutex.working()
    finally:
        mutex.release()


def _mutex(context: MigrationContext, connection: sa.Connection, revision: str) -> Mutex | None:
    locks, kind = context.limbeck_dialect.locks, context.run_options.lock
    if kind == "none" or (locks is None and kind == "session"):
        return None
    wanted = Wanted(
        connection=connection,
        beside=lambda: beside(connection),
        schema=context.version.schema,
        table=context.version.name,
        note=Note(socket.gethostname(), os.getpid(), revision),
        joined=context.live.external,
    )
    if kind == "session" or connection.dialect.name == "sqlite":
        return None if locks is None else locks.mutex(wanted)
    if locks is None or not locks.clock:
        raise ConfigurationError(
            f'lock = "lease" is not known for {connection.dialect.name}: set lock = "none" and '
            "make sure by other means that one runner works at a time."
        )
    return Lease(wanted, locks.clock)


def _wait(context: MigrationContext, connection: sa.Connection, mutex: Mutex) -> None:
    """Polls, and says once in a while who is waited for."""
    started = time.monotonic()
    limit = context.run_options.lock_wait
    pause, reported = 0.05, -_REPORT
    while not mutex.attempt():
        waited = time.monotonic() - started
        if waited >= limit:
            raise LockNotGiven(
                f"Another runner works on this database: {_holder(context, mutex)}. "
                f"Waited {waited:.0f} s (lock_wait) and changed nothing. "
                "Run the command again when it has ended."
            )
        if reported < 0:
            context.live.renew()
        if waited - reported >= _REPORT:
            log.warning("Waiting for %s; lock_wait is %.0f s", _holder(context, mutex), limit)
            reported = waited
        sleep(connection, max(0.01, min(pause, limit - waited)))
        pause = min(pause * 1.5, _LONGEST_PAUSE)
    context.live.renew()


def _holder(context: MigrationContext, mutex: Mutex) -> Holder:
    """Who has it; the journal knows the revision where the lock has no room for a note."""
    holder = mutex.holder()
    connection = context.connection
    if holder.revision is not None or connection is None or context.transactional_ddl:
        return holder
    journal = Journal(connection, context.version, run="")
    with suppress(sa.exc.DBAPIError), own_transaction(connection):
        column = journal.table.c.revision
        found = connection.execute(sa.select(column).distinct().order_by(column)).scalars()
        holder = replace(holder, revision=", ".join(found) or None)
    return holder
