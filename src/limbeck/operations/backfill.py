"""Values for rows that are there already: an UPDATE that a server carries out in batches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import operators, visitors

from limbeck.errors import CommandError
from limbeck.metadata import build, load
from limbeck.operations.base import Call, Operation, Ref, Scope, Statement
from limbeck.operations.batch import Batch
from limbeck.operations.compiler import Compiler
from limbeck.operations.tables import schema_argument
from limbeck.schema.names import Name
from limbeck.schema.objects import Before, Schema

BATCH_SIZE = 5000
"""Rows of a batch, where a script does not say: some 50 ms on a plain server."""


@dataclass(frozen=True, slots=True)
class Backfill(Operation):
    """UPDATE of the rows of a table, in batches by its primary key.

    Each batch of up to `size` rows has a transaction of its own, with `pause` seconds after it.
    """

    table: Name
    values: tuple[tuple[str, Any], ...] = field(compare=False)
    where: Any = field(default=None, compare=False)
    size: int = BATCH_SIZE
    pause: float = 0

    def apply(self, schema: Schema) -> Schema:
        """The schema as it was."""
        return schema

    def reverse(self, before: Before) -> Operation:
        """Nothing: what the rows had before is not known, and the schema is the same."""
        return Batch(self.table, ())

    def update(self, target: sa.Table) -> sa.Update:
        """The UPDATE of all rows. Raises CommandError for a column that the table lacks."""
        for column, _ in self.values:
            if column not in target.columns:
                raise CommandError(
                    f"op.backfill(): the table '{self.table}' has no column '{column}'."
                )
        values = {c: _on(target, value) for c, value in self.values}
        made = sa.update(target).values(values)
        return made if self.where is None else made.where(_on(target, self.where))

    def statements(self, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
        """One UPDATE, for those who do not carry it out in batches (``--sql``)."""
        target = build.stub(self.table, *(column for column, _ in self.values))
        return (Statement(element=self.update(target), transactional=False, backfill=self),)

    def call(self) -> Call:
        """``op.backfill``."""
        extra: list[tuple[str, Any]] = []
        if self.where is not None:
            extra.append(("where", self.where))
        extra += schema_argument(self.table)
        if self.size != BATCH_SIZE:
            extra.append(("batch_size", self.size))
        if self.pause:
            extra.append(("pause", self.pause))
        return Call("backfill", (self.table.name, dict(self.values)), tuple(extra))

    @property
    def table_name(self) -> Name:
        """The table."""
        return self.table

    @property
    def requires(self) -> tuple[Ref, ...]:
        """The table and the columns."""
        columns = (Ref("column", self.table, column) for column, _ in self.values)
        return (Ref("table", self.table), *columns)


def _on(target: sa.Table, value: Any) -> Any:
    """A value or condition, where columns of a model's table are those of `target`.

    Text stands in brackets, so that it stays one condition beside another.
    """
    if isinstance(value, sa.TextClause):
        return value.self_group(against=operators.in_op)
    if not isinstance(value, sa.sql.ClauseElement):
        return value

    def replaced(item: Any, **_: Any) -> Any:
        owner = item.table if isinstance(item, sa.ColumnClause) else None
        if owner is None or owner is target or getattr(owner, "name", None) != target.name:
            return None
        if item.name not in target.columns:
            target.append_column(sa.Column(item.name, item.type))
        return target.columns[item.name]

    return visitors.replacement_traverse(value, {}, replaced)  # type: ignore[call-overload]  # the annotation wants one kind of element


def backfill(
    scope: Scope,
    /,
    table_name: str,
    values: Mapping[str, Any],
    where: Any = None,
    *,
    schema: str | None = None,
    batch_size: int = BATCH_SIZE,
    pause: float = 0,
) -> Backfill:
    """Changes the rows of a table in batches by primary key, each in its own transaction.

    `values` maps columns to values or SQL expressions (``sa.text("price * 100")``), `where` is a
    condition, SQL text or an expression. An interrupted one goes on where it stopped.
    """
    if not isinstance(values, Mapping) or not values:
        raise CommandError("op.backfill(): values must map columns to what they get.")
    if isinstance(batch_size, bool) or not isinstance(batch_size, int) or batch_size < 1:
        raise CommandError(f"op.backfill(): batch_size must be 1 or more, not {batch_size!r}.")
    if isinstance(pause, bool) or not isinstance(pause, int | float) or pause < 0:
        raise CommandError(f"op.backfill(): pause must be in seconds, not {pause!r}.")
    condition = sa.text(where) if isinstance(where, str) else where
    return Backfill(
        load.qualified(table_name, schema, scope.dialect),
        tuple((str(column), value) for column, value in values.items()),
        condition,
        batch_size,
        float(pause),
    )
