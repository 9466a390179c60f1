"""Scratch databases on a MySQL or MariaDB server."""

from __future__ import annotations

import sqlalchemy as sa

from limbeck.dialects.base import Holdings, ScratchServer

_IDLE = """
SELECT s.schema_name FROM information_schema.schemata s
WHERE LEFT(s.schema_name, CHAR_LENGTH(:prefix)) = :prefix AND NOT EXISTS (
  SELECT 1 FROM information_schema.processlist p WHERE p.db = s.schema_name)
"""
"""A user without PROCESS sees only sessions of its own there: the age of a database counts too."""

_OTHERS = """
SELECT routine_type, routine_name FROM information_schema.routines
WHERE routine_schema = DATABASE()
UNION ALL SELECT 'EVENT', event_name FROM information_schema.events
WHERE event_schema = DATABASE()
"""

_KINDS = {"VIEW": "VIEW", "SEQUENCE": "SEQUENCE"}
"""What SHOW FULL TABLES calls that which is not a table."""


def _create(connection: sa.Connection, name: str) -> None:
    """With the character set of the database beside it, as tables take theirs from there."""
    sql = "SELECT @@character_set_database, @@collation_database"
    charset, collation = connection.exec_driver_sql(sql).one()
    connection.exec_driver_sql(
        f"CREATE DATABASE {name} CHARACTER SET {charset} COLLATE {collation}"
    )


def _drop(connection: sa.Connection, name: str) -> None:
    connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name}")


def _idle(connection: sa.Connection, prefix: str) -> list[str]:
    return [row[0] for row in connection.execute(sa.text(_IDLE), {"prefix": prefix})]


def _holdings(connection: sa.Connection) -> Holdings:
    return Holdings(tuple(row[0] for row in connection.exec_driver_sql("SHOW FULL TABLES")))


def _clear(connection: sa.Connection, before: Holdings) -> None:
    quote = connection.dialect.identifier_preparer.quote_identifier
    connection.exec_driver_sql("SET FOREIGN_KEY_CHECKS = 0")
    try:
        for name, kind in connection.exec_driver_sql("SHOW FULL TABLES").all():
            word = _KINDS.get(kind, "TABLE")
            connection.exec_driver_sql(f"DROP {word} IF EXISTS {quote(name)}")
        for kind, name in connection.exec_driver_sql(_OTHERS).all():
            connection.exec_driver_sql(f"DROP {kind} IF EXISTS {quote(name)}")
    finally:
        connection.exec_driver_sql("SET FOREIGN_KEY_CHECKS = 1")


SCRATCH = ScratchServer(
    drivers=("pymysql", "MySQLdb", "mysql.connector"),
    elsewhere="",
    create=_create,
    drop=_drop,
    idle=_idle,
    holdings=_holdings,
    clear=_clear,
)
