"""ALTER TABLE of options, as PostgreSQL says it, and what models leave unsaid of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from limbeck.dialects import unsaid
from limbeck.dialects.postgresql.indexes import storage_parameters
from limbeck.dialects.postgresql.types import quoted
from limbeck.errors import CommandError, UnsupportedOperation
from limbeck.operations.alter_table import AlterTable
from limbeck.operations.base import Statement
from limbeck.operations.compiler import Compiler
from limbeck.schema.objects import Before, Index, Table

COMPARED = tuple(
    f"postgresql_{word}" for word in ("inherits", "partition_by", "tablespace", "using", "with")
)
_DEFAULTS = {"postgresql_tablespace": "pg_default", "postgresql_using": "heap"}
_OF_INDEXES = ("postgresql_tablespace", "postgresql_with")


def complete(declared: Table, inspected: Table) -> Table:
    """A declared table with the options that it does not name, and those of its indexes."""
    options = declared.options
    if options != inspected.options:
        options = unsaid.options(options, inspected.options, COMPARED, _DEFAULTS)
    indexes = declared.indexes
    for index in declared.indexes.values():
        found = inspected.indexes.get(index.name)
        if found is not None and found.options != index.options:
            indexes = indexes.with_(_complete_index(index, found))
    if options is declared.options and indexes is declared.indexes:
        return declared
    return replace(declared, options=options, indexes=indexes)


def _complete_index(declared: Index, inspected: Index) -> Index:
    kept = tuple(pair for pair in inspected.options if pair[0] in _OF_INDEXES)
    said = tuple(pair for pair in declared.options if pair[0] in _OF_INDEXES)
    others = tuple(pair for pair in declared.options if pair[0] not in _OF_INDEXES)
    found = unsaid.options(said, kept, _OF_INDEXES, _DEFAULTS)
    return replace(declared, options=tuple(sorted((*others, *found), key=lambda pair: pair[0])))


def alter_table(operation: AlterTable, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
    """One statement for each option. Raises UnsupportedOperation for what takes a new table."""
    alter = f"ALTER TABLE {compiler.name(operation.name)}"
    found: list[str] = []
    if operation.prefixes is not None:
        found.append("SET UNLOGGED" if "UNLOGGED" in operation.prefixes else "SET LOGGED")
    for key, value in operation.own(compiler).items():
        found += _actions(operation, key, value, compiler, before)
    return tuple(Statement(f"{alter} {action}") for action in found)


def _actions(
    operation: AlterTable, key: str, value: Any, compiler: Compiler, before: Before
) -> Iterator[str]:
    match key:
        case "with":
            yield from _storage(value or ())
        case "tablespace":
            yield f"SET TABLESPACE {compiler.identifier(value or 'pg_default')}"
        case "using":
            yield f"SET ACCESS METHOD {compiler.identifier(value or 'heap')}"
        case "inherits":
            yield from _parents(operation, value or (), before)
        case "partition_by":
            raise UnsupportedOperation(
                f"alter_table '{operation.name}': PostgreSQL cannot change how a table is "
                f"partitioned ({value or 'not at all'}). Make a new table, copy the rows, drop "
                "this one and rename: op.create_table, op.execute, op.drop_table, op.rename_table."
            )
        case _:
            raise UnsupportedOperation(
                f"alter_table '{operation.name}': PostgreSQL has no ALTER TABLE for "
                f"postgresql_{key}. Leave it out."
            )


def _storage(changes: tuple[tuple[str, Any], ...]) -> Iterator[str]:
    """SET and RESET of storage parameters."""
    given = storage_parameters((k, v) for k, v in changes if v is not None)
    if given:
        yield f"SET ({', '.join(f'{key} = {value}' for key, value in given)})"
    gone = [key for key, value in changes if value is None]
    if gone:
        yield f"RESET ({', '.join(gone)})"


def _parents(operation: AlterTable, after: Any, before: Before) -> Iterator[str]:
    """INHERIT and NO INHERIT, by what the table inherits so far."""
    table = before.find(operation.name)
    if table is None:
        raise CommandError(
            f"alter_table '{operation.name}': what the table inherits so far is not known here. "
            "Run it on a connection, or write ALTER TABLE … INHERIT with op.execute."
        )
    wanted = (after,) if isinstance(after, str) else tuple(after)
    known = tuple(dict(table.options).get("postgresql_inherits", ()))
    yield from (f"NO INHERIT {_written(p)}" for p in known if p not in wanted)
    yield from (f"INHERIT {_written(p)}" for p in wanted if p not in known)


def _written(parent: str) -> str:
    """A table's name as the catalog prints it, quoted already where it must be."""
    return parent if '"' in parent or "." in parent else quoted(parent)
