"""Indexes as MySQL and MariaDB write them."""

from __future__ import annotations

from typing import Any

from limbeck.dialects.mysql import expressions
from limbeck.dialects.mysql.alter import is_mariadb
from limbeck.dialects.mysql.lexer import closing, tokens
from limbeck.errors import CommandError, UnsupportedOperation
from limbeck.operations.base import Statement
from limbeck.operations.compiler import Compiler
from limbeck.operations.indexes import CreateIndex, DropIndex
from limbeck.schema.names import Name
from limbeck.schema.objects import Before, Index, IndexElement, Schema, Table


def create_index(
    operation: CreateIndex, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """CREATE INDEX; IF NOT EXISTS is MariaDB's alone."""
    sql = index_sql(compiler, operation.table, operation.index, operation.if_not_exists)
    return (Statement(sql),)


def index_sql(compiler: Compiler, table: Name, index: Index, if_not_exists: bool = False) -> str:
    """CREATE INDEX with its prefix lengths, directions and expressions."""
    if if_not_exists:
        require_mariadb(compiler, f"create_index '{index.name}'", "if_not_exists")
    condition = "IF NOT EXISTS " if if_not_exists else ""
    name = compiler.identifier(index.name)
    return (
        f"CREATE {_kind(compiler, index)}INDEX {condition}{name} "
        f"ON {compiler.name(table)} {_elements(compiler, table, index)}"
    )


def inline_index(compiler: Compiler, table: Name, index: Index) -> str:
    """An index as it stands after ALTER TABLE … ADD."""
    name = compiler.identifier(index.name)
    return f"{_kind(compiler, index)}INDEX {name} {_elements(compiler, table, index)}"


def _option(compiler: Compiler, index: Index, name: str) -> Any:
    return dict(index.options).get(f"{compiler.dialect.name}_{name}")


def _kind(compiler: Compiler, index: Index) -> str:
    prefix = _option(compiler, index, "prefix")
    return ("UNIQUE " if index.unique else "") + (f"{prefix} " if prefix else "")


def _elements(compiler: Compiler, table: Name, index: Index) -> str:
    given = _option(compiler, index, "length")
    lengths = dict.fromkeys(index.columns, given) if isinstance(given, int) else dict(given or ())
    parts = (_element(compiler, table, index.name, e, lengths) for e in index.elements)
    text = f"({', '.join(parts)})"
    parser, using = _option(compiler, index, "with_parser"), _option(compiler, index, "using")
    text += f" WITH PARSER {parser}" if parser else ""
    return text + (f" USING {using}" if using else "")


def _element(
    compiler: Compiler, table: Name, index: str, element: IndexElement, lengths: dict[str, int]
) -> str:
    direction = " DESC" if element.descending else ""
    if element.column is not None:
        length = lengths.get(element.column)
        size = f"({length})" if length else ""
        return f"{compiler.identifier(element.column)}{size}{direction}"
    assert element.expression is not None
    text = compiler.expression(element.expression)
    if expressions.is_plain_column(text) is not None:
        return text + direction
    if is_mariadb(compiler):
        raise UnsupportedOperation(
            f"Index '{index}' on '{table}': MariaDB has no index on an expression ({text}). Add a "
            "generated column (sa.Computed) with that expression and index the column."
        )
    found = tokens(text)
    enclosed = bool(found) and found[0].is_symbol("(") and closing(found, 0) == len(found) - 1
    return (text if enclosed else f"({text})") + direction


def drop_index(operation: DropIndex, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
    """DROP INDEX … ON the table, which is looked up where the script does not name it.

    What MySQL has no IF EXISTS for is asked of the state before it, where that knows the table.
    """
    name = operation.table or _owner(operation, before)
    condition = "IF EXISTS " if operation.if_exists else ""
    if operation.if_exists and not is_mariadb(compiler):
        table = before.find(name)
        if table is None:
            require_mariadb(compiler, f"drop_index '{operation.name}'", "if_exists")
        elif not _has_index(table, operation.name):
            return ()
        condition = ""
    index = compiler.identifier(operation.name)
    return (Statement(f"DROP INDEX {condition}{index} ON {compiler.name(name)}"),)


def _has_index(table: Table, name: str) -> bool:
    return name in table.indexes or any(u.name == name for u in table.uniques)


def _owner(operation: DropIndex, before: Before) -> Name:
    """The one table that has an index of that name, where the whole schema is known."""
    tables = tuple(before) if isinstance(before, Schema) else ()
    owners = [t.name for t in tables if _has_index(t, operation.name)]
    if len(owners) == 1:
        return owners[0]
    raise CommandError(
        f"drop_index '{operation.name}': an index belongs to its table on MySQL and MariaDB. "
        "Pass table_name."
    )


def require_mariadb(compiler: Compiler, what: str, option: str) -> None:
    """Refuses IF EXISTS and IF NOT EXISTS where MySQL does not have them."""
    if not is_mariadb(compiler):
        raise UnsupportedOperation(
            f"{what}: MySQL has no {option.replace('_', ' ').upper()} here (MariaDB has, with a "
            f"mariadb:// URL). Leave out {option} and ask sa.inspect(op.get_bind()) first."
        )
