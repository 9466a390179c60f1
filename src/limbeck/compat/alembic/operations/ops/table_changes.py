"""Names and comments of tables."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from limbeck.compat.alembic.operations import schemaobj
from limbeck.compat.alembic.operations.base import BatchOperations, Operations
from limbeck.compat.alembic.operations.ops.base import MigrateOperation


class AlterTableOp(MigrateOperation):
    """What changes one table."""

    def __init__(self, table_name: str, *, schema: str | None = None) -> None:
        self.table_name = table_name
        self.schema = schema


@Operations.register_operation("rename_table")
class RenameTableOp(AlterTableOp):
    """RENAME TABLE."""

    def __init__(
        self, old_table_name: str, new_table_name: str, *, schema: str | None = None
    ) -> None:
        super().__init__(old_table_name, schema=schema)
        self.new_table_name = new_table_name

    @classmethod
    def rename_table(
        cls,
        operations: Any,
        old_table_name: str,
        new_table_name: str,
        *,
        schema: str | None = None,
    ) -> Any:
        """Renames a table."""
        return operations.invoke(cls(old_table_name, new_table_name, schema=schema))

    def reverse(self) -> RenameTableOp:
        """The rename back."""
        return RenameTableOp(self.new_table_name, self.table_name, schema=self.schema)

    def to_diff_tuple(self) -> Any:
        """``("rename_table", schema, old name, new name)``."""
        return ("rename_table", self.schema, self.table_name, self.new_table_name)


@Operations.register_operation("create_table_comment")
@BatchOperations.register_operation("create_table_comment", "batch_create_table_comment")
class CreateTableCommentOp(AlterTableOp):
    """COMMENT ON TABLE."""

    def __init__(
        self,
        table_name: str,
        comment: str | None,
        *,
        schema: str | None = None,
        existing_comment: str | None = None,
    ) -> None:
        super().__init__(table_name, schema=schema)
        self.comment = comment
        self.existing_comment = existing_comment

    def reverse(self) -> CreateTableCommentOp | DropTableCommentOp:
        """The comment that was there."""
        if self.existing_comment is None:
            return DropTableCommentOp(
                self.table_name, existing_comment=self.comment, schema=self.schema
            )
        return CreateTableCommentOp(
            self.table_name,
            self.existing_comment,
            existing_comment=self.comment,
            schema=self.schema,
        )

    def to_table(self, migration_context: Any = None) -> sa.Table:
        """The table with the comment."""
        return schemaobj.SchemaObjects(migration_context).table(
            self.table_name, schema=self.schema, comment=self.comment
        )

    def to_diff_tuple(self) -> Any:
        """``("add_table_comment", table, existing)``."""
        return ("add_table_comment", self.to_table(), self.existing_comment)

    @classmethod
    def create_table_comment(
        cls,
        operations: Any,
        table_name: str,
        comment: str | None,
        *,
        existing_comment: str | None = None,
        schema: str | None = None,
    ) -> Any:
        """Sets the comment of a table."""
        return operations.invoke(
            cls(table_name, comment, existing_comment=existing_comment, schema=schema)
        )

    @classmethod
    def batch_create_table_comment(
        cls, operations: Any, comment: str | None, *, existing_comment: str | None = None
    ) -> Any:
        """Sets the comment of the batch's table."""
        impl = operations.impl
        return operations.invoke(
            cls(impl.table_name, comment, existing_comment=existing_comment, schema=impl.schema)
        )


@Operations.register_operation("drop_table_comment")
@BatchOperations.register_operation("drop_table_comment", "batch_drop_table_comment")
class DropTableCommentOp(AlterTableOp):
    """COMMENT ON TABLE … IS NULL."""

    def __init__(
        self, table_name: str, *, schema: str | None = None, existing_comment: str | None = None
    ) -> None:
        super().__init__(table_name, schema=schema)
        self.existing_comment = existing_comment

    def reverse(self) -> CreateTableCommentOp:
        """The comment that was there."""
        return CreateTableCommentOp(self.table_name, self.existing_comment, schema=self.schema)

    def to_table(self, migration_context: Any = None) -> sa.Table:
        """The table."""
        return schemaobj.SchemaObjects(migration_context).table(self.table_name, schema=self.schema)

    def to_diff_tuple(self) -> Any:
        """``("remove_table_comment", table)``."""
        return ("remove_table_comment", self.to_table())

    @classmethod
    def drop_table_comment(
        cls,
        operations: Any,
        table_name: str,
        *,
        existing_comment: str | None = None,
        schema: str | None = None,
    ) -> Any:
        """Takes the comment of a table away."""
        return operations.invoke(cls(table_name, existing_comment=existing_comment, schema=schema))

    @classmethod
    def batch_drop_table_comment(
        cls, operations: Any, *, existing_comment: str | None = None
    ) -> Any:
        """Takes the comment of the batch's table away."""
        impl = operations.impl
        return operations.invoke(
            cls(impl.table_name, existing_comment=existing_comment, schema=impl.schema)
        )
