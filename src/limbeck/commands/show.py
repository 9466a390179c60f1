"""The revisions that a symbol stands for."""

from __future__ import annotations

from limbeck.errors import CommandError, ResolutionError
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
    try:
        return resolve(project.scripts.graph, rev, current=current)
    except ResolutionError:
        if not _is_in_history(project, rev):
            raise
    return resolve(project.scripts.graph, rev, current=current)


def _is_in_history(project: Project, rev: str) -> bool:
    """Whether the history in the database has that revision; it is then one of the scripts."""
    if project.settings is None or not project.settings.history or project.settings.url is None:
        return False
    from limbeck.commands.past import restore_for

    try:
        return restore_for(project, rev)
    except CommandError:
        return False
