"""Two normalised schemas in, the operations from one to the other out."""

from __future__ import annotations

from collections.abc import Iterator

from limbeck.diff.columns import compare_columns
from limbeck.diff.constraints import (
    compare_constraints,
    compare_indexes,
    compare_validity,
    split,
)
from limbeck.diff.objects import created, dropped
from limbeck.diff.options import Comparison
from limbeck.diff.table_options import compare_options
from limbeck.operations.base import Operation
from limbeck.operations.tables import CreateTable, DropTable, SetTableComment
from limbeck.operations.types import AlterEnum
from limbeck.schema.names import Name
from limbeck.schema.objects import Index, Schema, Table

DEFAULT = Comparison()


def compare(before: Schema, after: Schema, options: Comparison = DEFAULT) -> tuple[Operation, ...]:
    """The operations that make `before` (what is) into `after` (what the models say).

    Both must be normalised for the same dialect. The result is sorted by table and reads well, but
    dependencies are not looked at: `plan.order` does that. Takes linear time. Each drop knows what
    it drops. Everything that uses a dropped column is dropped in an operation of its own: servers
    disagree on what goes along.
    """
    changed_enums = tuple(_enums(before, after)) if options.enums else ()
    shrunk = frozenset(op.name for op in changed_enums if set(op.existing) - set(op.values))
    operations: list[Operation] = [*created(before, after), *changed_enums]
    for name in _sorted(n for n in after.tables if n not in before.tables):
        operations.append(CreateTable(after.tables[name]))
    new_names = _new_names(before, after)
    for name in _sorted(n for n in after.tables if n in before.tables):
        table = after.tables[name]
        operations += _table(before.tables[name], table, shrunk, new_names, options)
    for name in _sorted(n for n in before.tables if n not in after.tables):
        operations.append(DropTable(name, table=before.tables[name]))
    operations += dropped(before, after, options)
    return tuple(operations)


def _sorted(names: Iterator[Name]) -> list[Name]:
    return sorted(names, key=lambda name: name.sort_key)


def _table(
    before: Table,
    after: Table,
    shrunk: frozenset[Name],
    new_names: frozenset[Name],
    options: Comparison,
) -> tuple[Operation, ...]:
    # a server names constraints that models leave unnamed: most tables differ in these at once
    if before.constraints == after.constraints and before == after and not options.asks:
        return ()
    columns = compare_columns(before, after, shrunk, options)
    dropped, added = compare_constraints(before, after, columns, new_names, options)
    gone_indexes, new_indexes = compare_indexes(before, after, columns, options)
    keys, foreign_keys = split(added)
    return (
        *dropped,
        *gone_indexes,
        *columns.operations,
        *keys,
        *new_indexes,
        *foreign_keys,
        *compare_validity(before, after),
        *(compare_options(before, after) if options.table_options else ()),
        *(_comment(before, after) if options.comments else ()),
    )


def _new_names(before: Schema, after: Schema) -> frozenset[Name]:
    """Names that the models give to an object which the database has not, at least not there."""
    return frozenset(
        Name(name, table.name.schema)
        for table in after
        for _, name in _names(table) - _names(before.find(table.name))
    )


def _names(table: Table | None) -> set[tuple[type, str]]:
    """The names of a table and of what belongs to it, each with its kind."""
    if table is None:
        return set()
    constraints = ((type(c), c.name) for c in table.constraints if c.name is not None)
    return {(Table, table.name.name), *((Index, name) for name in table.indexes), *constraints}


def _comment(before: Table, after: Table) -> Iterator[Operation]:
    if before.comment != after.comment:
        yield SetTableComment(after.name, after.comment, before.comment)


def _enums(before: Schema, after: Schema) -> Iterator[AlterEnum]:
    """Changes of enum types that some column uses on both sides.

    One without such a column comes and goes with the columns that use it.
    """
    common = (n for n in after.enums if n in before.enums)
    changed = [n for n in _sorted(common) if before.enums[n].values != after.enums[n].values]
    staying = _staying_enums(before, after) if changed else frozenset()
    for name in changed:
        if name in staying:
            yield AlterEnum(name, after.enums[name].values, before.enums[name].values)


def _staying_enums(before: Schema, after: Schema) -> frozenset[Name]:
    return frozenset(
        column.type.enum
        for table in after
        if (old := before.find(table.name)) is not None
        for column in table.columns.values()
        if column.type.enum is not None
        and (was := old.columns.get(column.name)) is not None
        and was.type.enum == column.type.enum
    )
