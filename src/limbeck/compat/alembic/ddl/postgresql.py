"""``alembic.ddl.postgresql``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

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
from limbeck.compat.alembic.operations.exclude import CreateExcludeConstraintOp

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
