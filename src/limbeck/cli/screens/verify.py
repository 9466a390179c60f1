"""``limbeck verify``."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Any

from limbeck.cli.output import Document
from limbeck.commands.verify import Outcome, Verification
from limbeck.commands.verify import verify as run
from limbeck.project.config import Config
from limbeck.project.project import Project

FAILED = 255


def verify(
    config: Config, rev_range: str | None = None, *, strict: bool = False, json_: bool = False
) -> Document | int:
    """Prints what became of each revision, and says whether all is well."""
    found = run(Project(config), rev_range)
    passed = all(one.passed(strict=strict) for one in found)
    status = 0 if passed else FAILED
    if json_:
        return Document({"ok": passed, "databases": [_content(one) for one in found]}, status)
    for one in found:
        for line in _lines(one, strict):
            config.print_stdout("%s", line)
    return status


def _lines(found: Verification, strict: bool) -> Iterator[str]:
    """The revisions that are not as they should be, then one line for all of them."""
    for outcome in found.outcomes:
        if outcome.status not in ("ok", "not reached"):
            yield from _outcome_lines(outcome, strict)
    if found.models:
        yield "FAILED  the models differ from what the history makes; autogenerate would find:"
        yield from _items(found.models)
    yield _summary(found)


def _outcome_lines(outcome: Outcome, strict: bool) -> Iterator[str]:
    word = "FAILED" if strict or outcome.status == "failed" else "note"
    what = f"{outcome.stage}: {outcome.message}" if outcome.stage else outcome.message
    if outcome.status == "irreversible":
        what = f"irreversible: {what}"
    yield f"{word:<7} {outcome.revision.id}  {what}"
    if outcome.place:
        yield f"        at {_shown(outcome.place)}"
    if outcome.left:
        yield "        to have it as it should be, it would still take:"
        yield from _items(outcome.left)


def _items(items: Sequence[str]) -> Iterator[str]:
    yield from (f"          {item}" for item in items)


def _summary(found: Verification) -> str:
    counts = {
        status: sum(o.status == status for o in found.outcomes)
        for status in ("ok", "irreversible", "failed", "not reached")
    }
    total = len(found.outcomes)
    parts = [f"{number} {status}" for status, number in counts.items() if number]
    said = f"{total} {'revision' if total == 1 else 'revisions'} up, down and up again"
    models = "; the models agree with the history" if found.models == () else ""
    return f"{said} on {found.server}: {', '.join(parts) or 'nothing to do'}{models}"


def _shown(place: str) -> str:
    """A path from where the user stands, where it is below."""
    here = os.getcwd() + os.sep
    return place.removeprefix(here)


def _content(found: Verification) -> dict[str, Any]:
    return {
        "server": found.server,
        "revisions": [
            {
                "revision": outcome.revision.id,
                "path": outcome.revision.path,
                "status": outcome.status,
                "stage": outcome.stage or None,
                "message": outcome.message or None,
                "where": outcome.place,
                "left_over": list(outcome.left),
            }
            for outcome in found.outcomes
        ],
        "models": None if found.models is None else list(found.models),
    }
