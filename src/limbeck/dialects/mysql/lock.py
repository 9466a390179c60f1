"""The locks of MySQL and MariaDB: GET_LOCK as the mutex, wait timeouts, and who blocks whom."""

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
    Refusal,
    Timeouts,
    Wanted,
)

DEFAULT_LOCK_TIMEOUT = 2
"""Seconds: those who come behind a waiting ALTER TABLE wait as long as it does."""

_LOCK_WAIT_TIMEOUT = 1205
_WHOLE = {1213: Refusal(DEADLOCK, whole=True), 1020: Refusal(CHANGED, whole=True)}
_TOO_SLOW = (1969, 3024)
"""ER_STATEMENT_TIMEOUT of MariaDB and ER_QUERY_TIMEOUT of MySQL."""

_DAY = 86400
_ROLLS_BACK = "limbeck_rollback_on_timeout"


class NamedMutex:
    """A lock with a name (GET_LOCK), polled on a session of its own."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._own: sa.Connection | None = None
        self._name = _name(wanted)

    @property
    def _connection(self) -> sa.Connection:
        if self._own is None:
            self._own = self._wanted.beside().execution_options(isolation_level="AUTOCOMMIT")
            self._own.exec_driver_sql(f"SET SESSION wait_timeout = {_DAY}")
        return self._own

    def attempt(self) -> bool:
        got = self._connection.exec_driver_sql(f"SELECT GET_LOCK('{self._name}', 0)").scalar()
        return got == 1

    def holder(self) -> Holder:
        row = self._connection.exec_driver_sql(
            "SELECT id, user, host, time FROM information_schema.processlist "
            f"WHERE id = IS_USED_LOCK('{self._name}')"
        ).first()
        if row is None:
            return Holder()
        host = str(row[2]).rpartition(":")[0] or str(row[2])
        pid = self._attribute(int(row[0]), "_pid")
        session = f"server session {row[0]} of user {row[1]}"
        return Holder(host, int(pid) if pid else None, None, float(row[3]), session)

    def _attribute(self, session: int, name: str) -> str | None:
        """What a driver told of its program; MariaDB keeps it only with performance_schema on."""
        try:
            value = self._connection.exec_driver_sql(
                "SELECT attr_value FROM performance_schema.session_connect_attrs "
                f"WHERE processlist_id = {session} AND attr_name = '{name}'"
            ).scalar()
        except sa.exc.DBAPIError:
            return None
        return None if value is None else str(value)

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
            own.exec_driver_sql(f"SELECT RELEASE_LOCK('{self._name}')")
        own.engine.dispose()


def mutex(wanted: Wanted) -> Mutex:
    """The named lock for a version table."""
    return NamedMutex(wanted)


def _name(wanted: Wanted) -> str:
    """Names are one for the whole server, and 64 characters long at most."""
    schema = wanted.schema
    if schema is None:
        schema = wanted.connection.exec_driver_sql("SELECT DATABASE()").scalar()
    digest = hashlib.sha256(f"{schema}\0{wanted.table}".encode()).hexdigest()
    return f"limbeck:{digest[:40]}"


def begin(connection: sa.Connection, timeouts: Timeouts) -> tuple[int, float]:
    """Sets the timeouts for the session; what env.py has set in it is left alone."""
    row = connection.exec_driver_sql(
        "SELECT CONNECTION_ID(), @@session.lock_wait_timeout, @@global.lock_wait_timeout, "
        "@@innodb_rollback_on_timeout, VERSION()"
    ).one()
    lock = int(row[1])
    connection.info[_ROLLS_BACK] = bool(row[3])
    if timeouts.lock is not None or row[1] == row[2]:
        lock = _whole(DEFAULT_LOCK_TIMEOUT if timeouts.lock is None else timeouts.lock)
        connection.exec_driver_sql(
            f"SET SESSION lock_wait_timeout = {lock}, SESSION innodb_lock_wait_timeout = {lock}"
        )
    if timeouts.statement and "mariadb" in str(row[4]).lower():
        connection.exec_driver_sql(f"SET SESSION max_statement_time = {timeouts.statement}")
    return int(row[0]), float(lock)


def _whole(seconds: float) -> int:
    """Seconds as the server takes them; it has no word for no limit."""
    return max(1, round(seconds)) if seconds else _DAY


def asked(dialect: sa.Dialect, lock: float | None, statement: float | None) -> Mapping[str, str]:
    """The timeouts of the session; MySQL, where it is known to be that, limits no statement."""
    found: dict[str, str] = {}
    if lock is not None:
        found["lock_wait_timeout"] = found["innodb_lock_wait_timeout"] = str(_whole(lock))
    known = getattr(dialect, "server_version_info", None) is not None
    if statement is not None and (getattr(dialect, "is_mariadb", False) or not known):
        found[_MARIADBS] = f"{statement:g}"
    return found


_MARIADBS = "max_statement_time"


def _set(name: str, value: str, in_transaction: bool) -> str:
    """MySQL, which may be given a script, takes the setting of MariaDB's for a comment."""
    if name == _MARIADBS:
        return f"SET @limbeck = 0 /*M!100101 , SESSION {name} = {value} */"
    return f"SET SESSION {name} = {value}"


