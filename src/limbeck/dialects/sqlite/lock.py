"""SQLite's locks: a locked file beside the database is the mutex; it goes with its process."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from limbeck.dialects.locks import (
    Blocker,
    Holder,
    Limits,
    Locks,
    Mutex,
    Refusal,
    Timeouts,
    Wanted,
)

SUFFIX = "-limbeck-lock"
_BUSY = (5, 6)
"""SQLITE_BUSY and SQLITE_LOCKED, https://www.sqlite.org/rescode.html."""

_FAR = 1 << 30
"""Windows lets nobody read the bytes that are locked: one is, far behind the note."""


class FileMutex:
    """A lock of the operating system on a file, which holds a note of its owner.

    The file is removed while it is locked; whoever locks one that has been removed in the
    meantime starts again with the one that stands there now.
    """

    def __init__(self, path: str, wanted: Wanted) -> None:
        self._path = path
        self._note = wanted.note
        self._file: int | None = None

    def attempt(self) -> bool:
        file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        if not _lock(file) or not self._is_there(file):
            os.close(file)
            return False
        self._file = file
        note = {
            "host": self._note.host,
            "pid": self._note.pid,
            "revision": self._note.revision,
            "since": time.time(),
        }
        os.truncate(file, 0)
        os.write(file, json.dumps(note).encode())
        return True

    def _is_there(self, file: int) -> bool:
        try:
            return os.path.samestat(os.fstat(file), os.stat(self._path))
        except FileNotFoundError:
            return False

    def holder(self) -> Holder:
        try:
            with open(self._path, encoding="utf-8") as stream:
                note = json.load(stream)
            return Holder(
                note["host"], note["pid"], note["revision"], time.time() - float(note["since"])
            )
        except (OSError, ValueError, KeyError, TypeError):
            return Holder()

    def working(self) -> Holder | None:
        try:
            file = os.open(self._path, os.O_RDWR)
        except OSError:
            return None
        try:
            return None if _lock(file) else self.holder()  # whoever left an unlocked one is gone
        finally:
            os.close(file)

    def check(self) -> None:
        """The lock stays as long as the process does."""

    def release(self) -> None:
        if self._file is None:
            return
        file, self._file = self._file, None
        with contextlib.suppress(OSError):  # Windows does not remove an open file
            os.unlink(self._path)
        os.close(file)


def _lock(file: int) -> bool:
    """Locks an open file, if nobody has; closing it unlocks it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(file, _FAR, os.SEEK_SET)
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
            os.lseek(file, 0, os.SEEK_SET)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def mutex(wanted: Wanted) -> Mutex | None:
    """The file beside the database; None for one in memory, which no other process sees."""
    rows = wanted.connection.exec_driver_sql("PRAGMA database_list").all()
    files = {name: file for _, name, file in rows}
    file = files.get(wanted.schema or "main") or files.get("main")
    return FileMutex(os.path.realpath(file) + SUFFIX, wanted) if file else None


def begin(connection: sa.Connection, timeouts: Timeouts) -> tuple[int, float]:
    """Sets how long a statement waits where that was asked for; drivers wait five seconds."""
    if timeouts.lock is not None:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {timeouts.lock * 1000:.0f}")
    return 0, 0


def end(connection: sa.Connection) -> None:
    """Nothing: the setting is the connection's."""


def asked(dialect: sa.Dialect, lock: float | None, statement: float | None) -> Mapping[str, str]:
    """The time that the database is waited for; there is no other limit."""
    return {} if lock is None else {"busy_timeout": f"{lock * 1000:.0f}"}


def _set(name: str, value: str, in_transaction: bool) -> str:
    return "" if value == "DEFAULT" else f"PRAGMA {name} = {value}"


def refused(connection: sa.Connection, error: sa.exc.DBAPIError) -> Refusal | None:
    """Whether another connection had the database locked for too long."""
    code: Any = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return Refusal() if code & 0xFF in _BUSY else None
    return Refusal() if "is locked" in str(error.orig) else None  # Python 3.10 knows no codes


def too_slow(error: sa.exc.DBAPIError) -> bool:
    """Never: statements have no limit."""
    return False


def blockers(connection: sa.Connection, session: int) -> list[Blocker]:
    """Nobody: SQLite does not tell."""
    return []


def cancel(connection: sa.Connection, session: int) -> None:
    """Nothing: what runs is in this process."""


LOCKS = Locks(
    mutex=mutex,
    begin=begin,
    end=end,
    limits=Limits(asked, "(SELECT timeout FROM pragma_{})", _set),
    refused=refused,
    too_slow=too_slow,
    blockers=blockers,
    cancel=cancel,
)
