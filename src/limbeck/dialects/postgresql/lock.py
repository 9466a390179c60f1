"""PostgreSQL's locks: an advisory lock as the mutex, `lock_timeout`, and who blocks whom."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from limbeck.dialects.locks import (
    CHANGED,
    DEADLOCK,
    Blocker,
    Holder,
    Limits,
    Locks,
    Mutex,
    Note,
    Refusal,
    Timeouts,
    Wanted,
)

DEFAULT_LOCK_TIMEOUT = 2.0
"""Seconds: those who come behind a waiting ACCESS EXCLUSIVE wait as long as it does."""

_REFUSALS = {
    "55P03": Refusal(),
    "40P01": Refusal(DEADLOCK),
    "40001": Refusal(CHANGED, whole=True),
}
"""https://www.postgresql.org/docs/current/errcodes-appendix.html"""

_QUERY_CANCELED = "57014"


class AdvisoryMutex:
    """An advisory lock, polled: a statement that waits for one has a snapshot, which
    CREATE INDEX CONCURRENTLY of the holder would wait for in turn.

    It belongs to a session of its own. Behind a pooler that hands sessions around, it belongs to a
    transaction that is left open there; in a caller's transaction, to that one, so that it ends
    with what it guards.
    """

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._own: sa.Connection | None = None
        self._in_transaction = wanted.joined
        self._taken = False
        self._key = _key(wanted)

    @property
    def _connection(self) -> sa.Connection:
        if self._wanted.joined:
            return self._wanted.connection
        if self._own is None:
            self._own = self._wanted.beside().execution_options(isolation_level="AUTOCOMMIT")
            if _is_pooled(self._own):
                self._own.rollback()
                self._own.execution_options(isolation_level="READ COMMITTED")
                self._in_transaction = True
        return self._own

    def attempt(self) -> bool:
        connection = self._connection
        function = "pg_try_advisory_xact_lock" if self._in_transaction else "pg_try_advisory_lock"
        local = self._in_transaction
        settings = [("application_name", _application_name(self._wanted.note))]
        if not self._wanted.joined:
            settings += [(name, "0") for name in _idle_limits(connection)]
        columns: list[Any] = [sa.text(f"{function}({self._key})")]
        columns += [sa.func.set_config(name, value, local) for name, value in settings]
        self._taken = bool(connection.execute(sa.select(*columns)).scalar_one())
        if not self._taken and local and not self._wanted.joined:
            connection.rollback()
        return self._taken

    def holder(self) -> Holder:
        high, low = (self._key >> 32) & 0xFFFFFFFF, self._key & 0xFFFFFFFF
        row = self._connection.execute(
            sa.text(
                "SELECT a.pid, a.application_name, "
                "extract(epoch FROM clock_timestamp() - a.state_change) "
                "FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid "
                "JOIN pg_catalog.pg_database d ON d.oid = l.database "
                "WHERE l.locktype = 'advisory' AND l.granted AND d.datname = current_database() "
                f"AND l.classid = {high} AND l.objid = {low} AND l.objsubid = 1"
            )
        ).first()
        if self._own is not None and self._in_transaction:
            self._own.rollback()
        if row is None:
            return Holder()
        seconds = None if row[2] is None else float(row[2])
        return _holder(str(row[1] or ""), seconds, f"server process {row[0]}")

    def working(self) -> Holder | None:
        holder = self.holder()
        return None if holder == Holder() else holder

    def check(self) -> None:
        """A session that ends is noticed when the mutex is given back."""

    def release(self) -> None:
        if self._own is None:
            return
        own, self._own = self._own, None
        with contextlib.suppress(sa.exc.DBAPIError), own:
            if self._taken and not self._in_transaction:
                own.execute(sa.text(f"SELECT pg_advisory_unlock({self._key})"))
        own.engine.dispose()
        self._taken = False


def mutex(wanted: Wanted) -> Mutex:
    """The advisory lock for a version table."""
    return AdvisoryMutex(wanted)


def _key(wanted: Wanted) -> int:
    """A number for the version table; advisory locks are apart by database already."""
    schema = wanted.schema
    if schema is None:
        schema = wanted.connection.exec_driver_sql("SELECT current_schema()").scalar()
    text = f"limbeck\0{schema}\0{wanted.table}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big", signed=True)


def _is_pooled(connection: sa.Connection) -> bool:
    """Whether a pooler stands in between: the driver was then told another process number."""
    driver: Any = connection.connection.driver_connection
    if hasattr(driver, "get_server_pid"):
        told = driver.get_server_pid()
    else:
        told = getattr(getattr(driver, "info", None), "backend_pid", None)
    if told is None:
        return False
    return bool(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar() != told)


