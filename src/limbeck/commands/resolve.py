"""Deciding what became of a revision that has run in part."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from limbeck.commands.environment import run
from limbeck.database.journal import HalfDone, Journal
from limbeck.database.migration import MigrationContext
from limbeck.database.runs import downgrade_steps, upgrade_steps
from limbeck.database.steps import MigrationStep
from limbeck.database.version_rows import own_transaction
from limbeck.errors import CommandError
from limbeck.project.project import Project

Decision = Literal["applied", "rolled back"]


@dataclass(frozen=True, slots=True)
class Resolved:
    """What was there, None for nothing, and in words what was done about it."""

    half_done: HalfDone | None
    done: str = ""


def resolve(project: Project, decision: Decision | None, *, whole: bool = False) -> Resolved:
    """Says that the statement in doubt took effect, or did not; with `whole`, the revision.

    Without a decision nothing is changed. Raises CommandError where nothing is in doubt.
    """
    found: list[Resolved] = []

    def steps(rows: tuple[str, ...], context: MigrationContext) -> list[MigrationStep]:
        if context.connection is None:
            return []
        journal = Journal(context.connection, context.version, "")
        with own_transaction(context.connection):
            half_done = journal.half_done() if journal.exists() else []
            if not half_done:
                found.append(Resolved(None))
                return []
            found.append(_decided(journal, half_done[0], decision, whole))
        if whole and decision == "applied":
            return [replace(_step(project, rows, half_done[0]), migration_fn=None)]
        return []

    run(project, steps, dont_mutate=not (whole and decision == "applied"))
    return found[-1] if found else Resolved(None)


def _decided(
    journal: Journal, half_done: HalfDone, decision: Decision | None, whole: bool
) -> Resolved:
    key = (half_done.revision, half_done.direction)
    if decision is None:
        return Resolved(half_done)
    if whole:
        journal.delete(*key)
        if decision == "rolled back":
            journal.drop()
        said = "counts as run" if decision == "applied" else "runs from its beginning next time"
        return Resolved(half_done, f"Revision {half_done.revision} ({half_done.direction}) {said}.")
    line = half_done.in_doubt
    if line is None:
        raise CommandError(
            f"No statement of revision {half_done.revision} is in doubt: run 'limbeck "
            f"{half_done.direction}' to go on with it, or say --all to decide about all of it."
        )
    line.state = "done" if decision == "applied" else "failed"
    journal.write(*key, [line])
    return Resolved(half_done, f"The statement counts as {decision}.")


def _step(project: Project, rows: tuple[str, ...], half_done: HalfDone) -> MigrationStep:
    """The step that changes the version table's rows for the revision."""
    if half_done.direction == "upgrade":
        steps = upgrade_steps(project.scripts, rows, half_done.revision)
    else:
        below = project.scripts.graph[half_done.revision].down
        steps = downgrade_steps(project.scripts, rows, below[0] if below else "base")
    return next(s for s in steps if s.revision is not None and s.revision.id == half_done.revision)
