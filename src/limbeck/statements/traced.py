"""What a server was seen to do for a statement, beside what the table of facts says."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from limbeck.schema.names import Name
from limbeck.statements.action import Action
from limbeck.statements.hazards import Hazard, Known


@dataclass(frozen=True, slots=True)
class SeenLock:
    """A lock that was held, or asked for, on a table (or one of its indexes)."""

    table: Name
    mode: str
    index: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of one statement. `rewritten` holds tables that were written anew.

    `way` is MySQL's algorithm and lock. `held` holds locks that the transaction had before.
    """

    locks: tuple[SeenLock, ...] = ()
    rewritten: tuple[Name, ...] = ()
    way: str = ""
    held: frozenset[SeenLock] = frozenset()
    existing: frozenset[Name] = frozenset()
    """Tables that others can see: those that were there before the transaction."""
    watched: bool = True
    """False where a statement that commits by itself was over before it could be looked at."""


class Tracer(Protocol):
    """Runs statements on a scratch database and watches the server."""

    def run(self, sql: str, actions: Iterable[Action], *, in_transaction: bool) -> Seen:
        """Runs one statement; raises what the driver raises."""

    def end(self) -> None:
        """Ends the transaction of a revision."""

    def close(self) -> None:
        """Lets go of what it holds beside the connection."""

    def differences(
        self, seen: Seen, hazards: Iterable[Hazard], actions: Iterable[Action], known: Known
    ) -> tuple[str, ...]:
        """Where the table of facts says something else than what was seen."""


MakeTracer = Callable[[Any], Tracer]
"""Makes a tracer on a connection that commits each statement by itself."""
