"""The tables that Limbeck keeps beside the version table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeEngine

from limbeck.schema.names import Name
from limbeck.schema.objects import Schema

PREFIX = "limbeck_"
JOURNAL = "limbeck_journal"
HISTORY = "limbeck_history"
LOCK = "limbeck_lock"


class LongText(sa.types.TypeDecorator[str]):
    """Text that may be longer than 64 KB."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """MySQL's own type, from a module that only its users have to load."""
        if dialect.name not in ("mysql", "mariadb"):
            return super().load_dialect_impl(dialect)
        from sqlalchemy.dialects import mysql

        return mysql.LONGTEXT()


def own_name(name: str, version: Name) -> str:
    """The name of a table of ours for that version table: several projects may share a schema."""
    return name if version.name == "alembic_version" else f"{name}_{version.name}"[:63]


def without_own_tables(inspected: Schema, declared: Schema) -> Schema:
    """What was inspected without our tables, which no comparison is about."""
    for name in _own(table.name for table in inspected):
        if declared.find(name) is None:
            inspected = inspected.without_table(name)
    return inspected


def _own(names: Iterable[Name]) -> list[Name]:
    return [name for name in names if name.name.startswith(PREFIX)]
