"""The way from the current revisions to a target: which revisions run, in which order.

The set is what the target needs (or what rests on it) by `down_revision` and `depends_on`. The
order stays on one branch for as long as nothing else has to come first; ties go by file order.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from limbeck.errors import MultipleHeads, RangeNotAncestorError, RevisionError
from limbeck.revision.graph import Graph, Revision
from limbeck.revision.identifiers import (
    Identifier,
    Names,
    all_current,
    branch_owner,
    in_branch,
    known_rows,
    one,
    parse,
    resolve_ids,
    symbol_ids,
    walk,
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
    targets = upgrade_targets(graph, rows, target)
    needed = graph.ancestors(targets) - graph.ancestors(rows)
    latest_first = newest_first(graph, needed, targets)
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
    return tuple(Move(graph[r], "downgrade") for r in newest_first(graph, dropped, rows))


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


# -- targets --------------------------------------------------------------------------------


def upgrade_targets(graph: Graph, rows: Sequence[str], target: Names) -> tuple[str, ...]:
    """The ids that an upgrade is to reach; none for base.

    Raises `RevisionError` when one of several targets needs another one of them.
    """
    targets = _targets(graph, rows, target, clamp=False)
    _reject_overlaps(graph, targets)
    return targets


def _targets(
    graph: Graph, rows: Sequence[str] | None, target: Names, *, clamp: bool
) -> tuple[str, ...]:
    parsed = parse(graph, target) if isinstance(target, str) else None
    if parsed is None or parsed.offset is None:
        return resolve_ids(graph, target, current=rows)
    if parsed.symbol is None:
        if parsed.offset <= 0:
            raise parsed.out_of_range(": an upgrade goes up")
        start = _upgrade_start(graph, rows or (), parsed)
    else:
        start = _symbol_start(graph, rows, parsed)
    found = walk(graph, start, parsed.offset, parsed, label=parsed.label, clamp=clamp)
    return () if found is None else (found,)


def _upgrade_start(graph: Graph, rows: Sequence[str], parsed: Identifier) -> str | None:
    """Where `+N` counts from: the row on that branch, else the tip of what it has applied."""
    starts: Sequence[str] = rows
    if parsed.label:
        starts = in_branch(graph, rows, parsed.label)
        if not starts:
            applied = in_branch(graph, graph.ancestors(rows), parsed.label)
            below = {parent for r in applied for parent in graph.parents(r)}
            starts = graph.in_file_order(r for r in applied if r not in below)
    if len(starts) > 1:
        raise RevisionError(
            f"Ambiguous upgrade from multiple current revisions: {', '.join(starts)}; name the "
            f"branch, as in <branchname>@{parsed.relative_text}"
        )
    return starts[0] if starts else None


def downgrade_target(
    graph: Graph, rows: Sequence[str], target: str | None
) -> tuple[str | None, str | None]:
    """The branch to stay on, if any, and the revision to go back to (None: base)."""
    if target is None:
        return None, None
    parsed = parse(graph, target)
    if parsed.label:
        branch_owner(graph, parsed.label)
    if parsed.offset is None:
        return parsed.label, _absolute_goal(graph, rows, parsed)
    if parsed.symbol is None:
        label, row = _downgrade_start(graph, rows, parsed)
        return label, walk(graph, row, parsed.offset, parsed, label=label)
    start = _symbol_start(graph, rows, parsed)
    return parsed.label, walk(graph, start, parsed.offset, parsed, label=parsed.label)


def _symbol_start(graph: Graph, rows: Sequence[str] | None, parsed: Identifier) -> str | None:
    """Where `REV+N` counts from; None for base.

    Upwards the label is for choosing between ways; downwards it must hold for the start.
    """
    within = parsed.label if parsed.offset is not None and parsed.offset < 0 else None
    named = symbol_ids(graph, within, parsed.symbol or "", current=rows)
    return one(named, parsed.text) if named else None


def _absolute_goal(graph: Graph, rows: Sequence[str], parsed: Identifier) -> str | None:
    symbol = parsed.symbol or ""
    label = parsed.label if symbol in {"head", "heads", "current"} else None
    named = symbol_ids(graph, label, symbol, current=rows)
    return one(named, parsed.text) if named else None


def _downgrade_start(graph: Graph, rows: Sequence[str], parsed: Identifier) -> tuple[str, str]:
    """Where `-N` counts from, and the branch to stay on."""
    if parsed.offset is None or parsed.offset >= 0:
        raise parsed.out_of_range(": a downgrade goes down")
    if parsed.label:
        starts = in_branch(graph, rows, parsed.label) or in_branch(
            graph, all_current(graph, rows), parsed.label
        )
        if not starts:
            raise parsed.out_of_range(f": nothing of branch '{parsed.label}' is applied")
        if len(starts) > 1:
            raise MultipleHeads(starts, parsed.text)
        return parsed.label, starts[0]
    if not rows:
        raise parsed.out_of_range(": nothing is applied")
    if len(rows) > 1:
        warnings.warn(
            f"downgrade {parsed.text} from multiple heads is ambiguous; this usage will be "
            f"disallowed in a future release. Name the branch, as in "
            f"<branchname>@{parsed.text}; taking {rows[0]}",
            UserWarning,
            stacklevel=4,
        )
    return rows[0], rows[0]


def _reject_overlaps(graph: Graph, targets: Sequence[str]) -> None:
    if len(targets) < 2:
        return
    below = graph.ancestors(p for t in targets for p in graph.parents(t))
    for lower in targets:
        if lower in below:
            upper = next(t for t in targets if t != lower and lower in graph.ancestors((t,)))
            raise RevisionError(
                f"Requested revision {upper} overlaps with other requested revisions {lower}"
            )


# -- history --------------------------------------------------------------------------------


def history(
    graph: Graph,
    lower: Names = "base",
    upper: Names = "heads",
    current: Sequence[str] | None = None,
) -> tuple[Revision, ...]:
    """The revisions from `upper` down to `lower`, both included, newest first.

    An offset that leads beyond the ends stops there. `-N` as lower end counts from the upper one,
    `+N` as upper end from the lower one; `label@base` leaves out other branches' heads.

    Raises `RangeNotAncestorError` when `lower` is not below `upper`.
    """
    counts_down = isinstance(lower, str) and _counts_from_other_end(graph, lower)
    start = () if counts_down else _lower_end(graph, lower, current)
    targets = _upper_end(graph, start, upper, current)
    if isinstance(lower, str) and counts_down:
        start = _below(graph, targets, parse(graph, lower))
    elif isinstance(lower, str) and "@" in lower:
        targets = _of_branch(graph, targets, lower.partition("@")[0])
    _reject_overlaps(graph, targets)
    needed = graph.ancestors(targets)
    if not needed.issuperset(start):
        raise RangeNotAncestorError(lower, upper)
    shown = (needed - graph.ancestors(start)).union(start)
    return tuple(graph[r] for r in newest_first(graph, shown, targets))


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
        return _targets(graph, start, upper, clamp=True)
    return _targets(graph, current, upper, clamp=True)


def _below(graph: Graph, targets: Sequence[str], parsed: Identifier) -> tuple[str, ...]:
    """What `-N` as lower end means: N below each of the upper ends."""
    if parsed.offset is None or parsed.offset > 0:
        raise parsed.out_of_range(": the start of a range counts down from its end")
    starts = in_branch(graph, targets, parsed.label) if parsed.label else targets
    ends = (walk(graph, r, parsed.offset, parsed, clamp=True) for r in starts)
    return tuple(dict.fromkeys(r for r in ends if r is not None))


def _of_branch(graph: Graph, targets: Sequence[str], label: str) -> tuple[str, ...]:
    if not label:
        return tuple(targets)
    owner = branch_owner(graph, label)
    labels = graph.labels(owner) if owner == label else (label,)
    if len(labels) != 1:
        return in_branch(graph, targets, label)
    return tuple(t for t in targets if labels[0] in graph.labels(t))


# -- order ----------------------------------------------------------------------------------


def newest_first(graph: Graph, revisions: Collection[str], heads: Iterable[str]) -> tuple[str, ...]:
    """`revisions` so that each stands before all that it needs.

    Starts at the first of `heads` in file order and follows its branch down, until it comes to a
    revision that another branch needs; then goes on with that branch.
    """
    ahead = dict.fromkeys(revisions, 0)
    for revision_id in revisions:
        for parent in graph.parents(revision_id):
            if parent in ahead:
                ahead[parent] += 1
    fronts = list(graph.in_file_order(r for r in heads if r in ahead))
    output: list[str] = []
    at = 0
    while ahead:
        if not fronts:
            fronts = list(graph.in_file_order(r for r, count in ahead.items() if not count))
        here = fronts[at]
        if ahead[here]:
            at = _front_above(graph, here, fronts, ahead)
            continue
        output.append(here)
        del ahead[here]
        below = [p for p in graph.parents(here) if p in ahead]
        for parent in below:
            ahead[parent] -= 1
        following = [p for p in below if p not in fronts]
        if following:
            fronts[at] = following[0]
            fronts.extend(following[1:])
        else:
            del fronts[at]
            at = max(at - 1, 0)
    return tuple(output)


def _front_above(graph: Graph, revision_id: str, fronts: list[str], ahead: dict[str, int]) -> int:
    """The first position in `fronts` whose revision needs this one."""
    wanted = {r: n for n, r in enumerate(fronts) if r != revision_id}
    seen = {revision_id}
    todo = [revision_id]
    found = len(fronts)
    while todo:
        for child in graph.all_children(todo.pop()):
            if child in ahead and child not in seen:
                seen.add(child)
                todo.append(child)
                found = min(found, wanted.get(child, found))
    return found
