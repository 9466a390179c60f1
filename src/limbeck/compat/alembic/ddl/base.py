"""``alembic.ddl.base``: DDL constructs that dialects of third parties compile in their own way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import ExecutableDDLElement
from sqlalchemy.sql.compiler import DDLCompiler
from sqlalchemy.sql.elements import quoted_name
from sqlalchemy.types import TypeEngine, to_instance

from limbeck.errors import CommandError

__all__ = [
    "AddColumn",
    "AlterColumn",
    "AlterTable",
    "ColumnComment",
    "ColumnDefault",
    "ColumnName",
    "ColumnNullable",
    "ColumnType",
    "ComputedColumnDefault",
    "DropColumn",
    "IdentityColumnDefault",
    "RenameTable",
    "add_column",
    "alter_column",
    "alter_table",
    "compiles",
    "drop_column",
    "format_column_name",
    "format_server_default",
    "format_table_name",
    "format_type",
    "quote_dotted",
]


class AlterTable(ExecutableDDLElement):
    """ALTER TABLE."""

    def __init__(self, table_name: str, schema: str | None = None) -> None:
        self.table_name = table_name
        self.schema = schema


class RenameTable(AlterTable):
    """ALTER TABLE … RENAME TO."""

    def __init__(self, old_table_name: str, new_table_name: str, schema: str | None = None) -> None:
        super().__init__(old_table_name, schema=schema)
        self.new_table_name = new_table_name


class AlterColumn(AlterTable):
    """ALTER TABLE … ALTER COLUMN."""

    def __init__(
        self,
        name: str,
        column_name: str,
        schema: str | None = None,
        existing_type: Any = None,
        existing_nullable: bool | None = None,
        existing_server_default: Any = None,
        existing_comment: str | None = None,
    ) -> None:
        super().__init__(name, schema=schema)
        self.column_name = column_name
        self.existing_type = to_instance(existing_type) if existing_type is not None else None
        self.existing_nullable = existing_nullable
        self.existing_server_default = existing_server_default
        self.existing_comment = existing_comment


class ColumnNullable(AlterColumn):
    """SET or DROP NOT NULL."""

    def __init__(self, name: str, column_name: str, nullable: bool, **kw: Any) -> None:
        super().__init__(name, column_name, **kw)
        self.nullable = nullable


class ColumnType(AlterColumn):
    """TYPE."""

    def __init__(self, name: str, column_name: str, type_: Any, **kw: Any) -> None:
        super().__init__(name, column_name, **kw)
        self.type_ = to_instance(type_)


class ColumnName(AlterColumn):
    """RENAME COLUMN."""

    def __init__(self, name: str, column_name: str, newname: str, **kw: Any) -> None:
        super().__init__(name, column_name, **kw)
        self.newname = newname


class ColumnDefault(AlterColumn):
    """SET or DROP DEFAULT."""

    def __init__(self, name: str, column_name: str, default: Any, **kw: Any) -> None:
        super().__init__(name, column_name, **kw)
        self.default = default


class ComputedColumnDefault(AlterColumn):
    """A change of a generated column's expression."""

    def __init__(self, name: str, column_name: str, default: Any, **kw: Any) -> None:
        super().__init__(name, column_name, **kw)
        self.default = default


class IdentityColumnDefault(AlterColumn):
    """A change of an identity."""

    def __init__(self, name: str, column_name: str, default: Any, impl: Any, **kw: Any) -> None:
        super().__init__(name, column_name, **kw)
        self.default = default
        self.impl = impl


class AddColumn(AlterTable):
    """ADD COLUMN."""

    def __init__(
        self,
        name: str,
        column: sa.Column[Any],
        schema: str | None = None,
        if_not_exists: bool | None = None,
        inline_references: bool | None = None,
        inline_primary_key: bool | None = None,
    ) -> None:
        super().__init__(name, schema=schema)
        self.column = column
        self.if_not_exists = if_not_exists
        self.inline_references = inline_references
        self.inline_primary_key = inline_primary_key


class DropColumn(AlterTable):
    """DROP COLUMN."""

    def __init__(
        self,
        name: str,
        column: sa.Column[Any],
        schema: str | None = None,
        if_exists: bool | None = None,
    ) -> None:
        super().__init__(name, schema=schema)
        self.column = column
        self.if_exists = if_exists


class ColumnComment(AlterColumn):
    """COMMENT ON COLUMN."""

    def __init__(self, name: str, column_name: str, comment: str | None, **kw: Any) -> None:
        super().__init__(name, column_name, **kw)
        self.comment = comment


# -- pieces of SQL ------------------------------------------------------------------------------


def quote_dotted(name: Any, quote: Callable[[str], str]) -> str:
    """A schema name with dots, each part quoted; a `quoted_name` is one part."""
    if isinstance(name, quoted_name):
        return quote(name)
    return ".".join(quote(part) for part in str(name).split("."))


def format_table_name(compiler: Any, name: Any, schema: Any) -> str:
    """A table with its schema, quoted where needed."""
    quote = compiler.preparer.quote
    table: str = quote(name)
    return f"{quote_dotted(schema, quote)}.{table}" if schema else table


def format_column_name(compiler: DDLCompiler, name: Any) -> str:
    """A column, quoted where needed."""
    return compiler.preparer.quote(name)


def format_server_default(compiler: DDLCompiler, default: Any) -> str:
    """What stands after DEFAULT."""
    found = compiler.get_column_default_string(sa.Column("x", sa.Integer, server_default=default))
    return found or ""


def format_type(compiler: DDLCompiler, type_: TypeEngine[Any]) -> str:
    """A type as the dialect writes it."""
    return compiler.dialect.type_compiler_instance.process(type_)


