"""ALTER TABLE of options, as MySQL and MariaDB say it, and what models leave unsaid of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from limbeck.dialects import unsaid
from limbeck.dialects.mysql import partitions, types
from limbeck.dialects.mysql.alter import definition, own_checks
from limbeck.dialects.mysql.constraints import alter_table as altered
from limbeck.errors import UnsupportedOperation
from limbeck.operations.alter_table import AlterTable
from limbeck.operations.base import Statement
from limbeck.operations.compiler import Compiler
from limbeck.schema.objects import Before, Column, Table

WORDS = ("charset", "collate", "engine", "row_format", "partition_by", "partitions")
"""The options that can be read from the catalog, and so be compared."""


def completion(prefix: str) -> Callable[[Table, Table], Table]:
    """What completes declared tables, options beginning with that prefix (``mysql_``)."""
    compared = tuple(prefix + word for word in WORDS)
    charset, collate = f"{prefix}charset", f"{prefix}collate"
    partition_by, count = f"{prefix}partition_by", f"{prefix}partitions"

    def complete(declared: Table, inspected: Table) -> Table:
        own, found = dict(declared.options), dict(inspected.options)
        if collate in own:  # a collation belongs to one character set
            own.setdefault(charset, types.charset_of(own[collate]))
        elif own.get(charset, found.get(charset)) != found.get(charset):
            found.pop(collate, None)
        if partition_by in own and partition_by in found:
            if partitions.is_same(own[partition_by], found[partition_by]):
                del own[partition_by]
            elif count not in own:
                found.pop(count, None)
        options = unsaid.options(tuple(own.items()), tuple(found.items()), compared)
        return declared if options == declared.options else replace(declared, options=options)

    return complete


def alter_table(operation: AlterTable, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
    """One ALTER TABLE. A change of the character set goes for the columns that follow it."""
    own = operation.own(compiler)
    parts = []
    if own.get("engine"):
        parts.append(f"ENGINE = {own['engine']}")
    if "row_format" in own:
        parts.append(f"ROW_FORMAT = {own['row_format'] or 'DEFAULT'}")
    charset, collate = own.get("charset"), own.get("collate")
    if charset or collate:
        parts += _character_set(operation, charset, collate, compiler, before)
    for key, value in own.items():
        if key not in WORDS and value is not None:
            parts.append(f"{key.replace('_', ' ').upper()} = {value}")
    found = [altered(compiler, operation.name, parts)] if parts else []
    if own.keys() & {"partition_by", "partitions"}:
        found.append(_partitioned(operation, own, compiler, before))
    return tuple(found)


def _partitioned(
    operation: AlterTable, own: dict[str, Any], compiler: Compiler, before: Before
) -> Statement:
    """One ALTER TABLE of its own: what divides the rows is said as a whole."""
    table = before.find(operation.name)
    was = {} if table is None else dict(table.options)
    prefix = f"{compiler.dialect.name}_"
    by, count = (own.get(word, was.get(prefix + word)) for word in ("partition_by", "partitions"))
    if by is None and "partition_by" not in own:
        raise UnsupportedOperation(
            f"alter_table '{operation.name}': mysql_partitions needs mysql_partition_by."
        )
    return altered(compiler, operation.name, [partitions.statement(by, count)])


def _character_set(
    operation: AlterTable,
    charset: str | None,
    collate: str | None,
    compiler: Compiler,
    before: Before,
) -> Iterator[str]:
    """The table's default, and each column that has none of its own written again.

    CONVERT TO would change columns with a character set of their own too, and make a MEDIUMTEXT of
    a TEXT (https://dev.mysql.com/doc/refman/8.0/en/alter-table.html); it is left for a table of
    which nothing is known.
    """
    words = f"CHARACTER SET {charset}" if charset else ""
    words += f" COLLATE {collate}" if collate else ""
    table = before.find(operation.name)
    if table is None:
        yield f"CONVERT TO {words.strip()}" if charset else f"DEFAULT {words.strip()}"
        return
    yield f"DEFAULT {words.strip()}"
    for column in table.columns.values():
        if follows_table(column):
            text = compiler.type(column.type)
            checks = own_checks(table, column.name)
            written = definition(compiler, column, f"{text} {words.strip()}", checks)
            yield f"MODIFY {compiler.identifier(column.name)} {written}"


def follows_table(column: Column) -> bool:
    """Whether the column has characters, and the table's character set for them."""
    type_ = types.parse(column.type.text or "")
    is_text = type_.name in types.CHARACTERS or type_.name in ("enum", "set")
    return is_text and not (type_.charset or type_.collation)
