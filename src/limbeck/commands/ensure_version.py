"""Creating the version table."""

from __future__ import annotations

from limbeck.commands.environment import run
from limbeck.database.migration import MigrationContext
from limbeck.database.steps import MigrationStep
from limbeck.project.project import Project


def ensure_version(project: Project, *, sql: bool = False) -> str:
    """Creates the version table where it is missing, or writes the statement; the table's name."""
    name = ""

    def steps(rows: tuple[str, ...], context: MigrationContext) -> list[MigrationStep]:
        nonlocal name
        name = str(context.version.qualified)
        if sql:
            context.writer.text(
                context.version.create_sql(context.interpreter.compiler) + context.writer.end
            )
        elif context.connection is not None:
            context.ensure_version_table()
        return []

    run(project, steps, as_sql=sql, dont_mutate=True)
    return name
