"""An upgrade that is taken back."""

from __future__ import annotations

from dataclasses import dataclass

from limbeck.commands.environment import run
from limbeck.database.dry_run import run_dry
from limbeck.database.migration import MigrationContext
from limbeck.database.runs import upgrade_steps
from limbeck.database.steps import MigrationStep
from limbeck.project.project import Project


@dataclass(frozen=True, slots=True)
class DryRun:
    """The revisions that ran and were taken back, and the statements that could not take part."""

    revisions: tuple[str, ...]
    left_out: tuple[str, ...]


def dry_run(project: Project, revision: str, *, tag: str | None = None) -> DryRun:
    """Runs what is missing up to `revision` in one transaction, and rolls it back.

    Raises what a step raises, and UnsupportedOperation where DDL cannot be rolled back.
    """
    ran: list[str] = []
    left_out: list[str] = []

    def steps(rows: tuple[str, ...], context: MigrationContext) -> list[MigrationStep]:
        found = upgrade_steps(project.scripts, rows, revision)
        left_out.extend(run_dry(context, found))
        ran.extend(step.to_revisions[0] for step in found)
        return []

    run(project, steps, as_sql=False, dont_mutate=True, destination_rev=revision, tag=tag)
    return DryRun(tuple(ran), tuple(left_out))
