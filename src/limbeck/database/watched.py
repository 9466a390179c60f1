"""How far a long run has come, for somebody who watches it.

Nothing is told where nobody does: the terminal puts a function in `watcher` for one command.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass

from limbeck.database.steps import MigrationStep


@dataclass(frozen=True, slots=True)
class Stage:
    """What is done, how much of it, and what is at work; `total` is None where nobody knows."""

    what: str
    done: int
    total: int | None
    now: str = ""

    @property
    def is_over(self) -> bool:
        """Whether nothing is left of it."""
        return self.total is not None and self.done >= self.total


watcher: ContextVar[Callable[[Stage], None] | None] = ContextVar("watcher", default=None)
"""Who is told; each thread has its own, and those of a fleet have none."""


def tell(what: str, done: int, total: int | None, now: str = "") -> None:
    """Tells whoever watches."""
    watch = watcher.get()
    if watch is not None:
        watch(Stage(what, done, total, now))


def tell_step(what: str, steps: Sequence[MigrationStep], done: int) -> None:
    """Tells which of several steps is at work; after the last one, that nothing is left."""
    if len(steps) > 1 and watcher.get() is not None:
        now = "" if done == len(steps) else steps[done].label
        tell(what, done, len(steps), now)
