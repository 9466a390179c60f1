"""``alembic.operations.toimpl``: what invoking each operation does."""

from __future__ import annotations

from typing import Any

from limbeck.compat.alembic.operations import ops
from limbeck.compat.alembic.operations.base import BatchOperations, Operations
from limbeck.compat.alembic.operations.to_native import to_native


def _run(operations: Any, operation: Any) -> Any:
    """Runs or gathers our operation for it, unless a third party's dialect does it its own way."""
    if isinstance(operations, BatchOperations):
        for made in to_native(operation, operations.impl.scope):
            operations._run(made)
        return None
    from limbeck.compat.alembic.ddl.impl import foreign_run

    own = foreign_run(operations, operation)
    if own is not None:
        return own()
    result = None
    for made in to_native(operation, operations._interpreter.scope):
        result = operations._run(made)
    return result


@Operations.implementation_for(ops.AlterColumnOp)
def alter_column(operations: Operations, operation: ops.AlterColumnOp) -> None:
    """ALTER COLUMN; a batch notes its place too."""
    _run(operations, operation)
    _place(operations, operation.modify_name or operation.column_name, operation.kw)


@Operations.implementation_for(ops.AddColumnOp)
def add_column(operations: Operations, operation: ops.AddColumnOp) -> None:
    """ADD COLUMN; a batch notes its place too."""
    _run(operations, operation)
    _place(operations, operation.column.name, operation.kw)


def _place(operations: Any, column: str, kw: dict[str, Any]) -> None:
    if isinstance(operations, BatchOperations):
        operations.impl.place(column, kw.get("insert_before"), kw.get("insert_after"))


@Operations.implementation_for(ops.ExecuteSQLOp)
def execute_sql(operations: Operations, operation: ops.ExecuteSQLOp) -> None:
    """Raw SQL; in a batch too it runs at once."""
    interpreter = operations._interpreter
    for made in to_native(operation, interpreter.scope):
        interpreter.invoke(made)


@Operations.implementation_for(ops.OpContainer)
def run_all(operations: Operations, operation: ops.OpContainer) -> None:
    """All operations of a container, in order."""
    for inner in operation.ops:
        operations.invoke(inner)


@Operations.implementation_for(ops.DropColumnOp)
def drop_column(operations: Operations, operation: ops.DropColumnOp) -> None:
    """DROP COLUMN."""
    _run(operations, operation)


@Operations.implementation_for(ops.CreateIndexOp)
def create_index(operations: Operations, operation: ops.CreateIndexOp) -> None:
    """CREATE INDEX."""
    _run(operations, operation)


@Operations.implementation_for(ops.DropIndexOp)
def drop_index(operations: Operations, operation: ops.DropIndexOp) -> None:
    """DROP INDEX."""
    _run(operations, operation)


@Operations.implementation_for(ops.CreateTableOp)
def create_table(operations: Operations, operation: ops.CreateTableOp) -> Any:
    """CREATE TABLE; gives the table."""
    return _run(operations, operation)


@Operations.implementation_for(ops.DropTableOp)
def drop_table(operations: Operations, operation: ops.DropTableOp) -> None:
    """DROP TABLE."""
    _run(operations, operation)


@Operations.implementation_for(ops.RenameTableOp)
def rename_table(operations: Operations, operation: ops.RenameTableOp) -> None:
    """RENAME TABLE."""
    _run(operations, operation)


@Operations.implementation_for(ops.CreateTableCommentOp)
def create_table_comment(operations: Operations, operation: ops.CreateTableCommentOp) -> None:
    """COMMENT ON TABLE."""
    _run(operations, operation)


@Operations.implementation_for(ops.DropTableCommentOp)
def drop_table_comment(operations: Operations, operation: ops.DropTableCommentOp) -> None:
    """COMMENT ON TABLE … IS NULL."""
    _run(operations, operation)


@Operations.implementation_for(ops.BulkInsertOp)
def bulk_insert(operations: Operations, operation: ops.BulkInsertOp) -> None:
    """INSERT of many rows."""
    _run(operations, operation)


@Operations.implementation_for(ops.AddConstraintOp)
def create_constraint(operations: Operations, operation: ops.AddConstraintOp) -> None:
    """ADD CONSTRAINT."""
    _run(operations, operation)


@Operations.implementation_for(ops.DropConstraintOp)
def drop_constraint(operations: Operations, operation: ops.DropConstraintOp) -> None:
    """DROP CONSTRAINT."""
    _run(operations, operation)
