"""Whether a statement took effect, as MySQL's and MariaDB's catalog says."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from limbeck.dialects.opening import IDENTIFIER, QUALIFIED, names, without_comments

_REPEATABLE = re.compile(
    r"(?:ANALYZE|OPTIMIZE|REPAIR|CHECK|FLUSH|TRUNCATE|GRANT|LOCK|UNLOCK|CACHE|LOAD|CREATE\s+OR\s+"
    r"REPLACE)\b",
    re.I,
)
_TABLE = "SELECT 1 FROM information_schema.tables WHERE table_schema = {schema} AND table_name = :a"
_COLUMN = (
    "SELECT 1 FROM information_schema.columns WHERE table_schema = {schema} "
    "AND table_name = :a AND column_name = :b"
)
_INDEX = (
    "SELECT 1 FROM information_schema.statistics WHERE table_schema = {schema} "
    "AND table_name = :a AND index_name = :b"
)
_CONSTRAINT = (
    "SELECT 1 FROM information_schema.table_constraints WHERE constraint_schema = {schema} "
    "AND table_name = :a AND constraint_name = :b"
)
_TRIGGER = (
    "SELECT 1 FROM information_schema.triggers WHERE trigger_schema = {schema} "
    "AND trigger_name = :a"
)
_ROUTINE = (
    "SELECT 1 FROM information_schema.routines WHERE routine_schema = {schema} "
    "AND routine_name = :a"
)
_SCHEMA = "SELECT 1 FROM information_schema.schemata WHERE schema_name = :a"
_OBJECTS = {
    "TABLE": _TABLE,
    "VIEW": _TABLE,
    "TRIGGER": _TRIGGER,
    "PROCEDURE": _ROUTINE,
    "FUNCTION": _ROUTINE,
    "DATABASE": _SCHEMA,
    "SCHEMA": _SCHEMA,
}
_PARTS = {
    "": _COLUMN,
    "COLUMN": _COLUMN,
    "INDEX": _INDEX,
    "KEY": _INDEX,
    "CONSTRAINT": _CONSTRAINT,
    "FOREIGN KEY": _CONSTRAINT,
    "CHECK": _CONSTRAINT,
}

_IF = r"(?:IF\s+(?:NOT\s+)?EXISTS\s+)?"
_ALTER = rf"ALTER\s+(?:ONLINE\s+|IGNORE\s+)*TABLE\s+{_IF}({QUALIFIED})\s+"
_PART = r"(?:(?:UNIQUE|FULLTEXT|SPATIAL)\s+)?(COLUMN|INDEX|KEY|CONSTRAINT|FOREIGN\s+KEY|CHECK)"
_RESERVED = (
    r"(?!(?:COLUMN|INDEX|KEY|CONSTRAINT|FOREIGN|CHECK|PRIMARY|UNIQUE|FULLTEXT|SPATIAL|PARTITION"
    r"|PERIOD|SYSTEM)\b)"
)

Judge = Callable[["_Catalog", Any], "bool | None"]


class _Catalog:
    """Whether something is there."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def has(self, query: str, qualified: str, part: str | None = None) -> bool:
        """Runs one of the queries above for a qualified name, and a name within it."""
        *schema, name = names(qualified)
        values = {"a": name} if part is None else {"a": name, "b": names(part)[0]}
        if schema:
            values["s"] = schema[-1]
        query = query.format(schema=":s" if schema else "DATABASE()")
        if ":s" not in query:
            values.pop("s", None)
        return self._connection.execute(sa.text(query), values).first() is not None


def _made(catalog: _Catalog, found: Any) -> bool:
    return catalog.has(_OBJECTS[found[1].upper()], found[2])


def _dropped(catalog: _Catalog, found: Any) -> bool | None:
    """Of several, those that were there may have gone and the others not."""
    query = _OBJECTS[found[1].upper()]
    there = {catalog.has(query, name) for name in re.split(r"\s*,\s*", found[2])}
    return None if len(there) > 1 else not there.pop()


def _added(catalog: _Catalog, found: Any) -> bool:
    return catalog.has(_part(found[2]), found[1], found[3])


def _taken(catalog: _Catalog, found: Any) -> bool:
    return not _added(catalog, found)


def _part(word: str | None) -> str:
    return _PARTS[re.sub(r"\s+", " ", (word or "").upper())]


def _changed(catalog: _Catalog, found: Any) -> bool | None:
    old, new = names(found[2])[0], names(found[3])[0]
    if old.lower() == new.lower():
        return None
    return catalog.has(_COLUMN, found[1], found[3])


