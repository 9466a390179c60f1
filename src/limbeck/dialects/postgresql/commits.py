"""Statements that PostgreSQL refuses in a transaction, and what they leave when they fail.

https://www.postgresql.org/docs/current/sql-createindex.html, "Building Indexes Concurrently";
sql-altertype.html for ADD VALUE; sql-altertable.html for DETACH PARTITION CONCURRENTLY.
"""

from __future__ import annotations

import logging
import re
import time

import sqlalchemy as sa

from limbeck.dialects.base import Commits
from limbeck.dialects.opening import IDENTIFIER, QUALIFIED, unquoted, without_comments

log = logging.getLogger("alembic.runtime.migration")

_ALONE = re.compile(
    r"(?:CREATE\s+(?:UNIQUE\s+)?INDEX\s+CONCURRENTLY"
    r"|DROP\s+INDEX\s+CONCURRENTLY"
    r"|REINDEX\s*(?:\([^)]*\)\s*)?(?:(?:INDEX|TABLE)\s+CONCURRENTLY|SCHEMA|DATABASE|SYSTEM)"
    r"|REINDEX\s*\([^)]*\bCONCURRENTLY\b[^)]*\)"
    r"|VACUUM|ALTER\s+SYSTEM|(?:CREATE|DROP)\s+(?:DATABASE|TABLESPACE|SUBSCRIPTION)"
    r"|ALTER\s+DATABASE\s+\S+\s+SET\s+TABLESPACE"
    r"|ALTER\s+TABLE\s.*\sDETACH\s+PARTITION\s.*\sCONCURRENTLY)\b"
    r"|CLUSTER\s*(?:VERBOSE\s*)?;?\s*$",
    re.I | re.DOTALL,
)
_CREATE_INDEX = re.compile(
    rf"CREATE\s+(?:UNIQUE\s+)?INDEX\s+CONCURRENTLY\s+(?:IF\s+NOT\s+EXISTS\s+)?({IDENTIFIER})\s+"
    rf"ON\s+(?:ONLY\s+)?({QUALIFIED})",
    re.I,
)
_DROP_INDEX = re.compile(
    rf"DROP\s+INDEX\s+CONCURRENTLY\s+(?:IF\s+EXISTS\s+)?({QUALIFIED})\s*"
    r"(?:CASCADE|RESTRICT)?\s*;?\s*$",
    re.I,
)
_REINDEX = re.compile(
    rf"REINDEX\s*(?:\([^)]*\)\s*)?(INDEX|TABLE)\s+(?:CONCURRENTLY\s+)?({QUALIFIED})", re.I
)
_DATABASE = re.compile(rf"(CREATE|DROP)\s+DATABASE\s+(?:IF\s+EXISTS\s+)?({IDENTIFIER})", re.I)
_DETACH = re.compile(
    rf"ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?({QUALIFIED})\s+DETACH\s+PARTITION\s+"
    rf"({QUALIFIED})\s+CONCURRENTLY",
    re.I,
)
_ADD_VALUE = re.compile(
    rf"ALTER\s+TYPE\s+({QUALIFIED})\s+ADD\s+VALUE\s+(?:IF\s+NOT\s+EXISTS\s+)?'((?:[^']|'')*)'",
    re.I,
)
_CREATE_TYPE = re.compile(rf"CREATE\s+TYPE\s+({QUALIFIED})", re.I)
_REPEATABLE = re.compile(r"(?:REINDEX|VACUUM|ALTER\s+SYSTEM|CLUSTER)\b", re.I)

_INDEX = sa.text(
    "SELECT i.indisvalid, i.indexrelid, quote_ident(n.nspname) || '.' || quote_ident(c.relname) "
    "FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
    "JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE i.indrelid = to_regclass(:table) AND c.relname = :name AND c.relkind = 'i'"
)
_LEFT_BY_REINDEX = sa.text(
    "SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) "
    "FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
    "JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE NOT i.indisvalid AND c.relname ~ '_cc(new|old)[0-9]*$' AND i.indrelid IN "
    "(SELECT to_regclass(:name) UNION SELECT indrelid FROM pg_index "
    "WHERE indexrelid = to_regclass(:name)) ORDER BY 1"
)
_IS_NEW_TYPE = sa.text(
    "SELECT xmin::text = (txid_current() % (2 ^ 32)::bigint)::text FROM pg_type "
    "WHERE oid = to_regtype(:type)"
)
_IN_PROGRESS = sa.text("SELECT pid FROM pg_stat_progress_create_index WHERE index_relid = :index")
_PAUSE = 0.2
"""Seconds between two looks at a build that another session is at."""


def alone(sql: str) -> bool:
    """Whether it has to stand outside of a transaction."""
    return _ALONE.match(without_comments(sql)) is not None


