"""Revisions as they were recorded: each statement with what it does and where it is written."""

from __future__ import annotations

from dataclasses import dataclass

from limbeck.statements.action import Action
from limbeck.statements.hazards import Hazard, Known


@dataclass(frozen=True, slots=True)
class Recorded:
    """One statement that a revision would run, in one text; nothing of it has been executed.

    `hazards` holds the facts of each of its actions. `line` is that of the call in the revision's
    file, None where it cannot be told. `raw` marks SQL of the script's own, `rows` is how many
    rows it is executed with.
    """

    sql: str
    actions: tuple[Action, ...]
    hazards: tuple[tuple[Hazard, ...], ...]
    known: Known
    line: int | None = None
    raw: bool = False
    rows: int = 1
    has_parameters: bool = False
    """Whether values come beside the text, which then cannot be run alone."""
    transactional: bool = True
    """False where the operation says itself that it cannot run in a transaction."""
    in_transaction: bool = True
    """Whether the script leaves the transaction of the run as it is (no ``autocommit_block``)."""
    unit: int = 0
    """Counts the transactions of the revision: those with one number are committed together."""
    in_batches: bool = False
    """Whether the run changes the rows in batches, each with a transaction of its own."""

    @property
    def all_hazards(self) -> tuple[Hazard, ...]:
        """The facts of all actions, each once."""
        return tuple(dict.fromkeys(h for found in self.hazards for h in found))


@dataclass(frozen=True, slots=True)
class RecordedRevision:
    """What one revision would run, in order.

    `note` says what the record cannot show: that it was taken on a scratch database.
    """

    revision: str
    doc: str
    path: str | None
    direction: str
    statements: tuple[Recorded, ...]
    note: str = ""
