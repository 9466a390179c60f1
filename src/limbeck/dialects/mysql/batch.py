"""A batch: plain statements, each compiled against what the ones before it have made of the table.

Columns take the places that the script asks for: MySQL has FIRST and AFTER, so nothing is copied.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from limbeck.dialects.mysql.alter import alter_column
from limbeck.dialects.mysql.compile import add_column
from limbeck.errors import CommandError, SchemaConflict
from limbeck.operations.alter_column import AlterColumn
from limbeck.operations.base import Operation, Statement
from limbeck.operations.batch import Batch, Placement
from limbeck.operations.columns import AddColumn
from limbeck.operations.compiler import Compiler
from limbeck.schema.named import Named
from limbeck.schema.names import Name
from limbeck.schema.objects import Before, Schema, Table


def batch(operation: Batch, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
    """The statements of each operation in turn."""
    table = operation.source or before.find(operation.name)
    state: Before = before if table is None else Schema().with_table(table)
    places = {placement.column: placement for placement in operation.placements}
    found: list[Statement] = []
    for item in operation.operations:
        found += _statements(item, compiler, state, places)
        if isinstance(state, Schema):
            with suppress(SchemaConflict):  # the server says so too, where it is one
                state = _placed(item.apply(state), operation.name, places.get(_column(item)))
    return tuple(found)


def _statements(
    item: Operation, compiler: Compiler, state: Before, places: dict[str, Placement]
) -> tuple[Statement, ...]:
    place = places.get(_column(item))
    match item:
        case AddColumn() if place is not None:
            return add_column(
                item, compiler, state, _words(place, compiler, state.find(item.table))
            )
        case AlterColumn() if place is not None:
            words = _words(place, compiler, state.find(item.table))
            return alter_column(item, compiler, state, words)
        case _:
            return compiler.compile(item, state)


def _column(item: Operation) -> str:
    """The column that is added or changed, by its new name."""
    match item:
        case AddColumn():
            return item.column.name
        case AlterColumn():
            return item.new_name or item.column
        case _:
            return ""


def _placed(schema: Schema, name: Name, place: Placement | None) -> Schema:
    """The schema with that column in its place."""
    table = schema.find(name)
    if place is None or table is None or place.column not in table.columns:
        return schema
    names = [n for n in table.columns if n != place.column]
    beside = place.after or place.before
    if beside in names:
        names.insert(names.index(beside) + (place.after is not None), place.column)
        columns = Named(table.columns[n] for n in names)
        schema = schema.with_table(replace(table, columns=columns))
    return schema


def _words(place: Placement, compiler: Compiler, table: Table | None) -> str:
    """FIRST or AFTER; MySQL has no BEFORE, so the column in front of that one is looked up.

    Raises CommandError where the table's columns are not known.
    """
    if place.after is not None:
        return f" AFTER {compiler.identifier(place.after)}"
    names = [name for name in (table.columns if table is not None else ()) if name != place.column]
    if place.before not in names:
        raise CommandError(
            f"Column '{place.column}' is to stand before '{place.before}', and the columns of the "
            "table are not known here. Pass insert_after."
        )
    position = names.index(place.before)
    return f" AFTER {compiler.identifier(names[position - 1])}" if position else " FIRST"
