"""Changing the version table's rows without running anything."""

from __future__ import annotations

from collections.abc import Sequence

from limbeck.commands.environment import run, split_range
from limbeck.database.migration import MigrationContext
from limbeck.database.runs import stamp_steps
from limbeck.database.steps import MigrationStep
from limbeck.errors import CommandError
from limbeck.project.project import Project


def stamp(
    project: Project,
    revisions: Sequence[str],
    *,
    sql: bool = False,
    tag: str | None = None,
    purge: bool = False,
) -> tuple[str, ...]:
    """Makes the version table say `revisions`, and returns its rows then.

    With `purge` whatever it said before goes first.

    With `sql` the statements are written instead; revisions may be ``start:target``, all of one
    start.
    """
    if purge and sql:
        raise CommandError("Can't use --purge with --sql mode")
    ranges = [split_range(revision, sql) for revision in revisions]
    starts = list(dict.fromkeys(start for start, _ in ranges if start is not None))
    if len(starts) > 1:
        raise CommandError("Stamp operation with --sql only supports a single starting revision")
    targets = tuple(target for _, target in ranges)

    after: tuple[str, ...] = ()

    def steps(rows: tuple[str, ...], context: MigrationContext) -> list[MigrationStep]:
        nonlocal after
        found = stamp_steps(project.scripts, rows, targets, purge)
        after = found[-1].change(rows).after if found else rows
        return found

    run(
        project,
        steps,
        as_sql=sql,
        starting_rev=starts[0] if starts else None,
        destination_rev=targets[0] if len(targets) == 1 else targets,
        tag=tag,
        purge=purge,
    )
    return after
