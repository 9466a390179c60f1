"""What an upgrade would run, and what each statement would do to the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from limbeck.commands.recording import Chosen, Recording, recorded
from limbeck.database.runs import downgrade_steps, upgrade_steps
from limbeck.errors import CommandError
from limbeck.plan.reading import mentioned
from limbeck.plan.recorded import Recorded, RecordedRevision
from limbeck.project.project import Project
from limbeck.schema.names import Name
from limbeck.script.functions import does_something
from limbeck.statements.hazards import Hazard, Size


@dataclass(frozen=True, slots=True)
class Planned:
    """The recordings of a run, one a database, and the target that it was asked for."""

    target: str
    direction: str
    recordings: tuple[Recording, ...]

    @property
    def revisions(self) -> tuple[RecordedRevision, ...]:
        """The revisions of all databases, in order."""
        return tuple(r for found in self.recordings for r in found.revisions)


def plan(project: Project, target: str = "heads", *, downgrade: bool = False) -> Planned:
    """What an upgrade (or downgrade) to `target` would run now; nothing is executed.

    The version table, the catalog and the revision files are read, and scripts that read the
    database are recorded on a scratch database.
    """
    if ":" in target:
        raise CommandError("A plan starts from where the database is: name a target, not a range.")

    def choose(rows: tuple[str, ...]) -> Chosen:
        find = downgrade_steps if downgrade else upgrade_steps
        return Chosen(find(project.scripts, rows, target), rows, live=True)

    found = recorded(project, choose, online=True)
    return Planned(target, "downgrade" if downgrade else "upgrade", found)


def is_reversible(revision: RecordedRevision) -> bool:
    """Whether the file has a function for the other way that does something."""
    other = "downgrade" if revision.direction == "upgrade" else "upgrade"
    if not revision.statements:
        return True
    return revision.path is not None and does_something(revision.path, other)


def loses_data(revision: RecordedRevision) -> bool:
    """Whether a statement of it loses rows or values."""
    return any(h.kind == "loses data" for s in revision.statements for h in s.all_hazards)


def document(planned: Planned) -> dict[str, Any]:
    """The plan as values for JSON; docs/production.md describes them."""
    return {
        "version": 1,
        "target": planned.target,
        "direction": planned.direction,
        "databases": [_database(found) for found in planned.recordings],
    }


def _database(found: Recording) -> dict[str, Any]:
    return {
        "server": str(found.server),
        "current": list(found.rows),
        "revisions": [_revision(revision, found.sizes) for revision in found.revisions],
    }


def _revision(revision: RecordedRevision, sizes: Mapping[Name, Size]) -> dict[str, Any]:
    return {
        "revision": revision.revision,
        "doc": revision.doc,
        "path": revision.path,
        "note": revision.note or None,
        "reversible": is_reversible(revision),
        "loses_data": loses_data(revision),
        "statements": [_statement(s, sizes) for s in revision.statements],
    }


def _statement(statement: Recorded, sizes: Mapping[Name, Size]) -> dict[str, Any]:
    names = dict.fromkeys(n for action in statement.actions for n in mentioned(action))
    return {
        "sql": statement.sql,
        "line": statement.line,
        "rows": statement.rows,
        "transaction": statement.in_transaction,
        "actions": [action.kind for action in statement.actions],
        "hazards": [_hazard(h) for h in statement.all_hazards],
        "tables": [
            {"table": str(n), "rows": sizes[n].rows, "bytes": sizes[n].bytes}
            for n in names
            if n in sizes
        ],
    }


def _hazard(hazard: Hazard) -> dict[str, Any]:
    table = None if hazard.table is None else str(hazard.table)
    of = "index" if hazard.of == "index" else "table"
    found: dict[str, Any] = {"kind": hazard.kind, of: table, "text": hazard.text or None}
    if hazard.kind == "lock":
        found |= {"lock": hazard.lock, "blocks": hazard.blocks, "brief": hazard.brief}
    return found
