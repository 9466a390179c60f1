"""Where an upgrade or a downgrade is to lead, as seen from the rows of the version table."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

from limbeck.errors import MultipleHeads, RevisionError
from limbeck.revision.graph import Graph
from limbeck.revision.identifiers import (
    Identifier,
    Names,
    WalkedTooFar,
    all_current,
    branch_owner,
    in_branch,
    one,
    parse,
    resolve_ids,
    symbol_ids,
    walk,
)


def upgrade_targets(graph: Graph, rows: Sequence[str], target: Names) -> tuple[str, ...]:
    """The ids that an upgrade is to reach; none for base.

    Raises `RevisionError` when one of several targets needs another one of them.
    """
    targets = targets_of(graph, rows, target, clamp=False)
    reject_overlaps(graph, targets)
    return targets


def targets_of(
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
    try:
        return parsed.label, walk(graph, start, parsed.offset, parsed, label=parsed.label)
    except WalkedTooFar as error:
        raise RevisionError(f"Walked too far: {error}") from error


def _symbol_start(graph: Graph, rows: Sequence[str] | None, parsed: Identifier) -> str | None:
    """Where `REV+N` counts from; None for base.

    Upwards the label is for choosing between ways; downwards it must hold for the start.
    """
    within = None if parsed.offset is not None and parsed.offset > 0 else parsed.label
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


def reject_overlaps(graph: Graph, ids: Sequence[str], what_next: str = "") -> None:
    if len(ids) < 2 or graph.ancestors(p for r in ids for p in graph.parents(r)).isdisjoint(ids):
        return
    for upper in ids:
        below = graph.ancestors((upper,))
        if lower := [r for r in ids if r in below and r != upper]:
            raise RevisionError(
                f"Requested revision {upper} overlaps with other requested revisions "
                f"{', '.join(lower)}{what_next}"
            )
