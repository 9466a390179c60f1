"""What a database knows of locks: the mutex of runs, timeouts, and who stands in the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import sqlalchemy as sa


@dataclass(frozen=True, slots=True)
class Note:
    """What a runner says of itself to those who wait for it."""

    host: str
    pid: int
    revision: str


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the mutex, as far as the database tells; `seconds` is how long it has."""

    host: str | None = None
    pid: int | None = None
    revision: str | None = None
    seconds: float | None = None
    session: str = ""

    def __str__(self) -> str:
        who = "another runner" if self.host is None else f"a runner on {self.host}"
        facts = [] if self.pid is None else [f"pid {self.pid}"]
        facts += [self.session] if self.session else []
        facts += [] if self.seconds is None else [f"for {_duration(self.seconds)}"]
        facts += [f"on its way to {self.revision}"] if self.revision else []
        return f"{who} ({', '.join(facts)})" if facts else who


@dataclass(frozen=True, slots=True)
class Blocker:
    """A session that holds a lock which a statement waits for."""

    session: int
    user: str
    state: str
    seconds: float | None
    query: str

    def __str__(self) -> str:
        age = "" if self.seconds is None else f", in its transaction for {_duration(self.seconds)}"
        query = " ".join(self.query.split())
        text = query if len(query) <= _SHOWN else query[:_SHOWN] + "…"
        return f"session {self.session} of user {self.user} ({self.state}{age}): {text}"

    @classmethod
    def of_row(cls, row: Iterable[Any]) -> Blocker:
        """From the columns of a query, in the order of the fields; a driver may give decimals."""
        session, user, state, seconds, query = row
        age = None if seconds is None else float(seconds)
        return cls(int(session), str(user), str(state), age, str(query))


_SHOWN = 120


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{max(seconds, 0):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


class Mutex(Protocol):
    """One thing that a single runner can have at a time."""

    def attempt(self) -> bool:
        """Takes it if nobody has it, without waiting."""

    def holder(self) -> Holder:
        """Who has it."""

    def working(self) -> Holder | None:
        """Who has it, for somebody who does not want it; nothing is taken or written."""

    def check(self) -> None:
        """Raises LockLost where somebody else may have it by now; called before a commit."""

    def release(self) -> None:
        """Gives it back, if it was taken, and closes what it needed."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a mutex is for: the version table `table`, which `connection` is going to change.

    `beside` opens a connection of its own to the same database. `joined` says that the connection
    is in a transaction which the caller will end.
    """

    connection: sa.Connection
    beside: Callable[[], sa.Connection]
    schema: str | None
    table: str
    note: Note
    joined: bool


NOT_GIVEN = "A lock was not given"
DEADLOCK = "Two transactions waited for each other, and this one was to give way"
CHANGED = "Another transaction changed the same rows"


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds that a statement may wait for a lock, and may take; 0 is without end.

    `lock` None is the default of the database, which gives way to what the session has been told.
    """

    lock: float | None = None
    statement: float = 0


@dataclass(frozen=True, slots=True)
class Refusal:
    """What another transaction was in the way of; `why` says it in words.

    `whole` says that nothing of the transaction is left, or that it cannot go on: to try again
    is to begin with its beginning.
    """

    why: str = NOT_GIVEN
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """The settings of a session that limit its statements.

    `asked` names those that are due for a lock timeout and a statement timeout in seconds, None for
    neither, with their values. `current` is the expression that reads one, with its name in the
    place of {}. `set` is the statement that sets one, for the session or for its transaction;
    the value DEFAULT is what the session began with, where the database knows such a word.
    """

    asked: Callable[[sa.Dialect, float | None, float | None], Mapping[str, str]]
    current: str
    set: Callable[[str, str, bool], str]


@dataclass(frozen=True, slots=True)
class Locks:
    """A database's locks.

    `mutex` is None where the database cannot be shared. `begin` sets the timeouts and returns the
    server's number of the session with the seconds that a lock is waited for; `end` takes them
    back. `refused` says whether an error means that somebody was in the way, `too_slow` whether it
    is a statement that took longer than it may.
    """

    mutex: Callable[[Wanted], Mutex | None]
    begin: Callable[[sa.Connection, Timeouts], tuple[int, float]]
    end: Callable[[sa.Connection], None]
    limits: Limits
    refused: Callable[[sa.Connection, sa.exc.DBAPIError], Refusal | None]
    too_slow: Callable[[sa.exc.DBAPIError], bool]
    blockers: Callable[[sa.Connection, int], list[Blocker]]
    cancel: Callable[[sa.Connection, int], None]
    clock: str = ""
    """Seconds since 1970 as the server sees them; empty where there are no leases."""
