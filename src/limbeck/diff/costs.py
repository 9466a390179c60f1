"""What a generated step costs or cannot do, in a sentence: for the script and for the log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from limbeck.operations.alter_table import AlterTable
from limbeck.operations.columns import AddColumn, DropColumn
from limbeck.schema.names import Name


def costs(operations: Iterable[Any]) -> Mapping[int, str]:
    """Sentences about operations, by their position; items that are no operations are passed over.

    A column that is dropped and added in one script is one that is made anew.
    """
    given = list(operations)
    added = {(op.table, op.column.name): op for op in given if isinstance(op, AddColumn)}
    found: dict[int, str] = {}
    for position, operation in enumerate(given):
        match operation:
            case DropColumn(table=table, column=column) if (table, column) in added:
                found[position] = _recreated(operation, added[table, column])
            case AlterTable(name=table) if (scheme := _scheme(operation)) is not None:
                found[position] = _partitioned(table, scheme)
            case _:
                pass
    return found


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
