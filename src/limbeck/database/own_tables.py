"""The tables that Limbeck keeps beside the version table."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from limbeck.schema.names import Name
from limbeck.schema.objects import Schema

PREFIX = "limbeck_"
JOURNAL = "limbeck_journal"
HISTORY = "limbeck_history"
LOCK = "limbeck_lock"

LONG_TEXT = sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")
"""Text that may be longer than 64 KB."""


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
