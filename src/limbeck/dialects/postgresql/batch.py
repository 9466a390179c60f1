"""A batch is plain statements here, but later ones must know what earlier ones did to types."""

from __future__ import annotations

from dataclasses import dataclass, field

from limbeck.dialects.postgresql.named_types import enum_of
from limbeck.operations.alter_column import AlterColumn
from limbeck.operations.base import Operation, Statement
from limbeck.operations.batch import Batch
from limbeck.operations.columns import AddColumn, DropColumn
from limbeck.operations.compiler import Compiler
from limbeck.schema.constraints import ForeignKey
from limbeck.schema.names import Name
from limbeck.schema.objects import Before, Schema, Table
from limbeck.schema.types import EnumType, SqlType


@dataclass
class Ahead:
    """The state before a batch, and what its first operations have made of the enum types."""

    before: Before
    compiler: Compiler
    joined: dict[tuple[Name, str], EnumType | None] = field(default_factory=dict)

    def note(self, operation: Operation) -> None:
        """Takes note of an operation that comes before those to be compiled."""
        match operation:
            case AddColumn():
                self._join(operation.table, operation.column.name, operation.column.type)
            case AlterColumn() if operation.type is not None:
                self._join(operation.table, operation.column, operation.type)
            case DropColumn():
                self.joined[operation.table, operation.column] = None
            case _:
                return

    def _join(self, table: Name, column: str, type_: SqlType) -> None:
        self.joined[table, column] = enum_of(type_.payload, self.compiler.dialect)

    def enum(self, name: Name) -> EnumType | None:
        """The enum type, also one that the batch has created; not one that it has dropped."""
        made = (e for e in self.joined.values() if e is not None and e.name == name)
        there = next(made, None) or self.before.enum(name)
        left = any(user in self.joined for user in self.before.enum_users(name))
        return None if left and not self.enum_users(name) else there

    def enum_users(self, name: Name) -> tuple[tuple[Name, str], ...]:
        """The columns of that type after what the batch has done."""
        kept = (user for user in self.before.enum_users(name) if user not in self.joined)
        new = (user for user, e in self.joined.items() if e is not None and e.name == name)
        return tuple(sorted({*kept, *new}, key=lambda user: (user[0].sort_key, user[1])))

    def find(self, name: Name) -> Table | None:
        """The table as it was before the batch."""
        return self.before.find(name)

    def table(self, name: Name) -> Table:
        """The table as it was before the batch."""
        return self.before.table(name)

    def referring(self, name: Name) -> tuple[tuple[Name, ForeignKey], ...]:
        """The foreign keys of other tables as they were before the batch."""
        return self.before.referring(name)


def batch(operation: Batch, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
    """The statements of each operation in turn."""
    if isinstance(before, Schema):
        return operation.statements(compiler, before)
    state = Ahead(before, compiler)
    found: list[Statement] = []
    for item in operation.operations:
        found += compiler.compile(item, state)
        state.note(item)
    return tuple(found)
