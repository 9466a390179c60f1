"""Indexes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from limbeck.compat.alembic.operations import schemaobj
from limbeck.compat.alembic.operations.base import BatchOperations, Operations
from limbeck.compat.alembic.operations.ops.base import MigrateOperation


@Operations.register_operation("create_index")
@BatchOperations.register_operation("create_index", "batch_create_index")
class CreateIndexOp(MigrateOperation):
    """CREATE INDEX."""

    def __init__(
        self,
        index_name: Any,
        table_name: str,
        columns: Sequence[Any],
        *,
        schema: str | None = None,
        unique: bool = False,
        if_not_exists: bool | None = None,
        **kw: Any,
    ) -> None:
        self.index_name = index_name
        self.table_name = table_name
        self.columns = columns
        self.schema = schema
        self.unique = unique
        self.if_not_exists = if_not_exists
        self.kw = kw

    def reverse(self) -> DropIndexOp:
        """DROP INDEX."""
        return DropIndexOp.from_index(self.to_index())

    def to_diff_tuple(self) -> Any:
        """``("add_index", index)``."""
        return ("add_index", self.to_index())

    @classmethod
    def from_index(cls, index: sa.Index) -> CreateIndexOp:
        """The operation that creates that index."""
        assert index.table is not None
        return cls(
            index.name,
            index.table.name,
            list(index.expressions),
            schema=index.table.schema,
            unique=bool(index.unique),
            **index.kwargs,
        )

    def to_index(self, migration_context: Any = None) -> sa.Index:
        """The index."""
        return schemaobj.SchemaObjects(migration_context).index(
            self.index_name,
            self.table_name,
            self.columns,
            schema=self.schema,
            unique=self.unique,
            **self.kw,
        )

    @classmethod
    def create_index(
        cls,
        operations: Any,
        index_name: str | None,
        table_name: str,
        columns: Sequence[Any],
        *,
        schema: str | None = None,
        unique: bool = False,
        if_not_exists: bool | None = None,
        **kw: Any,
    ) -> Any:
        """Creates an index."""
        op = cls(
            index_name,
            table_name,
            columns,
            schema=schema,
            unique=unique,
            if_not_exists=if_not_exists,
            **kw,
        )
        return operations.invoke(op)

    @classmethod
    def batch_create_index(
        cls, operations: Any, index_name: str, columns: Sequence[Any], **kw: Any
    ) -> Any:
        """Creates an index on the batch's table."""
        impl = operations.impl
        return operations.invoke(
            cls(index_name, impl.table_name, columns, schema=impl.schema, **kw)
        )


@Operations.register_operation("drop_index")
@BatchOperations.register_operation("drop_index", "batch_drop_index")
class DropIndexOp(MigrateOperation):
    """DROP INDEX."""

    def __init__(
        self,
        index_name: Any,
        table_name: str | None = None,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        _reverse: CreateIndexOp | None = None,
        **kw: Any,
    ) -> None:
        self.index_name = index_name
        self.table_name = table_name
        self.schema = schema
        self.if_exists = if_exists
        self._reverse = _reverse
        self.kw = kw

    def reverse(self) -> CreateIndexOp:
        """CREATE INDEX."""
        return CreateIndexOp.from_index(self.to_index())

    def to_diff_tuple(self) -> Any:
        """``("remove_index", index)``."""
        return ("remove_index", self.to_index())

    @classmethod
    def from_index(cls, index: sa.Index) -> DropIndexOp:
        """The operation that drops that index."""
        assert index.table is not None
        return cls(
            index.name,
            table_name=index.table.name,
            schema=index.table.schema,
            _reverse=CreateIndexOp.from_index(index),
            unique=bool(index.unique),
            **index.kwargs,
        )

    def to_index(self, migration_context: Any = None) -> sa.Index:
        """The index that it drops, as far as that is known."""
        if self._reverse is not None:
            found = self._reverse.to_index(migration_context)
            found.name = self.index_name
            return found
        return schemaobj.SchemaObjects(migration_context).index(
            self.index_name, self.table_name or "no_table", ["x"], schema=self.schema, **self.kw
        )

    @classmethod
    def drop_index(
        cls,
        operations: Any,
        index_name: str,
        table_name: str | None = None,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        **kw: Any,
    ) -> Any:
        """Drops an index."""
        op = cls(index_name, table_name=table_name, schema=schema, if_exists=if_exists, **kw)
        return operations.invoke(op)

    @classmethod
    def batch_drop_index(cls, operations: Any, index_name: str, **kw: Any) -> Any:
        """Drops an index of the batch's table."""
        impl = operations.impl
        kw.pop("table_name", None)
        op = cls(index_name, table_name=impl.table_name, **{"schema": impl.schema, **kw})
        return operations.invoke(op)
