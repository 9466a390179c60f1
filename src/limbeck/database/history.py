"""The history: who ran what, when, with what outcome, and the source of what was applied."""

from __future__ import annotations

import getpass
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields
from datetime import datetime, timezone
from functools import cache, cached_property
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import sqlalchemy as sa

from limbeck.database.connect import beside
from limbeck.database.own_tables import HISTORY, LongText, own_name
from limbeck.database.steps import MigrationStep
from limbeck.database.version_rows import own_transaction
from limbeck.database.version_table import VersionTable
from limbeck.dialects.locks import Timeouts
from limbeck.script.checksum import checksum, source

if TYPE_CHECKING:
    from limbeck.database.migration import MigrationContext

_SHORT = 2.0
"""Seconds: a run that was told to stop does not wait long for anything."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One revision that was run or stamped. Rows are those of the version table, times UTC."""

    revision: str
    direction: str
    outcome: str
    started: datetime
    seconds: float
    rows_before: str
    rows_after: str
    os_user: str
    database_user: str
    version: str
    checksum: str | None = None
    error: str | None = None
    source: str | None = None


class HistoryTable:
    """The table on a connection."""

    def __init__(self, connection: sa.Connection, versions: VersionTable) -> None:
        self.connection = connection
        self.name = own_name(HISTORY, versions.qualified)
        self.schema = versions.schema
        self.table = sa.Table(
            self.name,
            sa.MetaData(),
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("revision", sa.String(128), nullable=False),
            sa.Column("direction", sa.String(16), nullable=False),
            sa.Column("outcome", sa.String(16), nullable=False),
            sa.Column("started", sa.DateTime, nullable=False),
            sa.Column("seconds", sa.Float, nullable=False),
            sa.Column("rows_before", LongText, nullable=False),
            sa.Column("rows_after", LongText, nullable=False),
            sa.Column("os_user", sa.String(255), nullable=False),
            sa.Column("database_user", sa.String(255), nullable=False),
            sa.Column("version", sa.String(32), nullable=False),
            sa.Column("checksum", sa.String(64)),
            sa.Column("error", LongText),
            sa.Column("source", LongText),
            schema=self.schema,
        )

    def exists(self) -> bool:
        """Whether the table is there."""
        return sa.inspect(self.connection).has_table(self.name, schema=self.schema)

    def create(self) -> None:
        """Creates the table where it is missing."""
        if not self.exists():
            self.connection.execute(sa.schema.CreateTable(self.table))

    def insert(self, entries: list[Entry]) -> None:
        """Adds entries."""
        names = [field.name for field in fields(Entry)]
        rows = [{name: getattr(entry, name) for name in names} for entry in entries]
        if rows:
            self.connection.execute(sa.insert(self.table), rows)

    def entries(self) -> list[Entry]:
        """All entries without the sources, first to last; none where there is no table."""
        names = [field.name for field in fields(Entry) if field.name != "source"]
        query = sa.select(*(self.table.c[name] for name in names)).order_by(self.table.c.id)
        return [Entry(*row) for row in self.connection.execute(query)] if self.exists() else []

    def applied(self) -> dict[str, int]:
        """The revisions that are applied by what the history says, with the entry that did it."""
        if not self.exists():
            return {}
        columns = self.table.c
        query = (
            sa.select(columns.revision, columns.direction, columns.id)
            .where(columns.outcome == "done", columns.direction.in_(("upgrade", "downgrade")))
            .order_by(columns.id)
        )
        last: dict[str, int] = {}
        for revision, direction, number in self.connection.execute(query):
            if direction == "upgrade":
                last[revision] = number
            else:
                last.pop(revision, None)
        return last

    def sources(self, numbers: list[int]) -> dict[str, str]:
        """The sources in those entries, by revision."""
        columns = self.table.c
        query = sa.select(columns.revision, columns.source).where(columns.id.in_(numbers))
        return {row[0]: row[1] for row in self.connection.execute(query) if row[1] is not None}

    def checksums(self) -> dict[str, str]:
        """The checksum of each applied revision."""
        numbers = set(self.applied().values())
        if not numbers:
            return {}
        columns = self.table.c
        query = sa.select(columns.revision, columns.checksum, columns.id)
        return {r: c for r, c, n in self.connection.execute(query) if n in numbers and c}


