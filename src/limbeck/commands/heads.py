"""The newest revisions."""

from __future__ import annotations

from limbeck.project.project import Project
from limbeck.revision.graph import Revision


def heads(project: Project, *, resolve_dependencies: bool = False) -> tuple[Revision, ...]:
    """The heads; with `resolve_dependencies` those that no other revision depends on either."""
    graph = project.scripts.graph
    ids = graph.real_heads if resolve_dependencies else graph.heads
    return tuple(graph[revision_id] for revision_id in ids)
