"""Indexes that a server makes for a foreign key, and keeps when the key goes (MySQL).

https://dev.mysql.com/doc/refman/8.4/en/create-table-foreign-keys.html
"""

from __future__ import annotations

from limbeck.operations.base import Operation
from limbeck.operations.constraints import AddConstraint
from limbeck.operations.indexes import DropIndex
from limbeck.schema.constraints import ForeignKey, PrimaryKey, Unique
from limbeck.schema.objects import Index, IndexElement, Schema, Table


def left_behind(operation: Operation, before: Schema, start: Schema) -> tuple[Operation, ...]:
    """What has to be dropped when that operation has been taken back: the index of a foreign key.

    `before` is the schema before the operation, `start` the one before all of its kind: a column
    that is newer than that goes, and its index with it. The index has the key's name, or its first
    column's.
    """
    match operation:
        case AddConstraint(table=name, constraint=ForeignKey() as key):
            table, first = before.find(name), start.find(name)
        case _:
            return ()
    if table is None or first is None or _is_covered(table, key.columns, first):
        return ()
    if any(column not in first.columns for column in key.columns):
        return ()
    index_name = key.name or key.columns[0]
    if index_name in table.indexes or table.constraint(index_name, Unique) is not None:
        return ()
    index = Index(index_name, tuple(IndexElement(column) for column in key.columns))
    return (DropIndex(index_name, name, if_exists=True, index=index),)


def _is_covered(table: Table, columns: tuple[str, ...], first: Table) -> bool:
    """Whether an index or key begins with those columns: the server then makes none.

    But it does where that index is one that it made itself for an earlier key, of the table as it
    was at `first`: it puts the new one in its place.
    """
    found = [c.columns for c in table.constraints if isinstance(c, PrimaryKey | Unique)]
    own = {name for k in first.foreign_keys for name in (k.name, k.columns[0]) if name is not None}
    found += [
        index.columns
        for index in table.indexes.values()
        if len(index.columns) == len(index.elements)
        and not (index.columns == columns and index.name in own)
    ]
    return any(f[: len(columns)] == columns for f in found)
