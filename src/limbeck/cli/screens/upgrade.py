"""`limbeck upgrade`: of one database, of all databases, of all tenants."""

from __future__ import annotations

import logging
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from limbeck import command
from limbeck.cli import paint
from limbeck.cli.output import Document, without_passwords
from limbeck.database import watched
from limbeck.database.watched import watcher
from limbeck.errors import CommandError
from limbeck.project.config import Config
from limbeck.project.project import Project

if TYPE_CHECKING:
    from rich.table import Table

    from limbeck.commands.fleet import Member, Outcome


_FLEET = "Databases and tenants"


@dataclass(frozen=True, slots=True)
class Way:
    """How several are run: how many at a time, the first alone, on which cluster."""

    jobs: int | None = None
    canary: bool = False
    executor: str | None = None


def upgrade(
    config: Config,
    revision: str,
    sql: bool = False,
    tag: str | None = None,
    dry_run: bool = False,
    json_: bool = False,
    all_: bool = False,
    jobs: int | None = None,
    canary: bool = False,
    executor: str | None = None,
) -> Document | None:
    """Upgrade to a later version."""
    way = Way(jobs, canary, executor)
    found = _several(config, way, all_=all_, alone=sql or dry_run or bool(tag))
    if found:
        outcomes = _run_several(found, revision, way)
        if json_:
            return Document({"outcomes": [_row(o) for o in outcomes]}, failure=_failure(outcomes))
        _show(config, outcomes)
        if failure := _failure(outcomes):
            raise failure
    elif json_:
        return _document(config, revision, tag, dry_run)
    else:
        command.upgrade(config, revision, sql, tag, dry_run)
    return None


def _document(config: Config, revision: str, tag: str | None, dry_run: bool) -> Document:
    """Runs it for one database, and tells the revisions that ran, first to last."""
    if dry_run:
        from limbeck.commands.dry_run import dry_run as rehearse

        done = rehearse(Project(config), revision, tag=tag)
        ran, left_out = done.revisions, done.left_out
    else:
        from limbeck.commands.upgrade import upgrade as run

        ran, left_out = run(Project(config), revision, tag=tag), ()
    return Document({"revisions": list(ran), "dry_run": dry_run, "left_out": list(left_out)})


def _several(config: Config, way: Way, *, all_: bool, alone: bool) -> list[Member]:
    """The databases and tenants that are meant; none where it is one database.

    Raises CommandError for options of the one with the other; `alone` says that there are some.
    """
    native = config.native
    if native is None or not (all_ or (native.tenants and native.schema is None)):
        if all_ or way != Way():
            raise CommandError(
                "--all, --jobs, --canary and --executor need 'databases' or 'tenants'."
            )
        return []
    if alone:
        raise CommandError("--sql, --dry-run and --tag are about one: name it with --tenant.")
    from limbeck.commands.fleet import members

    found = members(config, every_database=all_)
    if not found:
        raise CommandError("--all needs tables such as [tool.limbeck.databases.billing].")
    return found


def _run_several(found: list[Member], revision: str, way: Way) -> list[Outcome]:
    """Runs them, and says on standard error of each that it is done; where that is counted, of
    those that failed."""
    from limbeck.commands.fleet import upgrade_all

    logging.getLogger("alembic").setLevel(logging.WARNING)  # the lines of many would be mixed
    done = 0

    def tell(outcome: Outcome) -> None:
        nonlocal done
        done += 1
        if watcher.get() is None or outcome.status == "failed":
            print(f"[{done}/{len(found)}] {_line(outcome)}", file=sys.stderr)
        watched.tell(_FLEET, done, len(found), outcome.member.name)

    watched.tell(_FLEET, 0, len(found))
    options: dict[str, Any] = {"jobs": way.jobs or 1, "canary": way.canary, "tell": tell}
    if way.executor is None:
        return upgrade_all(found, revision, **options)
    if way.jobs is not None:
        raise CommandError("--jobs is about this machine, and --executor about another: choose.")
    with _cluster(way.executor) as executor:
        return upgrade_all(found, revision, executor=executor, **options)


@contextmanager
def _cluster(named: str) -> Iterator[Executor]:
    """Raises CommandError for an unknown one, and where it cannot be reached."""
    kind, _, address = named.partition(":")
    if kind != "dask" or not address:
        raise CommandError(f"--executor must be dask:HOST:PORT, not {named!r}")
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


def _failure(outcomes: list[Outcome]) -> CommandError | None:
    """An error that names those that failed; None where none did."""
    failed = [outcome.member.name for outcome in outcomes if outcome.status == "failed"]
    if not failed:
        return None
    return CommandError(
        f"{len(failed)} of {len(outcomes)} failed: {', '.join(failed)}. The same command goes "
        "on with these; the others are left alone."
    )


def _row(outcome: Outcome) -> dict[str, Any]:
    return {
        "database": outcome.member.database,
        "tenant": outcome.member.tenant,
        "status": outcome.status,
        "revisions": list(outcome.revisions),
        "seconds": outcome.seconds,
        "error": None if outcome.error is None else without_passwords(outcome.error),
    }


def _show(config: Config, outcomes: list[Outcome]) -> None:
    if paint.columns(config) >= paint.ENOUGH:
        paint.show(config, _table(outcomes))
    else:
        width = max(len(outcome.member.name) for outcome in outcomes)
        paint.lines(config, (_line(outcome, width) for outcome in outcomes))
    counts = Counter(outcome.status for outcome in outcomes)
    config.print_stdout("%s", ", ".join(f"{number} {status}" for status, number in counts.items()))


_COLOURS = {"failed": "red", "upgraded": "green", "not run": "yellow"}


def _table(outcomes: list[Outcome]) -> Table:
    drawn = paint.table("Database or tenant", "Outcome", "Seconds", "Revisions, or the error")
    drawn.columns[2].justify = "right"
    for outcome in outcomes:
        drawn.add_row(
            outcome.member.name,
            paint.text(paint.painted(outcome.status, _COLOURS.get(outcome.status, "white"))),
            "" if outcome.status == "not run" else f"{outcome.seconds:.2f}",
            _reason(outcome) or ", ".join(outcome.revisions),
        )
    return drawn


def _reason(outcome: Outcome) -> str:
    return without_passwords((outcome.error or "").partition("\n")[0])


def _line(outcome: Outcome, width: int = 0) -> str:
    match outcome.status:
        case "failed":
            what = _reason(outcome)
        case "upgraded":
            what = f"{', '.join(outcome.revisions)} in {outcome.seconds:.2f} s"
        case _:
            what = ""
    return f"{outcome.member.name:<{width}}  {outcome.status:<8}  {what}".rstrip()
