"""What the history makes, as the side that models are compared with: no server at head is needed.

It is folded in memory where each step is known, and run on a scratch database where not.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from limbeck.commands.autogenerate import (
    Difference,
    Side,
    announce,
    compared,
    database_side,
    required_metadata,
)
from limbeck.commands.hooks import plain_types
from limbeck.commands.renames import Renames
from limbeck.database.migration import MigrationContext
from limbeck.database.rehearsal import Folded, Rehearsal, fold
from limbeck.database.runs import upgrade_steps
from limbeck.database.scratch import on_scratch, place_of, server_name
from limbeck.database.steps import MigrationStep
from limbeck.dialects.reflection import narrowed
from limbeck.diff.coverage import Uncompared
from limbeck.errors import CommandError, DatabaseError, HistoryFailed, where
from limbeck.metadata import load
from limbeck.operations.constraints import DropConstraint
from limbeck.project.project import Project

R = TypeVar("R")

log = logging.getLogger("alembic.autogenerate.compare")

_NO_SUCH_SCHEMA = "3F000"
"""PostgreSQL's SQLSTATE."""


def history_difference(
    project: Project,
    context: MigrationContext,
    use: Callable[[Difference], R],
    renames: Renames | None = None,
    *,
    on_server: bool = False,
) -> R:
    """Compares the models with all of the project's revisions, as `difference_after` does."""
    steps = history_steps(project)
    return difference_after(steps, context, use, renames, on_server=on_server)


def difference_after(
    steps: Sequence[MigrationStep],
    context: MigrationContext,
    use: Callable[[Difference], R],
    renames: Renames | None = None,
    *,
    on_server: bool = False,
) -> R:
    """Compares the models with what those steps make, logs it, and gives what `use` makes of it.

    With `on_server` a scratch database is used in any case: something else than our comparison
    wants to look at one. Raises CommandError where that cannot be had, and HistoryFailed where
    the history does not run.
    """
    required_metadata(context)
    renames = renames or Renames()  # an answer counts for both ways of looking
    doubt = "a comparison of somebody else's asks the server"
    if context.dialect.name != "sqlite" and not on_server:
        folded = fold(context, steps)
        found = None if folded.doubt else compared(context, folded_side(context, folded), renames)
        if found is not None and is_certain(found):
            log.info("Compared with the history, replayed in memory")
            announce(found, _imported_types(found))
            return use(found)
        doubt = folded.doubt or "only a server can tell whether some expressions are the same"
        log.debug("The history is replayed on a scratch database: %s", doubt)

    def work(rehearsal: Rehearsal) -> R:
        side = replace(database_side(rehearsal.context), is_history=True)
        found = compared(rehearsal.context, side, renames)
        log.info("Compared with the history, replayed on %s", server_name(rehearsal.connection))
        announce(found, _imported_types(found))
        return use(found)

    try:
        return after_steps(context, steps, work)
    except DatabaseError as error:
        raise DatabaseError(
            f"{error} A scratch database is needed to replay the history: {doubt}. Name one in "
            "the setting 'scratch_url', or compare with '--against database'."
        ) from error


def _imported_types(found: Difference) -> tuple[Uncompared, ...]:
    """The user's own types, of which scripts do not say what they stored when they were written."""
    if plain_types(found.context):
        return ()
    payloads = (c.type.payload for table in found.declared for c in table.columns.values())
    own = {
        type(payload).__name__
        for payload in payloads
        if isinstance(payload, sa.types.TypeDecorator)
        and not type(payload).__module__.startswith("sqlalchemy.")
    }
    if not own:
        return ()
    reason = (
        'scripts import them as they are now: render_types = "impl" writes what they stand for, '
        "--against database looks"
    )
    return (Uncompared(f"what {', '.join(sorted(own))} store{'s' * (len(own) == 1)}", reason),)


def history_steps(project: Project) -> list[MigrationStep]:
    """All revisions, first to last."""
    return upgrade_steps(project.scripts, (), "heads")