def end(connection: sa.Connection) -> None:
    """Gives the session the server's values again."""
    connection.exec_driver_sql(
        "SET SESSION lock_wait_timeout = DEFAULT, SESSION innodb_lock_wait_timeout = DEFAULT"
    )
    if "mariadb" in str(getattr(connection.dialect, "server_version_info", "")).lower():
        connection.exec_driver_sql("SET SESSION max_statement_time = DEFAULT")


def refused(connection: sa.Connection, error: sa.exc.DBAPIError) -> Refusal | None:
    """Whether a lock was not given in time, a deadlock broken up, or a snapshot too old.

    A deadlock takes all of the transaction back, a timeout the statement alone, unless the server
    was started with innodb_rollback_on_timeout:
    https://dev.mysql.com/doc/refman/8.4/en/innodb-error-handling.html
    So does a row that has changed since the snapshot, where innodb_snapshot_isolation is on:
    https://mariadb.com/kb/en/innodb-system-variables/#innodb_snapshot_isolation
    """
    number = _number(error)
    if number == _LOCK_WAIT_TIMEOUT:
        return Refusal(whole=connection.info.get(_ROLLS_BACK, False))
    return _WHOLE.get(number)


def too_slow(error: sa.exc.DBAPIError) -> bool:
    """Whether it ran into max_statement_time."""
    return _number(error) in _TOO_SLOW


def _number(error: sa.exc.DBAPIError) -> Any:
    arguments: Any = getattr(error.orig, "args", ())
    return arguments[0] if arguments else None


_QUERIES = (
    # MySQL 8: https://dev.mysql.com/doc/refman/8.4/en/performance-schema-metadata-locks-table.html
    "SELECT t.processlist_id FROM performance_schema.metadata_locks w "
    "JOIN performance_schema.threads me ON me.thread_id = w.owner_thread_id "
    "JOIN performance_schema.metadata_locks h ON h.object_schema = w.object_schema "
    "AND h.object_name = w.object_name AND h.lock_status = 'GRANTED' "
    "JOIN performance_schema.threads t ON t.thread_id = h.owner_thread_id "
    "WHERE w.lock_status = 'PENDING' AND me.processlist_id = {session} "
    "AND t.processlist_id <> {session}",
    # MariaDB: https://mariadb.com/kb/en/metadata-lock-info-plugin/
    "SELECT h.thread_id FROM information_schema.metadata_lock_info h "
    "WHERE h.lock_type LIKE '%%table%%' AND h.thread_id <> {session}",
    # Either: transactions that are open, oldest first
    "SELECT trx_mysql_thread_id FROM information_schema.innodb_trx "
    "WHERE trx_mysql_thread_id NOT IN ({session}, 0) ORDER BY trx_started",
)


def blockers(connection: sa.Connection, session: int) -> list[Blocker]:
    """Who holds the lock that a session waits for; without a view of locks, whose are open."""
    for query in _QUERIES:
        try:
            rows = connection.exec_driver_sql(query.format(session=session)).scalars().all()
        except sa.exc.DBAPIError:
            continue
        if rows:
            return _described(connection, [int(row) for row in rows])
    return []


def _described(connection: sa.Connection, sessions: list[int]) -> list[Blocker]:
    ids = ", ".join(str(session) for session in dict.fromkeys(sessions))
    rows = connection.exec_driver_sql(
        "SELECT p.id, p.user, p.command, "
        "TIMESTAMPDIFF(SECOND, t.trx_started, NOW()), COALESCE(p.info, '') "
        "FROM information_schema.processlist p LEFT JOIN information_schema.innodb_trx t "
        f"ON t.trx_mysql_thread_id = p.id WHERE p.id IN ({ids}) ORDER BY t.trx_started"
    )
    return [Blocker.of_row(row) for row in rows]


def cancel(connection: sa.Connection, session: int) -> None:
    """Cancels what a session runs."""
    connection.exec_driver_sql(f"KILL QUERY {session}")


LOCKS = Locks(
    mutex=mutex,
    begin=begin,
    end=end,
    limits=Limits(asked, "@@session.{}", _set),
    refused=refused,
    too_slow=too_slow,
    blockers=blockers,
    cancel=cancel,
    clock="UNIX_TIMESTAMP(NOW(6))",
)
