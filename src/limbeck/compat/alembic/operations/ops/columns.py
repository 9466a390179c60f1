"""Columns."""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import NULLTYPE

from limbeck.compat.alembic.operations.base import BatchOperations, Operations
from limbeck.compat.alembic.operations.ops.table_changes import AlterTableOp


@Operations.register_operation("alter_column")
@BatchOperations.register_operation("alter_column", "batch_alter_column")
class AlterColumnOp(AlterTableOp):
    """ALTER COLUMN."""

    def __init__(
        self,
        table_name: str,
        column_name: str,
        *,
        schema: str | None = None,
        existing_type: Any = None,
        existing_server_default: Any = False,
        existing_nullable: bool | None = None,
        existing_comment: str | None = None,
        modify_nullable: bool | None = None,
        modify_comment: Any = False,
        modify_server_default: Any = False,
        modify_name: str | None = None,
        modify_type: Any = None,
        **kw: Any,
    ) -> None:
        super().__init__(table_name, schema=schema)
        self.column_name = column_name
        self.existing_type = existing_type
        self.existing_server_default = existing_server_default
        self.existing_nullable = existing_nullable
        self.existing_comment = existing_comment
        self.modify_nullable = modify_nullable
        self.modify_comment = modify_comment
        self.modify_server_default = modify_server_default
        self.modify_name = modify_name
        self.modify_type = modify_type
        self.kw = kw

    def to_diff_tuple(self) -> Any:
        """A list with a tuple for each change."""
        existing = {
            "existing_type": self.existing_type,
            "existing_nullable": self.existing_nullable,
            "existing_server_default": self.existing_server_default,
            "existing_comment": self.existing_comment,
        }
        subject = (self.schema, self.table_name, self.column_name)

        def change(kind: str, key: str, new: Any) -> tuple[Any, ...]:
            rest = {name: value for name, value in existing.items() if name != key}
            return (kind, *subject, rest, existing[key], new)

        found: list[tuple[Any, ...]] = []
        if self.modify_name is not None:
            found.append(("rename_column", *subject, self.modify_name))
        if self.modify_type is not None:
            found.append(change("modify_type", "existing_type", self.modify_type))
        if self.modify_nullable is not None:
            found.append(change("modify_nullable", "existing_nullable", self.modify_nullable))
        if self.modify_server_default is not False:
            new = self.modify_server_default
            found.append(change("modify_default", "existing_server_default", new))
        if self.modify_comment is not False:
            found.append(change("modify_comment", "existing_comment", self.modify_comment))
        return found

    def has_changes(self) -> bool:
        """Whether it changes anything."""
        return (
            self.modify_nullable is not None
            or self.modify_type is not None
            or self.modify_name is not None
            or self.modify_server_default is not False
            or self.modify_comment is not False
            or any(re.match(r"^modify_.+", key) for key in self.kw)
        )

    def reverse(self) -> AlterColumnOp:
        """The change back."""
        kw = dict(self.kw)
        name_now = self.modify_name or self.column_name
        if self.modify_name is not None:
            kw["modify_name"] = self.column_name
        kw["existing_type"], kw["modify_type"] = self.existing_type, self.modify_type
        kw["existing_nullable"] = self.existing_nullable
        kw["modify_nullable"] = self.modify_nullable
        kw["existing_server_default"] = self.existing_server_default
        kw["modify_server_default"] = self.modify_server_default
        kw["existing_comment"] = self.existing_comment
        kw["modify_comment"] = self.modify_comment
        for name in [key.removeprefix("modify_") for key in kw if key.startswith("modify_")]:
            was, is_ = kw.get(f"existing_{name}"), kw[f"modify_{name}"]
            changed = is_ is not None if name in ("type", "nullable") else is_ is not False
            if changed and name != "name":
                kw[f"existing_{name}"], kw[f"modify_{name}"] = is_, was
        return type(self)(self.table_name, name_now, schema=self.schema, **kw)

    @classmethod
    def alter_column(
        cls,
        operations: Any,
        table_name: str,
        column_name: str,
        *,
        nullable: bool | None = None,
        comment: Any = False,
        server_default: Any = False,
        new_column_name: str | None = None,
        type_: Any = None,
        existing_type: Any = None,
        existing_server_default: Any = False,
        existing_nullable: bool | None = None,
        existing_comment: str | None = None,
        schema: str | None = None,
        **kw: Any,
    ) -> Any:
        """Changes a column."""
        op = cls(
            table_name,
            column_name,
            schema=schema,
            existing_type=existing_type,
            existing_server_default=existing_server_default,
            existing_nullable=existing_nullable,
            existing_comment=existing_comment,
            modify_name=new_column_name,
            modify_type=type_,
            modify_server_default=server_default,
            modify_nullable=nullable,
            modify_comment=comment,
            **kw,
        )
        return operations.invoke(op)

    @classmethod
    def batch_alter_column(
        cls,
        operations: Any,
        column_name: str,
        *,
        nullable: bool | None = None,
        comment: Any = False,
        server_default: Any = False,
        new_column_name: str | None = None,
        type_: Any = None,
        existing_type: Any = None,
        existing_server_default: Any = False,
        existing_nullable: bool | None = None,
        existing_comment: str | None = None,
        insert_before: str | None = None,
        insert_after: str | None = None,
        **kw: Any,
    ) -> Any:
        """Changes a column of the batch's table."""
        op = cls(
            operations.impl.table_name,
            column_name,
            schema=operations.impl.schema,
            existing_type=existing_type,
            existing_server_default=existing_server_default,
            existing_nullable=existing_nullable,
            existing_comment=existing_comment,
            modify_name=new_column_name,
            modify_type=type_,
            modify_server_default=server_default,
            modify_nullable=nullable,
            modify_comment=comment,
            insert_before=insert_before,
            insert_after=insert_after,
            **kw,
        )
        return operations.invoke(op)


