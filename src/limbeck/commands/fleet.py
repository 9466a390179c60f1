"""The same history for many: every database of a project, every tenant of a database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Literal, TypeAlias

from limbeck.commands.upgrade import upgrade
from limbeck.errors import ConfigurationError
from limbeck.project.config import Config
from limbeck.project.project import Project
from limbeck.project.sources import load_reference

Status: TypeAlias = Literal["upgraded", "at head", "failed", "not run"]


@dataclass(frozen=True, slots=True)
class Member:
    """One database or tenant of a project: what another process has to know to migrate it."""

    file: Path
    database: str | None = None
    tenant: str | None = None

    @property
    def name(self) -> str:
        """What it is called in reports."""
        return "/".join(part for part in (self.database, self.tenant) if part is not None)

    def config(self) -> Config:
        """The project's configuration, as that member sees it."""
        config = Config(toml_file=self.file)
        config.database, config.tenant = self.database, self.tenant
        return config


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one: `error` says why it failed, `revisions` are those that ran."""

    member: Member
    status: Status
    revisions: tuple[str, ...] = ()
    seconds: float = 0.0
    error: str | None = None


def members(config: Config, *, every_database: bool = False) -> list[Member]:
    """The databases and tenants that a command is about; none where it is about one database.

    Raises ConfigurationError where `tenants` gives no names.
    """
    settings = config.native
    if settings is None:
        return []
    names = settings.databases if every_database else (config.database,)
    found: list[Member] = []
    for name in names:
        one = Member(settings.file, name)
        tenants = list(_tenants(one)) if config.tenant is None else []
        found += tenants or ([one] if every_database else [])
    return found


def _tenants(member: Member) -> Iterator[Member]:
    config = member.config()
    settings = config.native
    if settings is None or settings.tenants is None or settings.schema is not None:
        return
    Project(config)  # which makes the application's modules known
    spec = settings.tenants
    value = load_reference(spec, "tenants") if isinstance(spec, str) else spec
    names = list(value() if callable(value) else value)
    if not all(isinstance(name, str) and name for name in names) or len({*names}) != len(names):
        raise ConfigurationError(f"tenants = {spec!r} must give names, each of them once")
    if not names:
        raise ConfigurationError(f"tenants = {spec!r} gave no names")
    for name in names:
        yield Member(member.file, member.database, name)


def upgrade_all(
    found: Sequence[Member],
    revision: str = "heads",
    *,
    executor: Executor | None = None,
    jobs: int = 1,
    canary: bool = False,
    tell: Callable[[Outcome], None] = lambda outcome: None,
) -> list[Outcome]:
    """Runs what is missing for each, `jobs` at a time or as an executor has it, and tells of each.

    Nobody's failure stops the others; only with `canary` the first runs alone, and the others
    after it did not fail. Those that are at the target are left alone, so that another call goes
    on where this one ended. The outcomes are in the order of the members.
    """
    outcomes: dict[Member, Outcome] = {}

    def note(outcome: Outcome) -> bool:
        outcomes[outcome.member] = outcome
        tell(outcome)
        return outcome.status != "failed"

    rest = list(found)
    if canary and rest and not note(upgrade_one(rest.pop(0), revision)):
        return [outcomes.get(member, Outcome(member, "not run")) for member in found]
    own = ThreadPoolExecutor(max_workers=jobs) if executor is None else None
    chosen = executor or own
    assert chosen is not None
    try:
        for future in as_completed([chosen.submit(upgrade_one, m, revision) for m in rest]):
            note(future.result())
    finally:
        if own is not None:
            own.shutdown(cancel_futures=True)
    return [outcomes[member] for member in found]


def upgrade_one(member: Member, revision: str) -> Outcome:
    """Runs what is missing for one; a failure is an outcome."""
    began = perf_counter()
    try:
        ran = upgrade(Project(member.config()), revision)
    except Exception as error:
        reason = str(getattr(error, "orig", None) or error).strip() or type(error).__name__
        return Outcome(member, "failed", (), perf_counter() - began, reason)
    return Outcome(member, "upgraded" if ran else "at head", ran, perf_counter() - began)
