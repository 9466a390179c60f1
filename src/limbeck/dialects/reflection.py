"""Inspection and normal forms by SQLAlchemy alone, for dialects that are SQL only so far.

A dialect folder that has no catalog queries of its own takes both functions from here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.elements import conv

from limbeck.dialects.base import Request
from limbeck.metadata import load
from limbeck.operations.compiler import Compiler
from limbeck.schema.constraints import (
    Check,
    Constraint,
    Exclude,
    ForeignKey,
    PrimaryKey,
    Unique,
)
from limbeck.schema.named import Named
from limbeck.schema.objects import Column, Computed, Index, IndexElement, Schema, Table
from limbeck.schema.types import Expression, SqlType

_KINDS: dict[type[Constraint], str] = {
    PrimaryKey: "primary_key_constraint",
    Unique: "unique_constraint",
    ForeignKey: "foreign_key_constraint",
    Check: "check_constraint",
    Exclude: "exclude_constraint",
}


def inspect(connection: sa.Connection, request: Request) -> Schema:
    """The tables that `request` names, as SQLAlchemy reflects them."""
    include = request.include_name
    found = Schema()
    for schema in dict.fromkeys(request.schemas):
        if include is not None and not include(schema, "schema", {}):
            continue
        wanted = None
        if request.tables is not None:
            wanted = {name.name for name in request.tables if name.schema == schema}
        collection = sa.MetaData()
        names = [n for n in _names(connection, schema) if wanted is None or n in wanted]
        collection.reflect(connection, schema=schema, only=names, resolve_fks=False)
        for table in sorted(collection.tables.values(), key=lambda t: t.name):
            loaded = _inspected(load.table(table, connection.dialect))
            if loaded.name not in request.exclude and _included(request, loaded):
                found = found.with_table(_filtered(request, loaded))
    return found


def narrowed(schema: Schema, request: Request) -> Schema:
    """The part of a schema that an inspection with that request would give."""
    tables = (
        _filtered(request, table)
        for table in schema
        if table.name.schema in request.schemas
        and table.name not in request.exclude
        and (request.tables is None or table.name in request.tables)
        and _included(request, table)
    )
    return replace(schema, tables=Named(tables))


def _names(connection: sa.Connection, schema: str | None) -> list[str]:
    return sa.inspect(connection).get_table_names(schema=schema)


def _inspected(table: Table) -> Table:
    """The table with names that scripts write as they are."""
    return replace(
        table,
        constraints=tuple(
            c if c.name is None else replace(c, name=conv(c.name)) for c in table.constraints
        ),
        indexes=Named(replace(i, name=conv(i.name)) for i in table.indexes.values()),
    )


def _included(request: Request, table: Table) -> bool:
    if request.include_name is None:
        return True
    parents = {"schema_name": table.name.schema, "schema_qualified_table_name": str(table.name)}
    return request.include_name(table.name.name, "table", parents)


def _filtered(request: Request, table: Table) -> Table:
    """The table without the parts that the user's filter does not want."""
    include = request.include_name
    if include is None:
        return table
    parents: dict[str, str | None] = {
        "schema_name": table.name.schema,
        "schema_qualified_table_name": str(table.name),
        "table_name": table.name.name,
    }
    return replace(
        table,
        columns=Named(c for c in table.columns.values() if include(c.name, "column", parents)),
        constraints=tuple(
            c for c in table.constraints if include(c.name, _KINDS[type(c)], parents)
        ),
        indexes=Named(i for i in table.indexes.values() if include(i.name, "index", parents)),
    )


def normalize(schema: Schema, dialect: Dialect) -> Schema:
    """The schema with every type and expression as SQLAlchemy writes it, white space aside.

    Idempotent. What a server rewrites shows as a difference.
    """
    normalizer = _Normalizer(dialect)
    return Schema(tables=Named(normalizer.table(t) for t in schema))


T = TypeVar("T", SqlType, Expression)


class _Normalizer:
    def __init__(self, dialect: Dialect) -> None:
        self._compiler = Compiler(dialect)
        self._prefix = f"{dialect.name}_"
        self._comments = dialect.supports_comments
        self._identity = dialect.supports_identity_columns

    def table(self, table: Table) -> Table:
        primary = table.primary_key.columns if table.primary_key else ()
        constraints = (self.constraint(c) for c in table.constraints)
        return replace(
            table,
            columns=Named(self.column(c, c.name in primary) for c in table.columns.values()),
            constraints=tuple(constraints),
            indexes=Named(self.index(i) for i in table.indexes.values()),
            comment=table.comment if self._comments else None,
            options=self.options(table.options),
        )

    def column(self, column: Column, primary: bool) -> Column:
        computed = column.computed
        if computed is not None:
            expression = self.expression(computed.expression)
            computed = Computed(expression, bool(computed.persisted))
        return replace(
            column,
            type=_normal(column.type, lambda: self._compiler.column_type(column).lower()),
            nullable=column.nullable and not primary,
            default=self.default(column.default),
            computed=computed,
            identity=column.identity if self._identity else None,
            autoincrement=column.autoincrement is True and column.identity is None,
            comment=(column.comment or None) if self._comments else None,
            options=self.options(column.options),
        )

    def default(self, given: Expression | None) -> Expression | None:
        if given is None:
            return None
        return _normal(given, lambda: _bare(self._compiler.default(given)))

    def expression(self, given: Expression) -> Expression:
        return _normal(given, lambda: _bare(self._compiler.expression(given)))

    def constraint(self, item: Constraint) -> Constraint:
        if isinstance(item, Check):
            expression = self.expression(item.expression)
            item = replace(item, expression=expression, type_bound=False)
        if isinstance(item, ForeignKey):
            item = replace(item, on_delete=_action(item.on_delete), match=None)
        return replace(item, options=self.options(item.options))

    def index(self, index: Index) -> Index:
        elements = tuple(self.element(e) for e in index.elements)
        return replace(index, elements=elements, options=self.options(index.options))

    def element(self, element: IndexElement) -> IndexElement:
        if element.expression is None:
            return element
        return replace(element, expression=self.expression(element.expression))

    def options(self, given: Iterable[tuple[str, object]]) -> tuple[tuple[str, object], ...]:
        kept = ((key, value) for key, value in given if key.startswith(self._prefix))
        return tuple((k, self.expression(v) if isinstance(v, Expression) else v) for k, v in kept)


def _normal(given: T, compiled: Callable[[], str]) -> T:
    """The value with the compiled text, once."""
    if given.origin == "normalized":
        return given
    return given.normalized(" ".join(compiled().split()))


def _bare(sql: str) -> str:
    """Text without parentheses around all of it, which some servers add."""
    text = sql.strip()
    while text.startswith("(") and text.endswith(")") and _encloses(text):
        text = text[1:-1].strip()
    return text


def _encloses(text: str) -> bool:
    depth = 0
    for place, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return place == len(text) - 1
    return False


def _action(action: str | None) -> str | None:
    """RESTRICT is what these servers do without being told."""
    return None if action == "RESTRICT" else action
