"""The locks that a run really takes, seen on a scratch database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from limbeck.commands.environment import run
from limbeck.commands.recording import server_of
from limbeck.database.migration import MigrationContext
from limbeck.database.record import record
from limbeck.database.runs import upgrade_steps
from limbeck.database.steps import MigrationStep
from limbeck.database.trace import Traced, TracedRevision
from limbeck.database.trace import trace as traced_on_scratch
from limbeck.dialects.base import Request
from limbeck.project.project import Project


@dataclass(frozen=True, slots=True)
class TracedRun:
    """What was seen for one database."""

    server: str
    revisions: tuple[TracedRevision, ...]

    @property
    def differences(self) -> int:
        """How many statements the table of facts is wrong about."""
        return sum(1 for r in self.revisions for s in r.statements if s.differences)


def trace(project: Project, target: str = "heads") -> tuple[TracedRun, ...]:
    """Runs what an upgrade to `target` would run, on a scratch database, and watches it.

    The database itself is only read. Raises DatabaseError where a statement fails on scratch.
    """
    found: list[TracedRun] = []

    def steps(rows: tuple[str, ...], context: MigrationContext) -> list[MigrationStep]:
        server = server_of(context, None)
        chosen = upgrade_steps(project.scripts, rows, target)
        revisions = record(context, chosen, rows, server, lambda: context.read(Request()))
        found.append(TracedRun(str(server), traced_on_scratch(context, rows, revisions)))
        return []

    run(project, steps, as_sql=False, dont_mutate=True)
    return tuple(found)


def document(runs: tuple[TracedRun, ...]) -> dict[str, Any]:
    """What was seen, as values for JSON."""
    return {
        "version": 1,
        "databases": [
            {
                "server": found.server,
                "differences": found.differences,
                "revisions": [
                    {
                        "revision": r.revision.revision,
                        "statements": [_statement(s) for s in r.statements],
                    }
                    for r in found.revisions
                ],
            }
            for found in runs
        ],
    }


def _statement(traced: Traced) -> dict[str, Any]:
    made: dict[str, Any] = {"sql": traced.statement.sql, "ran": traced.seen is not None}
    if traced.seen is not None:
        locks = [
            {"table": str(s.table), "index": s.index or None, "lock": s.mode}
            for s in traced.seen.locks
        ]
        made |= {
            "locks": locks,
            "algorithm": traced.seen.way or None,
            "rewritten": [str(name) for name in traced.seen.rewritten],
            "differences": list(traced.differences),
        }
    return made
