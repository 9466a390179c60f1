"""The mutex as a row that runs out: for poolers, and wherever a session cannot be trusted."""

from __future__ import annotations

import contextlib
import logging
import threading
import uuid
from dataclasses import dataclass

import sqlalchemy as sa

from limbeck.database.connect import run_beside
from limbeck.database.own_tables import LOCK
from limbeck.dialects.locks import Holder, Wanted
from limbeck.errors import LockLost

log = logging.getLogger("alembic.runtime.migration")
"""Alembic's name: the logging sections of existing ini files, and users' filters, know it."""

DURATION = 15.0
"""Seconds after which a holder that has not been heard of has lost the lease."""

_BEAT = DURATION / 4


def lease_table(schema: str | None) -> sa.Table:
    """The table: one row for each version table, with who has its lease and until when."""
    return sa.Table(
        LOCK,
        sa.MetaData(),
        sa.Column("name", sa.String(128), primary_key=True),
        sa.Column("token", sa.BigInteger, nullable=False),
        sa.Column("owner", sa.String(64)),
        sa.Column("host", sa.String(255)),
        sa.Column("pid", sa.Integer),
        sa.Column("revision", sa.String(255)),
        sa.Column("since", sa.Double),
        sa.Column("expires", sa.Double, nullable=False),
        schema=schema,
    )


@dataclass(slots=True)
class _Row:
    """What an attempt leaves: the fencing token, one higher for each new holder."""

    owner: str
    token: int = 0


class Lease:
    """The row of a version table in `limbeck_lock`; times are the server's.

    Each statement commits by itself, so that it does not matter which session of a pooler runs
    it. A thread renews the lease. `check` locks the row in the run's own transaction: nobody can
    take it over between the check and the commit.
    """

    def __init__(self, wanted: Wanted, clock: str) -> None:
        self._wanted = wanted
        self._table = lease_table(wanted.schema)
        self._now: sa.ColumnElement[float] = sa.literal_column(clock, sa.Double)
        self._own: sa.Connection | None = None
        self._row = _Row(uuid.uuid4().hex)
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def _connection(self) -> sa.Connection:
        if self._own is None:
            self._own = self._wanted.beside().execution_options(isolation_level="AUTOCOMMIT")
            self._create(self._own)
        return self._own

    def _create(self, connection: sa.Connection) -> None:
        """Table and row, where they are missing; another runner may be making them too."""
        with contextlib.suppress(sa.exc.DBAPIError):
            self._table.create(connection, checkfirst=True)
        values = {"name": self._wanted.table, "token": 0, "expires": 0.0}
        named = sa.select(self._table.c.name).where(self._mine)
        if connection.execute(named).first() is None:
            with contextlib.suppress(sa.exc.IntegrityError):
                connection.execute(self._table.insert().values(values))

    @property
    def _mine(self) -> sa.ColumnElement[bool]:
        return self._table.c.name == self._wanted.table

    @property
    def _held(self) -> sa.ColumnElement[bool]:
        columns = self._table.c
        owned = sa.and_(columns.owner == self._row.owner, columns.token == self._row.token)
        return sa.and_(self._mine, owned)

    def attempt(self) -> bool:
        columns, note = self._table.c, self._wanted.note
        free = sa.or_(columns.owner.is_(None), columns.expires < self._now)
        taken = self._connection.execute(
            self._table.update()
            .where(self._mine, free)
            .values(
                owner=self._row.owner,
                token=columns.token + 1,
                host=note.host[:255],
                pid=note.pid,
                revision=note.revision[:255],
                since=self._now,
                expires=self._now + DURATION,
            )
        )
        if taken.rowcount != 1:
            return False
        query = sa.select(columns.token).where(self._mine)
        self._row.token = self._connection.execute(query).scalar_one()
        self._thread = threading.Thread(target=self._keep, name="limbeck-lease", daemon=True)
        self._thread.start()
        return True

    def _keep(self) -> None:
        """Renews the lease until the end; what fails is tried again, on a new connection."""
        while not self._ended.wait(_BEAT):
            with contextlib.suppress(Exception):
                run_beside(self._wanted.connection, self._renew)

    def _renew(self, connection: sa.Connection) -> None:
        expires = self._now + DURATION
        while True:
            renewed = connection.execute(
                self._table.update().where(self._held).values(expires=expires)
            )
            if renewed.rowcount != 1:
                log.warning("The lease of this run has been taken over: it will commit no more.")
                self._ended.set()
            if self._ended.wait(_BEAT):
                return

    def holder(self) -> Holder:
        columns = self._table.c
        row = self._connection.execute(
            sa.select(columns.host, columns.pid, columns.revision, self._now - columns.since).where(
                self._mine, columns.owner.is_not(None)
            )
        ).first()
        if row is None:
            return Holder()
        return Holder(row[0], row[1], row[2], None if row[3] is None else float(row[3]))

    def working(self) -> Holder | None:
        self._own = self._wanted.beside().execution_options(isolation_level="AUTOCOMMIT")
        if not sa.inspect(self._own).has_table(self._table.name, schema=self._table.schema):
            return None
        alive = sa.select(self._table.c.name).where(self._mine, self._table.c.expires >= self._now)
        held = self._own.execute(alive).first() is not None
        holder = self.holder()
        return holder if held and holder != Holder() else None

    def check(self) -> None:
        if self._wanted.joined:
            return  # the row would stay locked until the caller ends the transaction
        query = sa.select(self._table.c.token).where(self._held).with_for_update()
        if self._wanted.connection.execute(query).first() is None:
            raise LockLost(
                f"The lease of this run ran out: it was not renewed for {DURATION:.0f} s, and "
                "another runner may have started. What was not committed is rolled back; look at "
                "'limbeck current' and run the command again."
            )

    def release(self) -> None:
        self._ended.set()
        if self._thread is not None:
            self._thread.join(timeout=_BEAT)
        if self._own is None:
            return
        own, self._own = self._own, None
        with contextlib.suppress(sa.exc.DBAPIError), own:
            if self._thread is not None:
                own.execute(self._table.update().where(self._held).values(owner=None, expires=0.0))
        own.engine.dispose()
