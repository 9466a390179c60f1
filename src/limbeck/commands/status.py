"""Where a project's databases are: what has run, what has not, and what differs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from limbeck.commands.autogenerate import compared, database_side
from limbeck.commands.environment import run
from limbeck.commands.past import edited
from limbeck.commands.recording import server_of
from limbeck.database.journal import HalfDone, Journal
from limbeck.database.migration import MigrationContext
from limbeck.database.mutex import runner
from limbeck.database.steps import MigrationStep
from limbeck.database.urls import shown
from limbeck.dialects.locks import Holder
from limbeck.diff.describe import describe
from limbeck.errors import LimbeckError
from limbeck.project.native import native_metadata
from limbeck.project.project import Project
from limbeck.revision.graph import Graph, Revision
from limbeck.revision.walk import upgrade_path


@dataclass(frozen=True, slots=True)
class Drift:
    """How the models differ from a database: how many differences of each kind, in words.

    `not_compared` says why there is no answer; it is empty where there is one.
    """

    kinds: Mapping[str, int] = field(default_factory=dict)
    not_compared: str = ""


@dataclass(frozen=True, slots=True)
class DatabaseStatus:
    """One database. `unknown` are rows of the version table without a file here."""

    url: str
    server: str
    rows: tuple[str, ...]
    unknown: tuple[str, ...]
    pending: tuple[Revision, ...]
    edited: tuple[str, ...]
    drift: Drift
    runner: Holder | None
    half_done: tuple[HalfDone, ...]


@dataclass(frozen=True, slots=True)
class Status:
    """The project's heads, and its databases in the order in which they are configured."""

    heads: tuple[str, ...]
    graph: Graph
    databases: tuple[DatabaseStatus, ...]


def status(project: Project) -> Status:
    """Reads the version table and compares the models with the catalog; changes nothing."""
    found: list[DatabaseStatus] = []

    def steps(rows: tuple[str, ...], context: MigrationContext) -> list[MigrationStep]:
        found.append(_database(project, rows, context))
        return []

    run(project, steps, dont_mutate=True, as_sql=False)
    graph = project.scripts.graph
    return Status(graph.heads, graph, tuple(found))


def _database(project: Project, rows: tuple[str, ...], context: MigrationContext) -> DatabaseStatus:
    graph = project.scripts.graph
    known = tuple(row for row in rows if row in graph)
    pending = upgrade_path(graph, known, "heads") if len(graph) else ()
    bind, works = context.connection, runner(context)
    left = () if bind is None or works else Journal.left_on(bind, context.version)
    return DatabaseStatus(
        url="" if bind is None else shown(bind.engine.url),
        server=str(server_of(context, None)),
        rows=rows,
        unknown=tuple(row for row in rows if row not in graph),
        pending=tuple(move.revision for move in pending),
        edited=tuple(edited(project, rows, context)),
        drift=_drift(project, context),
        runner=works,
        half_done=tuple(left),
    )


def _drift(project: Project, context: MigrationContext) -> Drift:
    """What `check` would find in the database; models that are broken are a reason, no error."""
    settings = project.settings
    try:
        if context.opts.get("target_metadata") is None:
            if settings is None or not settings.metadata:
                return Drift(not_compared="the project names no models")
            context.opts["target_metadata"] = native_metadata(settings)
        found = compared(context, database_side(context))
    except LimbeckError as error:
        return Drift(not_compared=str(error))
    return Drift(Counter(_kind(describe(operation)) for operation in found.upgrade))


def _kind(sentence: str) -> str:
    """``added table`` of ``added table 'person'``."""
    return sentence.partition("'")[0].strip().removesuffix(" on")
