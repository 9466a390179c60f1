"""`limbeck status`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from limbeck.cli import paint
from limbeck.cli.output import Document
from limbeck.cli.paint import painted
from limbeck.project.config import Config
from limbeck.project.project import Project
from limbeck.revision.describe import signs

if TYPE_CHECKING:
    from rich.table import Table

    from limbeck.commands.status import DatabaseStatus, Drift, Status
    from limbeck.revision.graph import Revision

_SHOWN = 5
"""Pending revisions that are named; more are counted."""


def status(config: Config, json_: bool = False) -> Document | None:
    """Shows where the databases are, and what differs."""
    from limbeck.commands.status import status as find

    found = find(Project(config))
    if json_:
        return Document(_content(found))
    if paint.columns(config):
        paint.show(config, *(_table(found, database) for database in found.databases))
        return None
    for number, database in enumerate(found.databases):
        if number:
            config.print_stdout("")
        for label, text in _lines(found, database):
            config.print_stdout("%s", f"{label:<10}{text}".rstrip())
    return None


def _table(found: Status, database: DatabaseStatus) -> Table:
    drawn = paint.table()
    drawn.add_column(style="bold", no_wrap=True)
    drawn.add_column(overflow="fold")
    for label, text in _lines(found, database):
        drawn.add_row(label, paint.text(text))
    return drawn


def _lines(found: Status, database: DatabaseStatus) -> Iterator[tuple[str, str]]:
    yield "Database", f"{database.url} ({database.server})"
    rows = [_shown(found, row, database) for row in database.rows]
    yield from _column("Current", rows or ["base: nothing has run"])
    graph = found.graph
    yield from _column("Heads", [_named(graph[h], signs(graph, graph[h])) for h in found.heads])
    yield from _pending(database)
    for half_done in database.half_done:
        told = f"{half_done}; 'limbeck {half_done.direction}' goes on, 'limbeck resolve' shows them"
        yield "Half done", painted(told, "red")
    yield "Models", drift_line(database.drift)
    if database.edited:
        names = ", ".join(database.edited)
        yield "Scripts", painted(f"edited after they were applied: {names}", "red")
    if database.runner is not None:
        yield "Runner", painted(f"{database.runner} works on it now", "yellow")


def _pending(database: DatabaseStatus) -> Iterator[tuple[str, str]]:
    pending = database.pending
    if not pending:
        yield "Pending", painted("nothing", "green")
        return
    count = f"{len(pending)} revision" + ("s" if len(pending) > 1 else "")
    yield "Pending", painted(f"{count}; 'limbeck upgrade heads' runs them", "yellow")
    for revision in pending[:_SHOWN]:
        yield "", f"  {_named(revision)}"
    if len(pending) > _SHOWN:
        yield "", f"  and {len(pending) - _SHOWN} more"


def drift_line(drift: Drift) -> str:
    """How the models differ, in a line."""
    if drift.not_compared:
        return f"not compared: {drift.not_compared}"
    total = sum(drift.kinds.values())
    if not total:
        return painted("agree with the database", "green")
    kinds = ", ".join(f"{count} × {kind}" for kind, count in drift.kinds.items())
    word = "difference" if total == 1 else "differences"
    return painted(f"{total} {word} from the database: {kinds}", "yellow")


def _shown(found: Status, row: str, database: DatabaseStatus) -> str:
    if row in database.unknown:
        return painted(f"{row}, which has no file here", "red")
    return _named(found.graph[row])


def _named(revision: Revision, marks: str = "") -> str:
    return f"{revision.id}{marks}  {revision.doc}".rstrip()


def _column(label: str, texts: list[str]) -> Iterator[tuple[str, str]]:
    for number, text in enumerate(texts or ["none"]):
        yield ("" if number else label), text


def _content(found: Status) -> dict[str, Any]:
    return {
        "heads": list(found.heads),
        "databases": [database_document(database) for database in found.databases],
    }


def database_document(database: DatabaseStatus) -> dict[str, Any]:
    """One database, as `--json` has it."""
    drift, runner = database.drift, database.runner
    compared = not drift.not_compared
    return {
        "url": database.url,
        "server": database.server,
        "current": list(database.rows),
        "unknown": list(database.unknown),
        "pending": [{"revision": r.id, "message": r.doc} for r in database.pending],
        "edited": list(database.edited),
        "differences": dict(drift.kinds) if compared else None,
        "not_compared": drift.not_compared or None,
        "half_done": [
            {"revision": h.revision, "direction": h.direction, "statements": h.done}
            for h in database.half_done
        ],
        "runner": None
        if runner is None
        else {
            "host": runner.host,
            "pid": runner.pid,
            "revision": runner.revision or None,
            "seconds": runner.seconds,
            "session": runner.session or None,
        },
    }
