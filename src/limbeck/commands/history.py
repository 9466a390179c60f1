"""The revisions of a range, newest first."""

from __future__ import annotations

from dataclasses import dataclass

from limbeck.errors import CommandError
from limbeck.project.project import Project
from limbeck.revision.graph import Revision
from limbeck.revision.walk import history as walk


@dataclass(frozen=True, slots=True)
class History:
    """Revisions, newest first, and the ids that the database is on (where that was asked for)."""

    revisions: tuple[Revision, ...]
    current: tuple[str, ...] | None


def history(
    project: Project, rev_range: str | None = None, *, indicate_current: bool = False
) -> History:
    """The revisions of `rev_range` (`start:end`, either may be left out), or all of them.

    The database is asked only for `current` in the range and for `indicate_current`.
    Raises CommandError for a range that is not one, RevisionError for one that does not resolve.
    """
    lower, upper = _ends(rev_range)
    current: tuple[str, ...] | None = None
    if indicate_current or _asks_for_current(lower) or _asks_for_current(upper):
        from limbeck.commands.current import current as current_of

        current = tuple(current_of(project, verbose=False, check_heads=False).rows)
    revisions = walk(project.scripts.graph, lower or "base", upper or "heads", current)
    return History(revisions, current if indicate_current else None)


def _ends(rev_range: str | None) -> tuple[str, str]:
    if rev_range is None:
        return "", ""
    lower, colon, upper = rev_range.partition(":")
    if not colon or ":" in upper:
        raise CommandError("History range requires [start]:[end], [start]:, or :[end]")
    return lower.strip(), upper.strip()


def _asks_for_current(end: str) -> bool:
    return end == "current" or end.startswith(("current+", "current-")) or "@current" in end
