"""What has not run on the database yet."""

from __future__ import annotations

from collections.abc import Sequence

from limbeck.commands.environment import run
from limbeck.database.migration import MigrationContext
from limbeck.database.steps import MigrationStep
from limbeck.errors import CommandError, DatabaseAhead, DatabaseNotAtHead
from limbeck.project.project import Project
from limbeck.revision.graph import Revision
from limbeck.revision.walk import upgrade_path


def pending(project: Project, target: str = "heads") -> tuple[Revision, ...]:
    """The revisions that an upgrade to `target` would run, first to last; one query.

    Raises DatabaseAhead where the database has revisions that no file has.
    """
    found: list[Revision] = []

    def steps(rows: tuple[str, ...], context: MigrationContext) -> list[MigrationStep]:
        graph = project.scripts.graph
        if target == "heads" and graph.are_heads(rows):
            return []  # as nearly always, when a health check asks
        unknown = [row for row in rows if row not in graph]
        if unknown:
            raise DatabaseAhead(
                f"The database is at {', '.join(unknown)}, and no revision file has that id: a "
                "newer version of the application has migrated it, or another one.",
                unknown,
            )
        found.extend(move.revision for move in upgrade_path(graph, rows, target))
        return []

    run(project, steps, dont_mutate=True)
    return tuple(found)


def require_up_to_date(project: Project, rows: Sequence[str]) -> None:
    """Raises CommandError unless the rows are the heads."""
    graph = project.scripts.graph
    if not graph.are_heads(rows):
        missing = ", ".join(head for head in graph.real_heads if head not in rows)
        raise CommandError(
            "Target database is not up to date."
            + (f" Run 'limbeck upgrade heads' first (missing: {missing})." if missing else "")
        )


def require_none_pending(project: Project) -> None:
    """Raises DatabaseNotAtHead with what has not run yet."""
    missing = pending(project)
    if not missing:
        return
    shown = ", ".join(f"{r.id} ({r.doc})" if r.doc else r.id for r in missing[:5])
    more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
    raise DatabaseNotAtHead(
        f"The database is not up to date: {shown}{more} did not run yet. Run "
        "'limbeck upgrade heads', or Migrator.upgrade().",
        [revision.id for revision in missing],
    )
