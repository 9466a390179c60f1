"""A schema as an entity relationship diagram: text for Mermaid and for Graphviz."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from typing import Any

from limbeck.schema.constraints import ForeignKey
from limbeck.schema.names import Name
from limbeck.schema.objects import Column, Schema, Table

_NOT_IN_A_WORD = re.compile(r"[^\w()\[\]-]+")


def mermaid(schema: Schema) -> str:
    """An ``erDiagram``, https://mermaid.js.org/syntax/entityRelationshipDiagram.html.

    Names and types that Mermaid's grammar does not allow have underscores in them, and are given
    as they are in a comment behind the column.
    """
    lines = ["erDiagram"]
    for table in _tables(schema):
        lines.append(f"    {_entity(table.name)} {{")
        lines += (f"        {_attribute(table, column)}" for column in table.columns.values())
        lines.append("    }")
    for table in _tables(schema):
        for key in table.foreign_keys:
            parent, child = _entity(key.referred), _entity(table.name)
            label = _quoted(", ".join(key.columns))
            lines.append(f"    {parent} {_cardinality(table, key)} {child} : {label}")
    return "\n".join(lines) + "\n"


def dot(schema: Schema) -> str:
    """A digraph of Graphviz, https://graphviz.org/doc/info/lang.html: arrows lead to parents."""
    lines = [
        "digraph schema {",
        "    graph [rankdir=LR]",
        '    node [shape=plain, fontname="sans-serif", fontsize=10]',
        "    edge [arrowhead=normal, fontsize=8]",
    ]
    for table in _tables(schema):
        rows = "".join(_row(table, column) for column in table.columns.values())
        title = f'<tr><td bgcolor="#e8e8e8" colspan="2"><b>{escape(str(table.name))}</b></td></tr>'
        label = f'<<table border="0" cellborder="1" cellspacing="0">{title}{rows}</table>>'
        lines.append(f"    {_quoted(str(table.name))} [label={label}]")
    for table in _tables(schema):
        lines += (f"    {_edge(schema, table, key)}" for key in table.foreign_keys)
    return "\n".join([*lines, "}"]) + "\n"


def content(schema: Schema) -> dict[str, Any]:
    """The same for programs: tables with their columns and foreign keys."""
    return {
        "tables": [
            {
                "table": str(table.name),
                "columns": [
                    {
                        "column": column.name,
                        "type": column_type(column),
                        "nullable": column.nullable,
                        "keys": _keys(table, column.name),
                    }
                    for column in table.columns.values()
                ],
                "foreign_keys": [
                    {
                        "columns": list(key.columns),
                        "table": str(key.referred),
                        "referred_columns": list(key.referred_columns),
                    }
                    for key in table.foreign_keys
                ],
            }
            for table in _tables(schema)
        ]
    }


def _tables(schema: Schema) -> list[Table]:
    return sorted(schema.tables.values(), key=lambda table: table.name.sort_key)


def _entity(name: Name) -> str:
    return _quoted(str(name))


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', "'") + '"'


def column_type(column: Column) -> str:
    """The type as the database writes it."""
    return column.type.text or str(column.type.payload)


def keys_of(table: Table, column: str) -> str:
    """``PK, FK``: the keys that a column has a part in."""
    return ", ".join(_keys(table, column))


def _keys(table: Table, column: str) -> list[str]:
    primary = table.primary_key
    found = ["PK"] if primary is not None and column in primary.columns else []
    found += ["FK"] if any(column in key.columns for key in table.foreign_keys) else []
    found += ["UK"] if (column,) in _unique(table) else []
    return found


def _unique(table: Table) -> set[tuple[str, ...]]:
    """The columns beside the primary key of which no two rows have the same."""
    indexes = (i for i in table.indexes.values() if i.unique and not dict(i.options))
    found = [tuple(e.column or "" for e in index.elements) for index in indexes]
    return {*found, *(unique.columns for unique in table.uniques)}


def _attribute(table: Table, column: Column) -> str:
    kind = _word(column_type(column))
    name, keys = _word(column.name), keys_of(table, column.name)
    notes = [] if name == column.name else [column.name]
    notes += [] if kind == column_type(column) else [column_type(column)]
    notes += ["nullable"] if column.nullable else []
    comment = _quoted(", ".join(notes)) if notes else ""
    return " ".join(part for part in (kind, name, keys, comment) if part)


def _word(text: str) -> str:
    word = _NOT_IN_A_WORD.sub("_", text)
    return word if word[:1].isalpha() else f"_{word}"


def _cardinality(table: Table, key: ForeignKey) -> str:
    """One parent or none, and one child or many."""
    optional = any(table.columns[n].nullable for n in key.columns if n in table.columns)
    primary = table.primary_key
    single = key.columns in _unique(table)
    single = single or (primary is not None and key.columns == primary.columns)
    return f"{'|o' if optional else '||'}--{'o|' if single else 'o{'}"


def _row(table: Table, column: Column) -> str:
    keys = keys_of(table, column.name)
    name = escape(column.name) + (f" <i>{keys}</i>" if keys else "")
    kind = escape(column_type(column)) + ("" if column.nullable else " not null")
    port = escape(column.name, quote=True)
    return f'<tr><td port="{port}" align="left">{name}</td><td align="left">{kind}</td></tr>'


def _edge(schema: Schema, table: Table, key: ForeignKey) -> str:
    def end(name: Name, columns: tuple[str, ...]) -> Iterator[str]:
        yield _quoted(str(name))
        known = schema.find(name)
        if len(columns) == 1 and known is not None and columns[0] in known.columns:
            yield _quoted(columns[0])

    child = ":".join(end(table.name, key.columns))
    parent = ":".join(end(key.referred, key.referred_columns))
    return f"{child} -> {parent}"
