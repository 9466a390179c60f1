"""``limbeck trace``: locks as they were seen."""

from __future__ import annotations

from collections.abc import Iterator

from limbeck.cli.output import Document
from limbeck.cli.paint import painted
from limbeck.command import explain
from limbeck.commands.trace import TracedRun, document
from limbeck.commands.trace import trace as run
from limbeck.database.trace import Traced
from limbeck.errors import CommandError, RevisionError
from limbeck.project.config import Config
from limbeck.project.project import Project
from limbeck.statements.traced import Seen, SeenLock


def trace(config: Config, revision: str | None, json_: bool = False) -> Document | None:
    """Run the plan on a scratch database and show the locks that it takes."""
    try:
        found = run(Project(config), revision or "heads")
    except RevisionError as error:
        raise CommandError(explain("trace", error)) from error
    if json_:
        return Document(document(found))
    for traced in found:
        for line in _lines(traced):
            config.print_stdout("%s", line)
    return None


def _lines(found: TracedRun) -> Iterator[str]:
    if not found.revisions:
        yield f"{found.server}: nothing to upgrade."
        return
    yield f"{found.server}, seen on a scratch database"
    for revision in found.revisions:
        yield ""
        yield f"{painted(revision.revision.revision, 'cyan', bold=True)}  {revision.revision.doc}"
        for number, traced in enumerate(revision.statements, 1):
            first, *more = traced.statement.sql.expandtabs(4).splitlines() or [""]
            yield f"  {number:2}  {first}".rstrip()
            yield from (f"      {line}".rstrip() for line in more)
            yield from (f"        {line}" for line in _seen(traced))
    yield ""
    yield (
        f"{found.differences} of the statements differ from what 'limbeck plan' says of them"
        if found.differences
        else "All as 'limbeck plan' says."
    )


def _locks(seen: Seen, traced: Traced) -> Iterator[str]:
    """The locks on what others can see; those of indexes only where it is about these."""
    reindexes = any(a.kind in ("reindex", "rename index") for a in traced.statement.actions)
    for lock in seen.locks:
        if lock.table not in seen.existing or lock.mode == "ACCESS SHARE":
            continue
        if not lock.index:
            yield f"{lock.mode} on {lock.table}"
        elif reindexes:
            yield f"{lock.mode} on the index {lock.index} of {lock.table}"
    said = dict.fromkeys(
        (h.lock, h.table) for h in traced.statement.all_hazards if h.kind == "lock"
    )
    for mode, table in said:
        if table is not None and SeenLock(table, mode) in seen.held:
            yield f"{mode} on {table}, held already"


def _seen(traced: Traced) -> Iterator[str]:
    seen = traced.seen
    if seen is None:
        yield "not run: it comes with rows"
        return
    yield from _locks(seen, traced)
    if seen.way:
        yield f"ALGORITHM={seen.way}"
    for name in seen.rewritten:
        yield f"{name} was written anew"
    for difference in traced.differences:
        yield painted(difference, "yellow")
