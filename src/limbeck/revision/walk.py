"""The way from the current revisions to a target: which revisions run, in which order.

The set is what the target needs (or what rests on it) by `down_revision` and `depends_on`; the
order is that of `newest_first`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from limbeck.errors import RangeNotAncestorError, RevisionError
from limbeck.revision.graph import Graph, Revision
from limbeck.revision.identifiers import (
    Identifier,
    Names,
    branch_owner,
    in_branch,
    known_rows,
    parse,
    resolve_ids,
    symbol_ids,
    walk,
)
from limbeck.revision.order import newest_first
from limbeck.revision.targets import downgrade_target, reject_overlaps, targets_of, upgrade_targets

_OVERLAPPING_ROWS = (
    ": the version table has a row for each, though the first implies the others; delete the "
    "rows of the others"
)

Direction = Literal["upgrade", "downgrade"]


@dataclass(frozen=True, slots=True)
class Move:
    """One revision to run, up or down."""

    revision: Revision
    direction: Direction


def upgrade_path(graph: Graph, current: Sequence[str], target: Names) -> tuple[Move, ...]:
    """What to run, first to last, to have `target` and all it needs.

    Empty when it is there already, also when the database is beyond it.
    Raises `ResolutionError`, `MultipleHeads` or `RevisionError`.
    """
    rows = known_rows(graph, current)
    reject_overlaps(graph, rows, _OVERLAPPING_ROWS)
    targets = upgrade_targets(graph, rows, target)
    needed = graph.ancestors(targets) - graph.ancestors(rows)
    latest_first = newest_first(graph, needed)
    return tuple(Move(graph[r], "upgrade") for r in reversed(latest_first))


def downgrade_path(graph: Graph, current: Sequence[str], target: str | None) -> tuple[Move, ...]:
    """What to take back, first to last, so that nothing above `target` is left.

    Takes back what depends on those revisions too. With `label@` before the target, only that
    branch. Raises `RangeNotAncestorError` when the target is not below the current revisions,
    else `ResolutionError`, `MultipleHeads` or `RevisionError`.
    """
    rows = known_rows(graph, current)
    label, goal = downgrade_target(graph, rows, target)
    roots = graph.bases if goal is None else graph.children(goal)
    if label and len(roots) > 1:
        roots = _roots_of_branch(graph, roots, label, target)
    dropped = graph.descendants(roots) & graph.ancestors(rows)
    if goal is not None and not dropped and goal not in rows:
        raise RangeNotAncestorError(target, ", ".join(rows))
    return tuple(Move(graph[r], "downgrade") for r in newest_first(graph, dropped))


def _roots_of_branch(
    graph: Graph, roots: Sequence[str], label: str, target: str | None
) -> tuple[str, ...]:
    below = graph.ancestors((branch_owner(graph, label),), dependencies=False)
    of_branch = tuple(r for r in roots if r in below)
    if not of_branch:
        raise RevisionError(
            f"Not a valid downgrade target from current heads: no revision that follows "
            f"'{target}' leads to branch '{label}'"
        )
    return of_branch


# -- history --------------------------------------------------------------------------------


def history(
    graph: Graph,
    lower: Names = "base",
    upper: Names = "heads",
    current: Sequence[str] | None = None,
) -> tuple[Revision, ...]:
    """The revisions from `upper` down to `lower`, both included, newest first.

    With a `lower` end, only what follows it by `down_revision` is shown. An offset that leads
    beyond the ends stops there. `-N` as lower end counts from the upper one, `+N` as upper end
    from the lower one; `label@base` leaves out other branches' heads.

    Raises `RangeNotAncestorError` when `lower` is not below `upper`.
    """
    counts_down = isinstance(lower, str) and _counts_from_other_end(graph, lower)
    start = () if counts_down else _lower_end(graph, lower, current)
    targets = _upper_end(graph, start, upper, current)
    if isinstance(lower, str) and counts_down:
        start = _below(graph, targets, parse(graph, lower))
    elif isinstance(lower, str) and "@" in lower:
        targets = _of_branch(graph, targets, lower.partition("@")[0])
    reject_overlaps(graph, targets)
    reject_overlaps(graph, start)
    needed = graph.ancestors(targets)
    if not needed.issuperset(start):
        raise RangeNotAncestorError(lower, upper)
    if not start:
        return tuple(graph[r] for r in newest_first(graph, needed))
    above = needed - graph.ancestors(start)
    shown = (above & graph.descendants(start, dependencies=False)).union(start)
    if upper != "heads" and shown.isdisjoint(targets):
        raise RangeNotAncestorError(lower, upper)
    through = (above & graph.descendants(start)) - shown
    return tuple(graph[r] for r in newest_first(graph, shown, through))


def _counts_from_other_end(graph: Graph, end: str) -> bool:
    parsed = parse(graph, end)
    return parsed.symbol is None and parsed.offset is not None


def _lower_end(graph: Graph, lower: Names, current: Sequence[str] | None) -> tuple[str, ...]:
    if isinstance(lower, str):
        parsed = parse(graph, lower)
        if parsed.offset is not None and parsed.symbol is not None:
            named = symbol_ids(graph, parsed.label, parsed.symbol, current=current)
            ends = [walk(graph, r, parsed.offset, parsed, clamp=True) for r in named or (None,)]
            return tuple(r for r in ends if r is not None)
    return resolve_ids(graph, lower, current=current)


def _upper_end(
    graph: Graph, start: Sequence[str], upper: Names, current: Sequence[str] | None
) -> tuple[str, ...]:
    if isinstance(upper, str) and _counts_from_other_end(graph, upper):
        return targets_of(graph, start, upper, clamp=True)
    return targets_of(graph, current, upper, clamp=True)


def _below(graph: Graph, targets: Sequence[str], parsed: Identifier) -> tuple[str, ...]:
    """What `-N` as lower end means: N below each of the upper ends."""
    if parsed.offset is None or parsed.offset > 0:
        raise parsed.out_of_range(": the start of a range counts down from its end")
    starts = in_branch(graph, targets, parsed.label) if parsed.label else targets
    walked = (walk(graph, r, parsed.offset, parsed, clamp=True) for r in starts)
    ends = tuple(dict.fromkeys(r for r in walked if r is not None))
    above = graph.descendants(child for r in ends for child in graph.all_children(r))
    return tuple(r for r in ends if r not in above)


def _of_branch(graph: Graph, targets: Sequence[str], label: str) -> tuple[str, ...]:
    if not label:
        return tuple(targets)
    owner = branch_owner(graph, label)
    labels = graph.labels(owner) if owner == label else (label,)
    if len(labels) != 1:
        return in_branch(graph, targets, label)
    return tuple(t for t in targets if labels[0] in graph.labels(t))
