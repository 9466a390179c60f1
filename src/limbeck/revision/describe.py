"""Revisions as lines of text, in the form that scripts around the tools grep for."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from limbeck.revision.graph import Graph, Revision


def history_line(graph: Graph, revision: Revision, *, current: Collection[str] = ()) -> str:
    """`a1, b1 (depends) -> REV (labels) (head) (mergepoint), doc`."""
    depends = f" ({', '.join(revision.depends_on)})" if revision.depends_on else ""
    return (
        f"{_parents(revision)}{depends} -> {revision.id}{_labels(graph, revision)}"
        f"{_ends(graph, revision, current)}{_forks(graph, revision)}, {revision.doc}"
    )


def head_line(graph: Graph, revision: Revision) -> str:
    """`REV (labels) (head)`."""
    return f"{revision.id}{_labels(graph, revision)}{_ends(graph, revision)}"


def current_line(graph: Graph, revision: Revision) -> str:
    """`REV (head) (mergepoint)`."""
    return f"{revision.id}{_ends(graph, revision)}{_forks(graph, revision)}"


def branch_lines(graph: Graph, revision: Revision, *, verbose: bool = False) -> str:
    """A branch point, and a line for each revision that follows it; ends with a newline."""
    if verbose:
        lines = [log_entry(graph, revision)]
    else:
        lines = [f"{revision.id}{_labels(graph, revision)}{_signs(graph, revision)}"]
    indent = " " * len(revision.id)
    for child in (graph[r] for r in graph.children(revision.id)):
        doc = f", {child.doc}" if verbose else ""
        lines.append(f"{indent} -> {child.id}{_labels(graph, child)}{_signs(graph, child)}{doc}")
    return "\n".join(lines) + "\n"


def summary(graph: Graph, revision: Revision) -> str:
    """`a1 -> REV (head), doc`: one revision in a sentence."""
    head = " (head)" if graph.is_head(revision.id) else ""
    return f"{_parents(revision)} -> {revision.id}{head}{_forks(graph, revision)}, {revision.doc}"


def log_entry(graph: Graph, revision: Revision, *, current: Collection[str] = ()) -> str:
    """All that its file's header says, over several lines; ends with a newline."""
    head = " (head)" if graph.is_head(revision.id) else ""
    sign = " (current)" if revision.id in current else ""
    lines = [f"Rev: {revision.id}{head}{_forks(graph, revision)}{sign}"]
    lines.append(f"{'Merges' if revision.is_merge_point else 'Parent'}: {_parents(revision)}")
    if revision.depends_on:
        lines.append(f"Also depends on: {', '.join(revision.depends_on)}")
    if graph.is_branch_point(revision.id):
        lines.append(f"Branches into: {', '.join(graph.children(revision.id))}")
    if labels := graph.labels(revision.id):
        lines.append(f"Branch names: {', '.join(labels)}")
    lines.append(f"Path: {revision.path}")
    lines.append("")
    lines.append("\n".join(f"    {line}" for line in revision.longdoc.splitlines()))
    return "\n".join(lines) + "\n"


def signs(graph: Graph, revision: Revision, *, current: Collection[str] = ()) -> str:
    """` (labels) (head) (current)`: what is to be said of a revision beside its id."""
    return _labels(graph, revision) + _ends(graph, revision, current)


def down_text(revision_ids: Iterable[str]) -> str:
    """Ids with commas between them; `<base>` for none."""
    return ", ".join(revision_ids) or "<base>"


def _parents(revision: Revision) -> str:
    return down_text(revision.down)


def _labels(graph: Graph, revision: Revision) -> str:
    labels = graph.labels(revision.id)
    return f" ({', '.join(labels)})" if labels else ""


def _signs(graph: Graph, revision: Revision) -> str:
    return _ends(graph, revision) + _forks(graph, revision)


def _ends(graph: Graph, revision: Revision, current: Collection[str] = ()) -> str:
    real = " (head)" if graph.is_real_head(revision.id) else ""
    effective = " (effective head)" if graph.is_effective_head(revision.id) else ""
    return real + effective + (" (current)" if revision.id in current else "")


def _forks(graph: Graph, revision: Revision) -> str:
    branch = " (branchpoint)" if graph.is_branch_point(revision.id) else ""
    return branch + (" (mergepoint)" if graph.is_merge_point(revision.id) else "")