def _idle_limits(connection: sa.Connection) -> list[str]:
    """Settings that would end a session which does nothing but hold the mutex."""
    version = connection.dialect.server_version_info or ()
    names = ["idle_in_transaction_session_timeout"]
    names += ["idle_session_timeout"] if version >= (14,) else []
    return names + (["transaction_timeout"] if version >= (17,) else [])


def _application_name(note: Note) -> str:
    """63 bytes at most are kept; the host is what may be cut."""
    return f"limbeck {note.pid} {note.revision.replace(' ', '')[:30] or '-'} {note.host}"


def _holder(name: str, seconds: float | None, session: str) -> Holder:
    words = name.split(" ")
    if len(words) != 4 or words[0] != "limbeck" or not words[1].isdigit():
        return Holder(seconds=seconds, session=session)
    return Holder(words[3], int(words[1]), words[2].removeprefix("-"), seconds, session)


def begin(connection: sa.Connection, timeouts: Timeouts) -> tuple[int, float]:
    """Sets the timeouts for the transaction; what env.py or the role has set is left alone."""
    asked = timeouts.lock is not None
    lock = timeouts.lock if timeouts.lock is not None else DEFAULT_LOCK_TIMEOUT
    current = sa.func.current_setting("lock_timeout")
    wanted = sa.literal(f"{lock * 1000:.0f}ms")
    value = wanted if asked else sa.case((current == "0", wanted), else_=current)
    columns: list[Any] = [
        sa.func.pg_backend_pid(),
        sa.func.set_config("lock_timeout", value, True),
    ]
    if timeouts.statement:
        limit = f"{timeouts.statement * 1000:.0f}ms"
        columns.append(sa.func.set_config("statement_timeout", limit, True))
    row = connection.execute(sa.select(*columns)).one()
    return int(row[0]), _seconds(str(row[1]))


def _seconds(setting: str) -> float:
    """A setting as PostgreSQL shows it: ``500ms``, ``2s``, ``1min``."""
    units = {"ms": 0.001, "s": 1, "min": 60, "h": 3600, "d": 86400}
    number = setting.rstrip("abcdefghijklmnopqrstuvwxyz")
    return float(number) * units.get(setting[len(number) :], 0.001)


def end(connection: sa.Connection) -> None:
    """Nothing: they end with the transaction."""


def asked(dialect: sa.Dialect, lock: float | None, statement: float | None) -> Mapping[str, str]:
    """The timeouts in the way PostgreSQL shows them."""
    found = {"lock_timeout": lock, "statement_timeout": statement}
    return {name: _shown(value) for name, value in found.items() if value is not None}


def _shown(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    for unit, size in (("h", 3600000), ("min", 60000), ("s", 1000)):
        if milliseconds and milliseconds % size == 0:
            return f"{milliseconds // size}{unit}"
    return f"{milliseconds}ms" if milliseconds else "0"


def _set(name: str, value: str, in_transaction: bool) -> str:
    quoted = value if value == "DEFAULT" else f"'{value}'"
    return f"SET {'LOCAL ' if in_transaction else ''}{name} = {quoted}"


def _code(error: sa.exc.DBAPIError) -> str | None:
    orig: Any = error.orig
    code: str | None = getattr(orig, "sqlstate", None) or getattr(orig, "pgcode", None)
    return code


def refused(connection: sa.Connection, error: sa.exc.DBAPIError) -> Refusal | None:
    """Whether a lock was not given in time, a deadlock broken up, or a snapshot too old."""
    return _REFUSALS.get(_code(error) or "")


def too_slow(error: sa.exc.DBAPIError) -> bool:
    """Whether it ran into statement_timeout; a user who cancels it has the same code."""
    return _code(error) == _QUERY_CANCELED and "statement timeout" in str(error.orig)


def blockers(connection: sa.Connection, session: int) -> list[Blocker]:
    """Who holds, or waits in front for, the lock that a session waits for."""
    rows = connection.execute(
        sa.text(
            "SELECT pid, usename, state, extract(epoch FROM clock_timestamp() - xact_start), query "
            "FROM pg_catalog.pg_stat_activity "
            f"WHERE pid = ANY(pg_blocking_pids({session})) ORDER BY xact_start"
        )
    )
    return [Blocker.of_row(row) for row in rows]


def cancel(connection: sa.Connection, session: int) -> None:
    """Cancels what a session runs."""
    connection.exec_driver_sql(f"SELECT pg_cancel_backend({session})")


LOCKS = Locks(
    mutex=mutex,
    begin=begin,
    end=end,
    limits=Limits(asked, "current_setting('{}')", _set),
    refused=refused,
    too_slow=too_slow,
    blockers=blockers,
    cancel=cancel,
    clock="extract(epoch FROM clock_timestamp())",
)
