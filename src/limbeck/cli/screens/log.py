"""`limbeck log`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from limbeck.cli.output import Document
from limbeck.project.config import Config
from limbeck.project.project import Project

if TYPE_CHECKING:
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
    for entry in entries:
        config.print_stdout("%s", _line(entry))
    return None


def _line(entry: Entry) -> str:
    words = [
        f"{entry.started:%Y-%m-%d %H:%M:%S}",
        f"{entry.direction:<9}",
        entry.revision,
        f"({entry.rows_before or 'base'} -> {entry.rows_after or 'base'})",
        f"{entry.outcome} in {entry.seconds:.2f} s",
        f"by {entry.os_user}" + (f" as {entry.database_user}" if entry.database_user else ""),
        f"limbeck {entry.version}",
    ]
    error = "" if entry.error is None else f"\n    {entry.error.strip().splitlines()[0]}"
    return "  ".join(words) + error
