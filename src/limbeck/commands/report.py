"""A history as one page: each revision's SQL, hazards and findings, and the schema after it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from limbeck.commands.against import history_steps
from limbeck.commands.diagrams import column_type, keys_of
from limbeck.commands.environment import run_apart
from limbeck.commands.lint import each_alone
from limbeck.commands.recording import Chosen, recorded, target_version
from limbeck.database.migration import MigrationContext
from limbeck.database.rehearsal import fold
from limbeck.database.steps import MigrationStep
from limbeck.lint.finding import Finding
from limbeck.lint.formats import relative
from limbeck.plan.recorded import RecordedRevision
from limbeck.project.config import Config
from limbeck.project.project import Project
from limbeck.revision.graph import Graph
from limbeck.schema.objects import Schema, Table
from limbeck.statements.hazards import Hazard


@dataclass(frozen=True, slots=True)
class Report:
    """What there is to say of the revisions of one database, in the order in which they run.

    `database` is its name where there are several.
    """

    database: str
    graph: Graph
    revisions: tuple[dict[str, Any], ...]


def report(config: Config) -> list[Report]:
    """Records all revisions for every database, or for the one that the configuration names.

    No database is connected to.
    """
    settings = config.native
    if settings is None or not settings.databases or config.database is not None:
        return list(_reports(Project(config), ""))
    found: list[Report] = []
    for name in settings.databases:
        found += _reports(Project(config.narrowed(name)), name)
    return found


def _reports(project: Project, database: str) -> Iterator[Report]:
    """One for each database that the environment configures."""
    chosen = Chosen(history_steps(project), ())
    version = target_version(project.config)
    recordings = recorded(project, lambda rows: chosen, online=False, target_version=version)
    schemas = _schemas(project)
    graph = project.scripts.graph
    for recording, (name, after) in zip(recordings, schemas, strict=True):
        findings = each_alone(project, recording.revisions)
        rows = _revisions(graph, recording.revisions, findings, after)
        yield Report(database or (name if len(recordings) > 1 else ""), graph, tuple(rows))


def _schemas(project: Project) -> list[tuple[str, dict[str, Schema]]]:
    """The schema after each revision, up to the first that only a server could carry out.

    They are those of each database, with the name that an env.py gives it.
    """
    found: list[tuple[str, dict[str, Schema]]] = []

    def work(context: MigrationContext) -> None:
        made: dict[str, Schema] = {}

        def after(step: MigrationStep, schema: Schema) -> None:
            made[step.to_revisions[0]] = schema.without_table(context.version.qualified)

        fold(context, history_steps(project), after=after)
        token = str(context.opts.get("upgrade_token") or "")
        found.append((token.removesuffix("upgrades").removesuffix("_"), made))

    run_apart(project, work)
    return found


def _revisions(
    graph: Graph,
    revisions: Sequence[RecordedRevision],
    findings: dict[str, tuple[Finding, ...]],
    schemas: dict[str, Schema],
) -> Iterator[dict[str, Any]]:
    before = Schema()
    for recorded_ in revisions:
        id_ = recorded_.revision
        after = schemas.get(id_, before)
        yield {
            "revision": id_,
            "message": recorded_.doc,
            "path": relative(recorded_.path),
            "down": list(graph[id_].down),
            "note": recorded_.note,
            "statements": [
                {"sql": s.sql, "hazards": [_sentence(h) for h in s.all_hazards]}
                for s in recorded_.statements
            ],
            "findings": [
                {
                    "code": f.code,
                    "severity": f.severity,
                    "message": f.message,
                    "advice": f.advice,
                }
                for f in findings[id_]
            ],
            "tables": dict(_changed(before, after)),
            "doubt": "" if id_ in schemas else "Known up to here only: the rest needs a server.",
        }
        before = after


def _changed(before: Schema, after: Schema) -> Iterator[tuple[str, list[list[str]] | None]]:
    """The tables that differ, with their columns; None for one that is gone."""
    for table in after:
        if before.find(table.name) != table:
            yield str(table.name), _columns(table)
    for table in before:
        if after.find(table.name) is None:
            yield str(table.name), None


def _columns(table: Table) -> list[list[str]]:
    return [
        [
            column.name,
            " ".join(
                part
                for part in (
                    column_type(column),
                    "" if column.nullable else "not null",
                    keys_of(table, column.name),
                )
                if part
            ),
        ]
        for column in table.columns.values()
    ]


def _sentence(hazard: Hazard) -> str:
    on = "" if hazard.table is None else f" {hazard.table}"
    more = f": {hazard.text}" if hazard.text else ""
    if hazard.kind == "lock":
        return f"locks{on}: {hazard.lock}, blocks {hazard.blocks}{more}"
    return f"{hazard.kind}{on}{more}"
