"""Who stands in the way of a statement: looked up while it waits, since afterwards it shows not."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from limbeck.database.connect import run_beside
from limbeck.dialects.locks import Blocker, Locks

_LONGEST_PAUSE = 0.25
"""Seconds: the limit may become a shorter one meanwhile."""


class Watcher:
    """Asks, on a connection of its own, who blocks a session whose statement takes long.

    It connects when a statement has run for half of the time that it may wait for a lock, and
    asks until that time, which `limit` gives, is over. `seen` is what it last found.
    """

    def __init__(self, connection: sa.Connection, locks: Locks, limit: Callable[[], float]) -> None:
        self._connection = connection
        self._locks = locks
        self._session = 0
        self._limit = limit
        self._listening = False
        self._started: float | None = None
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self.seen: list[Blocker] = []

    def watch(self, session: int) -> None:
        """Watches that session of the server from now on."""
        self._session = session
        if not self._listening:
            self._listening = True
            for name, listener in self._listeners():
                sa.event.listen(self._connection, name, listener)
        self.look()

    def look(self) -> None:
        """Begins to look, where there is a limit by now."""
        if self._thread is None and self._limit() > 0:
            self._thread = threading.Thread(target=self._run, name="limbeck-watch", daemon=True)
            self._thread.start()

    def cancel(self) -> None:
        """Cancels the statement that runs."""
        if self._started is not None:
            run_beside(self._connection, lambda other: self._locks.cancel(other, self._session))

    def stop(self) -> None:
        """Ends it and waits for its end."""
        self._ended.set()
        if self._listening:
            self._listening = False
            for name, listener in self._listeners():
                sa.event.remove(self._connection, name, listener)
        if self._thread is not None:
            self._thread.join(timeout=5)
            self._thread = None

    def _listeners(self) -> list[tuple[str, Any]]:
        return [
            ("before_cursor_execute", self._begun),
            ("after_cursor_execute", self._done),
        ]

    def _begun(self, *_: Any) -> None:
        self._started = time.monotonic()

    def _done(self, *_: Any) -> None:
        self._started = None

    @property
    def _pause(self) -> float:
        return max(0.02, min(self._limit() / 5, _LONGEST_PAUSE))

    def _waits(self) -> bool:
        started, limit = self._started, self._limit()
        return started is not None and limit / 2 < time.monotonic() - started < limit * 1.5

    def _run(self) -> None:
        while not self._ended.wait(self._pause):
            if self._waits():
                with contextlib.suppress(Exception):  # a report that fails must not fail the run
                    run_beside(self._connection, self._ask)

    def _ask(self, other: sa.Connection) -> None:
        while True:
            if self._waits():
                found = self._locks.blockers(other, self._session)
                self.seen = found or self.seen
            if self._ended.wait(self._pause):
                return