def folded_side(context: MigrationContext, folded: Folded) -> Side:
    """A history that was folded in memory."""
    schema = folded.schema
    return Side(
        schema_names=lambda: {t.name.schema for t in schema if t.name.schema is not None},
        read=lambda request: narrowed(schema, request),
        settle=context.limbeck_dialect.with_unsaid,
        mixed=False,
        is_history=True,
    )


def is_certain(found: Difference) -> bool:
    """Whether a server would find the same difference between a folded history and the models.

    It would not where it stores an expression in another form, where it has given a name to a
    constraint that has none, and where it is not known which schema is its default.
    """
    if any(isinstance(o, DropConstraint) and o.name is None for o in found.upgrade):
        return False
    default = getattr(found.context.dialect, "default_schema_name", None)
    tables = (*found.declared, *found.inspected)
    if default is None and any(t.name.schema is not None for t in tables):
        return False
    return found.context.limbeck_dialect.decides_text(found.declared, found.inspected)


def after_steps(
    context: MigrationContext,
    steps: Sequence[MigrationStep],
    work: Callable[[Rehearsal], R],
    *,
    schemas: Sequence[str] = (),
) -> R:
    """Calls `work` with a scratch database that has those schemas and on which the steps have run.

    Raises HistoryFailed where one of them fails, DatabaseError where there is no such database.
    """

    def run(connection: sa.Connection) -> R:
        make_schemas(connection, schemas)
        rehearsal = Rehearsal(context, connection)
        try:
            if steps:
                rehearsal.run(*steps)
        except Exception as error:
            raise failed(error, connection) from error
        return work(rehearsal)

    try:
        return on_scratch(place_of(context, embedded=context.opts.get("embedded", True)), run)
    except HistoryFailed as error:
        wanted = known_schemas(context)
        if schemas or not wanted or not lacks_schema(error.__cause__):
            raise
        # schemas that somebody else makes for the project
        return after_steps(context, steps, work, schemas=wanted)


def failed(error: Exception, connection: sa.Connection) -> HistoryFailed:
    """That a revision does not run on the scratch database, and where."""
    text = str(getattr(error, "orig", None) or error).strip() or type(error).__name__
    made = HistoryFailed(
        f"The history does not run on an empty scratch database ({server_name(connection)}): {text}"
    )
    made.__dict__["limbeck_where"] = where(error)
    return made


def make_schemas(connection: sa.Connection, names: Sequence[str]) -> None:
    """Creates schemas that are not there yet."""
    quote = connection.dialect.identifier_preparer.quote_identifier
    for name in names:
        connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {quote(name)}")
    connection.commit()


def known_schemas(context: MigrationContext) -> list[str]:
    """The schemas that models, settings and the version table name."""
    target = context.opts.get("target_metadata")
    names = set()
    if target is not None:
        declared = load.schema(required_metadata(context), context.dialect)
        names = {table.name.schema for table in declared}
    wanted = context.opts.get("include_schemas")
    names |= set(wanted) if isinstance(wanted, tuple | list | set) else set()
    return sorted(name for name in {*names, context.version.schema} if name is not None)


def lacks_schema(error: BaseException | None) -> bool:
    """Whether a revision failed because somebody else was to make a schema first."""
    return sqlstate(error) == _NO_SUCH_SCHEMA


def sqlstate(error: BaseException | None) -> str | None:
    """The server's code of what failed, if a driver tells it."""
    orig = error.orig if isinstance(error, DBAPIError) else None
    return getattr(orig, "sqlstate", None) or getattr(orig, "pgcode", None)


def one_head(project: Project) -> None:
    """Raises CommandError where a new revision would not know which head to stand on."""
    heads = project.scripts.graph.real_heads
    if len(heads) > 1:
        raise CommandError(
            f"The history has several heads ({', '.join(heads)}): join them with 'limbeck merge "
            "heads', or name the one to build on with --head."
        )
