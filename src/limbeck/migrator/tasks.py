"""The work on many databases: what is sent to a worker, and how all of it is run."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from threading import Lock
from time import perf_counter
from typing import Any, Generic, TypeVar

from sqlalchemy.engine import URL

from limbeck.migrator.blocking import Migrator
from limbeck.migrator.members import Member, Outcome, Outcomes, Status
from limbeck.project.config import Config
from limbeck.project.project import Project
from limbeck.project.settings import Settings
from limbeck.script.directory import ScriptDirectory
from limbeck.script.module import importing

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Task(Generic[R]):
    """What is to be done on one member: all that another process has to know.

    `run` is the call of a Fleet that it is part of, and `process` the one that made it. `alembic`
    makes that name ours, where it is so in that process.
    """

    run: str
    process: int
    member: Member
    settings: Settings
    target: str | URL | None
    work: Callable[[Migrator], R]
    done: Status
    alembic: Callable[[], None] | None


def run_all(
    tasks: Sequence[Task[R]],
    *,
    executor: Executor | None,
    jobs: int,
    canary: bool,
    tell: Callable[[Outcome[Any]], None] | None,
) -> Outcomes[R]:
    """Runs all of them; see `Fleet`. What has not begun when it is interrupted does not begin."""
    outcomes: dict[Member, Outcome[R]] = {}
    own = ThreadPoolExecutor(max_workers=jobs) if executor is None else None
    chosen = executor or own
    assert chosen is not None
    futures: dict[Future[Outcome[R]], Task[R]] = {}
    stages = [tasks[:1], tasks[1:]] if canary else [tasks]
    try:
        for stage in stages:
            if any(outcome.status == "failed" for outcome in outcomes.values()):
                break
            futures = {chosen.submit(perform, task): task for task in stage}
            for future in as_completed(futures):
                outcome = _outcome(future, futures[future])
                outcomes[outcome.member] = outcome
                if tell is not None:
                    tell(outcome)
    finally:
        for future in futures:
            future.cancel()
        if own is not None:
            own.shutdown(cancel_futures=True)
    members = [task.member for task in tasks]
    return Outcomes(outcomes.get(member, Outcome(member, "not run")) for member in members)


def _outcome(future: Future[Outcome[R]], task: Task[R]) -> Outcome[R]:
    """What the worker says; where it is the worker that failed, what the executor says of it."""
    error = future.exception()
    return future.result() if error is None else Outcome(task.member, "failed", error=_said(error))


def perform(task: Task[R]) -> Outcome[R]:
    """Does the work for one; a failure is an outcome."""
    began = perf_counter()
    try:
        config = Config.of(task.settings)
        if os.getpid() != task.process:
            importing.alembic = importing.alembic or task.alembic
            Project(config)  # which makes the application's modules known to a worker
        migrator = Migrator(task.target, project=config)
        migrator._files.scripts = _read_once.scripts(task, config)
        value = task.work(migrator)
    except Exception as error:
        return Outcome(task.member, "failed", None, perf_counter() - began, _said(error))
    status = task.done if task.done in ("read", "stamped") or value else "unchanged"
    return Outcome(task.member, status, value, perf_counter() - began)


def _said(error: BaseException) -> str:
    return str(getattr(error, "orig", None) or error).strip() or type(error).__name__


class _ReadOnce:
    """The revision files of the runs that are under way in this process, read once for each.

    A worker may live for days: what one run has read is not for the next one.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[tuple[str, str | None], ScriptDirectory] = OrderedDict()

    def scripts(self, task: Task[Any], config: Config) -> ScriptDirectory:
        """The scripts of a task: the graph is shared, modules are the task's own."""
        key = (task.run, task.member.database)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = Project(config, prepends=False).scripts
                self._kept[key].graph  # noqa: B018  # which reads it
                while len(self._kept) > 16:
                    self._kept.popitem(last=False)
            return self._kept[key].with_own_modules()


_read_once = _ReadOnce()
