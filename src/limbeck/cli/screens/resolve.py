"""`limbeck resolve`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from limbeck.cli.output import Document
from limbeck.errors import CommandError
from limbeck.project.config import Config
from limbeck.project.project import Project

if TYPE_CHECKING:
    from limbeck.commands.resolve import Decision
    from limbeck.database.journal import HalfDone

_SIGNS = {"done": "done", "failed": "failed", "started": "IN DOUBT", "pending": "to do"}


def resolve(
    config: Config,
    applied: bool = False,
    rolled_back: bool = False,
    all_: bool = False,
    json_: bool = False,
) -> Document | None:
    """Shows a revision that has run in part, or decides about its statement in doubt."""
    from limbeck.commands.resolve import resolve as decide

    if applied and rolled_back:
        raise CommandError("Say --applied or --rolled-back, not both.")
    if all_ and not (applied or rolled_back):
        raise CommandError("Say what is with all of the revision: --applied or --rolled-back.")
    decision: Decision | None = "applied" if applied else "rolled back" if rolled_back else None
    found = decide(Project(config), decision, whole=all_)
    if json_:
        return Document({"half_done": _content(found.half_done), "done": found.done or None})
    if found.half_done is None:
        config.print_stdout("No revision has run in part.")
    elif decision is None:
        _show(config, found.half_done)
    else:
        config.print_stdout("%s", found.done)
    return None


def _content(half_done: HalfDone | None) -> dict[str, Any] | None:
    if half_done is None:
        return None
    return {
        "revision": half_done.revision,
        "direction": half_done.direction,
        "statements": [
            {
                "sql": line.statement,
                "state": line.state,
                "repeats": line.repeats,
                "error": line.error,
            }
            for line in half_done.lines
        ],
    }


def _show(config: Config, half_done: HalfDone) -> None:
    from limbeck.database.resume import shown

    config.print_stdout(
        "Revision %s has run in part (%s):", half_done.revision, half_done.direction
    )
    for line in half_done.lines:
        times = f" ({line.repeats} times)" if line.repeats > 1 else ""
        config.print_stdout("%s", f"{_SIGNS[line.state]}{times}: {shown(line.statement)}")
        if line.error:
            config.print_stdout("%s", f"    {line.error.strip().splitlines()[0]}")
    config.print_stdout(
        "%s",
        f"'limbeck {half_done.direction}' goes on with it."
        if half_done.in_doubt is None
        else "Did the statement in doubt take effect? 'limbeck upgrade' asks the catalog; where "
        "that does not say, 'limbeck resolve --applied' or '--rolled-back' does.",
    )