def usable_later(connection: sa.Connection, sql: str) -> str | None:
    """The value that ALTER TYPE ADD VALUE has added, unless the type is of this transaction too."""
    added = adds(sql)
    if added is None:
        return None
    is_new = connection.execute(_IS_NEW_TYPE, {"type": added[0]}).scalar()
    return None if is_new else added[1]


def makes(sql: str) -> str | None:
    """The type that CREATE TYPE creates, as written."""
    found = _CREATE_TYPE.match(without_comments(sql))
    return None if found is None else found[1]


def adds(sql: str) -> tuple[str, str] | None:
    """The type of ALTER TYPE ADD VALUE, as written, and the value."""
    found = _ADD_VALUE.match(without_comments(sql))
    return None if found is None else (found[1], found[2].replace("''", "'"))


def took_effect(connection: sa.Connection, sql: str) -> bool | None:
    """Asks the catalog."""
    sql = without_comments(sql)
    if found := _CREATE_INDEX.match(sql):
        row = connection.execute(_INDEX, {"table": found[2], "name": _folded(found[1])}).first()
        return row is not None and bool(row[0])
    if found := _DROP_INDEX.match(sql):
        return _is_absent(connection, found[1])
    if found := _DETACH.match(sql):
        return _is_detached(connection, found[1], found[2])
    if found := _DATABASE.match(sql):
        query = sa.text("SELECT 1 FROM pg_database WHERE datname = :name")
        exists = connection.execute(query, {"name": _folded(found[2])}).first() is not None
        return exists == (found[1].upper() == "CREATE")
    if found := _ADD_VALUE.match(sql):
        query = sa.text(
            "SELECT 1 FROM pg_enum WHERE enumtypid = to_regtype(:type) AND enumlabel = :label"
        )
        values = {"type": found[1], "label": found[2].replace("''", "'")}
        return connection.execute(query, values).first() is not None
    return False if _REPEATABLE.match(sql) else None


def clear(connection: sa.Connection, sql: str) -> None:
    """Drops the INVALID indexes that an earlier run of the statement left on its table."""
    sql = without_comments(sql)
    left: list[str] = []
    if found := _CREATE_INDEX.match(sql):
        values = {"table": found[2], "name": _folded(found[1])}
        row = connection.execute(_INDEX, values).first()
        if row is not None and not row[0]:
            _wait_for_build(connection, row[1], row[2])
            row = connection.execute(_INDEX, values).first()
            left += [row[2]] if row is not None and not row[0] else []
    elif (found := _REINDEX.match(sql)) and "CONCURRENTLY" in sql.upper():
        left += connection.execute(_LEFT_BY_REINDEX, {"name": found[2]}).scalars()
    for name in left:
        log.warning("Index %s is INVALID: left by a run that failed; dropped and built again", name)
        connection.exec_driver_sql(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")


def _wait_for_build(connection: sa.Connection, index: int, name: str) -> None:
    """Waits for as long as another session builds that index."""
    told = False
    while pid := connection.execute(_IN_PROGRESS, {"index": index}).scalar():
        if not told:
            log.info("Waiting for the session with pid %s, which is building index %s", pid, name)
            told = True
        time.sleep(_PAUSE)


def _is_absent(connection: sa.Connection, name: str) -> bool:
    query = sa.text("SELECT to_regclass(:name) IS NULL")
    return bool(connection.execute(query, {"name": name}).scalar())


def _is_detached(connection: sa.Connection, parent: str, partition: str) -> bool:
    """Whether the partition has gone; one that is on its way is detached to the end."""
    query = sa.text(
        "SELECT inhdetachpending FROM pg_inherits "
        "WHERE inhparent = to_regclass(:parent) AND inhrelid = to_regclass(:partition)"
    )
    row = connection.execute(query, {"parent": parent, "partition": partition}).first()
    if row is not None and row[0]:
        connection.exec_driver_sql(f"ALTER TABLE {parent} DETACH PARTITION {partition} FINALIZE")
        return True
    return row is None


def _folded(identifier: str) -> str:
    """An identifier as the catalog has it."""
    return unquoted(identifier) if identifier.startswith('"') else identifier.lower()


COMMITS = Commits(
    alone=alone,
    took_effect=took_effect,
    clear=clear,
    usable_later=usable_later,
    makes=makes,
    adds=adds,
    session="SELECT pg_backend_pid() || '@' || extract(epoch FROM backend_start) "
    "FROM pg_stat_activity WHERE pid = pg_backend_pid()",
    busy="SELECT coalesce(state, 'active') <> 'idle' FROM pg_stat_activity "
    "WHERE pid || '@' || extract(epoch FROM backend_start) = :session",
    refresh="SELECT pg_stat_clear_snapshot()",
    nothing="DO 'BEGIN END'",
)
