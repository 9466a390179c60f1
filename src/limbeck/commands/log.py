"""What was run on the database."""

from __future__ import annotations

from limbeck.commands.environment import run
from limbeck.database.history import Entry
from limbeck.database.migration import MigrationContext
from limbeck.database.steps import MigrationStep
from limbeck.project.project import Project


def log(project: Project) -> list[Entry]:
    """The entries of the history, first to last; none where none is kept."""
    found: list[Entry] = []

    def steps(rows: tuple[str, ...], context: MigrationContext) -> list[MigrationStep]:
        if context.connection is not None:
            found.extend(context.past.table.entries())
        return []

    run(project, steps, dont_mutate=True)
    return found
