"""Running recorded revisions on a scratch database, and watching what the server does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from limbeck.database.migration import MigrationContext
from limbeck.database.record import recording
from limbeck.errors import DatabaseError, UnsupportedOperation
from limbeck.plan.recorded import Recorded, RecordedRevision
from limbeck.statements.traced import Seen, Tracer


@dataclass(frozen=True, slots=True)
class Traced:
    """One statement, what was seen of it, and where the table of facts says something else.

    `seen` is None for a statement that was not run: rows with parameters.
    """

    statement: Recorded
    seen: Seen | None
    differences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TracedRevision:
    """One revision's statements as they were seen."""

    revision: RecordedRevision
    statements: tuple[Traced, ...]


def trace(
    context: MigrationContext, rows: Sequence[str], revisions: Sequence[RecordedRevision]
) -> tuple[TracedRevision, ...]:
    """Brings a scratch database to `rows` and runs the recorded statements there, watched.

    Raises UnsupportedOperation where the dialect cannot be watched, and DatabaseError where a
    statement fails there.
    """
    make = context.limbeck_dialect.tracer
    if make is None:
        raise UnsupportedOperation(
            f"On {context.dialect.name} a trace sees no locks: 'limbeck plan' says what is known."
        )
    with recording(context, rows) as made:
        scratch = made.offline.scratch_before()
        tracer = make(scratch)
        try:
            return tuple(_revision(tracer, revision) for revision in revisions)
        finally:
            tracer.close()


def _revision(tracer: Tracer, revision: RecordedRevision) -> TracedRevision:
    found = []
    for statement in revision.statements:
        found.append(_statement(tracer, revision, statement))
    tracer.end()
    return TracedRevision(revision, tuple(found))


def _statement(tracer: Tracer, revision: RecordedRevision, statement: Recorded) -> Traced:
    if statement.has_parameters:
        return Traced(statement, None)
    alone = not statement.transactional or not statement.in_transaction
    try:
        seen = tracer.run(statement.sql, statement.actions, in_transaction=not alone)
    except sa.exc.SQLAlchemyError as error:
        place = revision.path or f"revision {revision.revision}"
        line = "" if statement.line is None else f", line {statement.line}"
        raise DatabaseError(
            f"{place}{line}: on the scratch database this fails: "
            f"{str(getattr(error, 'orig', None) or error).strip()}\n  {statement.sql}"
        ) from error
    different = tracer.differences(seen, statement.all_hazards, statement.actions, statement.known)
    return Traced(statement, seen, different)
