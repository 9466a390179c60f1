"""What the history in the database knows and the checkout does not."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from limbeck.commands.environment import run
from limbeck.database.migration import MigrationContext
from limbeck.database.steps import MigrationStep
from limbeck.project.project import Project
from limbeck.script.checksum import checksum, source

log = logging.getLogger("alembic.runtime.migration")


def warn_of_edits(project: Project, rows: Sequence[str], context: MigrationContext) -> list[str]:
    """Warns of applied revisions whose script was edited since, and returns their ids."""
    found = edited(project, rows, context)
    for id_ in found:
        log.warning("%s was edited after it was applied", project.scripts.graph[id_])
    return found


def edited(project: Project, rows: Sequence[str], context: MigrationContext) -> list[str]:
    """The applied revisions whose script was edited since."""
    if context.connection is None or not context.past.is_kept:
        return []
    graph = project.scripts.graph
    known = context.past.table.checksums()
    applied = graph.ancestors([row for row in rows if row in graph]) if known else ()
    found = []
    for id_ in graph.in_file_order(tuple(i for i in applied if i in known)):
        now = checksum(source(graph[id_].path))
        if now is not None and now != known[id_]:
            found.append(id_)
    return found


def restore_missing(project: Project, wanted: Sequence[str], context: MigrationContext) -> None:
    """Makes up for revisions of the database that have no file here, from their stored source."""
    if context.connection is None or not context.past.is_kept:
        return
    open_ = [id_ for id_ in wanted if id_ not in project.scripts.graph]
    if not open_:
        return
    applied = context.past.table.applied()
    sources = context.past.table.sources(
        [number for id_, number in applied.items() if id_ not in project.scripts.graph]
    )
    for id_ in project.scripts.adopt(sources, open_):
        log.warning(
            "Revision %s has no file here: its script comes from the history in the database", id_
        )


def restore_for(project: Project, rev: str) -> bool:
    """Looks in the database for a revision that no file has; whether anything was found."""
    before = set(project.scripts.graph)

    def steps(rows: tuple[str, ...], context: MigrationContext) -> list[MigrationStep]:
        if context.past.is_kept:
            known = context.past.table.applied()
            restore_missing(project, [id_ for id_ in known if id_.startswith(rev)], context)
        return []

    run(project, steps, dont_mutate=True)
    return set(project.scripts.graph) != before
