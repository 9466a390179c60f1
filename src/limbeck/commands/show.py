"""The revisions that a symbol stands for."""

from __future__ import annotations

from limbeck.project.project import Project
from limbeck.revision.graph import Revision
from limbeck.revision.identifiers import resolve


def show(project: Project, rev: str) -> tuple[Revision, ...]:
    """The revisions of `rev`; `current` asks the database.

    Raises RevisionError when `rev` stands for no revision.
    """
    current: tuple[str, ...] | None = None
    if rev == "current":
        from limbeck.commands.current import current as current_of

        current = tuple(current_of(project, verbose=False, check_heads=False).rows)
    return resolve(project.scripts.graph, rev, current=current)
