"""Proving the history: each revision up, down and up again on a scratch database."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from limbeck.commands.against import after_steps, history_steps, known_schemas, lacks_schema
from limbeck.commands.autogenerate import compared, database_side
from limbeck.commands.environment import run_apart
from limbeck.commands.history import history
from limbeck.database.migration import MigrationContext
from limbeck.database.rehearsal import Rehearsal
from limbeck.database.runs import move_step
from limbeck.database.scratch import server_name
from limbeck.database.steps import MigrationStep
from limbeck.database.watched import tell_step
from limbeck.diff.compare import compare
from limbeck.diff.describe import describe
from limbeck.errors import NotReversible, where
from limbeck.project.project import Project
from limbeck.revision.graph import Revision
from limbeck.revision.walk import Move
from limbeck.schema.objects import Schema
from limbeck.script.bodies import is_empty

Status = Literal["ok", "irreversible", "failed", "not reached"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one revision.

    `stage` is what failed (``upgrade``, ``downgrade``, ``upgrade again``), `message` says how,
    `place` names file and line, and `left` what is not as it should be.
    """

    revision: Revision
    status: Status
    stage: str = ""
    message: str = ""
    place: str | None = None
    left: tuple[str, ...] = ()


@dataclass(slots=True)
class Verification:
    """What was found: an outcome for each revision of the range, and how the models differ.

    `models` is None where they were not compared: the range does not end at the heads, or there
    are none.
    """

    server: str = ""
    outcomes: list[Outcome] = field(default_factory=list)
    models: tuple[str, ...] | None = None

    def passed(self, *, strict: bool = False) -> bool:
        """Whether nothing failed; with `strict`, nothing is irreversible either."""
        good = ("ok",) if strict else ("ok", "irreversible")
        return all(o.status in good for o in self.outcomes) and not self.models


def verify(project: Project, rev_range: str | None = None) -> list[Verification]:
    """Runs each revision of a range up, down and up, once for each database of env.py.

    Only scratch databases are touched. Raises CommandError where none can be had, HistoryFailed
    where a revision before the range fails.
    """
    wanted = {revision.id for revision in history(project, rev_range).revisions}
    found: list[Verification] = []

    def work(context: MigrationContext) -> None:
        found.append(_Walk(project, context, wanted).run())

    run_apart(project, work, needs_metadata=_has_metadata(project))
    return found


def _has_metadata(project: Project) -> bool:
    return project.settings is None or bool(project.settings.metadata)


def _differences(there: Schema, wanted: Schema) -> tuple[str, ...]:
    """What it would take to make the one into the other, in words."""
    return tuple(describe(operation) for operation in compare(there, wanted))


def _failed(revision: Revision, stage: str, error: Exception) -> Outcome:
    text = str(getattr(error, "orig", None) or error).strip() or type(error).__name__
    return Outcome(revision, "failed", stage, text, where(error) or revision.path)


class _Walk:
    """The revisions of one database, in order: those before the range are only run."""

    def __init__(self, project: Project, context: MigrationContext, wanted: set[str]) -> None:
        self.project = project
        self.context = context
        self.steps = history_steps(project)
        chosen = [n for n, step in enumerate(self.steps) if set(step.to_revisions) & wanted]
        self.wanted = set(chosen)
        self.position = min(chosen, default=0)
        self.end = max(chosen, default=-1) + 1
        self.schemas: list[str] = []
        self.result = Verification()

    def run(self) -> Verification:
        """Walks up; a new scratch database takes over where one was left broken."""
        done = False
        while not done:
            done = after_steps(
                self.context, self.steps[: self.position], self._walk, schemas=self.schemas
            )
        return self.result

    def _walk(self, rehearsal: Rehearsal) -> bool:
        """Whether the end was reached, or nothing more can be."""
        self.result.server = server_name(rehearsal.connection)
        before = rehearsal.schema()
        while self.position < self.end:
            tell_step("Verified", self.steps[: self.end], self.position)
            tried = _tried(self.project, rehearsal, self.steps[self.position], before)
            if tried.outcome.stage == "upgrade":
                return self._stopped(tried)
            if self.position in self.wanted:
                self.result.outcomes.append(tried.outcome)
            self.position += 1
            if tried.after is None:
                return False
            before = tried.after
        tell_step("Verified", self.steps[: self.end], self.position)
        has_models = self.context.opts.get("target_metadata") is not None
        if self.position == len(self.steps) and has_models:
            left = compared(rehearsal.context, database_side(rehearsal.context)).upgrade
            self.result.models = tuple(describe(operation) for operation in left)
        return True

    def _stopped(self, tried: _Tried) -> bool:
        """After a revision that does not run, nothing can be; schemas of others' are made once."""
        if not self.schemas and lacks_schema(tried.error):
            self.schemas = known_schemas(self.context)
            return not self.schemas
        self.result.outcomes.append(tried.outcome)
        for step in self.steps[self.position + 1 : self.end]:
            if step.revision is not None and step.revision.id in step.to_revisions:
                self.result.outcomes.append(Outcome(step.revision, "not reached"))
        return True


@dataclass(frozen=True, slots=True)
class _Tried:
    """What became of a revision, and the schema then; None where that is not to be relied on."""

    outcome: Outcome
    after: Schema | None = None
    error: Exception | None = None


def _tried(project: Project, rehearsal: Rehearsal, step: MigrationStep, before: Schema) -> _Tried:
    """Runs a revision up, down and up again."""
    revision = step.revision
    assert revision is not None
    if (error := _run(rehearsal, step)) is not None:
        return _Tried(_failed(revision, "upgrade", error), error=error)
    upper = rehearsal.schema()
    if (
        error := _run(rehearsal, move_step(project.scripts, Move(revision, "downgrade")))
    ) is not None:
        kept = upper if not compare(upper, rehearsal.schema()) else None
        return _Tried(_not_taken_back(revision, error), kept, error)
    left = _differences(rehearsal.schema(), before)
    if left and is_empty(revision.path or "", "downgrade"):
        _run(rehearsal, replace(step, migration_fn=None))  # it has not been taken back
        text = "downgrade() is empty"
        return _Tried(Outcome(revision, "irreversible", "", text, revision.path), upper)
    if left:
        text = "it leaves something else than was there before"
        return _Tried(Outcome(revision, "failed", "downgrade", text, revision.path, left))
    if (error := _run(rehearsal, step)) is not None:
        return _Tried(_failed(revision, "upgrade again", error), error=error)
    again = rehearsal.schema()
    if left := _differences(again, upper):
        text = "it gives something else than the first time"
        return _Tried(Outcome(revision, "failed", "upgrade again", text, revision.path, left))
    return _Tried(Outcome(revision, "ok"), again)


def _not_taken_back(revision: Revision, error: Exception) -> Outcome:
    if isinstance(error, NotImplementedError | NotReversible):
        text = str(error) or "downgrade() raises NotImplementedError"
        return Outcome(revision, "irreversible", "", text, where(error) or revision.path)
    return _failed(revision, "downgrade", error)


def _run(rehearsal: Rehearsal, step: MigrationStep) -> Exception | None:
    try:
        rehearsal.run(step)
    except Exception as error:
        return error
    return None
