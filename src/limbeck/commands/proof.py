"""Proving a generated script on a scratch database before it is kept.

The script's upgrade must leave nothing to do between the database and the models, and its
downgrade must give back what was there before.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from time import perf_counter

from limbeck.commands.autogenerate import Difference, compared, database_side
from limbeck.commands.hooks import comparison
from limbeck.commands.stage import Start, on_stage
from limbeck.database.migration import MigrationContext
from limbeck.database.rehearsal import Rehearsal
from limbeck.database.runs import move_step
from limbeck.database.scratch import server_name
from limbeck.database.steps import MigrationStep
from limbeck.diff.compare import compare
from limbeck.diff.describe import describe, listed
from limbeck.errors import NotReversible, ProofFailed, SchemaConflict, where
from limbeck.operations.base import Operation
from limbeck.revision.order import newest_first
from limbeck.revision.walk import Direction, Move
from limbeck.schema.objects import Schema
from limbeck.script.render import Item

log = logging.getLogger("alembic.limbeck.proof")


@dataclass(frozen=True, slots=True)
class Claim:
    """What generated scripts are for, in one database of env.py.

    `upgrade` and `downgrade` are their operations as hooks have left them.
    """

    context: MigrationContext
    found: Difference
    upgrade: tuple[Item, ...] = ()
    downgrade: tuple[Item, ...] = ()

    @property
    def is_changed(self) -> bool:
        """Whether hooks or comparators of the user's own have made something else of it."""
        return (self.upgrade, self.downgrade) != (self.found.upgrade, self.found.downgrade)


@dataclass(frozen=True, slots=True)
class Proof:
    """What was proven: on which server, from what, in how many seconds, and what was not."""

    server: str
    origin: str
    seconds: float
    remarks: tuple[str, ...] = ()

    def __str__(self) -> str:
        text = (
            f"Proven on {self.server} in {self.seconds:.1f} s: from {self.origin}, upgrade() gives "
            "what the models say"
        )
        return "; ".join((text, *(self.remarks or ("downgrade() gives back what was",))))


def prove(start: Start, claim: Claim, revisions: Iterable[str]) -> Proof:
    """Runs new scripts up and down on a scratch database, and compares.

    Raises ProofFailed where they do not do what they should, DatabaseError or Unfit where that
    cannot be found out.
    """
    began = perf_counter()
    up, down = (_steps(start, revisions, way) for way in ("upgrade", "downgrade"))

    def work(rehearsal: Rehearsal, origin: str) -> Proof:
        before = rehearsal.schema()
        _run(rehearsal, up, "upgrade")
        remarks = _after_upgrade(rehearsal, claim)
        remarks += _take_back(rehearsal, claim, down, before)
        return Proof(server_name(rehearsal.connection), origin, perf_counter() - began, remarks)

    return on_stage(start, work)


def _steps(start: Start, revisions: Iterable[str], way: Direction) -> list[MigrationStep]:
    graph = start.scripts.graph
    ordered = newest_first(graph, set(revisions))
    ids = reversed(ordered) if way == "upgrade" else ordered
    return [move_step(start.scripts, Move(graph[id_], way)) for id_ in ids]


def _run(rehearsal: Rehearsal, steps: Sequence[MigrationStep], way: str) -> None:
    try:
        rehearsal.run(*steps)
    except (NotImplementedError, NotReversible):
        raise
    except Exception as error:
        text = str(getattr(error, "orig", None) or error).strip() or type(error).__name__
        server = server_name(rehearsal.connection)
        failure = ProofFailed(f"{way}() fails on a scratch database ({server}): {text}")
        failure.__dict__["limbeck_where"] = where(error)
        raise failure from error


def _after_upgrade(rehearsal: Rehearsal, claim: Claim) -> tuple[str, ...]:
    """Raises ProofFailed where something is left to do that hooks did not leave undone."""
    left = compared(rehearsal.context, database_side(rehearsal.context))
    rehearsal.connection.rollback()
    expected, opaque = _expected(claim)
    over = [text for o in left.upgrade if (text := describe(o)) not in expected]
    if not over:
        return ()
    if opaque:
        return (f"left after upgrade(), which hooks have changed: {', '.join(over)}",)
    raise ProofFailed(
        listed("after upgrade(), to have what the models say, it would still take:", over)
    )


def _expected(claim: Claim) -> tuple[set[str], bool]:
    """What hooks have left undone, and whether they added what cannot be looked into."""
    found = claim.found
    if claim.upgrade == found.upgrade:
        return set(), False
    schema, opaque = found.before, False
    for item in claim.upgrade:
        if not isinstance(item, Operation) or item.opaque:
            opaque = True
            continue
        try:
            schema = item.apply(schema)
        except SchemaConflict:
            opaque = True
    left = compare(claim.context.normalized(schema), found.declared, comparison(claim.context))
    return {describe(operation) for operation in left}, opaque


def _take_back(
    rehearsal: Rehearsal, claim: Claim, steps: Sequence[MigrationStep], before: Schema
) -> tuple[str, ...]:
    """Runs the downgrade; raises ProofFailed where it does not give back what was."""
    if claim.upgrade and not claim.downgrade:
        return ("hooks have emptied downgrade()",)
    try:
        _run(rehearsal, steps, "downgrade")
    except (NotImplementedError, NotReversible):
        return ("downgrade() refuses",)
    left = [describe(operation) for operation in compare(rehearsal.schema(), before)]
    if left:
        raise ProofFailed(
            listed("after downgrade(), to have what was there before, it would still take:", left)
        )
    return ()
