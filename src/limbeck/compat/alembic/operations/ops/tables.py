"""Tables."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from typing import Any

import sqlalchemy as sa

from limbeck.compat.alembic.operations import schemaobj
from limbeck.compat.alembic.operations.base import Operations
from limbeck.compat.alembic.operations.ops.base import MigrateOperation


def _unclaimed(kw: dict[str, Any]) -> tuple[Any, Any, Any]:
    return kw.pop("info", {}), kw.pop("comment", None), kw.pop("prefixes", None)


def _stands_apart(constraint: Any) -> bool:
    """Whether a constraint is written of its own: not what a type or a column brings along."""
    if getattr(constraint, "_type_bound", False) or isinstance(constraint.parent, sa.Column):
        return False
    return not isinstance(constraint, sa.PrimaryKeyConstraint) or bool(constraint.columns)


@Operations.register_operation("create_table")
class CreateTableOp(MigrateOperation):
    """CREATE TABLE."""

    def __init__(
        self,
        table_name: str,
        columns: Sequence[sa.schema.SchemaItem],
        *,
        schema: str | None = None,
        if_not_exists: bool | None = None,
        _namespace_metadata: sa.MetaData | None = None,
        _constraints_included: bool = False,
        **kw: Any,
    ) -> None:
        self.table_name = table_name
        self.columns = columns
        self.schema = schema
        self.if_not_exists = if_not_exists
        self.info, self.comment, self.prefixes = _unclaimed(kw)
        self.kw = kw
        self._namespace_metadata = _namespace_metadata
        self._constraints_included = _constraints_included

    def reverse(self) -> DropTableOp:
        """DROP TABLE."""
        return DropTableOp.from_table(self.to_table(), _namespace_metadata=self._namespace_metadata)

    def to_diff_tuple(self) -> Any:
        """``("add_table", table)``."""
        return ("add_table", self.to_table())

    @classmethod
    def from_table(
        cls, table: sa.Table, *, _namespace_metadata: sa.MetaData | None = None
    ) -> CreateTableOp:
        """The operation that creates that table; its indexes are operations of their own."""
        constraints = sorted(table.constraints, key=lambda item: item._creation_order)
        kept = [c for c in constraints if _stands_apart(c)]
        return cls(
            table.name,
            [*table.columns, *kept],
            schema=table.schema,
            _namespace_metadata=_namespace_metadata or table.metadata,
            _constraints_included=True,
            comment=table.comment,
            info=dict(table.info),
            prefixes=list(table._prefixes),
            **table.kwargs,
        )

    def to_table(self, migration_context: Any = None) -> sa.Table:
        """The table, copied."""
        return schemaobj.SchemaObjects(migration_context).table(
            self.table_name,
            *self.columns,
            _constraints_included=self._constraints_included,
            **self._table_kw(),
        )

    def _table_kw(self) -> dict[str, Any]:
        kw: dict[str, Any] = {"schema": self.schema, **self.kw}
        if self.comment is not None:
            kw["comment"] = self.comment
        if self.info:
            kw["info"] = dict(self.info)
        if self.prefixes:
            kw["prefixes"] = list(self.prefixes)
        return kw

    @classmethod
    def create_table(
        cls,
        operations: Any,
        table_name: str,
        *columns: sa.schema.SchemaItem,
        if_not_exists: bool | None = None,
        **kw: Any,
    ) -> Any:
        """Creates a table and returns it."""
        return operations.invoke(cls(table_name, columns, if_not_exists=if_not_exists, **kw))


@Operations.register_operation("drop_table")
class DropTableOp(MigrateOperation):
    """DROP TABLE."""

    def __init__(
        self,
        table_name: str,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        table_kw: MutableMapping[Any, Any] | None = None,
        _reverse: CreateTableOp | None = None,
    ) -> None:
        self.table_name = table_name
        self.schema = schema
        self.if_exists = if_exists
        self.table_kw: dict[str, Any] = dict(table_kw or {})
        self.info, self.comment, self.prefixes = _unclaimed(self.table_kw)
        self._reverse = _reverse

    def to_diff_tuple(self) -> Any:
        """``("remove_table", table)``."""
        return ("remove_table", self.to_table())

    def reverse(self) -> CreateTableOp:
        """CREATE TABLE."""
        namespace = self._reverse._namespace_metadata if self._reverse is not None else None
        return CreateTableOp.from_table(self.to_table(), _namespace_metadata=namespace)

    @classmethod
    def from_table(
        cls, table: sa.Table, *, _namespace_metadata: sa.MetaData | None = None
    ) -> DropTableOp:
        """The operation that drops that table."""
        reverse = CreateTableOp.from_table(table, _namespace_metadata=_namespace_metadata)
        kw = {"comment": table.comment, "info": dict(table.info), "prefixes": reverse.prefixes}
        return cls(
            table.name, schema=table.schema, table_kw={**kw, **table.kwargs}, _reverse=reverse
        )

    def to_table(self, migration_context: Any = None) -> sa.Table:
        """The table that it drops, as far as that is known."""
        if self._reverse is not None:
            return self._reverse.to_table(migration_context)
        return schemaobj.SchemaObjects(migration_context).table(
            self.table_name, schema=self.schema, **self.table_kw
        )

    @classmethod
    def drop_table(
        cls,
        operations: Any,
        table_name: str,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        **kw: Any,
    ) -> Any:
        """Drops a table."""
        return operations.invoke(cls(table_name, schema=schema, if_exists=if_exists, table_kw=kw))
