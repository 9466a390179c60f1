"""Finding cycles, of every kind, in linear time and without recursion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from limbeck.errors import (
    CycleDetected,
    DependencyCycleDetected,
    DependencyLoopDetected,
    LoopDetected,
)

Edges = Mapping[str, Sequence[str]]
Names = Mapping[str, object]


def raise_for_cycles(down: Edges, dependencies: Edges, named: Names) -> None:
    """Raise for the first cycle found; `named` says how a message shows a revision, with its file.

    `down` holds every revision. Raises `LoopDetected` and `DependencyLoopDetected` for a revision
    that names itself, `CycleDetected` for a cycle over `down` alone, `DependencyCycleDetected` for
    one that needs a dependency. Each names the revisions of that cycle and no others.
    """
    _raise_for_loops(down, dependencies, named)
    edges = down
    if dependencies:
        edges = {r: (*below, *dependencies.get(r, ())) for r, below in down.items()}
    if not _unfinished(edges):
        return
    if cycle := _cycle(down):
        raise CycleDetected(sorted(cycle), _files(cycle, named))
    cycle = _cycle(edges)
    raise DependencyCycleDetected(sorted(cycle), _files(cycle, named))


def _raise_for_loops(down: Edges, dependencies: Edges, named: Names) -> None:
    for revision_id, below in down.items():
        if revision_id in below:
            raise LoopDetected([revision_id], _files((revision_id,), named))
    for revision_id, below in dependencies.items():
        if revision_id in below:
            raise DependencyLoopDetected([revision_id], _files((revision_id,), named))


def _unfinished(edges: Edges) -> dict[str, int]:
    """What is left when every revision is taken away after all that follow it.

    Empty without a cycle; otherwise the cycles and what lies below them.
    """
    followers = dict.fromkeys(edges, 0)
    for below in edges.values():
        for revision_id in below:
            followers[revision_id] += 1
    ready = [revision_id for revision_id, count in followers.items() if not count]
    while ready:
        revision_id = ready.pop()
        del followers[revision_id]
        for parent in edges[revision_id]:
            followers[parent] -= 1
            if not followers[parent]:
                ready.append(parent)
    return followers


def _cycle(edges: Edges) -> tuple[str, ...]:
    """One cycle, upper before lower, starting at its first revision in file order; or ()."""
    left = _unfinished(edges)
    if not left:
        return ()
    # Every one that is left has a follower among those that are left: walking up must repeat.
    above: dict[str, str] = {}
    for revision_id in left:
        for parent in edges[revision_id]:
            above.setdefault(parent, revision_id)
    walked: dict[str, int] = {}
    here = next(iter(left))
    while here not in walked:
        walked[here] = len(walked)
        here = above[here]
    cycle = list(walked)[walked[here] :][::-1]
    first = min(range(len(cycle)), key=lambda n: list(edges).index(cycle[n]))
    return (*cycle[first:], *cycle[:first])


def _files(cycle: Sequence[str], named: Names) -> str:
    """The cycle as a chain of revisions with their files, as the end of a message."""
    return ": " + " -> ".join(str(named[r]) for r in (*cycle, cycle[0]))
