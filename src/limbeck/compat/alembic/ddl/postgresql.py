"""``alembic.ddl.postgresql``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import DDLCompiler
from sqlalchemy.types import to_instance

from limbeck.compat.alembic.ddl import base
from limbeck.compat.alembic.ddl.base import (
    AlterColumn,
    ColumnComment,
    alter_column,
    alter_table,
    format_type,
    visit_column_comment,
    visit_rename_table,
)
from limbeck.compat.alembic.ddl.impl import DefaultImpl
from limbeck.compat.alembic.operations.base import BatchOperations, Operations
from limbeck.compat.alembic.operations.ops import AddConstraintOp
from limbeck.compat.alembic.operations.schemaobj import SchemaObjects

__all__ = [
    "ColumnComment",
    "CreateExcludeConstraintOp",
    "PostgresqlColumnType",
    "PostgresqlImpl",
    "visit_column_comment",
    "visit_column_type",
    "visit_rename_table",
]


class PostgresqlImpl(DefaultImpl):
    """PostgreSQL."""

    __dialect__ = "postgresql"
    transactional_ddl = True
    type_synonyms: Sequence[set[str]] = ({"NUMERIC", "DECIMAL"}, {"FLOAT", "DOUBLE PRECISION"})

    def alter_column(
        self, table_name: str, column_name: str, *, type_: Any = None, **kw: Any
    ) -> None:
        """Changes a column: its type first, as its default may have to follow it."""
        using = kw.pop("postgresql_using", None)
        if type_ is not None:
            given = {"schema": kw.get("schema"), "existing_type": kw.get("existing_type")}
            self._exec(PostgresqlColumnType(table_name, column_name, type_, using=using, **given))
        super().alter_column(table_name, column_name, **kw)


class PostgresqlColumnType(AlterColumn):
    """TYPE … USING."""

    def __init__(self, name: str, column_name: str, type_: Any, **kw: Any) -> None:
        self.using = kw.pop("using", None)
        super().__init__(name, column_name, **kw)
        self.type_ = to_instance(type_)


@compiles(PostgresqlColumnType)
def visit_column_type(element: PostgresqlColumnType, compiler: DDLCompiler, **kw: Any) -> str:
    """TYPE … USING."""
    head = alter_table(compiler, element.table_name, element.schema)
    column = alter_column(compiler, element.column_name)
    using = f" USING {element.using}" if element.using else ""
    return f"{head} {column} TYPE {format_type(compiler, element.type_)}{using}"


@compiles(base.RenameTable, "postgresql")
def _rename_table(element: base.RenameTable, compiler: DDLCompiler, **kw: Any) -> str:
    head = alter_table(compiler, element.table_name, element.schema)
    return f"{head} RENAME TO {base.format_table_name(compiler, element.new_table_name, None)}"


@Operations.register_operation("create_exclude_constraint")
@BatchOperations.register_operation("create_exclude_constraint", "batch_create_exclude_constraint")
@AddConstraintOp.register_add_constraint("exclude_constraint")
class CreateExcludeConstraintOp(AddConstraintOp):
    """ADD EXCLUDE."""

    constraint_type = "exclude"

    def __init__(
        self,
        constraint_name: Any,
        table_name: str,
        elements: Sequence[tuple[Any, str]],
        where: Any = None,
        schema: str | None = None,
        _orig_constraint: ExcludeConstraint | None = None,
        **kw: Any,
    ) -> None:
        self.constraint_name = constraint_name
        self.table_name = table_name
        self.elements = elements
        self.where = where
        self.schema = schema
        self._orig_constraint = _orig_constraint
        self.kw = kw

    @classmethod
    def from_constraint(cls, constraint: Any) -> CreateExcludeConstraintOp:
        """The operation that adds that constraint."""
        parent = constraint.parent
        given = {
            name: getattr(constraint, name, None)
            for name in ("using", "deferrable", "initially", "ops")
        }
        return cls(
            constraint.name,
            parent.name,
            [
                (name if item is None or isinstance(item, str | sa.Column) else item, op)
                for item, name, op in constraint._render_exprs
            ],
            where=constraint.where,
            schema=parent.schema,
            _orig_constraint=constraint,
            **{key: value for key, value in given.items() if value},
        )

    def to_constraint(self, migration_context: Any = None) -> ExcludeConstraint:
        """The constraint."""
        if self._orig_constraint is not None:
            return self._orig_constraint
        item = ExcludeConstraint(
            *self.elements, name=self.constraint_name, where=self.where, **self.kw
        )
        columns = [
            sa.Column(element, sa.types.NullType())
            for element, _ in self.elements
            if isinstance(element, str)
        ]
        parent = sa.Table(
            self.table_name,
            SchemaObjects(migration_context).metadata(),
            *columns,
            schema=self.schema,
        )
        parent.append_constraint(item)
        return item

    @classmethod
    def create_exclude_constraint(
        cls, operations: Any, constraint_name: str, table_name: str, *elements: Any, **kw: Any
    ) -> Any:
        """Adds an EXCLUDE constraint."""
        return operations.invoke(cls(constraint_name, table_name, elements, **kw))

    @classmethod
    def batch_create_exclude_constraint(
        cls, operations: Any, constraint_name: str, *elements: Any, **kw: Any
    ) -> Any:
        """Adds an EXCLUDE constraint to the batch's table."""
        kw["schema"] = operations.impl.schema
        return operations.invoke(cls(constraint_name, operations.impl.table_name, elements, **kw))
