"""Columns of one table, compared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.types import SchemaType

from limbeck.diff.options import Comparison, differs
from limbeck.metadata import build
from limbeck.operations.alter_column import AlterColumn, existing_hints
from limbeck.operations.base import UNSET, Operation
from limbeck.operations.columns import AddColumn, DropColumn
from limbeck.operations.mentions import mentions
from limbeck.schema.constraints import Check, Constraint
from limbeck.schema.names import Name
from limbeck.schema.objects import Column, Table
from limbeck.schema.types import SqlType


@dataclass(frozen=True, slots=True)
class ColumnChanges:
    """What happens to the columns of a table.

    `replaced` are dropped and added again, so that whatever uses them has to go and come back.
    `carried` come along by a column being added or altered: checks of users' own types, and the
    primary key of a column that numbers the rows. `taken` is the primary key that goes along with
    such a column. MySQL knows no such column without a key, not even for a moment.
    """

    added: tuple[AddColumn, ...] = ()
    altered: tuple[AlterColumn, ...] = ()
    dropped: tuple[DropColumn, ...] = ()
    replaced: frozenset[str] = frozenset()
    carried: tuple[Constraint, ...] = ()
    taken: tuple[Constraint, ...] = ()

    @property
    def operations(self) -> tuple[Operation, ...]:
        """All of them, in the order in which they read well."""
        replaced = tuple(d for d in self.dropped if d.column in self.replaced)
        others = tuple(d for d in self.dropped if d.column not in self.replaced)
        return (*replaced, *self.added, *self.altered, *others)


def compare_columns(
    before: Table, after: Table, shrunk: frozenset[Name], options: Comparison
) -> ColumnChanges:
    """The changes of the columns of a table that is on both sides.

    `shrunk` names the enum types that lose values. A generated column is replaced when its
    expression changes, or the type of a column that it is computed from: no server can alter it.
    """
    if before.columns == after.columns and not options.asks:
        return ColumnChanges()
    changes = {
        column.name: changed(before.name, before.columns[column.name], column, options)
        for column in after.columns.values()
        if column.name in before.columns
    }
    replaced = frozenset(_replaced(before, after, changes))
    checks = _type_checks(before, after)
    added = tuple(
        _added(after, _plain(column), checks.get(column.name, ()))
        for column in after.columns.values()
        if column.name not in before.columns or column.name in replaced
    )
    altered = tuple(
        operation
        for name, pairs in changes.items()
        if pairs and name not in replaced
        for operation in _altered(
            before, name, pairs, checks.get(name, ()) if "type" in pairs else (), shrunk
        )
    )
    ended, dropped = _dropped(before, after, replaced)
    return ColumnChanges(
        added,
        (*altered, *ended),
        dropped,
        replaced,
        carried=(
            *(c for op in added for c in op.constraints),
            *(c for op in altered for c in op.type_checks),
        ),
        taken=tuple(c for op in dropped if op.added is not None for c in op.added.constraints),
    )


def _dropped(
    before: Table, after: Table, replaced: frozenset[str]
) -> tuple[tuple[AlterColumn, ...], tuple[DropColumn, ...]]:
    """(what comes first, the drops): a column that numbers the rows takes its key along.

    Where no column stays, the key goes first, then the new columns come: MySQL keeps no table
    without columns.
    """
    gone = tuple(
        column
        for column in before.columns.values()
        if column.name not in after.columns or column.name in replaced
    )
    if len(gone) < len(before.columns):
        return (), tuple(DropColumn(before.name, c.name, added=_added(before, c)) for c in gone)
    return (
        tuple(
            AlterColumn(before.name, c.name, autoincrement=False, **existing_hints(c))
            for c in gone
            if c.autoincrement is True
        ),
        tuple(DropColumn(before.name, c.name, added=AddColumn(before.name, c)) for c in gone),
    )


def _added(table: Table, column: Column, checks: tuple[Check, ...] = ()) -> AddColumn:
    key = table.primary_key
    if column.autoincrement is True and key is not None and key.columns == (column.name,):
        return AddColumn(table.name, column, (key, *checks), inline_primary_key=True)
    return AddColumn(table.name, column, checks)


def _plain(column: Column) -> Column:
    """The column without a check in its type: it is an operation of its own, with a name."""
    payload = build.type_(column.type)
    return column if payload is column.type.payload else replace(column, type=_typed(column.type))


def _typed(type_: SqlType) -> SqlType:
    return replace(type_, payload=build.type_(type_))


def changed(table: Name, before: Column, after: Column, options: Comparison) -> dict[str, Any]:
    """The fields of a column that differ, with their new values."""
    if before == after and not options.asks:
        return {}
    pairs: dict[str, Any] = {}
    unequal = before.type != after.type
    if differs(options.compare_type, table, before, after, unequal):
        pairs["type"] = _typed(after.type)
    unequal = before.default != after.default
    if differs(options.compare_server_default, table, before, after, unequal):
        pairs["default"] = after.default
    if before.nullable != after.nullable:
        pairs["nullable"] = after.nullable
    if before.identity != after.identity:
        pairs["identity"] = after.identity
    if bool(before.autoincrement) != bool(after.autoincrement):
        pairs["autoincrement"] = bool(after.autoincrement)
    if options.comments and before.comment != after.comment:
        pairs["comment"] = after.comment
    if before.computed != after.computed:
        pairs["computed"] = after.computed
    return pairs


def _replaced(before: Table, after: Table, changes: dict[str, dict[str, Any]]) -> Iterator[str]:
    retyped = [name for name, pairs in changes.items() if "type" in pairs or "computed" in pairs]
    if not retyped:
        return
    for name, pairs in changes.items():
        if "computed" in pairs:
            yield name
            continue
        generated = after.columns[name].computed
        if generated is not None and (
            "type" in pairs or any(mentions(generated.expression, column) for column in retyped)
        ):
            yield name


def _type_checks(before: Table, after: Table) -> dict[str, tuple[Check, ...]]:
    """The checks that users' own types bring along, by the column they belong to, if not there yet.

    A decorated type creates its check in a script too, by being written there.
    """
    bound = [c for c in after.checks if c.type_bound and not _has(before, c)]
    return {
        column.name: checks
        for column in (after.columns.values() if bound else ())
        if not isinstance(column.type.payload, SchemaType)
        and (checks := tuple(c for c in bound if mentions(c.expression, column.name)))
    }


def _has(table: Table, check: Check) -> bool:
    return any(
        c.expression == check.expression and (check.name is None or c.name in (None, check.name))
        for c in table.checks
    )


def _altered(
    before: Table,
    name: str,
    pairs: dict[str, Any],
    type_checks: tuple[Check, ...],
    shrunk: frozenset[Name],
) -> Iterator[AlterColumn]:
    column = before.columns[name]
    hints = existing_hints(column)
    if (
        column.type.enum in shrunk
        and "type" not in pairs
        and column.default is not None
        and pairs.get("default") is not None
    ):
        # The old default may be a value that goes, the new one a value that comes: neither may
        # stand while the type changes.
        yield AlterColumn(before.name, name, default=None, **hints)
        hints["existing_default"] = UNSET
    if "autoincrement" not in pairs or len(pairs) == 1:
        yield AlterColumn(before.name, name, **pairs, type_checks=type_checks, **hints)
        return
    # MySQL wants a number and a key for as long as it numbers the rows
    begins = pairs.pop("autoincrement")
    if not begins:
        yield AlterColumn(before.name, name, autoincrement=False, **hints)
        hints["existing_autoincrement"] = False
    rest = AlterColumn(before.name, name, **pairs, type_checks=type_checks, **hints)
    yield rest
    if begins:
        hints = existing_hints(rest.changed(column))
        yield AlterColumn(before.name, name, autoincrement=True, **hints)
