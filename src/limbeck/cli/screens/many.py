"""Commands on several databases and tenants: a line or a document for each."""

from __future__ import annotations

import logging
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from limbeck.cli import paint
from limbeck.cli.output import Document, without_passwords
from limbeck.cli.screens.documents import FAILED
from limbeck.cli.screens.status import database_document, drift_line
from limbeck.database import watched
from limbeck.database.watched import watcher
from limbeck.errors import CommandError, DatabaseNotAtHead
from limbeck.migrator import Checked, Fleet, Outcome, Outcomes
from limbeck.migrator.glances import Where, glance, where
from limbeck.project.config import Config
from limbeck.project.project import Project

if TYPE_CHECKING:
    from limbeck.cli.arguments import CommandOptions
    from limbeck.commands.status import DatabaseStatus
    from limbeck.revision.revision import Revision

_NAMED = 3
"""Revisions that are named in a line; more are counted."""

_FLEET = "Databases and tenants"

_COLOURS = {
    **dict.fromkeys(("failed", "ahead", "differ"), "red"),
    **dict.fromkeys(("not run", "behind"), "yellow"),
    **dict.fromkeys(("upgraded", "downgraded", "stamped", "at the heads", "agree"), "green"),
}

Tell = Callable[[Outcome[Any]], None]


@dataclass(frozen=True, slots=True)
class _Screen:
    """One command: how it is run, and for what one of them gave the cells of a line (the first
    is what the last line counts), and the members of a document."""

    run: Callable[[Fleet, CommandOptions, Tell], Outcomes[Any]]
    headers: tuple[str, ...]
    cells: Callable[[Any], tuple[str, ...]]
    document: Callable[[Any], dict[str, Any]]


def run(command: str, config: Config, options: CommandOptions) -> int | Document:
    """Runs a command on all that are meant, and shows what became of each.

    Raises CommandError for options that are about one, and where one of them failed.
    """
    given = vars(options)
    about_one = ("sql", "dry_run", "tag", "verbose")
    if any(given.get(name) for name in about_one):
        raise CommandError(
            "--sql, --dry-run, --tag and --verbose are about one: name it with --database or "
            "--tenant."
        )
    Project(config)  # which makes the application's modules known
    logging.getLogger("alembic").setLevel(logging.WARNING)  # the lines of many would be mixed
    screen = _SCREENS[command]
    with _executor(given["executor"], given["jobs"]) as executor:
        teller = _Teller(speaks="canary" in given)
        jobs = given["jobs"] or 1
        fleet = Fleet(project=config, jobs=jobs, executor=executor, expect=teller.expect)
        outcomes = screen.run(fleet, options, teller.tell)
    failure, status = _end(command, given, outcomes)
    if given.get("json_"):
        documents = [_document(screen, outcome) for outcome in outcomes]
        return Document({"outcomes": documents}, status, failure)
    _show(config, screen, outcomes)
    if failure is not None:
        raise failure
    return status


def _end(
    command: str, given: dict[str, Any], outcomes: Outcomes[Any]
) -> tuple[CommandError | None, int]:
    """The error that a command ends with, if any, and its exit status else."""
    try:
        outcomes.require_success()
    except CommandError as failure:
        return failure, FAILED
    values = [(one.member.name, one.value) for one in outcomes]
    if command == "current" and given["check_heads"]:
        behind = [name for name, found in values if isinstance(found, Where) and not found.at_heads]
        if behind:
            return DatabaseNotAtHead(f"Not on all head revisions: {', '.join(behind)}"), FAILED
    differ = any(isinstance(found, Checked) and not found.passed for _, found in values)
    return None, FAILED if differ else 0


class _Teller:
    """Shows how far it is; where nobody watches, says on standard error of each what was done."""

    def __init__(self, *, speaks: bool) -> None:
        self._speaks = speaks
        self._done = self._count = 0

    def expect(self, count: int) -> None:
        """Takes note of how many there are."""
        self._count = count
        watched.tell(_FLEET, 0, count)

    def tell(self, outcome: Outcome[Any]) -> None:
        """Shows one."""
        self._done += 1
        if self._speaks and (watcher.get() is None or outcome.status == "failed"):
            text = "  ".join((outcome.member.name, *_changed(outcome)))
            print(f"[{self._done}/{self._count}] {text}", file=sys.stderr)
        watched.tell(_FLEET, self._done, self._count, outcome.member.name)


@contextmanager
def _executor(named: str | None, jobs: int | None) -> Iterator[Executor | None]:
    """Raises CommandError for an unknown one, and where it cannot be reached."""
    if named is None:
        yield None
        return
    kind, _, address = named.partition(":")
    if kind != "dask" or not address:
        raise CommandError(f"--executor must be dask:HOST:PORT, not {named!r}")
    if jobs is not None:
        raise CommandError("--jobs is about this machine, and --executor about another: choose.")
    try:
        from distributed import Client
    except ModuleNotFoundError:
        raise CommandError("Dask is not installed: pip install 'limbeck[dask]'") from None
    try:
        client = Client(address, timeout=5, set_as_default=False)  # type: ignore[no-untyped-call]
    except OSError as error:
        raise CommandError(f"There is no Dask scheduler at {address}: {error}") from None
    with client:
        yield client.get_executor(pure=False)  # type: ignore[no-untyped-call]  # Dask has no types


# -- lines ------------------------------------------------------------------------------------


