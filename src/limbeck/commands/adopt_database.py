"""A database whose version row is missing or wrong: which revision does it stand at?

Tables that `create_all` made, or a row that somebody lost, say nothing of the revision. The history
is run on a scratch database, and the database is compared with what it was after each revision.
"""

from __future__ import annotations

from dataclasses import dataclass

from limbeck.commands.against import after_steps, history_steps
from limbeck.commands.environment import run
from limbeck.commands.stamp import stamp
from limbeck.database.migration import MigrationContext
from limbeck.database.rehearsal import Rehearsal, state_of
from limbeck.database.steps import MigrationStep
from limbeck.diff.compare import compare
from limbeck.diff.describe import describe
from limbeck.errors import CommandError, RevisionNotFound
from limbeck.operations.base import Operation
from limbeck.operations.tables import DropTable
from limbeck.project.project import Project
from limbeck.revision.identifiers import resolve
from limbeck.schema.names import Name
from limbeck.schema.objects import Schema

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class State:
    """The history after some of its revisions, and what the database would have to change.

    `rows` are the ids that the version table would hold, none of them before the first revision.
    """

    rows: tuple[str, ...]
    differences: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """What was found: the version table's rows, the states that fit, the newest last.

    `nearest` is the state with the fewest differences. `foreign` are tables of the database that
    no revision makes; they are not compared.
    """

    rows: tuple[str, ...]
    fitting: tuple[State, ...]
    nearest: State
    foreign: tuple[Name, ...]


def adopt_database(
    project: Project, revision: str | None = None
) -> tuple[Standing, tuple[str, ...]]:
    """Stamps the revision whose schema the database has, and says which that is.

    Of several that fit, as revisions that change rows alone do, it is the newest, the one that the
    version table names already, or `revision`. Raises RevisionNotFound where none fits, with the
    differences to the nearest; nothing is written then. Raises HistoryFailed where the history
    does not run on a scratch database.
    """
    found = _standing(project)
    chosen = _chosen(found, project, revision)
    if set(chosen) != set(found.rows):
        stamp(project, chosen or ("base",), purge=True)
    return found, chosen


def _standing(project: Project) -> Standing:
    found: list[Standing] = []

    def steps(rows: tuple[str, ...], context: MigrationContext) -> list[MigrationStep]:
        found.append(_compared(project, context, rows))
        return []

    run(project, steps, as_sql=False, dont_mutate=True)
    if len(found) != 1:
        raise CommandError(
            "adopt --database works on one database, and env.py connects to "
            f"{len(found)}: have it connect to one of them (-x)."
        )
    return found[0]


def _compared(project: Project, context: MigrationContext, rows: tuple[str, ...]) -> Standing:
    there = state_of(context)
    made: set[Name] = set()
    states = [State((), tuple(compare(there, Schema())))]

    def walk(rehearsal: Rehearsal) -> None:
        reached: tuple[str, ...] = ()
        for step in history_steps(project):
            rehearsal.run(step)
            reached = step.change(reached).after
            wanted = rehearsal.schema()
            made.update(wanted.tables)
            states.append(State(reached, tuple(compare(there, wanted))))

    after_steps(context, (), walk)
    known = [State(s.rows, tuple(o for o in s.differences if _is_ours(o, made))) for s in states]
    foreign = sorted((n for n in there.tables if n not in made), key=lambda name: name.sort_key)
    return Standing(
        rows,
        fitting=tuple(state for state in known if not state.differences),
        nearest=min(known, key=lambda state: len(state.differences)),
        foreign=tuple(foreign),
    )


def _is_ours(operation: Operation, made: set[Name]) -> bool:
    """Whether a difference is about what some revision makes."""
    return not isinstance(operation, DropTable) or operation.name in made


def _chosen(found: Standing, project: Project, revision: str | None) -> tuple[str, ...]:
    fitting = [state.rows for state in found.fitting]
    if not fitting:
        raise RevisionNotFound(_no_fit(found))
    if revision is not None:
        wanted = {found.id for found in resolve(project.scripts.graph, revision)}
        for rows in fitting:
            if set(rows) == wanted:
                return rows
        names = ", ".join(_named(rows) for rows in fitting)
        raise RevisionNotFound(
            f"The database does not have the schema of '{revision}'; it has that of {names}."
        )
    return next((r for r in fitting if set(r) == set(found.rows) and r), fitting[-1])


def _no_fit(found: Standing) -> str:
    nearest = found.nearest
    lines = [describe(operation) for operation in nearest.differences]
    more = [f"… and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
    listed = "\n".join(f"  {line}" for line in (*lines[:_SHOWN], *more))
    return (
        "The database has the schema of no revision; nothing was changed. The nearest is "
        f"{_named(nearest.rows)}, from which it differs by ({len(lines)}, as it would have to "
        f"change):\n{listed}\nMake these changes by hand and run this again, or stamp a revision "
        "and let 'revision --autogenerate' write the rest."
    )


def _named(rows: tuple[str, ...]) -> str:
    return " and ".join(rows) or "base"