_JUDGES: Mapping[str, Judge] = {
    rf"CREATE\s+(TABLE|VIEW|TRIGGER|PROCEDURE|FUNCTION|DATABASE|SCHEMA)\s+{_IF}({QUALIFIED})": (
        _made
    ),
    rf"DROP\s+(TABLE|VIEW|TRIGGER|PROCEDURE|FUNCTION|DATABASE|SCHEMA)\s+{_IF}"
    rf"({QUALIFIED}(?:\s*,\s*{QUALIFIED})*)": _dropped,
    rf"CREATE\s+(?:(?:UNIQUE|FULLTEXT|SPATIAL)\s+)?INDEX\s+{_IF}({IDENTIFIER})\s+"
    rf"(?:USING\s+\w+\s+)?ON\s+({QUALIFIED})": lambda c, f: c.has(_INDEX, f[2], f[1]),
    rf"DROP\s+INDEX\s+{_IF}({IDENTIFIER})\s+ON\s+({QUALIFIED})": (
        lambda c, f: not c.has(_INDEX, f[2], f[1])
    ),
    rf"{_ALTER}ADD\s+PRIMARY\s+KEY\b": lambda c, f: c.has(_INDEX, f[1], "PRIMARY"),
    rf"{_ALTER}DROP\s+PRIMARY\s+KEY\b": lambda c, f: not c.has(_INDEX, f[1], "PRIMARY"),
    rf"{_ALTER}ADD\s+CONSTRAINT\s+(?P<name>{IDENTIFIER})\s+PRIMARY\s+KEY\b": (
        lambda c, f: c.has(_INDEX, f[1], "PRIMARY")
    ),
    rf"{_ALTER}RENAME\s+(?:TO\s+|AS\s+)({QUALIFIED})": lambda c, f: c.has(_TABLE, f[2]),
    rf"RENAME\s+TABLE\s+({QUALIFIED})\s+TO\s+({QUALIFIED})\s*;?\s*$": (
        lambda c, f: c.has(_TABLE, f[2])
    ),
    rf"{_ALTER}RENAME\s+COLUMN\s+({IDENTIFIER})\s+TO\s+({IDENTIFIER})": _changed,
    rf"{_ALTER}CHANGE\s+(?:COLUMN\s+)?{_IF}({IDENTIFIER})\s+({IDENTIFIER})": _changed,
    rf"{_ALTER}RENAME\s+(?:INDEX|KEY)\s+({IDENTIFIER})\s+TO\s+({IDENTIFIER})": (
        lambda c, f: c.has(_INDEX, f[1], f[3])
    ),
    rf"{_ALTER}ADD\s+{_PART}\s+{_IF}({IDENTIFIER})": _added,
    rf"{_ALTER}ADD\s+(){_IF}{_RESERVED}({IDENTIFIER})": _added,
    rf"{_ALTER}DROP\s+{_PART}\s+{_IF}({IDENTIFIER})": _taken,
    rf"{_ALTER}DROP\s+(){_IF}{_RESERVED}({IDENTIFIER})": _taken,
}
_COMPILED = tuple((re.compile(pattern, re.I), judge) for pattern, judge in _JUDGES.items())


def took_effect(connection: sa.Connection, sql: str) -> bool | None:
    """Asks information_schema for what the statement makes, takes away or renames."""
    sql = without_comments(sql)
    if _REPEATABLE.match(sql):
        return False
    for pattern, judge in _COMPILED:
        if found := pattern.match(sql):
            answer = judge(_Catalog(connection), found)
            if answer is not None or judge is not _changed:
                return answer
    if found := _SETS.match(sql):
        return _makes_no_difference(connection, sql, found)
    return None


_COPY = "limbeck_copy"
_SETS = re.compile(
    rf"{_ALTER}(?:MODIFY|CHANGE|ALTER\s+(?:COLUMN\s+)?{IDENTIFIER}\s+(?:SET|DROP)\s+DEFAULT"
    r"|COMMENT|(?:DEFAULT\s+)?CHAR(?:ACTER\s+SET|SET)|(?:DEFAULT\s+)?COLLATE|CONVERT\s+TO|ENGINE"
    r"|ROW_FORMAT|AUTO_INCREMENT)\b",
    re.I,
)
"""ALTER TABLE that says what something is to be: done twice, it makes no difference."""


def _makes_no_difference(connection: sa.Connection, sql: str, found: Any) -> bool | None:
    """Runs it on an empty temporary copy of the table; None where that cannot be done."""

    def definition() -> str:
        row = connection.exec_driver_sql(f"SHOW CREATE TABLE {_COPY}", execution_options=plain)
        return str(row.one()[1])

    plain = {"no_parameters": True}
    on_copy = f"{sql[: found.start(1)]}{_COPY}{sql[found.end(1) :]}"
    try:
        connection.exec_driver_sql(f"CREATE TEMPORARY TABLE {_COPY} LIKE {found[1]}")
        before = definition()
        connection.exec_driver_sql(on_copy, execution_options=plain)
        return before == definition()
    except sa.exc.DBAPIError:
        return None
    finally:
        connection.exec_driver_sql(f"DROP TEMPORARY TABLE IF EXISTS {_COPY}")