def _show(config: Config, screen: _Screen, outcomes: Outcomes[Any]) -> None:
    """A table, and a line that counts."""
    rows = [(one.member.name, *_cells(screen, one)) for one in outcomes]
    width = max(map(len, rows))
    filled = [(*row, *("",) * (width - len(row))) for row in rows]
    if paint.columns(config) >= paint.ENOUGH:
        drawn = paint.table("Database or tenant", *screen.headers[: width - 1])
        for name, word, *rest in filled:
            painted = paint.text(paint.painted(word, _COLOURS.get(word, "white")))
            drawn.add_row(name, painted, *map(paint.text, rest))
        paint.show(config, drawn)
    else:
        widths = [max(map(len, column)) for column in zip(*filled, strict=True)]
        paint.lines(
            config,
            (
                "  ".join(f"{cell:<{w}}" for cell, w in zip(row, widths, strict=True)).rstrip()
                for row in filled
            ),
        )
    counts = Counter(row[1] for row in rows)
    config.print_stdout("%s", ", ".join(f"{number} {word}" for word, number in counts.items()))


def _cells(screen: _Screen, outcome: Outcome[Any]) -> tuple[str, ...]:
    if outcome.status == "read":
        return screen.cells(outcome.value)
    return _changed(outcome)


def _changed(outcome: Outcome[Any]) -> tuple[str, ...]:
    match outcome.status:
        case "failed":
            reason = without_passwords(outcome.error or "").splitlines()
            return "failed", reason[0] if reason else ""
        case "upgraded" | "downgraded" as done:
            return done, f"{_revisions(outcome.value)} in {outcome.seconds:.2f} s"
        case other:
            return (other,)


def _revisions(revisions: tuple[Revision, ...] | None) -> str:
    ids = [revision.id for revision in revisions or ()]
    return ", ".join(ids) if len(ids) <= _NAMED else f"{len(ids)} revisions to {ids[-1]}"


def _where_cells(found: Where) -> tuple[str, ...]:
    return "at the heads" if found.at_heads else "behind", ", ".join(found.lines) or "base"


def _status_cells(found: DatabaseStatus) -> tuple[str, ...]:
    rows = ", ".join(found.rows) or "base"
    count = len(found.pending)
    remarks = [
        *(f"{row} has no file here" for row in found.unknown),
        *(f"{id_} was edited after it was applied" for id_ in found.edited),
        *([f"{found.runner} works on it now"] if found.runner is not None else []),
    ]
    word = "ahead" if found.unknown else "behind" if count else "at the heads"
    pending = f"{count} pending" if count else "nothing pending"
    return word, rows, pending, "; ".join([f"models: {drift_line(found.drift)}", *remarks])


def _check_cells(found: Checked) -> tuple[str, ...]:
    return "agree" if found.passed else "differ", "; ".join(found.differences)


# -- documents --------------------------------------------------------------------------------


def _document(screen: _Screen, outcome: Outcome[Any]) -> dict[str, Any]:
    error = outcome.error
    return {
        "database": outcome.member.database,
        "tenant": outcome.member.tenant,
        "status": outcome.status,
        "seconds": outcome.seconds,
        "error": None if error is None else without_passwords(error),
        **screen.document(outcome.value),
    }


def _revisions_document(revisions: tuple[Revision, ...] | None) -> dict[str, Any]:
    return {"revisions": [revision.id for revision in revisions or ()]}


def _where_document(found: Where | None) -> dict[str, Any]:
    if found is None:
        return {"rows": None, "revisions": None, "at_heads": None}
    return {
        "rows": list(found.rows),
        "revisions": list(found.revisions),
        "at_heads": found.at_heads,
    }


def _status_document(found: DatabaseStatus | None) -> dict[str, Any]:
    return {"found": None if found is None else database_document(found)}


def _check_document(found: Checked | None) -> dict[str, Any]:
    if found is None:
        return {"passed": None, "differences": None}
    return {"passed": found.passed, "differences": list(found.differences)}


def _upgrade(fleet: Fleet, options: CommandOptions, tell: Tell) -> Outcomes[Any]:
    return fleet.upgrade(options.revision, canary=options.canary, tell=tell)


def _downgrade(fleet: Fleet, options: CommandOptions, tell: Tell) -> Outcomes[Any]:
    return fleet.downgrade(options.revision, canary=options.canary, tell=tell)


def _stamp(fleet: Fleet, options: CommandOptions, tell: Tell) -> Outcomes[Any]:
    return fleet.stamp(*options.revisions, purge=options.purge, canary=options.canary, tell=tell)


def _check(fleet: Fleet, options: CommandOptions, tell: Tell) -> Outcomes[Any]:
    return fleet.check(against=options.against, tell=tell)


def _current(fleet: Fleet, options: CommandOptions, tell: Tell) -> Outcomes[Any]:
    return fleet.each(where, tell=tell)


def _status_of(fleet: Fleet, options: CommandOptions, tell: Tell) -> Outcomes[Any]:
    return fleet.each(glance, tell=tell)


def _nothing(value: Any) -> tuple[str, ...]:
    return ()


_CHANGES = ("Outcome", "Revisions, or the error")
_SCREENS = {
    "upgrade": _Screen(_upgrade, _CHANGES, _nothing, _revisions_document),
    "downgrade": _Screen(_downgrade, _CHANGES, _nothing, _revisions_document),
    "stamp": _Screen(_stamp, _CHANGES, _nothing, lambda value: {}),
    "check": _Screen(_check, ("Models", "Differences"), _check_cells, _check_document),
    "current": _Screen(_current, ("Where", "Revisions"), _where_cells, _where_document),
    "status": _Screen(
        _status_of, ("Where", "Current", "Pending", "Remarks"), _status_cells, _status_document
    ),
}
