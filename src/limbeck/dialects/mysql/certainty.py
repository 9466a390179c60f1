"""What can be known of a MySQL or MariaDB database without asking it."""

from __future__ import annotations

from limbeck.dialects.mysql.read_back import undecided
from limbeck.operations.base import Operation
from limbeck.operations.columns import DropColumn
from limbeck.operations.constraints import AddConstraint, DropConstraint
from limbeck.operations.mentions import uses
from limbeck.schema.constraints import ForeignKey, PrimaryKey
from limbeck.schema.objects import Schema, Table


def doubt(operation: Operation, before: Schema) -> str | None:
    """Why the server may do more than the operation says.

    It keeps the index that it made for a foreign key when the key goes
    (https://mariadb.com/kb/en/foreign-keys/), and an index shrinks when one of its columns goes
    (https://dev.mysql.com/doc/refman/8.0/en/alter-table.html).
    """
    match operation:
        case AddConstraint(constraint=PrimaryKey()) | DropConstraint(kind="primary"):
            return "a primary key that comes or goes changes whether its columns may be NULL"
        case DropConstraint(table=name, name=key):
            table = before.find(name)
            found = None if table is None else operation.find(table)
            if found is None or isinstance(found, ForeignKey):
                return f"the index of the foreign key '{key}' stays when the key goes"
        case DropColumn(table=name, column=column):
            table = before.find(name)
            parts = () if table is None else (*table.indexes.values(), *table.constraints)
            if any(uses(part, column) for part in parts):
                return f"indexes lose the column '{column}' when it goes"
    return None


def decides_text(declared: Schema, other: Schema) -> bool:
    """Whether text tells the differences of the two.

    It does not where a type, a default or an expression differs, or an option of a table (one
    implies others), or a primary key (the server keeps no name of it).
    """
    pairs = ((table, other.find(table.name)) for table in declared)
    return all(was is None or table == was or _decides(table, was) for table, was in pairs)


def _decides(table: Table, was: Table) -> bool:
    if table.options != was.options or table.primary_key != was.primary_key:
        return False
    return not undecided(table, was)
