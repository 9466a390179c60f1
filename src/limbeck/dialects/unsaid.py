"""What models leave unsaid of a table that exists: it is as it is.

A server shows an option that it chose itself as if somebody had asked for it, and what models do
not mention may be its administrator's choice: an option is compared where the models name it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

from limbeck.metadata.load import SEQUENCE
from limbeck.schema.constraints import Options
from limbeck.schema.named import Named
from limbeck.schema.objects import Schema, Table

Completion = Callable[[Table, Table], Table]
"""(declared, inspected) -> declared, with what it does not say."""


def completed(declared: Schema, inspected: Schema, complete: Completion) -> Schema:
    """The declared schema with each table that both have made complete."""
    if not declared.tables or not inspected.tables:
        return declared
    tables = (
        table
        if (found := inspected.find(table.name)) is None
        else complete(numbered(table, found), found)
        for table in declared
    )
    return replace(declared, tables=Named(tables))


def numbered(declared: Table, inspected: Table) -> Table:
    """The declared table without the note that a sequence gives a column its numbers.

    SQLAlchemy asks the sequence itself: whether the column has a default of its own as well, as
    SERIAL leaves one, is unsaid.
    """
    for column in declared.columns.values():
        if not column.options or not any(key == SEQUENCE for key, _ in column.options):
            continue
        found = inspected.columns.get(column.name)
        rest = tuple(pair for pair in column.options if pair[0] != SEQUENCE)
        plain = replace(column, options=rest)
        if found is not None:
            default = column.default or found.default
            plain = replace(plain, autoincrement=found.autoincrement, default=default)
        declared = declared.with_column(plain)
    return declared


def options(
    declared: Options,
    inspected: Options,
    compared: Collection[str],
    defaults: Mapping[str, Any] | None = None,
) -> Options:
    """The declared options of those that are compared, the others as inspected.

    `defaults` are values that a server does not show. A mapping is completed key by key.
    """
    own, found = dict(declared), dict(inspected)
    for key in compared:
        value = own.get(key)
        if isinstance(value, tuple) and key.endswith("_with"):
            found[key] = tuple(sorted({**dict(found.get(key, ())), **dict(value)}.items()))
        elif value is not None and (key in found or value != (defaults or {}).get(key)):
            found[key] = value
    return tuple(sorted(found.items()))
