"""What models leave unsaid of a PostgreSQL database."""

from __future__ import annotations

from dataclasses import replace

from limbeck.dialects import unsaid
from limbeck.dialects.postgresql import types
from limbeck.dialects.postgresql.alter_table import complete
from limbeck.schema.names import Name
from limbeck.schema.objects import Schema, Table


def with_unsaid(declared: Schema, inspected: Schema) -> Schema:
    """The declared schema, complete.

    Options of tables and indexes that the models do not name are as they are. A table that inherits
    from a declared one and is not declared itself belongs to its parent.
    """
    declared = unsaid.completed(declared, inspected, complete)
    tables = declared.tables
    for child in _children(declared, inspected):
        tables = tables.with_(child)
    return replace(declared, tables=tables)


def _children(declared: Schema, inspected: Schema) -> list[Table]:
    """The undeclared children of declared tables, and theirs."""
    left = {
        _text(table.name): table
        for table in inspected
        if table.name not in declared.tables and _parents(table)
    }
    owned = {_text(name) for name in declared.tables} if left else set()
    children: list[Table] = []
    while found := [name for name, t in left.items() if not owned.isdisjoint(_parents(t))]:
        children += [left.pop(name) for name in found]
        owned = set(found)  # the next generation
    return children


def _parents(table: Table) -> tuple[str, ...]:
    return tuple(dict(table.options).get("postgresql_inherits", ()))


def _text(name: Name) -> str:
    """The name as the catalog prints a parent's."""
    return types.qualified(name.name, name.schema)
