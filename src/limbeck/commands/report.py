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
from limbeck.project.project import Project
from limbeck.revision.graph import Graph
from limbeck.schema.objects import Schema, Table
from limbeck.statements.hazards import Hazard


@dataclass(frozen=True, slots=True)
class Report:
    """The graph, and what there is to say of each revision, in the order in which they run."""

    graph: Graph
    revisions: tuple[dict[str, Any], ...]


def report(project: Project) -> Report:
    """Records all revisions; the project's database is not connected to.

    Of a project with several databases it is the first that is shown.
    """

    def choose(rows: tuple[str, ...]) -> Chosen:
        return Chosen(history_steps(project), ())

    version = target_version(project.config)
    recordings = recorded(project, choose, online=False, target_version=version)
    revisions = recordings[0].revisions if recordings else ()
    findings = each_alone(project, revisions)
    schemas = _schemas(project)
    return Report(
        project.scripts.graph,
        tuple(_revisions(project.scripts.graph, revisions, findings, schemas)),
    )


def _schemas(project: Project) -> dict[str, Schema]:
    """The schema after each revision, up to the first that only a server could carry out."""
    found: dict[str, Schema] = {}

    def work(context: MigrationContext) -> None:
        made: dict[str, Schema] = {}

        def after(step: MigrationStep, schema: Schema) -> None:
            made[step.to_revisions[0]] = schema.without_table(context.version.qualified)

        fold(context, history_steps(project), after=after)
        found.update(made if not found else {})

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
