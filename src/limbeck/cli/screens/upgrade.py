"""`limbeck upgrade`: of one database, of all databases, of all tenants."""

from __future__ import annotations

import logging
import sys
from collections import Counter
from typing import TYPE_CHECKING

from limbeck import command
from limbeck.cli.output import without_passwords
from limbeck.errors import CommandError
from limbeck.project.config import Config

if TYPE_CHECKING:
    from limbeck.commands.fleet import Member, Outcome


def upgrade(
    config: Config,
    revision: str,
    sql: bool = False,
    tag: str | None = None,
    dry_run: bool = False,
    all_: bool = False,
    jobs: int | None = None,
    canary: bool = False,
) -> None:
    """Upgrade to a later version."""
    found = several(config, all_=all_, jobs=jobs, canary=canary, alone=sql or dry_run or bool(tag))
    if found:
        _several(config, found, revision, jobs or 1, canary)
    else:
        command.upgrade(config, revision, sql, tag, dry_run)


def several(
    config: Config, *, all_: bool, jobs: int | None, canary: bool, alone: bool
) -> list[Member]:
    """The databases and tenants that are meant; none where it is one database.

    Raises CommandError for options of the one with the other; `alone` says that there are some.
    """
    native = config.native
    if native is None or not (all_ or (native.tenants and native.schema is None)):
        if all_ or jobs or canary:
            raise CommandError("--all, --jobs and --canary need 'databases' or 'tenants'.")
        return []
    if alone:
        raise CommandError("--sql, --dry-run and --tag are about one: name it with --tenant.")
    from limbeck.commands.fleet import members

    found = members(config, every_database=all_)
    if not found:
        raise CommandError("--all needs tables such as [tool.limbeck.databases.billing].")
    return found


def run_several(found: list[Member], revision: str, jobs: int, canary: bool) -> list[Outcome]:
    """Runs them, and says on standard error of each that it is done."""
    from limbeck.commands.fleet import upgrade_all

    logging.getLogger("alembic").setLevel(logging.WARNING)  # the lines of many would be mixed
    done = 0

    def tell(outcome: Outcome) -> None:
        nonlocal done
        done += 1
        print(f"[{done}/{len(found)}] {_line(outcome)}", file=sys.stderr)

    return upgrade_all(found, revision, jobs=jobs, canary=canary, tell=tell)


def require_success(outcomes: list[Outcome]) -> None:
    """Raises CommandError that names those that failed."""
    failed = [outcome.member.name for outcome in outcomes if outcome.status == "failed"]
    if failed:
        raise CommandError(
            f"{len(failed)} of {len(outcomes)} failed: {', '.join(failed)}. The same command goes "
            "on with these; the others are left alone."
        )


def _several(config: Config, found: list[Member], revision: str, jobs: int, canary: bool) -> None:
    outcomes = run_several(found, revision, jobs, canary)
    width = max(len(outcome.member.name) for outcome in outcomes)
    for outcome in outcomes:
        config.print_stdout("%s", _line(outcome, width))
    counts = Counter(outcome.status for outcome in outcomes)
    config.print_stdout("%s", ", ".join(f"{number} {status}" for status, number in counts.items()))
    require_success(outcomes)


def _line(outcome: Outcome, width: int = 0) -> str:
    match outcome.status:
        case "failed":
            what = without_passwords((outcome.error or "").splitlines()[0])
        case "upgraded":
            what = f"{', '.join(outcome.revisions)} in {outcome.seconds:.2f} s"
        case _:
            what = ""
    return f"{outcome.member.name:<{width}}  {outcome.status:<8}  {what}".rstrip()
