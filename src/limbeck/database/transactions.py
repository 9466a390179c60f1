"""Transactions that hold what they promise, on SQLite too.

Python's sqlite3 begins a transaction only before INSERT, UPDATE and DELETE, so DDL would commit
by itself: here BEGIN is sent for real. Foreign keys are suspended around it, because rebuilding a
table must not cascade into others and the pragma has no effect inside a transaction
(https://www.sqlite.org/lang_altertable.html, "making other kinds of table schema changes").
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa


class Transaction:
    """A transaction on a connection; ended by `commit` or `rollback`, once."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        self._foreign_keys = _suspend_foreign_keys(connection)
        # a query of the caller's, since the context was made, may have begun one
        self._transaction = connection.get_transaction() or connection.begin()
        begin_for_real(connection)

    @property
    def is_active(self) -> bool:
        """Whether it has not ended yet."""
        return self._transaction.is_active

    def commit(self) -> None:
        """Makes everything since the start permanent."""
        self._transaction.commit()
        self._restore()

    def rollback(self) -> None:
        """Takes everything since the start back."""
        self._transaction.rollback()
        self._restore()

    def _restore(self) -> None:
        if self._foreign_keys:
            _pragma(self.connection, "PRAGMA foreign_keys=ON")
            self._foreign_keys = False


def begin_for_real(connection: sa.Connection) -> None:
    """Sends BEGIN on SQLite, unless the driver is in a transaction already."""
    if connection.dialect.name == "sqlite" and not _driver_in_transaction(connection):
        connection.exec_driver_sql("BEGIN")


def _driver_in_transaction(connection: sa.Connection) -> bool:
    driver: Any = connection.connection.driver_connection
    return bool(getattr(driver, "in_transaction", False))


def may_fail(connection: sa.Connection) -> bool:
    """Whether a query that fails does no harm to what ran before it on the connection.

    PostgreSQL ends a transaction with the first failure: there nothing may have run in it yet.
    """
    if connection.dialect.name in ("sqlite", "mysql", "mariadb"):
        return True
    if connection.dialect.name != "postgresql":
        return False
    driver: Any = connection.connection.driver_connection
    if hasattr(driver, "is_in_transaction"):  # asyncpg
        return not driver.is_in_transaction()
    status = getattr(getattr(driver, "info", None), "transaction_status", None)
    return status == 0  # libpq's PQTRANS_IDLE, in both versions of psycopg


def after_failure(connection: sa.Connection) -> None:
    """Ends the transaction of the driver that a failed query left, where it was the first one."""
    if connection.dialect.name == "postgresql":
        connection.connection.rollback()


def _suspend_foreign_keys(connection: sa.Connection) -> bool:
    """Turns enforcement off where it is on, and says whether it was."""
    if connection.dialect.name != "sqlite" or _driver_in_transaction(connection):
        return False
    if not _pragma(connection, "PRAGMA foreign_keys"):
        return False
    _pragma(connection, "PRAGMA foreign_keys=OFF")
    return True


def _pragma(connection: sa.Connection, sql: str) -> Any:
    """Runs a pragma beneath SQLAlchemy, so that it begins no transaction."""
    cursor = connection.connection.cursor()
    try:
        cursor.execute(sql)
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None
    finally:
        cursor.close()
