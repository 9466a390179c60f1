"""``alembic.ddl.mysql``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import DDLCompiler
from sqlalchemy.types import to_instance

from limbeck.compat.alembic.ddl.base import (
    AlterColumn,
    alter_table,
    format_column_name,
    format_server_default,
    format_type,
)
from limbeck.compat.alembic.ddl.impl import DefaultImpl

__all__ = [
    "MariaDBImpl",
    "MySQLAlterDefault",
    "MySQLChangeColumn",
    "MySQLImpl",
    "MySQLModifyColumn",
]


class MySQLImpl(DefaultImpl):
    """MySQL."""

    __dialect__ = "mysql"
    transactional_ddl = False
    type_synonyms: Sequence[set[str]] = (
        {"NUMERIC", "DECIMAL"},
        {"BOOL", "TINYINT"},
        {"JSON", "LONGTEXT"},
    )
    type_arg_extract: Sequence[str] = (
        r"character set ([\w\-_]+)",
        r"collate ([\w\-_]+)",
    )

    def alter_column(
        self,
        table_name: str,
        column_name: str,
        *,
        nullable: bool | None = None,
        server_default: Any = False,
        name: str | None = None,
        type_: Any = None,
        schema: str | None = None,
        autoincrement: bool | None = None,
        comment: Any = False,
        existing_comment: str | None = None,
        existing_type: Any = None,
        existing_server_default: Any = None,
        existing_nullable: bool | None = None,
        existing_autoincrement: bool | None = None,
        **kw: Any,
    ) -> None:
        """Writes the whole column again, under its old or its new name."""
        final_type = type_ if type_ is not None else existing_type
        change = MySQLChangeColumn if name is not None else MySQLModifyColumn
        nullability = nullable if nullable is not None else existing_nullable
        self._exec(
            change(
                table_name,
                column_name,
                schema=schema,
                newname=name if name is not None else column_name,
                type_=final_type,
                nullable=True if nullability is None else nullability,
                default=server_default if server_default is not False else existing_server_default,
                autoincrement=(
                    autoincrement if autoincrement is not None else existing_autoincrement
                ),
                comment=comment if comment is not False else existing_comment,
            )
        )


class MariaDBImpl(MySQLImpl):
    """MariaDB."""

    __dialect__ = "mariadb"


class MySQLAlterDefault(AlterColumn):
    """ALTER COLUMN … SET or DROP DEFAULT."""

    def __init__(
        self, name: str, column_name: str, default: Any, schema: str | None = None
    ) -> None:
        super().__init__(name, column_name, schema=schema)
        self.default = default


class MySQLChangeColumn(AlterColumn):
    """CHANGE."""

    def __init__(
        self,
        name: str,
        column_name: str,
        schema: str | None = None,
        newname: str | None = None,
        type_: Any = None,
        nullable: bool | None = None,
        default: Any = False,
        autoincrement: bool | None = None,
        comment: Any = False,
    ) -> None:
        super().__init__(name, column_name, schema=schema)
        if type_ is None:
            from limbeck.errors import CommandError

            raise CommandError(
                "All MySQL CHANGE/MODIFY COLUMN operations require the existing type."
            )
        self.newname = newname
        self.type_ = to_instance(type_)
        self.nullable = nullable
        self.default = default
        self.autoincrement = autoincrement
        self.comment = comment


class MySQLModifyColumn(MySQLChangeColumn):
    """MODIFY."""


def _specification(element: MySQLChangeColumn, compiler: DDLCompiler) -> str:
    text = format_type(compiler, element.type_)
    text += " NULL" if element.nullable else " NOT NULL"
    if element.autoincrement:
        text += " AUTO_INCREMENT"
    if element.default is not False and element.default is not None:
        text += f" DEFAULT {format_server_default(compiler, element.default)}"
    if element.comment:
        from sqlalchemy import String

        literal = compiler.sql_compiler.render_literal_value(element.comment, String())
        text += f" COMMENT {literal}"
    return text


@compiles(MySQLAlterDefault, "mysql", "mariadb")
def _mysql_alter_default(element: MySQLAlterDefault, compiler: DDLCompiler, **kw: Any) -> str:
    change = (
        f"SET DEFAULT {format_server_default(compiler, element.default)}"
        if element.default is not None
        else "DROP DEFAULT"
    )
    head = alter_table(compiler, element.table_name, element.schema)
    return f"{head} ALTER COLUMN {format_column_name(compiler, element.column_name)} {change}"


@compiles(MySQLModifyColumn)
def _mysql_modify_column(element: MySQLModifyColumn, compiler: DDLCompiler, **kw: Any) -> str:
    head = alter_table(compiler, element.table_name, element.schema)
    name = format_column_name(compiler, element.column_name)
    return f"{head} MODIFY {name} {_specification(element, compiler)}"


@compiles(MySQLChangeColumn)
def _mysql_change_column(element: MySQLChangeColumn, compiler: DDLCompiler, **kw: Any) -> str:
    head = alter_table(compiler, element.table_name, element.schema)
    name = format_column_name(compiler, element.column_name)
    new = format_column_name(compiler, element.newname)
    return f"{head} CHANGE {name} {new} {_specification(element, compiler)}"
