"""Operations for a table in use: the same change in steps that make nobody wait for long."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from limbeck.dialects.base import Dialect
from limbeck.errors import SchemaConflict
from limbeck.operations.base import Operation
from limbeck.operations.compiler import Compiler
from limbeck.operations.tables import CreateTable, DropTable, RenameTable
from limbeck.plan.swap import swapped
from limbeck.schema.names import Name
from limbeck.schema.objects import Schema

Item = TypeVar("Item")


def expand(
    items: Iterable[Item | Operation], before: Schema, dialect: Dialect, compiler: Compiler
) -> tuple[Item | Operation, ...]:
    """The items, each operation replaced by what the dialect does while its table is in use.

    `before` is the schema that they start from. Tables that the same items create stay as they
    are: nobody uses them yet. Operations after which nothing is gained otherwise, items of
    another kind, and all of them on a dialect that knows no such steps, are given back as they
    are. What results from all is the same schema.
    """
    if not dialect.online:
        return tuple(items)
    expanding = _Expanding(before, dialect, compiler)
    return swapped([found for item in items for found in expanding.item(item)])


def after(items: Iterable[Item | Operation], before: Schema) -> Schema:
    """The schema after the items, as far as it can be known."""
    for item in items:
        if isinstance(item, Operation):
            before = _applied(item, before)
    return before


def _applied(operation: Operation, schema: Schema) -> Schema:
    try:
        return operation.apply(schema)
    except SchemaConflict:  # something that a filter keeps from being compared
        return schema


class _Expanding:
    """The state between the operations, as far as it is known."""

    def __init__(self, before: Schema, dialect: Dialect, compiler: Compiler) -> None:
        self.schema = before
        self._rules, self._compiler = dialect.online, compiler
        self._created: set[Name] = set()

    def item(self, item: Item | Operation) -> Iterator[Item | Operation]:
        if not isinstance(item, Operation):
            yield item
            return
        parts = self._parts(item)
        if parts == (item,):
            self._follow(item)
            yield item
            return
        for part in parts:
            if part is item:
                self._follow(part)
                yield part
            else:
                yield from self.item(part)

    def _parts(self, operation: Operation) -> tuple[Operation, ...]:
        rule = self._rules.get(type(operation))
        name = operation.table_name
        if rule is None or name is None or name in self._created:
            return (operation,)
        table = self.schema.find(name)
        return (operation,) if table is None else rule(operation, table, self._compiler)

    def _follow(self, operation: Operation) -> None:
        match operation:
            case CreateTable(table=table):
                self._created.add(table.name)
            case DropTable(name=name):
                self._created.discard(name)
            case RenameTable() if operation.table_name in self._created:
                self._created.add(operation.new)
            case _:
                pass
        self.schema = _applied(operation, self.schema)
