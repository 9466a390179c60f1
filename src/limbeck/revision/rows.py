"""What becomes of the version table's rows when a revision runs, or a database is stamped.

The table holds one row for each tip of what is applied. A revision that is below a row, over
`down_revision` or `depends_on`, has no row of its own: the row above implies it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from limbeck.errors import RevisionError
from limbeck.revision.graph import Graph
from limbeck.revision.identifiers import (
    known_rows,
    members,
    parse,
    resolve_ids,
)
from limbeck.revision.walk import Move


@dataclass(frozen=True, slots=True)
class RowChange:
    """The statements on the version table, and its rows `after` them.

    Deletes and inserts run before the update. `updates` are pairs of old and new; there is at
    most one of them.
    """

    deletes: tuple[str, ...] = ()
    updates: tuple[tuple[str, str], ...] = ()
    inserts: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StampMove:
    """One step of a stamp: rows `from_ids` give way to `to_ids`; one of the two may be empty."""

    from_ids: tuple[str, ...]
    to_ids: tuple[str, ...]
    is_upgrade: bool
    change: RowChange

    @property
    def is_branch_move(self) -> bool:
        """Whether a branch appears in the table or goes from it."""
        return not self.from_ids or not self.to_ids


def after_move(graph: Graph, rows: Sequence[str], move: Move) -> RowChange:
    """How the rows change when `move` has run.

    Raises `RevisionError` when a downgrade's revision has no row: something above it is applied.
    """
    if move.direction == "upgrade":
        return _after_upgrade(graph, rows, move.revision.id)
    return _after_downgrade(graph, rows, move.revision.id)


def _after_upgrade(graph: Graph, rows: Sequence[str], revision_id: str) -> RowChange:
    replaced = tuple(p for p in graph.parents(revision_id) if p in rows)
    return _replace(rows, replaced, (revision_id,))


def _after_downgrade(graph: Graph, rows: Sequence[str], revision_id: str) -> RowChange:
    if revision_id not in rows:
        raise RevisionError(
            f"Revision {revision_id} cannot be downgraded: the version table has no row for it "
            f"(it has {', '.join(rows) or 'none'}). Downgrade what is above it first."
        )
    applied = _applied(graph, rows)
    applied.discard(revision_id)
    implied = {
        p for p in graph.parents(revision_id) if not applied.isdisjoint(graph.all_children(p))
    }
    new = tuple(p for p in graph.parents(revision_id) if p not in implied)
    change = _replace(rows, (revision_id,), new)
    _last_applied[graph] = frozenset(change.after), applied
    return change


# What the last downgrade on a graph left applied: the next one goes on from there, so that a long
# way down does not collect all that is applied at each step.
_last_applied: WeakKeyDictionary[Graph, tuple[frozenset[str], set[str]]] = WeakKeyDictionary()


def _applied(graph: Graph, rows: Sequence[str]) -> set[str]:
    """All that `rows` imply, and they themselves; the caller may change the set."""
    known, applied = _last_applied.pop(graph, (None, set[str]()))
    return applied if known == frozenset(rows) else graph.ancestors(rows)


def _replace(rows: Sequence[str], gone: Sequence[str], new: Sequence[str]) -> RowChange:
    """Swap rows with as few statements as do it: one update, deletes or inserts for the rest."""
    if not gone or not new:
        after = tuple(r for r in rows if r not in gone)
        return RowChange(deletes=tuple(gone), inserts=tuple(new), after=(*after, *new))
    *deletes, old = gone
    *inserts, last = new
    kept = (last if r == old else r for r in rows if r not in deletes)
    return RowChange(tuple(deletes), ((old, last),), tuple(inserts), (*kept, *inserts))


# -- stamp ----------------------------------------------------------------------------------


def stamp_path(
    graph: Graph,
    rows: Sequence[str],
    targets: str | Sequence[str] | None,
    purge: bool = False,
) -> tuple[StampMove, ...]:
    """The steps that make the version table say `targets`, without running any revision.

    Rows above or below a target give way to it; rows of other branches stay. `base` (or
    `label@base`) deletes the rows of all branches (or that one). With `purge` the table counts as
    empty, whatever is in it; emptying it is the caller's.

    Raises `ResolutionError` for an unknown target or row, `MultipleHeads` for an ambiguous `head`.
    """
    named = _target_list(targets)
    before = () if purge else known_rows(graph, rows)
    goals = _goals(graph, named)
    touched = _touched(graph, before, named)
    settled = {goal for goal, _ in goals if goal is not None}
    moves: list[StampMove] = []
    now = before
    for goal, label in goals:
        for move in _stamp_moves(graph, now, touched, goal, label, settled):
            moves.append(move)
            now = move.change.after
    return tuple(moves)


def _target_list(targets: str | Sequence[str] | None) -> tuple[str, ...]:
    if targets is None:
        return ("base",)
    return (targets,) if isinstance(targets, str) else tuple(targets) or ("base",)


def _goals(graph: Graph, targets: Sequence[str]) -> tuple[tuple[str | None, str | None], ...]:
    """Each revision to stamp, with the branch label of its target; None for base.

    What another one of them implies gets no row of its own, and is left out.
    """
    goals: list[tuple[str | None, str | None]] = []
    for target in targets:
        label = parse(graph, target).label
        goals.extend((goal, label) for goal in resolve_ids(graph, target) or (None,))
    named = [goal for goal, _ in goals if goal is not None]
    implied = graph.ancestors(p for goal in named for p in graph.parents(goal))
    return tuple(dict.fromkeys(g for g in goals if g[0] not in implied))


def _touched(graph: Graph, rows: Sequence[str], targets: Iterable[str]) -> tuple[str, ...]:
    """The rows that share a lineage with one of the targets, dependencies counted."""
    touched: dict[str, None] = {}
    for target in targets:
        label = parse(graph, target).label
        lineage = graph.lineage(resolve_ids(graph, target), dependencies=True)
        if label:
            lineage |= members(graph, label, dependencies=True)
        touched.update(dict.fromkeys(r for r in rows if r in lineage))
    return tuple(touched)


def _stamp_moves(
    graph: Graph,
    rows: Sequence[str],
    touched: Sequence[str],
    goal: str | None,
    label: str | None,
    settled: set[str],
) -> Iterable[StampMove]:
    if goal is None:
        # Other branches' rows stay, also those that depend on the branch that goes.
        leaving = members(graph, label) if label else set(rows)
        for row in rows:
            if row in leaving and row not in settled:
                yield StampMove((row,), (), False, _replace(rows, (row,), ()))
                rows = tuple(r for r in rows if r != row)
        return
    if goal in rows:
        return
    gone = tuple(r for r in touched if r in rows and r not in settled)
    above = not graph.descendants((goal,)).isdisjoint(gone)
    if not above and graph.ancestors((goal,)).isdisjoint(gone):
        gone = ()
    yield StampMove(gone, (goal,), not above, _replace(rows, gone, (goal,)))
