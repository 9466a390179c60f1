"""`limbeck log`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

from limbeck.cli import paint
from limbeck.cli.output import Document
from limbeck.project.config import Config
from limbeck.project.project import Project

if TYPE_CHECKING:
    from rich.table import Table

    from limbeck.database.history import Entry


def log(config: Config, json_: bool = False) -> Document | None:
    """Shows what was run on the database: when, by whom, from where to where, and the outcome."""
    from limbeck.commands.log import log as find

    entries = find(Project(config))
    if json_:
        rows = [{k: v for k, v in asdict(entry).items() if k != "source"} for entry in entries]
        return Document(rows)
    if not entries:
        config.print_stdout("The database has no history.")
    elif paint.columns(config) >= paint.ENOUGH:
        paint.show(config, _table(entries))
    else:
        paint.lines(config, (line for entry in entries for line in _lines(entry)))
    return None


def _table(entries: list[Entry]) -> Table:
    drawn = paint.table("Started (UTC)", "Revision", "From, to", "Outcome", "By")
    for entry in entries:
        done = entry.outcome == "done"
        outcome = f"{entry.direction} {entry.outcome}\nin {entry.seconds:.2f} s"
        outcome = paint.painted(outcome, "green" if done else "red")
        if entry.error is not None:
            outcome += f"\n{_reason(entry.error)}"
        who = f"{entry.os_user}" + (f"\nas {entry.database_user}" if entry.database_user else "")
        drawn.add_row(
            f"{entry.started:%Y-%m-%d}\n{entry.started:%H:%M:%S}",
            paint.text(paint.painted(entry.revision, "cyan", bold=True)),
            f"{entry.rows_before or 'base'}\n→ {entry.rows_after or 'base'}",
            paint.text(outcome),
            f"{who}\nlimbeck {entry.version}",
        )
    return drawn


def _reason(error: str) -> str:
    return error.strip().splitlines()[0]


def _lines(entry: Entry) -> Iterator[str]:
    words = [
        f"{entry.started:%Y-%m-%d %H:%M:%S}",
        f"{entry.direction:<9}",
        entry.revision,
        f"({entry.rows_before or 'base'} -> {entry.rows_after or 'base'})",
        f"{entry.outcome} in {entry.seconds:.2f} s",
        f"by {entry.os_user}" + (f" as {entry.database_user}" if entry.database_user else ""),
        f"limbeck {entry.version}",
    ]
    yield "  ".join(words)
    if entry.error is not None:
        yield f"    {_reason(entry.error)}"
