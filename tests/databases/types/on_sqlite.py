"""What SQLite has of its own, and of the classes of `sqlalchemy.types` beyond those of all."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from tests.databases.types.classes import NOT_HERE, Absent
from tests.databases.types.core import CORE

ENTRIES: dict[str, tuple[Any, ...] | Absent] = {
    **CORE,
    "ARRAY": NOT_HERE,
    "BINARY": (sa.BINARY(), sa.BINARY(3)),
    "BLOB": (sa.BLOB(), sa.BLOB(9)),
    "CLOB": (sa.CLOB(), sa.CLOB(9)),
    "DATETIME": (sa.DATETIME(), sa.DATETIME(timezone=True)),
    "NVARCHAR": (sa.NVARCHAR(), sa.NVARCHAR(4)),
    "String": (
        sa.String(),
        sa.String(50),
        sa.String(collation="NOCASE"),
        sa.String(50, collation="RTRIM"),
        sa.String(50, collation="BINARY"),
    ),
    "Text": (sa.Text(), sa.Text(50), sa.Text(collation="NOCASE")),
    "UUID": (sa.UUID(), sa.UUID(as_uuid=False)),
    "Unicode": (sa.Unicode(), sa.Unicode(5)),
    "VARBINARY": (sa.VARBINARY(), sa.VARBINARY(3)),
    "VARCHAR": (sa.VARCHAR(), sa.VARCHAR(30)),
}

OWN: dict[str, tuple[Any, ...] | Absent] = {
    "BLOB": (sqlite.BLOB(),),
    "BOOLEAN": (sqlite.BOOLEAN(),),
    "CHAR": (sqlite.CHAR(3),),
    "DATE": (sqlite.DATE(), sqlite.DATE(storage_format="%(day)02d.%(month)02d.%(year)04d")),
    "DATETIME": (sqlite.DATETIME(), sqlite.DATETIME(truncate_microseconds=True)),
    "DECIMAL": (sqlite.DECIMAL(5, 2),),
    "FLOAT": (sqlite.FLOAT(),),
    "INTEGER": (sqlite.INTEGER(),),
    "JSON": (sqlite.JSON(),),
    "NUMERIC": (sqlite.NUMERIC(5),),
    "REAL": (sqlite.REAL(),),
    "SMALLINT": (sqlite.SMALLINT(),),
    "TEXT": (sqlite.TEXT(),),
    "TIME": (sqlite.TIME(), sqlite.TIME(truncate_microseconds=True)),
    "TIMESTAMP": (sqlite.TIMESTAMP(),),
    "VARCHAR": (sqlite.VARCHAR(7),),
}
if hasattr(sqlite, "JSONB"):  # SQLAlchemy 2.1
    OWN["JSONB"] = (sqlite.JSONB(),)

DEFAULTS: list[tuple[Any, Any]] = [
    (sa.Boolean(), sa.text("0")),
    (sa.Float(), "1.5"),
    (sa.String(), sa.text("5")),
    (sa.Integer(), sa.text("0x1F")),
    (sa.DateTime(), sa.text("(datetime('now', 'localtime'))")),
    (sa.DateTime(), sa.func.datetime("now")),
    (sa.DateTime(), sa.func.strftime("%Y-%m", "now")),
    (sa.LargeBinary(), sa.text("x'AB'")),
    (sa.String(20), sa.text("(hex(randomblob(16)))")),
    (sa.String(20), sa.text("('a' || 'b')")),
    (sa.String(20), sa.text("(lower('A: B'))")),
    (sa.JSON(), sa.text("(json_object('a', 1))")),
    (sa.Integer(), sa.text("((abs(random()) % 10))")),
]
"""Defaults beside those of `defaults.DEFAULTS`."""
