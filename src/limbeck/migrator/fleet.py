"""`Fleet`: the migrations of a project on all of its databases and tenants."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from sqlalchemy.engine import URL

from limbeck.errors import ConfigurationError
from limbeck.migrator.blocking import Checked, Migrator
from limbeck.migrator.files import Files
from limbeck.migrator.members import Member, Outcome, Outcomes, Status, Tenants, members_of
from limbeck.migrator.tasks import Task, run_all
from limbeck.project.config import Config
from limbeck.revision.revision import Revision
from limbeck.script.module import importing

if TYPE_CHECKING:
    import sqlalchemy as sa
    from sqlalchemy.ext.asyncio import AsyncEngine

R = TypeVar("R")
Tell = Callable[[Outcome[Any]], None]


class Fleet:
    """All databases of a project, and all tenants of each.

    `project`, `settings` and `target` are those of a `Migrator`, where `target` is a URL or an
    engine whose URL is taken; `database` leaves the other databases out, and `tenants`, names or
    a function that gives them, takes the place of the setting. `jobs` are run at a time, in
    threads, or as an `executor` has it: any `concurrent.futures.Executor`, also one whose workers
    are other processes or other machines with the project at the same place.

    Methods do what those of a Migrator do, for each. A failure is an outcome, stops no other and
    raises nothing: see `Outcomes.require_success`. Who is at the target is left alone, so that
    another call goes on where this one ended. `expect` is called with how many there are before
    the first begins, `tell` with each outcome when it is there. With `canary` the first runs
    alone, and the others only if it did not fail.
    """

    def __init__(
        self,
        target: str | URL | sa.Engine | AsyncEngine | None = None,
        /,
        *,
        project: str | os.PathLike[str] | Config | None = None,
        database: str | None = None,
        tenants: Tenants | None = None,
        jobs: int = 1,
        executor: Executor | None = None,
        expect: Callable[[int], None] | None = None,
        **settings: Any,
    ) -> None:
        files = Files.of(project, settings, database)
        self._config = files.config
        shared: Any = target
        self._target: str | URL | None = getattr(shared, "url", shared)
        self._tenants = tenants
        self._jobs, self._executor = jobs, executor
        self._expect = expect
        native = files.settings
        if native is None:
            raise ConfigurationError("Several databases and tenants need native settings.")
        if native.databases and files.config.database is None and target is not None:
            raise ConfigurationError("Several databases have a URL each: say which is meant.")

    def members(self) -> tuple[Member, ...]:
        """The databases and tenants, as they are now; raises ConfigurationError for no names."""
        return tuple(members_of(self._config, self._tenants))

    # -- changing the databases -------------------------------------------------------------------

    def upgrade(
        self, target: str = "heads", *, canary: bool = False, tell: Tell | None = None
    ) -> Outcomes[tuple[Revision, ...]]:
        """Runs what is missing up to `target`; the revisions that ran, in order."""
        work = partial(Migrator.upgrade, target=target)
        return self._each(work, "upgraded", canary, tell)

    def downgrade(
        self, target: str, *, canary: bool = False, tell: Tell | None = None
    ) -> Outcomes[tuple[Revision, ...]]:
        """Takes back what is above `target`; the revisions that were taken back, in order."""
        work = partial(Migrator.downgrade, target=target)
        return self._each(work, "downgraded", canary, tell)

    def stamp(
        self, *targets: str, purge: bool = False, canary: bool = False, tell: Tell | None = None
    ) -> Outcomes[None]:
        """Makes the version tables say `targets`, and runs nothing."""
        return self._each(partial(_stamp, targets=targets, purge=purge), "stamped", canary, tell)

    # -- asking -----------------------------------------------------------------------------------

    def current(self, *, tell: Tell | None = None) -> Outcomes[tuple[Revision, ...]]:
        """The revisions that the version tables name."""
        return self._each(Migrator.current, "read", False, tell)

    def pending(
        self, target: str = "heads", *, tell: Tell | None = None
    ) -> Outcomes[tuple[Revision, ...]]:
        """What an upgrade to `target` would run."""
        return self._each(partial(Migrator.pending, target=target), "read", False, tell)

    def check(self, *, against: str | None = None, tell: Tell | None = None) -> Outcomes[Checked]:
        """Whether the models agree with each, or with the history, which all tenants share."""
        work = partial(Migrator.check, against=against)
        shares = (against or self._config.get_alembic_option("against")) == "history"
        return self._each(work, "read", False, tell, tenants=not shares)

    def each(
        self,
        work: Callable[[Migrator], R],
        *,
        canary: bool = False,
        tell: Tell | None = None,
    ) -> Outcomes[R]:
        """Calls a function with a Migrator of each; for other processes it must pickle."""
        return self._each(work, "read", canary, tell)

    def _each(
        self,
        work: Callable[[Migrator], R],
        done: Status,
        canary: bool,
        tell: Tell | None,
        *,
        tenants: bool = True,
    ) -> Outcomes[R]:
        run = uuid4().hex
        tasks = [
            self._task(member, work, done, run)
            for member in members_of(self._config, self._tenants, tenants=tenants)
        ]
        if self._expect is not None:
            self._expect(len(tasks))
        return run_all(tasks, executor=self._executor, jobs=self._jobs, canary=canary, tell=tell)

    def _task(
        self, member: Member, work: Callable[[Migrator], R], done: Status, run: str
    ) -> Task[R]:
        settings = self._config.narrowed(member.database, member.tenant).native
        assert settings is not None
        plain = replace(settings, tenants=None, databases=())
        return Task(run, os.getpid(), member, plain, self._target, work, done, importing.alembic)


def _stamp(migrator: Migrator, targets: tuple[str, ...], purge: bool) -> None:
    migrator.stamp(*targets, purge=purge)
