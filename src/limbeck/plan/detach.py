"""Foreign keys that must let go while what they stand on is changed.

A server refuses to change the type of a column that a foreign key holds, or to drop the key that
it points to, even where the change leaves everything as the foreign key wants it. So the foreign
key is dropped before and added again after.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import sqlalchemy as sa

from limbeck.operations.alter_column import AlterColumn
from limbeck.operations.alter_table import AlterTable
from limbeck.operations.base import Operation
from limbeck.operations.columns import AddColumn, DropColumn
from limbeck.operations.constraints import AddConstraint, DropConstraint
from limbeck.operations.indexes import CreateIndex, DropIndex
from limbeck.operations.tables import DropTable
from limbeck.operations.types import AlterEnum
from limbeck.schema.constraints import ForeignKey, Options, PrimaryKey, Unique
from limbeck.schema.names import Name
from limbeck.schema.objects import Schema, Table


def detached(
    operations: Sequence[Operation], before: Schema, *, pins_foreign_keys: bool
) -> tuple[Operation, ...]:
    """The operations, and around them the drop and addition of the foreign keys in their way.

    PostgreSQL lets a column's type change as long as the two sides of the key can be compared
    in between. MySQL (`pins_foreign_keys`) refuses any change of a column or of an index that a
    foreign key uses: https://dev.mysql.com/doc/refman/8.4/en/create-table-foreign-keys.html
    """
    touched = _touched(operations, before, pins_foreign_keys)
    if not touched.columns and not touched.keys:
        return tuple(operations)
    gone = {
        (op.table, op.constraint)
        for op in operations
        if isinstance(op, DropConstraint) and isinstance(op.constraint, ForeignKey)
    }
    dropped = {op.name for op in operations if isinstance(op, DropTable)}
    keys = [
        (name, key)
        for name, key in _foreign_keys(before)
        if name not in dropped
        and key.referred not in dropped
        and (name, key) not in gone
        and touched.holds(name, key)
    ]
    # MySQL makes an index of the key's name, which a new index may have by now
    taken = {op.index.name for op in operations if isinstance(op, CreateIndex)}
    return (
        *(DropConstraint(n, k.name, "foreignkey", constraint=k) for n, k in keys),
        *operations,
        *(AddConstraint(n, k if k.name not in taken else replace(k, name=None)) for n, k in keys),
    )


def _foreign_keys(before: Schema) -> Iterator[tuple[Name, ForeignKey]]:
    for table in sorted(before, key=lambda t: t.name.sort_key):
        for key in table.foreign_keys:
            yield table.name, key


@dataclass(slots=True)
class _Touched:
    """Columns whose change a foreign key would stop, and keys that are dropped, by table."""

    pins: bool
    columns: set[tuple[Name, str]] = field(default_factory=set)
    keys: dict[Name, list[tuple[str, ...]]] = field(default_factory=dict)

    def add_key(self, table: Name, columns: tuple[str, ...]) -> None:
        self.keys.setdefault(table, []).append(columns)

    def holds(self, table: Name, key: ForeignKey) -> bool:
        """Whether that foreign key stands in the way."""
        pairs = zip(key.columns, key.referred_columns, strict=True)
        change = any if self.pins else all
        if any(change(self._changed(table, key, *pair)) for pair in pairs):
            return True
        if any(self._stands_on(key.referred_columns, k) for k in self.keys.get(key.referred, ())):
            return True
        return self.pins and any(self._stands_on(key.columns, k) for k in self.keys.get(table, ()))

    def _changed(self, table: Name, key: ForeignKey, own: str, other: str) -> tuple[bool, bool]:
        return ((table, own) in self.columns, (key.referred, other) in self.columns)

    def _stands_on(self, columns: tuple[str, ...], key: tuple[str, ...]) -> bool:
        if self.pins:
            return set(key[: len(columns)]) == set(columns)
        return set(key) == set(columns)


def _recodes(options: Options) -> bool:
    """Whether a change of options changes how characters are kept, and with them columns."""
    return any(key.endswith(("_charset", "_collate")) for key, _ in options)


def _characters(table: Table | None) -> list[str]:
    """The columns of a table that may hold characters: none of numbers or dates."""
    columns = table.columns.values() if table is not None else ()
    others = (sa.types.Integer, sa.types.Numeric, sa.types.Date, sa.types.DateTime)
    return [c.name for c in columns if not isinstance(c.type.payload, others)]


def _touched(operations: Iterable[Operation], before: Schema, pins: bool) -> _Touched:
    touched = _Touched(pins)
    for operation in operations:
        match operation:
            case AlterColumn(table=table, column=column) if operation.type is not None or (
                pins and (operation.nullable is not None or operation.autoincrement is not None)
            ):
                touched.columns.add((table, column))
            case AlterTable(name=table, options=options) if pins and _recodes(options):
                touched.columns.update((table, c) for c in _characters(before.find(table)))
            case AlterEnum(name=enum, values=values, existing=existing):
                if tuple(v for v in values if v in existing) != existing:
                    # the type is replaced by a new one, column after column
                    touched.columns.update(before.enum_users(enum))
            case DropConstraint(table=table, constraint=PrimaryKey() | Unique() as key):
                touched.add_key(table, key.columns)
            case DropColumn(table=table, added=AddColumn(constraints=(PrimaryKey() as key, *_))):
                touched.add_key(table, key.columns)
            case DropIndex(table=Name() as table, index=index) if index is not None and (
                pins or index.unique
            ):
                touched.add_key(table, index.columns)
    return touched
