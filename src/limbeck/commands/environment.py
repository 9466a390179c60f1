"""Running a command's steps in the project's environment."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from limbeck.database.migration import MigrationContext
from limbeck.database.steps import MigrationStep
from limbeck.errors import CommandError
from limbeck.project.border import border
from limbeck.project.environment import EnvironmentContext, run_environment
from limbeck.project.project import Project
from limbeck.revision.identifiers import parse_range

Steps = Callable[[tuple[str, ...], MigrationContext], Iterable[MigrationStep]]


def run(project: Project, steps: Steps, **options: Any) -> EnvironmentContext:
    """Runs env.py, or what stands for it, with the steps that `steps(rows, context)` gives."""
    made_by = border.environment() if border.environment is not None else EnvironmentContext
    environment = made_by(project.config, project.scripts, fn=steps, **options)
    run_environment(environment, project.settings)
    return environment


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
