"""Indexes: create and drop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from limbeck.errors import NotReversible, SchemaConflict
from limbeck.metadata import load
from limbeck.metadata.options import options_from
from limbeck.operations.base import Call, Operation, Ref, Scope, Statement
from limbeck.operations.compiler import Compiler
from limbeck.operations.naming import collection_for
from limbeck.operations.tables import schema_argument
from limbeck.schema.constraints import Options, Unique
from limbeck.schema.names import Name
from limbeck.schema.objects import Before, Index, IndexElement, Schema


@dataclass(frozen=True, slots=True)
class CreateIndex(Operation):
    """CREATE INDEX."""

    table: Name
    index: Index
    if_not_exists: bool = False
    source: sa.Index | None = field(default=None, compare=False, repr=False)
    """The index that a script's verb made: SQLAlchemy compiles it as it is."""

    def apply(self, schema: Schema) -> Schema:
        """Adds the index to its table."""
        table = schema.table(self.table)
        if self.index.name in table.indexes:
            if self.if_not_exists:
                return schema
            raise SchemaConflict(f"Table '{self.table}' has an index '{self.index.name}' already.")
        return schema.with_table(table.with_index(self.index))

    def reverse(self, before: Before) -> Operation:
        """DROP INDEX."""
        concurrently = tuple(o for o in self.index.options if o[0].endswith("_concurrently"))
        return DropIndex(self.index.name, self.table, options=concurrently, index=self.index)

    def statements(self, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
        """CREATE INDEX."""
        if self.source is not None:
            sql = compiler.create_index_of(self.source, if_not_exists=self.if_not_exists)
        else:
            sql = compiler.create_index(self.table, self.index, if_not_exists=self.if_not_exists)
        return (Statement(sql, transactional="CONCURRENTLY" not in sql.split("(")[0]),)

    def call(self) -> Call:
        """``op.create_index``."""
        extra: list[tuple[str, Any]] = list(schema_argument(self.table))
        extra.insert(0, ("unique", self.index.unique))
        extra += self.index.options
        if self.if_not_exists:
            extra.append(("if_not_exists", True))
        args = (self.index.name, self.table.name, list(self.index.elements))
        return Call("create_index", args, tuple(extra))

    @property
    def table_name(self) -> Name:
        """The table of the index."""
        return self.table

    @property
    def provides(self) -> tuple[Ref, ...]:
        """The index, and the key that a unique one makes."""
        own = Ref("index", self.table, self.index.name)
        if self.index.unique:
            return (own, Ref("key", self.table, ",".join(sorted(self.index.columns))))
        return (own,)

    @property
    def requires(self) -> tuple[Ref, ...]:
        """The table and the columns."""
        columns = (Ref("column", self.table, c) for c in self.index.columns)
        return (Ref("table", self.table), *columns)


@dataclass(frozen=True, slots=True)
class DropIndex(Operation):
    """DROP INDEX. `table` may be None where the dialect can do without; `schema` is then used."""

    name: str
    table: Name | None = None
    schema: str | None = None
    if_exists: bool = False
    options: Options = ()
    index: Index | None = field(default=None, compare=False, repr=False)

    def apply(self, schema: Schema) -> Schema:
        """Removes the index from its table; a unique constraint of that name counts as one."""
        owner = self._owner(schema)
        table = None if owner is None else schema.table(owner)
        if table is not None and self.name in table.indexes:
            return schema.with_table(table.without_index(self.name))
        unique = None if table is None else table.constraint(self.name, Unique)
        if table is not None and unique is not None:
            return schema.with_table(table.without_constraint(unique))
        if self.if_exists:
            return schema
        raise SchemaConflict(f"There is no index '{self.name}' to drop.")

    def _owner(self, schema: Schema) -> Name | None:
        if self.table is not None:
            return self.table
        holders = (t for t in schema if self.name in t.indexes or t.constraint(self.name, Unique))
        return next((t.name for t in holders), None)

    def reverse(self, before: Before) -> Operation:
        """CREATE INDEX with what it was."""
        table = before.find(self.table) if self.table is not None else None
        found = table.indexes.get(self.name) if table is not None else None
        unique = table.constraint(self.name, Unique) if table is not None else None
        if isinstance(unique, Unique):
            found = Index(self.name, tuple(IndexElement(c) for c in unique.columns), unique=True)
        found = found or self.index
        if found is None or self.table is None:
            raise NotReversible(
                f"Dropping index '{self.name}' cannot be reversed: what it was is unknown."
            )
        return CreateIndex(self.table, found)

    def statements(self, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
        """DROP INDEX; it is named in the schema of its table."""
        schema = self.table.schema if self.table is not None else self.schema
        condition = "IF EXISTS " if self.if_exists else ""
        return (Statement(f"DROP INDEX {condition}{compiler.name(Name(self.name, schema))}"),)

    def call(self) -> Call:
        """``op.drop_index``."""
        extra: list[tuple[str, Any]] = []
        if self.table is not None:
            extra.append(("table_name", self.table.name))
        schema = self.table.schema if self.table is not None else self.schema
        if schema is not None:
            extra.append(("schema", schema))
        extra += self.options
        if self.if_exists:
            extra.append(("if_exists", True))
        return Call("drop_index", (self.name,), tuple(extra))

    @property
    def table_name(self) -> Name | None:
        """The table of the index."""
        return self.table

    @property
    def removes(self) -> tuple[Ref, ...]:
        """The index, and the key that a unique one made."""
        if self.table is None:
            return ()
        own = Ref("index", self.table, self.name)
        if self.index is not None and self.index.unique:
            return (own, Ref("key", self.table, ",".join(sorted(self.index.columns))))
        return (own,)

    @property
    def releases(self) -> tuple[Ref, ...]:
        """Its columns."""
        if self.table is None or self.index is None:
            return ()
        return tuple(Ref("column", self.table, c) for c in self.index.columns)


def create_index(
    scope: Scope,
    /,
    index_name: str | None,
    table_name: str,
    columns: Sequence[Any],
    *,
    schema: str | None = None,
    unique: bool = False,
    if_not_exists: bool | None = None,
    **kw: Any,
) -> CreateIndex:
    """Creates an index on columns (names) and expressions (`text()` or SQLAlchemy's).

    `kw` are options as `sqlalchemy.Index` takes them (``postgresql_where``, ``mysql_length``).
    ``postgresql_concurrently=True`` builds it outside of the transaction.
    """
    named = [c for c in columns if isinstance(c, str)]
    included = [c for key, value in kw.items() if key.endswith("_include") for c in value]
    stubs = (
        sa.Column(c, sa.types.NullType())
        for c in dict.fromkeys(c for c in (*named, *included) if isinstance(c, str))
    )
    collection = collection_for([sa.Index(index_name)], scope.naming_convention)
    parent = sa.Table(table_name, collection, *stubs, schema=schema)
    expressions = [parent.columns[c] if isinstance(c, str) else c for c in columns]
    item = sa.Index(index_name, *expressions, unique=unique, _table=parent, **kw)
    is_plain = schema is None and len(named) == len(columns) and not kw
    return CreateIndex(
        load.qualified(table_name, schema, scope.dialect),
        load.index(item, scope.dialect),
        bool(if_not_exists),
        item if is_plain else None,
    )


def drop_index(
    scope: Scope,
    /,
    index_name: str,
    table_name: str | None = None,
    *,
    schema: str | None = None,
    if_exists: bool | None = None,
    **kw: Any,
) -> DropIndex:
    """Drops an index; MySQL and MSSQL need its table."""
    table = None if table_name is None else load.qualified(table_name, schema, scope.dialect)
    return DropIndex(index_name, table, schema, bool(if_exists), options_from(kw))
