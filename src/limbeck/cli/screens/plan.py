"""``limbeck plan``: the statements of a run, and what each would do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from limbeck.cli import paint
from limbeck.cli.output import Document
from limbeck.cli.paint import painted
from limbeck.command import explain
from limbeck.commands.plan import Planned, document, is_reversible, loses_data
from limbeck.commands.plan import plan as make
from limbeck.commands.recording import Recording
from limbeck.errors import CommandError, RevisionError
from limbeck.lint.formats import relative
from limbeck.plan.recorded import Recorded, RecordedRevision
from limbeck.project.config import Config
from limbeck.project.project import Project
from limbeck.schema.names import Name
from limbeck.statements.hazards import Hazard, Size

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table


def plan(
    config: Config,
    revision: str | None,
    downgrade: bool = False,
    json_: bool = False,
    sql: bool = False,
) -> Document | None:
    """Show what an upgrade would run, and what each statement would do."""
    if downgrade and revision is None:
        raise CommandError("Name the revision to go back to: 'limbeck plan --downgrade -1'.")
    try:
        planned = make(Project(config), revision or "heads", downgrade=downgrade)
    except RevisionError as error:
        raise CommandError(explain("plan", error)) from error
    if json_:
        return Document(document(planned))
    width = paint.columns(config)
    if width and not sql:
        paint.show(config, *_drawn(planned, width))
        return None
    for line in _sql(planned) if sql else _text(planned):
        config.print_stdout("%s", line)
    return None


def _sql(planned: Planned) -> Iterator[str]:
    for revision in planned.revisions:
        yield f"-- {revision.revision} {revision.doc}".rstrip()
        yield ""
        for statement in revision.statements:
            yield f"{statement.sql};"
            yield ""


def _text(planned: Planned) -> Iterator[str]:
    for found in planned.recordings:
        yield from _recording(found, planned)


def _recording(found: Recording, planned: Planned) -> Iterator[str]:
    yield _summary(found, planned)
    made: set[Name] = set()
    for revision in found.revisions:
        yield ""
        yield from _revision(revision, found.sizes, made)


def _summary(found: Recording, planned: Planned) -> str:
    start = ", ".join(found.rows) or "base"
    count = sum(len(r.statements) for r in found.revisions)
    if not found.revisions:
        return f"{found.server}, at {start}: nothing to {planned.direction}."
    return (
        f"{found.server}, {planned.direction} from {start} to {planned.target}: "
        f"{_plural(len(found.revisions), 'revision')}, {_plural(count, 'statement')}"
    )


def _revision(
    revision: RecordedRevision, sizes: Mapping[Name, Size], made: set[Name]
) -> Iterator[str]:
    """One revision; `made` holds the tables that the run has created so far."""
    yield from _title(revision)
    for number, statement in enumerate(revision.statements, 1):
        first, *more = statement.sql.expandtabs(4).splitlines() or [""]
        yield f"  {number:2}  {first}"
        yield from (f"      {line}".rstrip() for line in more)
        if statement.rows > 1:
            yield f"        with {statement.rows:,} rows"
        yield from (f"        {line}" for line in _facts(statement, sizes, made))
        made |= _makes(statement)
    yield f"  {_way_back(revision)}"


def _title(revision: RecordedRevision) -> Iterator[str]:
    place = f"  ({relative(revision.path)})" if revision.path is not None else ""
    yield f"{painted(revision.revision, 'cyan', bold=True)}  {revision.doc}{place}"
    if revision.note:
        yield f"  {revision.note}"


def _makes(statement: Recorded) -> set[Name]:
    return {a.table for a in statement.actions if a.kind == "create table" and a.table}


def _way_back(revision: RecordedRevision) -> str:
    other = "downgrade" if revision.direction == "upgrade" else "upgrade"
    if not is_reversible(revision):
        return painted(f"cannot be taken back: {other}() does nothing", "red")
    if loses_data(revision):
        return painted(f"{other}() brings back the shape, and not the data", "yellow")
    return f"can be taken back with {other}()"


def _facts(statement: Recorded, sizes: Mapping[Name, Size], made: set[Name]) -> Iterator[str]:
    for hazard in statement.all_hazards:
        if hazard.kind == "lock":
            yield _lock(hazard, sizes, made)
    yield from _others(statement)


def _others(statement: Recorded) -> Iterator[str]:
    """What there is to say beside the locks."""
    for hazard in statement.all_hazards:
        if hazard.kind != "lock" and not (hazard.kind == "no way back" and not hazard.text):
            yield _fact(hazard)
    if statement.in_batches:
        yield "in batches, each of which is committed by itself"
    if not statement.in_transaction:
        yield "outside of the transaction"


_COLOURS = {"reads and writes": "red", "writes": "yellow"}


def _lock(hazard: Hazard, sizes: Mapping[Name, Size], made: set[Name]) -> str:
    known = _size_of(hazard, sizes)
    if hazard.table in made:
        known = "made by this run: nobody waits"
    known = f" ({known})" if known else ""
    text = f"; {hazard.text}" if hazard.text else ""
    mode = painted(hazard.lock, _colour(hazard))
    return f"locks {_locked(hazard)}{known}: {mode}, blocks {_blocked(hazard)}{text}"


def _locked(hazard: Hazard) -> str:
    if hazard.of == "index":
        return f"the index {hazard.table}" if hazard.table is not None else "its indexes"
    return "a table" if hazard.table is None else str(hazard.table)


def _blocked(hazard: Hazard) -> str:
    return hazard.blocks + (" for a moment" if hazard.brief else "")


def _colour(hazard: Hazard) -> str:
    return "white" if hazard.brief else _COLOURS.get(hazard.blocks, "white")


def _size_of(hazard: Hazard, sizes: Mapping[Name, Size]) -> str:
    size = sizes.get(hazard.table) if hazard.table is not None else None
    return "" if size is None else _size(size)


_WORDS = {
    "scan": "reads all rows of",
    "rewrite": "writes all rows anew of",
    "may fail": "may fail",
    "loses data": "loses data",
    "no way back": "cannot be undone",
    "no transaction": "cannot run in a transaction",
    "unread": "cannot be read: what it does is not known",
}


def _fact(hazard: Hazard) -> str:
    words = _WORDS[hazard.kind]
    if hazard.kind in ("scan", "rewrite"):
        words += f" {hazard.table or 'the table'}"
    text = f": {hazard.text}" if hazard.text else ""
    serious = hazard.kind in ("rewrite", "loses data")
    return painted(words + text, "red") if serious else words + text


def _size(size: Size) -> str:
    rows = "rows unknown" if size.rows is None else f"about {_plural(size.rows, 'row')}"
    return f"{rows}, {_bytes(size.bytes)}"


# -- on a terminal ---------------------------------------------------------------------------------


def _drawn(planned: Planned, width: int) -> Iterator[RenderableType]:
    """A table for each revision; one column says it all where there is no room for more."""
    for found in planned.recordings:
        yield _summary(found, planned)
        made: set[Name] = set()
        for revision in found.revisions:
            yield paint.text("\n" + "\n".join(_title(revision)))
            if revision.statements:
                yield _table(revision, found.sizes, made, width)
            yield paint.text(_way_back(revision))


def _table(
    revision: RecordedRevision, sizes: Mapping[Name, Size], made: set[Name], width: int
) -> Table:
    """The statements of a revision; `made` holds the tables that the run has created so far."""
    wide = width >= paint.WIDE
    headers = ("Lock", "Blocks", "Size", "What else") if wide else ("What it does",)
    drawn = paint.table("", "Statement", *headers)
    drawn.expand = True
    shares = (5, 3, 3, 2, 3) if wide else (1, 1)
    for column, share in zip(drawn.columns[1:], shares, strict=True):
        column.ratio, column.overflow = share, "fold"
    for number, statement in enumerate(revision.statements, 1):
        sql = statement.sql.expandtabs(4).strip()
        if statement.rows > 1:
            sql += f"\nwith {statement.rows:,} rows"
        rows = list(_cells(statement, sizes, made))
        if not wide:
            rows = [("\n".join(_facts(statement, sizes, made)),)]
        drawn.add_row(str(number), sql, *map(paint.text, rows[0]))
        for row in rows[1:]:
            drawn.add_row("", "", *map(paint.text, row))
        drawn.add_section()
        made |= _makes(statement)
    return drawn


def _cells(
    statement: Recorded, sizes: Mapping[Name, Size], made: set[Name]
) -> Iterator[tuple[str, ...]]:
    """A row for each lock, the first of which says what else there is."""
    others = "\n".join(_others(statement))
    locks = [hazard for hazard in statement.all_hazards if hazard.kind == "lock"]
    if not locks:
        yield "none", "nobody", "", others
    for hazard in locks:
        new = hazard.table in made
        lock = f"{painted(hazard.lock, _colour(hazard))}\n{_locked(hazard)}"
        blocks = "nobody: this run made it" if new else painted(_blocked(hazard), _colour(hazard))
        more = (others, hazard.text) if hazard is locks[0] else (hazard.text,)
        yield (
            lock,
            blocks,
            "" if new else _size_of(hazard, sizes).replace(", ", "\n"),
            "\n".join(filter(None, more)),
        )


def _bytes(count: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1024:
            return f"{count:.0f} {unit}"
        count /= 1024
    return f"{count:.1f} TB"


def _plural(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"