def alter_table(compiler: DDLCompiler, name: Any, schema: Any) -> str:
    """``ALTER TABLE name``."""
    return f"ALTER TABLE {format_table_name(compiler, name, schema)}"


def drop_column(compiler: DDLCompiler, name: str, if_exists: bool | None = None, **kw: Any) -> str:
    """``DROP COLUMN name``."""
    condition = "IF EXISTS " if if_exists else ""
    return f"DROP COLUMN {condition}{format_column_name(compiler, name)}"


def alter_column(compiler: DDLCompiler, name: str) -> str:
    """``ALTER COLUMN name``."""
    return f"ALTER COLUMN {format_column_name(compiler, name)}"


def add_column(
    compiler: DDLCompiler,
    column: sa.Column[Any],
    if_not_exists: bool | None = None,
    inline_references: bool | None = None,
    inline_primary_key: bool | None = None,
    **kw: Any,
) -> str:
    """``ADD COLUMN name type …``."""
    condition = "IF NOT EXISTS " if if_not_exists else ""
    text = f"ADD COLUMN {condition}{compiler.get_column_specification(column, **kw)}"
    own = " ".join(
        compiler.process(constraint)
        for constraint in sorted(column.constraints, key=lambda item: item._creation_order)
        if not getattr(constraint, "_type_bound", False)
    )
    if own:
        text = f"{text} {own}"
    if inline_primary_key and column.primary_key:
        text += " PRIMARY KEY"
    if inline_references:
        for key in column.foreign_keys:
            *schema, table, target = key.target_fullname.split(".")
            referred = format_table_name(compiler, table, ".".join(schema) or None)
            text += f" REFERENCES {referred} ({format_column_name(compiler, target)})"
    return text


# -- standard SQL -------------------------------------------------------------------------------


def _head(element: AlterTable, compiler: DDLCompiler) -> str:
    return alter_table(compiler, element.table_name, element.schema)


def _column_head(element: AlterColumn, compiler: DDLCompiler) -> str:
    return f"{_head(element, compiler)} {alter_column(compiler, element.column_name)}"


@compiles(RenameTable)
def visit_rename_table(element: RenameTable, compiler: DDLCompiler, **kw: Any) -> str:
    """RENAME TO."""
    new = format_table_name(compiler, element.new_table_name, element.schema)
    return f"{_head(element, compiler)} RENAME TO {new}"


@compiles(AddColumn)
def visit_add_column(element: AddColumn, compiler: DDLCompiler, **kw: Any) -> str:
    """ADD COLUMN."""
    added = add_column(
        compiler,
        element.column,
        element.if_not_exists,
        element.inline_references,
        element.inline_primary_key,
        **kw,
    )
    return f"{_head(element, compiler)} {added}"


@compiles(DropColumn)
def visit_drop_column(element: DropColumn, compiler: DDLCompiler, **kw: Any) -> str:
    """DROP COLUMN."""
    dropped = drop_column(compiler, element.column.name, element.if_exists, **kw)
    return f"{_head(element, compiler)} {dropped}"


@compiles(ColumnNullable)
def visit_column_nullable(element: ColumnNullable, compiler: DDLCompiler, **kw: Any) -> str:
    """SET or DROP NOT NULL."""
    verb = "DROP" if element.nullable else "SET"
    return f"{_column_head(element, compiler)} {verb} NOT NULL"


@compiles(ColumnType)
def visit_column_type(element: ColumnType, compiler: DDLCompiler, **kw: Any) -> str:
    """TYPE."""
    return f"{_column_head(element, compiler)} TYPE {format_type(compiler, element.type_)}"


@compiles(ColumnName)
def visit_column_name(element: ColumnName, compiler: DDLCompiler, **kw: Any) -> str:
    """RENAME."""
    old = format_column_name(compiler, element.column_name)
    new = format_column_name(compiler, element.newname)
    return f"{_head(element, compiler)} RENAME {old} TO {new}"


@compiles(ColumnDefault)
def visit_column_default(element: ColumnDefault, compiler: DDLCompiler, **kw: Any) -> str:
    """SET or DROP DEFAULT."""
    change = (
        f"SET DEFAULT {format_server_default(compiler, element.default)}"
        if element.default is not None
        else "DROP DEFAULT"
    )
    return f"{_column_head(element, compiler)} {change}"


@compiles(ColumnComment)
def visit_column_comment(element: ColumnComment, compiler: DDLCompiler, **kw: Any) -> str:
    """COMMENT ON COLUMN."""
    table = format_table_name(compiler, element.table_name, element.schema)
    column = format_column_name(compiler, element.column_name)
    text = (
        compiler.sql_compiler.render_literal_value(element.comment, sa.String())
        if element.comment is not None
        else "NULL"
    )
    return f"COMMENT ON COLUMN {table}.{column} IS {text}"


@compiles(ComputedColumnDefault)
def visit_computed_column(element: ComputedColumnDefault, compiler: DDLCompiler, **kw: Any) -> str:
    """Raises CommandError: a generated column has to be made anew."""
    raise CommandError(
        f"The expression of the generated column '{element.table_name}.{element.column_name}' "
        "cannot be changed, added or removed: drop the column and add it again."
    )


@compiles(IdentityColumnDefault)
def visit_identity_column(element: IdentityColumnDefault, compiler: DDLCompiler, **kw: Any) -> str:
    """Raises CommandError: standard SQL has no way that all databases share."""
    raise CommandError(
        f"The identity of '{element.table_name}.{element.column_name}' cannot be changed on "
        f"{compiler.dialect.name}."
    )
