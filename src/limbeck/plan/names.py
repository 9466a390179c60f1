"""Names for constraints that have none: what has a name can be dropped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlalchemy.sql.elements import conv

from limbeck.operations.base import Operation
from limbeck.operations.constraints import AddConstraint, DropConstraint
from limbeck.operations.indexes import CreateIndex
from limbeck.operations.names import default_name, default_names, numbered
from limbeck.operations.tables import CreateTable
from limbeck.schema.names import Name
from limbeck.schema.objects import Schema, Table


def named(
    operations: Sequence[Operation], before: Schema, *, additions: bool
) -> tuple[Operation, ...]:
    """The operations with a name for every constraint that is dropped without one.

    With `additions` also for every one that is added: models leave constraints unnamed, and what
    the server then calls them is not known when the way back is written. One inside of a new
    table stays unnamed: it goes with its table.
    """
    if not any(
        isinstance(op, AddConstraint | DropConstraint) and _name(op) is None for op in operations
    ):
        return tuple(operations)
    created = {op.table.name: op.table for op in operations if isinstance(op, CreateTable)}
    taken = {name for table in before for name in _names(table)}
    taken |= {name for operation in operations for name in _added_names(operation)}
    result: list[Operation] = []
    tables: dict[Name, Table] = {}
    for operation in operations:
        given = operation
        match operation:
            case AddConstraint(table=name, constraint=constraint):
                table = tables.get(name) or before.find(name) or created[name]
                if additions and constraint.name is None:
                    base = default_name(table, constraint)
                    free = next(n for n in numbered(base) if Name(n, name.schema) not in taken)
                    taken.add(Name(free, name.schema))
                    constraint = replace(constraint, name=conv(free))
                    given = AddConstraint(name, constraint)
                tables[name] = table.with_constraint(constraint)
            case DropConstraint(table=name):
                table = tables.get(name) or before.find(name) or created[name]
                found = operation.find(table)
                freed = operation.name or (found.name if found is not None else None)
                if freed is not None:
                    taken.discard(Name(str(freed), name.schema))
                if found is not None and operation.name is None and found.name is None:
                    free = next(n for c, n in default_names(table) if c is found)
                    given = replace(operation, name=conv(free))
                tables[name] = table if found is None else table.without_constraint(found)
            case _:
                pass
        result.append(given)
    return tuple(result)


def _name(operation: AddConstraint | DropConstraint) -> str | None:
    return operation.constraint.name if isinstance(operation, AddConstraint) else operation.name


def _names(table: Table) -> Iterator[Name]:
    yield table.name
    for name in (*table.indexes, *(c.name for c in table.constraints)):
        if name is not None:
            yield Name(str(name), table.name.schema)


def _added_names(operation: Operation) -> Iterator[Name]:
    match operation:
        case CreateTable(table=table):
            yield from _names(table)
        case CreateIndex(table=name, index=index):
            yield Name(str(index.name), name.schema)
        case AddConstraint(table=name, constraint=constraint) if constraint.name is not None:
            yield Name(str(constraint.name), name.schema)
