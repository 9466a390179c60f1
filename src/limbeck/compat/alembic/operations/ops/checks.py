"""Check constraints."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from limbeck.compat.alembic.operations import schemaobj
from limbeck.compat.alembic.operations.base import BatchOperations, Operations
from limbeck.compat.alembic.operations.ops.constraints import AddConstraintOp, owner_of


@Operations.register_operation("create_check_constraint")
@BatchOperations.register_operation("create_check_constraint", "batch_create_check_constraint")
@AddConstraintOp.register_add_constraint("check_constraint")
@AddConstraintOp.register_add_constraint("table_or_column_check_constraint")
@AddConstraintOp.register_add_constraint("column_check_constraint")
class CreateCheckConstraintOp(AddConstraintOp):
    """ADD CHECK."""

    constraint_type = "check"

    def __init__(
        self,
        constraint_name: Any,
        table_name: str,
        condition: Any,
        *,
        schema: str | None = None,
        **kw: Any,
    ) -> None:
        self.constraint_name = constraint_name
        self.table_name = table_name
        self.condition = condition
        self.schema = schema
        self.kw = kw

    @classmethod
    def from_constraint(cls, constraint: Any) -> CreateCheckConstraintOp:
        """The operation that adds that check."""
        owner = owner_of(constraint)
        owner = getattr(owner, "table", owner)  # a check may stand on a column
        return cls(
            constraint.name,
            owner.name,
            constraint.sqltext,
            schema=owner.schema,
            **constraint.dialect_kwargs,
        )

    def to_constraint(self, migration_context: Any = None) -> sa.CheckConstraint:
        """The constraint."""
        return schemaobj.SchemaObjects(migration_context).check_constraint(
            self.constraint_name, self.table_name, self.condition, schema=self.schema, **self.kw
        )

    @classmethod
    def create_check_constraint(
        cls,
        operations: Any,
        constraint_name: str | None,
        table_name: str,
        condition: Any,
        *,
        schema: str | None = None,
        **kw: Any,
    ) -> Any:
        """Adds a check."""
        return operations.invoke(cls(constraint_name, table_name, condition, schema=schema, **kw))

    @classmethod
    def batch_create_check_constraint(
        cls, operations: Any, constraint_name: str | None, condition: Any, **kw: Any
    ) -> Any:
        """Adds a check to the batch's table."""
        impl = operations.impl
        return operations.invoke(
            cls(constraint_name, impl.table_name, condition, **{"schema": impl.schema, **kw})
        )