class History:
    """What a run adds to the history: with the transaction that it is about, if it is kept."""

    def __init__(self, context: MigrationContext, connection: sa.Connection) -> None:
        self._context = context
        self.connection = connection
        self._unwritten: list[Entry] = []
        self._failed: Entry | None = None
        self._is_ready = False

    @cached_property
    def is_kept(self) -> bool:
        """Whether a history is kept: in native mode, unless turned off."""
        given = self._context.opts.get("history")
        config = self._context.config
        if given is not None:
            return bool(given)
        return config is not None and bool(config.get_alembic_boolean_option("history"))

    @cached_property
    def table(self) -> HistoryTable:
        """The table."""
        return HistoryTable(self.connection, self._context.version)

    @contextmanager
    def step(self, step: MigrationStep, before: tuple[str, ...]) -> Iterator[list[tuple[str, ...]]]:
        """One step: the block puts the rows after it into the list; a failure is noted too."""
        after: list[tuple[str, ...]] = []
        started, clock = datetime.now(timezone.utc).replace(tzinfo=None), time.monotonic()
        try:
            yield after
        except BaseException as error:
            if self.is_kept:
                said = "interrupted"
                if isinstance(error, Exception):
                    said = f"{type(error).__name__}: {getattr(error, 'orig', None) or error}"
                seconds = time.monotonic() - clock
                self._failed = self._entry(step, before, before, started, seconds, said)
            raise
        self._failed = None
        if self.is_kept:
            seconds = time.monotonic() - clock
            self._unwritten.append(self._entry(step, before, after[0], started, seconds))

    def _entry(
        self,
        step: MigrationStep,
        before: tuple[str, ...],
        after: tuple[str, ...],
        started: datetime,
        seconds: float,
        error: str | None = None,
    ) -> Entry:
        ends = step.to_revisions if step.is_upgrade else step.from_revisions
        text = None if step.revision is None else source(step.revision.path)
        return Entry(
            revision=", ".join(ends)[:128],
            direction="stamp" if step.is_stamp else step.name,
            outcome="done" if error is None else "failed",
            started=started,
            seconds=round(seconds, 3),
            rows_before=", ".join(before),
            rows_after=", ".join(after),
            os_user=_os_user(),
            database_user=self.connection.engine.url.username or "",
            version=_version(),
            checksum=checksum(text),
            error=error,
            source=text if error is None and step.name == "upgrade" else None,
        )

    def write(self) -> None:
        """Adds what has run, because the transaction is about to end."""
        entries, self._unwritten = self._unwritten, []
        if entries:
            with self._context.progress.unwatched():
                self._make_ready()
                self.table.insert(entries)

    def forget(self) -> None:
        """The transaction was rolled back."""
        self._unwritten = []

    def write_failure(self) -> None:
        """Adds the step that failed, after its transaction was rolled back; never fails itself."""
        failed, self._failed = self._failed, None
        if failed is None or self._context.live.external:
            return
        with suppress(Exception):  # what ended the run is what matters
            if self.connection.invalidated:
                self._write_beside(failed)
                return
            with own_transaction(self.connection):
                self._is_ready = False
                self._make_ready()
                self.table.insert([failed])

    def _write_beside(self, failed: Entry) -> None:
        """Adds it on another connection: that of the run was lost with the statement."""
        locks, versions = self._context.limbeck_dialect.locks, self._context.version
        other = beside(self.connection)
        try:
            with other, other.begin():
                if locks is not None:
                    locks.begin(other, Timeouts(_SHORT))
                if versions.exists(other):  # elsewhere the other one may not see what this one saw
                    table = HistoryTable(other, versions)
                    table.create()
                    table.insert([failed])
        finally:
            other.engine.dispose()

    def _make_ready(self) -> None:
        if not self._is_ready:
            self.table.create()
            self._is_ready = True


@cache
def _version() -> str:
    try:
        return version("limbeck")
    except PackageNotFoundError:
        return "unknown"


@cache
def _os_user() -> str:
    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):
        user = "unknown"
    return f"{user}@{socket.gethostname()}"
