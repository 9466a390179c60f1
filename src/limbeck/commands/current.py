"""What the database says is applied."""

from __future__ import annotations

from dataclasses import dataclass, field

from limbeck.commands.environment import run
from limbeck.database.migration import MigrationContext
from limbeck.database.steps import MigrationStep
from limbeck.database.urls import shown
from limbeck.errors import DatabaseNotAtHead
from limbeck.project.project import Project
from limbeck.revision.describe import current_line, log_entry
from limbeck.revision.identifiers import all_current


@dataclass(slots=True)
class Current:
    """The rows of each database that env.py connects to, and the lines that show them."""

    rows: list[str] = field(default_factory=list)
    revisions: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


def current(project: Project, *, verbose: bool = False, check_heads: bool = False) -> Current:
    """Reads the version table.

    With `check_heads`, raises DatabaseNotAtHead unless the rows are all of the heads.
    """
    found = Current()

    def steps(rows: tuple[str, ...], context: MigrationContext) -> list[MigrationStep]:
        graph = project.scripts.graph
        if check_heads and not graph.are_heads(rows):
            raise DatabaseNotAtHead("Database is not on all head revisions")
        ids = graph.in_file_order(all_current(graph, rows)) if rows else ()
        if verbose and context.connection is not None:
            url = shown(context.connection.engine.url)
            found.lines.append(f"Current revision(s) for {url}:")
        found.rows += rows
        found.revisions += ids
        for revision_id in ids:
            revision = graph[revision_id]
            text = log_entry(graph, revision) if verbose else current_line(graph, revision)
            found.lines.append(text)
        return []

    run(project, steps, dont_mutate=True, verbose=verbose)
    return found
