"""What a generated step costs or cannot do, in a sentence: for the script and for the log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from limbeck.operations.alter_table import AlterTable
from limbeck.operations.base import Operation
from limbeck.operations.columns import AddColumn, DropColumn
from limbeck.schema.names import Name

Added = Mapping[tuple[Name, str], AddColumn]
"""The columns that a script adds."""


def added_columns(operations: Iterable[Operation]) -> Added:
    """The additions of columns among those operations."""
    return {(op.table, op.column.name): op for op in operations if isinstance(op, AddColumn)}


def cost(operation: Operation, added: Added) -> str | None:
    """A sentence about that operation of a script, None where there is nothing to say.

    A column that the script drops and adds is made anew.
    """
    match operation:
        case DropColumn(table=table, column=column) if (table, column) in added:
            return _recreated(operation, added[table, column])
        case AlterTable(name=table) if (scheme := _scheme(operation)) is not None:
            return _partitioned(table, scheme)
        case _:
            return None


def _recreated(dropped: DropColumn, added: AddColumn) -> str:
    name = f"{dropped.table}.{added.column.name}"
    old = dropped.added.column.computed if dropped.added is not None else None
    new = added.column.computed
    if old is None:
        loss = "its values are lost, and computed for every row"
    elif new is None:
        loss = "its computed values are lost"
    elif new.persisted:
        loss = "every row is written again"
    else:
        loss = "no row is written again"
    return (
        f"'{name}' is dropped and added again, since what a column is computed from cannot be "
        f"changed: {loss}. Indexes and constraints on it are made again."
    )


def _scheme(operation: AlterTable) -> str | None:
    """How the table is to be partitioned, where that changes."""
    for key, value in operation.options:
        if key.endswith("_partition_by"):
            return str(value or "not at all")
    return None


def _partitioned(table: Name, scheme: str) -> str:
    return (
        f"'{table}' is to be partitioned {scheme}: no ALTER TABLE does that, and this step fails. "
        "Make a new table, copy the rows, drop this one and rename in its place."
    )
