"""Where history splits."""

from __future__ import annotations

from limbeck.project.project import Project
from limbeck.revision.graph import Revision
from limbeck.revision.walk import history


def branches(project: Project) -> tuple[Revision, ...]:
    """The branch points, newest first."""
    graph = project.scripts.graph
    points = {revision.id for revision in graph if graph.is_branch_point(revision.id)}
    if not points:
        return ()
    return tuple(revision for revision in history(graph) if revision.id in points)
