"""Running revisions up to a target."""

from __future__ import annotations

from limbeck.commands.environment import run, split_range
from limbeck.commands.past import warn_of_edits
from limbeck.database.migration import MigrationContext
from limbeck.database.runs import upgrade_steps
from limbeck.database.steps import MigrationStep
from limbeck.project.project import Project


def upgrade(
    project: Project, revision: str, *, sql: bool = False, tag: str | None = None
) -> tuple[str, ...]:
    """Runs what is missing up to `revision`, and returns the ids that ran.

    With `sql` the statements are written instead; `revision` may then be ``start:target``. With
    the setting `protect`, raises DataLossRefused for data loss that nobody allowed by name.
    """
    start, target = split_range(revision, sql)
    protects = not sql and project.config.get_alembic_boolean_option("protect")
    ran: list[str] = []

    def steps(rows: tuple[str, ...], context: MigrationContext) -> list[MigrationStep]:
        found = upgrade_steps(project.scripts, rows, target)
        if protects and found:
            from limbeck.commands.protect import refuse_data_loss

            refuse_data_loss(context, found, rows)
        ran[:] = [step.to_revisions[0] for step in found]
        if found:
            warn_of_edits(project, rows, context)
        return found

    run(project, steps, as_sql=sql, starting_rev=start, destination_rev=target, tag=tag)
    return tuple(ran)
