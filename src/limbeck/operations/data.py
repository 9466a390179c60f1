"""Rows and raw SQL. What these do to a schema cannot be known, and they say so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from limbeck.operations.base import Call, Operation, Scope, Statement
from limbeck.operations.compiler import Compiler
from limbeck.schema.objects import Before, Schema


@dataclass(frozen=True, slots=True)
class Execute(Operation):
    """Raw SQL, or any Executable of SQLAlchemy."""

    statement: Any
    execution_options: tuple[tuple[str, Any], ...] = ()

    def apply(self, schema: Schema) -> Schema:
        """The schema as it was: what the SQL does is not known (`opaque`)."""
        return schema

    def statements(self, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
        """The SQL."""
        return (Statement(element=self.statement, execution_options=self.execution_options),)

    def call(self) -> Call:
        """``op.execute``."""
        options = dict(self.execution_options)
        extra = (("execution_options", options),) if options else ()
        return Call("execute", (self.statement,), extra)

    @property
    def opaque(self) -> bool:
        """Always."""
        return True


@dataclass(frozen=True, slots=True)
class BulkInsert(Operation):
    """INSERT of many rows."""

    table: sa.TableClause = field(compare=False)
    rows: tuple[Mapping[str, Any], ...]
    multiinsert: bool = True

    def apply(self, schema: Schema) -> Schema:
        """The schema as it was."""
        return schema

    def statements(self, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
        """One executemany, or one INSERT a row with its values written out."""
        if not self.rows:
            return ()
        if self.multiinsert:
            return (Statement(element=self.table.insert(), parameters=self.rows),)
        return tuple(Statement(element=self.table.insert().values(**row)) for row in self.rows)

    def call(self) -> Call:
        """``op.bulk_insert``."""
        extra = () if self.multiinsert else (("multiinsert", False),)
        return Call("bulk_insert", (self.table, [dict(row) for row in self.rows]), extra)


def execute(
    scope: Scope, /, sqltext: Any, *, execution_options: Mapping[str, Any] | None = None
) -> Execute:
    """Runs SQL text or an Executable. In text, ``:name`` is a parameter; escape it as ``\\:``."""
    statement = sa.text(sqltext) if isinstance(sqltext, str) else sqltext
    return Execute(statement, tuple(sorted((execution_options or {}).items())))


def bulk_insert(
    scope: Scope,
    /,
    table: sa.TableClause,
    rows: Sequence[Mapping[str, Any]],
    *,
    multiinsert: bool = True,
) -> BulkInsert:
    """Inserts rows, a list of dictionaries by column name."""
    if not isinstance(rows, list | tuple):
        raise TypeError("List expected")
    if any(not isinstance(row, Mapping) for row in rows):
        raise TypeError("List of dictionaries expected")
    return BulkInsert(table, tuple(rows), multiinsert)
