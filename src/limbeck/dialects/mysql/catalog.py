"""information_schema in bulk: the same few queries for one table and for a thousand.

Each query names the schema as a constant, which lets MariaDB open that schema's folder only
(https://mariadb.com/kb/en/information-schema-optimization/).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeAlias

import sqlalchemy as sa

from limbeck.dialects.mysql import partitions

Row: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Catalog:
    """The rows of one schema, by table: what `inspect` makes values of."""

    tables: list[Row]
    sequences: list[str]
    columns: dict[str, list[Row]]
    statistics: dict[str, list[Row]]
    keys: dict[str, list[Row]]
    checks: dict[str, list[Row]]
    partitions: dict[str, list[Row]]


_TABLES = (
    "SELECT table_name, engine, table_collation, table_comment, create_options, table_type "
    "FROM information_schema.tables WHERE table_schema = :schema "
    "AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED', 'SEQUENCE')"
)
_COLUMNS = (
    "SELECT table_name, column_name, ordinal_position, column_default, is_nullable, column_type, "
    "extra, generation_expression, collation_name, column_comment "
    "FROM information_schema.columns WHERE table_schema = :schema"
)
_STATISTICS = (
    "SELECT table_name, index_name, seq_in_index, non_unique, column_name, collation, sub_part, "
    "index_type, {expression} FROM information_schema.statistics WHERE table_schema = :schema"
)
_KEYS = (
    "SELECT table_name, constraint_name, ordinal_position, column_name, referenced_table_schema, "
    "referenced_table_name, referenced_column_name FROM information_schema.key_column_usage "
    "WHERE table_schema = :schema AND referenced_table_name IS NOT NULL"
)
_RULES = (
    "SELECT table_name, constraint_name, update_rule, delete_rule "
    "FROM information_schema.referential_constraints WHERE constraint_schema = :schema"
)
_MARIADB_CHECKS = (
    "SELECT table_name, constraint_name, check_clause, {level} "
    "FROM information_schema.check_constraints WHERE constraint_schema = :schema"
)
_MYSQL_CHECKS = (
    "SELECT t.table_name, c.constraint_name, c.check_clause, 'Table' "
    "FROM information_schema.check_constraints c "
    "JOIN information_schema.table_constraints t ON t.constraint_schema = c.constraint_schema "
    "AND t.constraint_name = c.constraint_name AND t.constraint_type = 'CHECK' "
    "WHERE c.constraint_schema = :schema AND t.table_schema = :schema"
)


def read(connection: sa.Connection, schema: str, tables: Sequence[str] | None) -> Catalog:
    """The catalog of that schema, of those tables alone where they are named."""
    dialect: Any = connection.dialect
    version = tuple(dialect.server_version_info or ())

    def rows(query: str, table: str = "table_name") -> list[Row]:
        parameters: dict[str, Any] = {"schema": schema}
        if tables is not None:
            query += f" AND {table} IN :tables"
            statement = sa.text(query).bindparams(sa.bindparam("tables", expanding=True))
            return [
                tuple(r) for r in connection.execute(statement, {**parameters, "tables": tables})
            ]
        return [tuple(r) for r in connection.execute(sa.text(query), parameters)]

    functional = not dialect.is_mariadb and version >= (8, 0, 13)
    statistics = _STATISTICS.format(expression="expression" if functional else "NULL")
    keys = rows(_KEYS)
    tables_ = sorted(rows(_TABLES), key=itemgetter(0))
    return Catalog(
        tables=[row[:-1] for row in tables_ if row[-1] != "SEQUENCE"],
        sequences=[str(row[0]) for row in tables_ if row[-1] == "SEQUENCE"],
        columns=_by_table(rows(_COLUMNS), itemgetter(0, 2)),
        statistics=_by_table(rows(statistics), itemgetter(0, 1, 2)),
        keys=_by_table(_with_rules(keys, rows(_RULES) if keys else []), itemgetter(0, 1, 2)),
        checks=_by_table(_checks(dialect, version, rows), itemgetter(0, 1)),
        partitions=_by_table(_partitions(tables_, rows), _in_order),
    )


def _partitions(tables: list[Row], rows: Callable[..., list[Row]]) -> list[Row]:
    """The partitions, which are asked for where there are any."""
    return rows(partitions.QUERY) if any("partitioned" in (row[4] or "") for row in tables) else []


def _in_order(row: Row) -> tuple[str, int, int]:
    return (row[0], row[1], row[2] or 0)


def _checks(dialect: Any, version: tuple[Any, ...], rows: Callable[..., list[Row]]) -> list[Row]:
    """Checks: a name in MariaDB's catalog belongs to a table, in MySQL's to the schema."""
    found: list[Row] = []
    if dialect.is_mariadb:
        level = "level" if version >= (10, 5, 10) else "'Table'"
        found = rows(_MARIADB_CHECKS.format(level=level))
    elif version >= (8, 0, 16):
        found = rows(_MYSQL_CHECKS, "t.table_name")
    return found


def _with_rules(keys: list[Row], rules: list[Row]) -> list[Row]:
    """Columns of foreign keys, each with its key's update and delete rules at the end."""
    found = {(table, name): (update, delete) for table, name, update, delete in rules}
    return [(*row, *found.get((row[0], row[1]), (None, None))) for row in keys]


def _by_table(rows: Iterable[Row], order: Callable[[Row], Any]) -> dict[str, list[Row]]:
    """Rows by their table, in that order."""
    return {t: list(found) for t, found in groupby(sorted(rows, key=order), key=itemgetter(0))}
