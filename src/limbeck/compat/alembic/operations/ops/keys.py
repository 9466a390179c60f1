"""Primary keys and unique constraints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from limbeck.compat.alembic.operations import schemaobj
from limbeck.compat.alembic.operations.base import BatchOperations, Operations
from limbeck.compat.alembic.operations.ops.constraints import AddConstraintOp, options_of, owner_of


@Operations.register_operation("create_primary_key")
@BatchOperations.register_operation("create_primary_key", "batch_create_primary_key")
@AddConstraintOp.register_add_constraint("primary_key_constraint")
class CreatePrimaryKeyOp(AddConstraintOp):
    """ADD PRIMARY KEY."""

    constraint_type = "primarykey"

    def __init__(
        self,
        constraint_name: Any,
        table_name: str,
        columns: Sequence[str],
        *,
        schema: str | None = None,
        **kw: Any,
    ) -> None:
        self.constraint_name = constraint_name
        self.table_name = table_name
        self.columns = columns
        self.schema = schema
        self.kw = kw

    @classmethod
    def from_constraint(cls, constraint: Any) -> CreatePrimaryKeyOp:
        """The operation that adds that primary key."""
        owner = owner_of(constraint)
        return cls(
            constraint.name,
            owner.name,
            [column.name for column in constraint.columns],
            schema=owner.schema,
            **constraint.dialect_kwargs,
        )

    def to_constraint(self, migration_context: Any = None) -> sa.PrimaryKeyConstraint:
        """The constraint."""
        return schemaobj.SchemaObjects(migration_context).primary_key_constraint(
            self.constraint_name, self.table_name, self.columns, schema=self.schema, **self.kw
        )

    @classmethod
    def create_primary_key(
        cls,
        operations: Any,
        constraint_name: str | None,
        table_name: str,
        columns: Sequence[str],
        *,
        schema: str | None = None,
    ) -> Any:
        """Adds a primary key."""
        return operations.invoke(cls(constraint_name, table_name, columns, schema=schema))

    @classmethod
    def batch_create_primary_key(
        cls, operations: Any, constraint_name: str | None, columns: Sequence[str]
    ) -> Any:
        """Adds a primary key to the batch's table."""
        impl = operations.impl
        return operations.invoke(cls(constraint_name, impl.table_name, columns, schema=impl.schema))


@Operations.register_operation("create_unique_constraint")
@BatchOperations.register_operation("create_unique_constraint", "batch_create_unique_constraint")
@AddConstraintOp.register_add_constraint("unique_constraint")
class CreateUniqueConstraintOp(AddConstraintOp):
    """ADD UNIQUE."""

    constraint_type = "unique"

    def __init__(
        self,
        constraint_name: Any,
        table_name: str,
        columns: Sequence[str],
        *,
        schema: str | None = None,
        **kw: Any,
    ) -> None:
        self.constraint_name = constraint_name
        self.table_name = table_name
        self.columns = columns
        self.schema = schema
        self.kw = kw

    @classmethod
    def from_constraint(cls, constraint: Any) -> CreateUniqueConstraintOp:
        """The operation that adds that constraint."""
        owner = owner_of(constraint)
        return cls(
            constraint.name,
            owner.name,
            [column.name for column in constraint.columns],
            schema=owner.schema,
            **options_of(constraint, "deferrable", "initially"),
        )

    def to_constraint(self, migration_context: Any = None) -> sa.UniqueConstraint:
        """The constraint."""
        return schemaobj.SchemaObjects(migration_context).unique_constraint(
            self.constraint_name, self.table_name, self.columns, schema=self.schema, **self.kw
        )

    @classmethod
    def create_unique_constraint(
        cls,
        operations: Any,
        constraint_name: str | None,
        table_name: str,
        columns: Sequence[str],
        *,
        schema: str | None = None,
        **kw: Any,
    ) -> Any:
        """Adds a unique constraint."""
        return operations.invoke(cls(constraint_name, table_name, columns, schema=schema, **kw))

    @classmethod
    def batch_create_unique_constraint(
        cls, operations: Any, constraint_name: str, columns: Sequence[str], **kw: Any
    ) -> Any:
        """Adds a unique constraint to the batch's table."""
        impl = operations.impl
        return operations.invoke(
            cls(constraint_name, impl.table_name, columns, **{"schema": impl.schema, **kw})
        )
