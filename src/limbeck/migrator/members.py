"""The databases and tenants of a project, and what became of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeAlias, TypeVar

from limbeck.errors import CommandError, ConfigurationError
from limbeck.migrator.files import called
from limbeck.project.config import Config
from limbeck.project.sources import load_reference

R = TypeVar("R")

Status: TypeAlias = Literal[
    "upgraded", "downgraded", "stamped", "read", "unchanged", "failed", "not run"
]

Tenants: TypeAlias = "Iterable[str] | Callable[[], Iterable[str]]"


@dataclass(frozen=True, slots=True)
class Member:
    """One database or tenant of a project."""

    database: str | None = None
    tenant: str | None = None

    @property
    def name(self) -> str:
        """What it is called in reports: ``acme``, ``billing``, ``billing/acme``."""
        return "/".join(part for part in (self.database, self.tenant) if part is not None)


@dataclass(frozen=True, slots=True)
class Outcome(Generic[R]):
    """What became of one: `value` is what the method of a Migrator gives, `error` says why not."""

    member: Member
    status: Status
    value: R | None = None
    seconds: float = 0.0
    error: str | None = None


class Outcomes(tuple[Outcome[R], ...]):
    """What became of each, in the order of the members."""

    __slots__ = ()

    @property
    def failed(self) -> tuple[Outcome[R], ...]:
        """Those that failed."""
        return tuple(outcome for outcome in self if outcome.status == "failed")

    def require_success(self) -> None:
        """Raises CommandError that names those that failed."""
        failed = [outcome.member.name for outcome in self.failed]
        if failed:
            raise CommandError(
                f"{len(failed)} of {len(self)} failed: {', '.join(failed)}. The same command goes "
                "on with these; the others are left alone."
            )


def members_of(
    config: Config, given: Tenants | None = None, *, tenants: bool = True
) -> Iterator[Member]:
    """The members of a project, as far as the Config does not name one of them.

    Without `tenants`, what all tenants share counts once. Raises ConfigurationError where the
    setting `tenants`, or what is given in its place, gives no names.
    """
    settings = config.native
    if settings is None:
        raise ConfigurationError("Several databases and tenants need native settings.")
    every = settings.databases if config.database is None else ()
    for database in every or (config.database,):
        one = config.narrowed(database)
        native = one.native
        assert native is not None
        spec = native.tenants if given is None else given
        if spec is None or native.schema is not None or not tenants:
            yield Member(database, config.tenant)
        else:
            yield from (Member(database, name) for name in _names(spec))


def _names(spec: Any) -> list[str]:
    value = load_reference(spec, "tenants") if isinstance(spec, str) else spec
    names = list(called(value) if callable(value) else value)
    if not all(isinstance(name, str) and name for name in names) or len({*names}) != len(names):
        raise ConfigurationError(f"tenants = {spec!r} must give names, each of them once")
    if not names:
        raise ConfigurationError(f"tenants = {spec!r} gave no names")
    return names