@Operations.register_operation("add_column")
@BatchOperations.register_operation("add_column", "batch_add_column")
class AddColumnOp(AlterTableOp):
    """ADD COLUMN."""

    def __init__(
        self,
        table_name: str,
        column: sa.Column[Any],
        *,
        schema: str | None = None,
        if_not_exists: bool | None = None,
        inline_references: bool | None = None,
        inline_primary_key: bool | None = None,
        **kw: Any,
    ) -> None:
        super().__init__(table_name, schema=schema)
        self.column = column
        self.if_not_exists = if_not_exists
        self.inline_references = inline_references
        self.inline_primary_key = inline_primary_key
        self.kw = kw

    def reverse(self) -> DropColumnOp:
        """DROP COLUMN."""
        op = DropColumnOp.from_column_and_tablename(self.schema, self.table_name, self.column)
        op.if_exists = self.if_not_exists
        return op

    def to_diff_tuple(self) -> Any:
        """``("add_column", schema, table name, column)``."""
        return ("add_column", self.schema, self.table_name, self.to_column())

    def to_column(self) -> sa.Column[Any]:
        """The column."""
        return self.column

    @classmethod
    def from_column(cls, col: sa.Column[Any]) -> AddColumnOp:
        """The operation that adds that column to its table."""
        return cls(col.table.name, col, schema=col.table.schema)

    @classmethod
    def from_column_and_tablename(
        cls, schema: str | None, tname: str, col: sa.Column[Any]
    ) -> AddColumnOp:
        """The operation that adds that column."""
        return cls(tname, col, schema=schema)

    @classmethod
    def add_column(
        cls,
        operations: Any,
        table_name: str,
        column: sa.Column[Any],
        *,
        schema: str | None = None,
        if_not_exists: bool | None = None,
        inline_references: bool | None = None,
        inline_primary_key: bool | None = None,
    ) -> Any:
        """Adds a column."""
        op = cls(
            table_name,
            column,
            schema=schema,
            if_not_exists=if_not_exists,
            inline_references=inline_references,
            inline_primary_key=inline_primary_key,
        )
        return operations.invoke(op)

    @classmethod
    def batch_add_column(
        cls,
        operations: Any,
        column: sa.Column[Any],
        *,
        insert_before: str | None = None,
        insert_after: str | None = None,
        if_not_exists: bool | None = None,
        inline_references: bool | None = None,
        inline_primary_key: bool | None = None,
    ) -> Any:
        """Adds a column to the batch's table."""
        given = {"insert_before": insert_before, "insert_after": insert_after}
        op = cls(
            operations.impl.table_name,
            column,
            schema=operations.impl.schema,
            if_not_exists=if_not_exists,
            inline_references=inline_references,
            inline_primary_key=inline_primary_key,
            **{key: value for key, value in given.items() if value},
        )
        return operations.invoke(op)


@Operations.register_operation("drop_column")
@BatchOperations.register_operation("drop_column", "batch_drop_column")
class DropColumnOp(AlterTableOp):
    """DROP COLUMN."""

    def __init__(
        self,
        table_name: str,
        column_name: str,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        _reverse: AddColumnOp | None = None,
        **kw: Any,
    ) -> None:
        super().__init__(table_name, schema=schema)
        self.column_name = column_name
        self.kw = kw
        self.if_exists = if_exists
        self._reverse = _reverse

    def to_diff_tuple(self) -> Any:
        """``("remove_column", schema, table name, column)``."""
        return ("remove_column", self.schema, self.table_name, self.to_column())

    def reverse(self) -> AddColumnOp:
        """ADD COLUMN; ValueError where what it was is not known."""
        if self._reverse is None:
            raise ValueError("operation is not reversible; original column is not present")
        op = AddColumnOp.from_column_and_tablename(
            self.schema, self.table_name, self._reverse.column
        )
        op.if_not_exists = self.if_exists
        return op

    @classmethod
    def from_column_and_tablename(
        cls, schema: str | None, tname: str, col: sa.Column[Any]
    ) -> DropColumnOp:
        """The operation that drops that column."""
        reverse = AddColumnOp.from_column_and_tablename(schema, tname, col)
        return cls(tname, col.name, schema=schema, _reverse=reverse)

    def to_column(self, migration_context: Any = None) -> sa.Column[Any]:
        """The column that it drops, as far as that is known."""
        if self._reverse is not None:
            return self._reverse.column
        return sa.Column(self.column_name, NULLTYPE)

    @classmethod
    def drop_column(
        cls,
        operations: Any,
        table_name: str,
        column_name: str,
        *,
        schema: str | None = None,
        **kw: Any,
    ) -> Any:
        """Drops a column."""
        return operations.invoke(cls(table_name, column_name, schema=schema, **kw))

    @classmethod
    def batch_drop_column(cls, operations: Any, column_name: str, **kw: Any) -> Any:
        """Drops a column of the batch's table."""
        impl = operations.impl
        return operations.invoke(cls(impl.table_name, column_name, schema=impl.schema, **kw))
