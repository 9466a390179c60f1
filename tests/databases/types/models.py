"""All entries of a database as a few wide tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from tests.databases.types import on_mysql, on_postgresql, on_sqlite
from tests.databases.types.classes import Absent
from tests.databases.types.defaults import DEFAULTS

WIDTH = 60
"""Columns of one table: MariaDB limits the bytes of a row, and a failure is easier to read."""


@dataclass(frozen=True)
class Catalog:
    """What one of SQLAlchemy's dialects is tried with."""

    general: Mapping[str, tuple[Any, ...] | Absent]
    """By the name of the class in `sqlalchemy.types`."""
    own: Mapping[str, tuple[Any, ...] | Absent]
    """By the name of the class in the dialect's package."""
    defaults: Sequence[tuple[Any, Any]]
    more: Sequence[Any] = ()

    def types(self) -> list[Any]:
        """Every type, once for each of its entries."""
        entries = (*self.general.values(), *self.own.values())
        listed = [t for entry in entries if not isinstance(entry, Absent) for t in entry]
        return [*listed, *self.more]


CATALOGS = {
    "sqlite": Catalog(on_sqlite.ENTRIES, on_sqlite.OWN, (*DEFAULTS, *on_sqlite.DEFAULTS)),
    "postgresql": Catalog(
        on_postgresql.ENTRIES,
        on_postgresql.OWN,
        (*DEFAULTS, *on_postgresql.DEFAULTS),
        on_postgresql.arrays(),
    ),
    "mysql": Catalog(on_mysql.ENTRIES, on_mysql.OWN, (*DEFAULTS, *on_mysql.DEFAULTS)),
    "mariadb": Catalog(
        on_mysql.ENTRIES,
        {**on_mysql.OWN, **on_mysql.ON_MARIADB},
        (*DEFAULTS, *on_mysql.DEFAULTS),
    ),
}


def models(dialect: str) -> sa.MetaData:
    """Each type as a column that may be NULL and one that may not, and each default."""
    collection = sa.MetaData()
    catalog = CATALOGS[dialect]
    types = catalog.types()
    for nullable in (True, False):
        columns = [_named(n, sa.Column(t, nullable=nullable)) for n, t in enumerate(types)]
        _tables(f"type_{'null' if nullable else 'not_null'}", columns, collection)
    columns = [
        _named(n, sa.Column(t, server_default=default, nullable=bool(n % 2) or _is_null(default)))
        for n, (t, default) in enumerate(catalog.defaults)
    ]
    _tables("default", columns, collection)
    if dialect == "postgresql":
        sa.Sequence("counted", metadata=collection)
    return collection


def _is_null(default: Any) -> bool:
    return "NULL" in str(getattr(default, "text", default)) or isinstance(
        default, sa.sql.elements.Null
    )


def _named(number: int, column: sa.Column[Any]) -> sa.Column[Any]:
    column.name = column.key = f"c{number:03}"
    return column


def _tables(name: str, columns: Sequence[sa.Column[Any]], collection: sa.MetaData) -> None:
    for start in range(0, len(columns), WIDTH):
        sa.Table(f"{name}_{start // WIDTH:02}", collection, *columns[start : start + WIDTH])
