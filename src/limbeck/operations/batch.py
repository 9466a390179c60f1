"""Several changes of one table as one operation: what SQLite makes one rebuild of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import sqlalchemy as sa

from limbeck.operations.base import Call, Operation, Ref, Statement
from limbeck.operations.compiler import Compiler
from limbeck.schema.names import Name
from limbeck.schema.objects import Before, Schema, Table

Recreate: TypeAlias = Literal["auto", "always", "never"]


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a batch wants a column: before or after another."""

    column: str
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Batch(Operation):
    """Operations on one table, in order.

    `source` is what the script says the table is (`copy_from`), used in place of the state
    before. `table_args` and `table_kwargs` are added when the table is made anew.
    """

    name: Name
    operations: tuple[Operation, ...]
    recreate: Recreate = "auto"
    source: Table | None = None
    placements: tuple[Placement, ...] = ()
    partial_reordering: tuple[tuple[str, ...], ...] = ()
    table_args: tuple[sa.schema.SchemaItem, ...] = field(default=(), compare=False)
    table_kwargs: tuple[tuple[str, Any], ...] = field(default=(), compare=False)

    def apply(self, schema: Schema) -> Schema:
        """Each operation in turn."""
        for operation in self.operations:
            schema = operation.apply(schema)
        return schema

    def reverse(self, before: Before) -> Operation:
        """The reverses, last first."""
        schema = Schema().with_table(self.source or before.table(self.name))
        reversed_: list[Operation] = []
        for operation in self.operations:
            reversed_.insert(0, operation.reverse(schema))
            schema = operation.apply(schema)
        return Batch(self.name, tuple(reversed_), self.recreate)

    def statements(self, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
        """The statements of each operation; later ones see what earlier ones did."""
        found: list[Statement] = []
        state = before
        known = before if isinstance(before, Schema) else None
        for operation in self.operations:
            found += compiler.compile(operation, state)
            if known is not None:
                state = known = operation.apply(known)
        return tuple(found)

    def call(self) -> Call:
        """``with op.batch_alter_table(…) as batch_op:``."""
        extra: list[tuple[str, Any]] = [("schema", self.name.schema)]
        if self.recreate != "auto":
            extra.append(("recreate", self.recreate))
        if self.partial_reordering:
            extra.append(("partial_reordering", [list(g) for g in self.partial_reordering]))
        body = tuple(operation.call() for operation in self.operations)
        return Call("batch_alter_table", (self.name.name,), tuple(extra), body)

    @property
    def table_name(self) -> Name:
        """The table."""
        return self.name

    @property
    def provides(self) -> tuple[Ref, ...]:
        """What its operations provide."""
        return tuple(ref for operation in self.operations for ref in operation.provides)

    @property
    def requires(self) -> tuple[Ref, ...]:
        """What its operations require and do not provide themselves."""
        own = set(self.provides)
        refs = (ref for operation in self.operations for ref in operation.requires)
        return tuple(dict.fromkeys(ref for ref in refs if ref not in own))

    @property
    def removes(self) -> tuple[Ref, ...]:
        """What its operations remove."""
        return tuple(ref for operation in self.operations for ref in operation.removes)
