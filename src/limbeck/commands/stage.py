"""A scratch database that stands where a generated script begins."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from limbeck.commands.against import after_steps, known_schemas, make_schemas
from limbeck.commands.autogenerate import (
    Difference,
    both_sides,
    database_side,
    required_metadata,
)
from limbeck.database.migration import MigrationContext
from limbeck.database.rehearsal import Rehearsal, fold
from limbeck.database.scratch import on_scratch, place_of
from limbeck.database.steps import MigrationStep
from limbeck.diff.compare import compare
from limbeck.diff.describe import describe
from limbeck.errors import CommandError, HistoryFailed
from limbeck.operations.schemas import CreateSchema
from limbeck.schema.objects import Schema
from limbeck.script.directory import ScriptDirectory

R = TypeVar("R")

log = logging.getLogger("alembic.limbeck.proof")

HISTORY = "the history"
DATABASE = "the tables that the database has"


class Unfit(CommandError):
    """A scratch database does not stand where the script begins; the message says why."""


@dataclass(frozen=True, slots=True)
class Start:
    """Where a script begins: the revisions before it, and what the models were compared with."""

    scripts: ScriptDirectory
    context: MigrationContext
    steps: tuple[MigrationStep, ...]
    heads: tuple[str, ...]
    found: Difference
    against: str


Scene = Callable[[Callable[[Rehearsal], Any]], Any]


def on_stage(start: Start, work: Callable[[Rehearsal, str], R]) -> R:
    """Calls `work` with a scratch database, and with what it was made from.

    A history whose every step is known is made at once, as its tables; else it is run. Where that
    does not give what the models were compared with, as in a database that somebody else began,
    the tables of the database are made. Raises Unfit where none of that will do, DatabaseError
    where no scratch database can be had.
    """
    reasons: list[str] = []
    for origin, scene in _scenes(start):

        def checked(rehearsal: Rehearsal, origin: str = origin) -> R:
            _check(start, rehearsal)
            return work(rehearsal, origin)

        try:
            found: R = scene(checked)
        except (Unfit, HistoryFailed) as error:
            log.debug("Not from %s: %s", origin, error)
            reasons.append(str(error))
        else:
            return found
    raise Unfit(reasons[0])


def _scenes(start: Start) -> Iterator[tuple[str, Scene]]:
    """The ways to have a scratch database where the script begins, the best first."""
    context = start.context
    if context.dialect.name != "sqlite":
        folded = fold(context, start.steps)
        if folded.doubt is None and not folded.rows and _is_plain(folded.schema):
            yield HISTORY, lambda work: _built(start, folded.schema, work)
    yield HISTORY, lambda work: after_steps(context, start.steps, work)
    if start.against == "database":
        yield DATABASE, lambda work: _built(start, start.found.inspected, work)


def _built(start: Start, schema: Schema, work: Callable[[Rehearsal], R]) -> R:
    """Calls `work` with a scratch database that has those tables."""

    def run(connection: sa.Connection) -> R:
        rehearsal = Rehearsal(start.context, connection)
        try:
            make_schemas(connection, _schemas(start, schema))
            rehearsal.build(schema)
            rehearsal.stamp(start.scripts, start.heads)
        except (DBAPIError, CommandError) as error:
            text = str(getattr(error, "orig", None) or error).strip()
            raise Unfit(f"The tables cannot be made on a scratch database: {text}") from error
        return work(rehearsal)

    return on_scratch(place_of(start.context, embedded=start.context.opts["embedded"]), run)


def _schemas(start: Start, schema: Schema) -> list[str]:
    """The schemas to be made for the tables, on PostgreSQL, but for those that the script makes."""
    if start.context.dialect.name != "postgresql":
        return []
    names = {table.name.schema for table in schema if table.name.schema is not None}
    new = {o.name for o in start.found.upgrade if isinstance(o, CreateSchema)}
    return sorted({*names, *known_schemas(start.context)} - new)


def _is_plain(schema: Schema) -> bool:
    """Whether tables, with the enum types that they use, are all there is."""
    used = {column.type.enum for table in schema for column in table.columns.values()}
    others = (schema.schemas, schema.sequences, schema.extensions, schema.domains)
    return not any(others) and all(name in used for name in schema.enums)


def _check(start: Start, rehearsal: Rehearsal) -> None:
    """Raises Unfit unless that is there which the models were compared with."""
    context, side = rehearsal.context, database_side(rehearsal.context)
    there = both_sides(context, side, required_metadata(context))[1]
    rehearsal.connection.rollback()
    wanted = side.settle(start.found.before, there)
    missing = [describe(operation) for operation in compare(there, wanted)]
    rehearsal.connection.rollback()
    if missing:
        shown = ", ".join(missing[:3]) + (", …" if missing[3:] else "")
        raise Unfit(f"the history does not make what the database has, which differs by: {shown}")
