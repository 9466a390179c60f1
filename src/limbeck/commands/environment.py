"""Running a command's steps in the project's environment."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from io import StringIO
from typing import Any

from sqlalchemy.exc import DBAPIError

from limbeck.database.migration import MigrationContext
from limbeck.database.steps import MigrationStep
from limbeck.errors import CommandError, DatabaseError
from limbeck.project.border import border
from limbeck.project.environment import EnvironmentContext, run_environment
from limbeck.project.project import Project
from limbeck.revision.identifiers import parse_range

Steps = Callable[[tuple[str, ...], MigrationContext], Iterable[MigrationStep]]


def run(project: Project, steps: Steps, **options: Any) -> EnvironmentContext:
    """Runs env.py, or what stands for it, with the steps that `steps(rows, context)` gives."""
    made_by = border.environment() if border.environment is not None else EnvironmentContext
    options = {"scratch_url": project.scratch_url, **options}
    environment = made_by(project.config, project.scripts, fn=steps, **options)
    environment.database = project.database
    run_environment(environment, project.settings)
    return environment


def run_apart(
    project: Project, work: Callable[[MigrationContext], None], **options: Any
) -> EnvironmentContext:
    """Calls `work` with the context of the project's environment, which need not connect.

    Native mode makes none. An env.py is run as ever; where it cannot connect, it is asked what it
    says offline. Raises what it raises when it cannot say that either.
    """
    called = False

    def steps(rows: tuple[str, ...], context: MigrationContext) -> list[MigrationStep]:
        nonlocal called
        called = True
        offline, context.as_sql = context.as_sql, False  # nothing is written: it is only asked
        try:
            work(context)
        finally:
            context.as_sql = offline
        return []

    options = {"dont_mutate": True, **options}
    try:
        return run(project, steps, as_sql=False, connects=False, **options)
    except (DatabaseError, OSError, DBAPIError) as error:
        if called:
            raise
        try:
            return run(project, steps, as_sql=True, output_buffer=StringIO(), **options)
        except Exception:
            if called:
                raise
            raise error from None


def split_range(revision: str, sql: bool) -> tuple[str | None, str]:
    """(start, target) of a command's argument; only ``--sql`` takes ``start:target``.

    Raises CommandError for a range without ``--sql``, or one without a target.
    """
    if ":" not in revision:
        return None, revision
    if not sql:
        raise CommandError("Range revision not allowed")
    start, target = parse_range(revision)
    if target is None:
        raise CommandError(f"The range '{revision}' has no target: write 'from:to'")
    return start, target
