"""Rows, and SQL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from limbeck.compat.alembic.operations.base import BatchOperations, Operations
from limbeck.compat.alembic.operations.ops.base import MigrateOperation


@Operations.register_operation("bulk_insert")
class BulkInsertOp(MigrateOperation):
    """INSERT of many rows."""

    def __init__(self, table: Any, rows: list[dict[str, Any]], *, multiinsert: bool = True) -> None:
        self.table = table
        self.rows = rows
        self.multiinsert = multiinsert

    @classmethod
    def bulk_insert(
        cls,
        operations: Any,
        table: Any,
        rows: list[dict[str, Any]],
        *,
        multiinsert: bool = True,
    ) -> Any:
        """Inserts rows."""
        return operations.invoke(cls(table, rows, multiinsert=multiinsert))


@Operations.register_operation("execute")
@BatchOperations.register_operation("execute", "batch_execute")
class ExecuteSQLOp(MigrateOperation):
    """Raw SQL."""

    def __init__(self, sqltext: Any, *, execution_options: Mapping[str, Any] | None = None) -> None:
        self.sqltext = sqltext
        self.execution_options = execution_options

    def to_diff_tuple(self) -> Any:
        """``("execute", SQL)``."""
        return ("execute", self.sqltext)

    @classmethod
    def execute(
        cls,
        operations: Any,
        sqltext: Any,
        *,
        execution_options: Mapping[str, Any] | None = None,
    ) -> Any:
        """Runs SQL."""
        return operations.invoke(cls(sqltext, execution_options=execution_options))

    @classmethod
    def batch_execute(
        cls,
        operations: Any,
        sqltext: Any,
        *,
        execution_options: Mapping[str, Any] | None = None,
    ) -> Any:
        """Runs SQL, before what the batch gathers."""
        return cls.execute(operations, sqltext, execution_options=execution_options)
