"""SQLite's normal form: declared and inspected schemas so that ``==`` compares them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from sqlalchemy.engine import Dialect

from limbeck.dialects.sqlite import forms
from limbeck.operations.compiler import Compiler
from limbeck.schema.constraints import Options, PrimaryKey
from limbeck.schema.named import Named
from limbeck.schema.objects import Column, Schema, Table
from limbeck.schema.remembered import Remembered


def normalize(schema: Schema, dialect: Dialect) -> Schema:
    """Every table in normal form; idempotent."""
    compiler = Compiler(dialect)
    known: Remembered[Column] = Remembered()
    return Schema(Named(table(t, compiler, known) for t in schema))


def table(value: Table, compiler: Compiler, known: Remembered[Column] | None = None) -> Table:
    """A table in normal form; `known` are normal columns of other tables."""
    primary = value.primary_key
    key = primary.columns if primary is not None else ()
    found = _columns(value, key, compiler, Remembered() if known is None else known)
    constraints = (forms.constraint(c, value, compiler) for c in value.constraints)
    options = dict(value.options)
    numbered = key[0] if _is_rowid(key, found, options) and not _is_descending(primary) else None
    return Table(
        name=value.name,
        columns=Named(_keyed(c, c.name in key, c.name == numbered) for c in found.values()),
        constraints=tuple(c for c in constraints if c is not None),
        indexes=Named(forms.index(i, value, compiler) for i in value.indexes.values()),
        options=_table_options(options, numbered is not None),
    )


def _columns(
    value: Table, key: tuple[str, ...], compiler: Compiler, known: Remembered[Column]
) -> dict[str, Column]:
    """The columns, each value made normal once; but of the key's own the key says something."""
    found: dict[str, Column] = {}
    for column in value.columns.values():
        if key == (column.name,):
            found[column.name] = forms.column(column, value, compiler)
            continue
        normal = known.get(column)
        if normal is None:
            normal = known.keep(column, forms.column(column, value, compiler))
        found[column.name] = normal
    return found


def _keyed(column: Column, is_key: bool, is_numbered: bool) -> Column:
    """The column with what its table's primary key decides."""
    nullable = column.nullable and not is_key
    if column.nullable == nullable and column.autoincrement is is_numbered:
        return column  # as most are
    return replace(column, nullable=nullable, autoincrement=is_numbered)


def _is_rowid(key: tuple[str, ...], columns: dict[str, Column], options: dict[str, Any]) -> bool:
    """Whether the primary key is the rowid under another name, which SQLite numbers."""
    if len(key) != 1 or key[0] not in columns or options.get("sqlite_with_rowid") is False:
        return False
    return columns[key[0]].type.text == "INTEGER"


def _is_descending(key: PrimaryKey | None) -> bool:
    """``INTEGER PRIMARY KEY DESC`` in a column is no rowid, by an old mistake that SQLite keeps."""
    sql = dict(key.options).get("_sqlite_sql", "") if key is not None else ""
    return bool(re.search(r"PRIMARY\s+KEY\s+DESC\b", sql, re.IGNORECASE))


def _table_options(options: dict[str, Any], numbered: bool) -> Options:
    found: list[tuple[str, Any]] = []
    if numbered and options.get("sqlite_autoincrement"):
        found.append(("sqlite_autoincrement", True))
    if options.get("sqlite_strict"):
        found.append(("sqlite_strict", True))
    if options.get("sqlite_with_rowid") is False:
        found.append(("sqlite_with_rowid", False))
    return tuple(found)
