"""``alembic.operations.batch``."""

from __future__ import annotations

from typing import Any

from limbeck.operations.base import Operation, Scope
from limbeck.runtime.batch import BatchOperations as Gathered

__all__ = ["ApplyBatchImpl", "BatchOperationsImpl"]


class BatchOperationsImpl:
    """The table of a batch, and what has been gathered for it."""

    def __init__(
        self,
        operations: Any,
        gathered: Gathered,
        table_name: str,
        schema: str | None,
        recreate: str,
    ) -> None:
        self.operations = operations
        self.gathered = gathered
        self.table_name = table_name
        self.schema = schema
        self.recreate = recreate

    @property
    def scope(self) -> Scope:
        """What verbs need to know: the dialect, and the naming convention of this batch."""
        return self.gathered._scope

    @property
    def dialect(self) -> Any:
        """SQLAlchemy's dialect."""
        return self.operations.migration_context.dialect

    @property
    def impl(self) -> Any:
        """The dialect's side."""
        return self.operations.impl

    @property
    def bind(self) -> Any:
        """The connection."""
        return self.operations.migration_context.bind

    def gather(self, operation: Operation) -> None:
        """Keeps an operation until the block has ended."""
        self.gathered.invoke(operation)

    def place(self, column: str, before: str | None, after: str | None) -> None:
        """Where the batch wants a column."""
        if before is None and after is None:
            return
        self.gathered._place(column, before, after)

    def execute(self, sql: Any, execution_options: Any = None) -> None:
        """Runs SQL at once."""
        self.operations.migration_context.execute(sql, execution_options)


class ApplyBatchImpl:
    """Alembic's own way to make a table anew: here a rebuild belongs to the dialect."""
