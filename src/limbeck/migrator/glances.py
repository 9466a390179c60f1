"""What a command line shows of each of many databases; small enough to come from a worker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from limbeck.migrator.blocking import Migrator
from limbeck.project.project import Project
from limbeck.revision.describe import current_line

if TYPE_CHECKING:
    from limbeck.commands.status import DatabaseStatus


@dataclass(frozen=True, slots=True)
class Where:
    """Where a database is: its rows, the revisions that they stand for, and a line for each."""

    rows: tuple[str, ...]
    revisions: tuple[str, ...]
    lines: tuple[str, ...]
    at_heads: bool


def where(migrator: Migrator) -> Where:
    """Reads the version table of one."""
    from limbeck.commands.current import current

    def work(project: Project) -> Where:
        found, graph = current(project), project.scripts.graph
        ids = tuple(dict.fromkeys(found.revisions))
        lines = tuple(current_line(graph, graph[id_]) for id_ in ids)
        return Where(tuple(found.rows), ids, lines, graph.are_heads(found.rows))

    return migrator._run("current", work)


def glance(migrator: Migrator) -> DatabaseStatus:
    """What has run on one, what is pending, and what differs."""
    from limbeck.commands.status import status

    return migrator._run("status", lambda project: status(project).databases[0])
