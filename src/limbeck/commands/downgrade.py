"""Taking revisions back down to a target."""

from __future__ import annotations

from limbeck.commands.environment import run, split_range
from limbeck.commands.past import restore_missing
from limbeck.database.migration import MigrationContext
from limbeck.database.runs import downgrade_steps
from limbeck.database.steps import MigrationStep
from limbeck.errors import CommandError
from limbeck.project.project import Project


def downgrade(
    project: Project, revision: str, *, sql: bool = False, tag: str | None = None
) -> tuple[str, ...]:
    """Takes back what is above `revision`, and returns the ids that ran.

    With `sql` the statements are written instead; `revision` must then be ``start:target``.
    """
    start, target = split_range(revision, sql)
    if sql and start is None:
        raise CommandError("downgrade with --sql requires <fromrev>:<torev>")
    ran: list[str] = []

    def steps(rows: tuple[str, ...], context: MigrationContext) -> list[MigrationStep]:
        restore_missing(project, rows, context)
        found = downgrade_steps(project.scripts, rows, target)
        ran[:] = [step.from_revisions[0] for step in found]
        return found

    run(project, steps, as_sql=sql, starting_rev=start, destination_rev=target, tag=tag)
    return tuple(ran)
