"""The schema that a diagram shows: of the models, of the history, or of the database."""

from __future__ import annotations

from typing import Literal

from limbeck.commands.against import after_steps, history_steps
from limbeck.commands.autogenerate import required_metadata
from limbeck.commands.environment import run, run_apart
from limbeck.commands.scope import ignore_patterns, without_ignored
from limbeck.database.migration import MigrationContext
from limbeck.database.own_tables import without_own_tables
from limbeck.database.rehearsal import fold
from limbeck.database.steps import MigrationStep
from limbeck.dialects.base import Request
from limbeck.metadata import load
from limbeck.project.project import Project
from limbeck.schema.objects import Schema

Source = Literal["models", "history", "database"]


def schemas(project: Project, source: Source) -> tuple[Schema, ...]:
    """One schema for each database of the project, without what is Limbeck's and what is ignored.

    The history is folded in memory, or run on a scratch database where it has to be; only
    ``database`` reads the project's own. Raises CommandError where there are no models,
    HistoryFailed where the history does not run.
    """
    found: list[Schema] = []

    def add(schema: Schema, context: MigrationContext) -> None:
        own = without_own_tables(schema.without_table(context.version.qualified), Schema())
        found.append(without_ignored(own, ignore_patterns(context)))

    def apart(context: MigrationContext) -> None:
        add(_declared(context) if source == "models" else _made(project, context), context)

    def online(rows: tuple[str, ...], context: MigrationContext) -> list[MigrationStep]:
        add(_read(context), context)
        return []

    if source == "database":
        run(project, online, dont_mutate=True, as_sql=False)
    else:
        run_apart(project, apart, needs_metadata=source == "models")
    return tuple(found)


def _declared(context: MigrationContext) -> Schema:
    loaded = load.schema(required_metadata(context), context.dialect)
    return context.limbeck_dialect.normalize(loaded, context.dialect)


def _made(project: Project, context: MigrationContext) -> Schema:
    steps = history_steps(project)
    folded = fold(context, steps)
    if not folded.doubt:
        return folded.schema
    return after_steps(context, steps, lambda rehearsal: _read(rehearsal.context))


def _read(context: MigrationContext) -> Schema:
    return context.read(Request(exclude=(context.version.qualified,)))
