"""What becomes of the version table's rows when a revision runs, or a database is stamped.

The table holds one row for each tip of what is applied. A revision that is below a row, over
`down_revision` or `depends_on`, has no row of its own: the row above implies it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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


def between(before: Sequence[str], after: Sequence[str]) -> RowChange:
    """The statements that lead from one set of rows to another, however many steps lie between."""
    gone = tuple(row for row in before if row not in after)
    return _replace(before, gone, tuple(row for row in after if row not in before))


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
    before = () if purge else known_rows(graph, rows)
    stamp = _Stamp(graph, before, _target_list(targets))
    moves: list[StampMove] = []
    for move in stamp.moves():
        moves.append(move)
        stamp.rows = move.change.after
    return tuple(moves)


def _target_list(targets: str | Sequence[str] | None) -> tuple[str, ...]:
    if targets is None:
        return ("base",)
    return (targets,) if isinstance(targets, str) else tuple(targets) or ("base",)


class _Stamp:
    """A stamp on its way: `rows` as they are now, and what may become of them.

    `touched` are the rows that share a lineage with a target, dependencies counted. Of the
    revisions asked for, `settled` are to have a row in the end; the others are `implied` by
    those. `leaving` is what base stands for: a branch, or everything.
    """

    def __init__(self, graph: Graph, rows: tuple[str, ...], targets: Sequence[str]) -> None:
        self.graph = graph
        self.rows = rows
        self.touched: dict[str, None] = {}
        self.leaving: set[str] = set()
        asked: dict[str, None] = {}
        for target in targets:
            label = parse(graph, target).label
            found = resolve_ids(graph, target)
            if found:
                asked.update(dict.fromkeys(found))
                lineage = graph.lineage(found, dependencies=True)
                lineage |= members(graph, label, dependencies=True) if label else set()
            else:
                # Other branches' rows stay, also those that depend on the branch that goes.
                lineage = members(graph, label) if label else set(rows)
                self.leaving |= lineage
            self.touched.update(dict.fromkeys(r for r in rows if r in lineage))
        below = graph.ancestors(p for goal in asked for p in graph.parents(goal))
        self.settled = tuple(goal for goal in asked if goal not in below)
        self.implied = tuple(goal for goal in asked if goal in below)

    def moves(self) -> Iterator[StampMove]:
        """One by one; `rows` must be brought up to date between them."""
        for goal in self.settled:
            if goal not in self.rows:
                yield self._reach(goal)
        leaving = self.leaving | self.graph.descendants(self.implied)
        for row in (*self.touched, *self.rows):
            if row in self.rows and row in leaving and row not in self.settled:
                yield StampMove((row,), (), False, _replace(self.rows, (row,), ()))

    def _reach(self, goal: str) -> StampMove:
        """Rows above or below give way to it; without any, it is a new branch."""
        gone = tuple(r for r in self.touched if r in self.rows and r not in self.settled)
        above = not self.graph.descendants((goal,)).isdisjoint(gone)
        if not above and self.graph.ancestors((goal,)).isdisjoint(gone):
            gone = ()
        return StampMove(gone, (goal,), not above, _replace(self.rows, gone, (goal,)))
