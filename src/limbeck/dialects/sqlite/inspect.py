"""SQLite's catalog as a schema: one query a database, its text parsed.

Beside what `Schema` can say, an inspected object keeps the text that it came from, in options
whose keys begin with ``_sqlite``: a rebuild writes back what nobody asked to change. Normal forms
drop them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import conv

from limbeck.dialects.base import NameFilter, Request
from limbeck.dialects.sqlite import parse
from limbeck.dialects.sqlite.texts import Clause, Element, TableText
from limbeck.dialects.sqlite.tokens import literal as quoted_literal
from limbeck.dialects.sqlite.tokens import names_in, quoted
from limbeck.dialects.sqlite.types import inspected_type
from limbeck.metadata import build
from limbeck.schema.constraints import (
    Check,
    Constraint,
    ForeignKey,
    Options,
    PrimaryKey,
    Unique,
)
from limbeck.schema.named import Named
from limbeck.schema.names import Name
from limbeck.schema.objects import Column, Computed, Index, IndexElement, Schema, Table
from limbeck.schema.types import Expression

SQL = "_sqlite_sql"
"""The option that holds an object's own text: of a column, a constraint, an index."""

INLINE = "_sqlite_inline"
"""The option that marks a constraint that stands in a column's definition."""

TRIGGERS = "_sqlite_triggers"
"""The option of a table that holds its triggers, as texts."""

USERS = "_sqlite_users"
"""The option of a table that holds the texts of views and other tables' triggers that name it."""


@dataclass(frozen=True, slots=True)
class _User:
    """A view, or a trigger and its table: the text, and every name in it, case-folded."""

    sql: str
    names: frozenset[str]
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class _Catalog:
    """The rows of one sqlite_master, by kind."""

    schema: str | None
    tables: dict[str, str] = field(default_factory=dict)
    indexes: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    triggers: dict[str, list[str]] = field(default_factory=dict)
    users: list[_User] = field(default_factory=list)


def inspect(connection: sa.Connection, request: Request) -> Schema:
    """The tables of those databases that are asked for; origin "inspected".

    Virtual tables and those that carry them, SQLite's own tables and views are left out.
    """
    found: list[Table] = []
    for schema in request.schemas:
        if _kept(request.include_name, schema, "schema", {}):
            found += _tables(connection, schema, request)
    return Schema(Named(found))


def _tables(connection: sa.Connection, schema: str | None, request: Request) -> list[Table]:
    catalog = _read(connection, schema)
    wanted = _wanted(catalog, request)
    names = {name.casefold(): name for name in catalog.tables}
    parsed: dict[str, TableText] = {}

    def text_of(name: str) -> TableText:
        if name not in parsed:
            parsed[name] = parse.table(catalog.tables[name])
        return parsed[name]

    def key_of(target: str) -> tuple[str, tuple[str, ...]]:
        """The table as its catalog spells it, and the columns of its primary key."""
        name = names.get(target.casefold())
        return (target, ()) if name is None else (name, _key_columns(text_of(name)))

    return [
        _filtered(_table(Name(name, schema), text_of(name), catalog, key_of), request)
        for name in wanted
    ]


def _wanted(catalog: _Catalog, request: Request) -> list[str]:
    schema = catalog.schema
    excluded = {n.name for n in request.exclude if n.schema == schema}
    found = [name for name in catalog.tables if name not in excluded]
    if request.tables is not None:
        asked = {n.name.casefold() for n in request.tables if n.schema == schema}
        found = [name for name in found if name.casefold() in asked]
    parents = {"schema_name": schema}
    return [
        name
        for name in found
        if _kept(
            request.include_name,
            name,
            "table",
            {**parents, "schema_qualified_table_name": str(Name(name, schema))},
        )
    ]


def _kept(
    include: NameFilter | None, name: str | None, kind: str, parents: Mapping[str, str | None]
) -> bool:
    return include is None or include(name, kind, parents)


def _read(connection: sa.Connection, schema: str | None) -> _Catalog:
    """One query; a second where there are virtual tables, to know the tables that carry them."""
    prefix = "" if schema is None else f"{quoted(schema)}."
    rows = connection.exec_driver_sql(
        f"SELECT type, name, tbl_name, sql FROM {prefix}sqlite_master "
        "WHERE sql IS NOT NULL ORDER BY rowid"
    ).all()
    catalog = _Catalog(schema)
    virtual: list[str] = []
    for kind, name, owner, sql in rows:
        if kind == "table" and not name.startswith("sqlite_"):
            if sql[:14].upper() == "CREATE VIRTUAL":
                virtual.append(name)
            else:
                catalog.tables[name] = sql
        elif kind == "index":
            catalog.indexes.setdefault(owner, []).append((name, sql))
        elif kind == "trigger":
            catalog.triggers.setdefault(owner, []).append(sql)
            catalog.users.append(_User(sql, names_in(sql), owner))
        elif kind == "view":
            catalog.users.append(_User(sql, names_in(sql)))
    if virtual:
        for name in _shadows(connection, schema, virtual, catalog.tables):
            del catalog.tables[name]
    return catalog


_SHADOW_ENDS = frozenset(
    [
        "data",
        "idx",
        "content",
        "docsize",
        "config",
        "segments",
        "segdir",
        "stat",
        "node",
        "parent",
        "rowid",
    ]
)
"""What FTS and R-Tree append to a virtual table's name, for SQLite before 3.37."""


def _shadows(
    connection: sa.Connection, schema: str | None, virtual: list[str], tables: Iterable[str]
) -> list[str]:
    """The tables in which virtual tables keep their rows."""
    version = connection.dialect.server_version_info or (3, 0)
    if version >= (3, 37):
        where = f"schema = {quoted_literal(schema or 'main')}"
        rows = connection.exec_driver_sql(
            f"SELECT name FROM pragma_table_list WHERE type = 'shadow' AND {where}"
        )
        shadows = {row[0] for row in rows}
    else:
        shadows = {f"{name}_{end}" for name in virtual for end in _SHADOW_ENDS}
    return [name for name in tables if name in shadows]


def _key_columns(text: TableText) -> tuple[str, ...]:
    inline = (c for column in text.columns for c in column.clauses)
    keys = (c for c in (*text.constraints, *inline) if c.kind == "primary key")
    return next((c.columns for c in keys), ())


def _table(name: Name, text: TableText, catalog: _Catalog, key_of: Any) -> Table:
    spelling = {c.name.casefold(): c.name for c in text.columns}
    constraints = [
        _constraint(clause, name, spelling, key_of, inline=True)
        for column in text.columns
        for clause in column.clauses
        if clause.kind in _CONSTRAINT_KINDS
    ]
    constraints += [
        _constraint(clause, name, spelling, key_of, inline=False) for clause in text.constraints
    ]
    return Table(
        name=name,
        columns=Named(_column(c.sql) for c in text.columns),
        constraints=tuple(constraints),
        indexes=Named(
            index_from(index_name, sql, spelling)
            for index_name, sql in sorted(catalog.indexes.get(name.name, ()))
        ),
        options=_table_options(name, text, catalog),
    )


_CONSTRAINT_KINDS = frozenset(("primary key", "unique", "check", "foreign key"))


def _table_options(name: Name, text: TableText, catalog: _Catalog) -> Options:
    found: dict[str, Any] = {}
    triggers = catalog.triggers.get(name.name, ())
    own = name.name.casefold()
    users = tuple(
        user.sql for user in catalog.users if user.owner != name.name and own in user.names
    )
    if triggers:
        found[TRIGGERS] = tuple(triggers)
    if users:
        found[USERS] = users
    if any(c.autoincrement for column in text.columns for c in column.clauses) or any(
        c.autoincrement for c in text.constraints
    ):
        found["sqlite_autoincrement"] = True
    if "STRICT" in text.options:
        found["sqlite_strict"] = True
    if "WITHOUT ROWID" in text.options:
        found["sqlite_with_rowid"] = False
    return tuple(sorted(found.items()))


@lru_cache(maxsize=parse.REMEMBERED)
def _column(sql: str) -> Column:
    text = parse.column(sql)
    clauses = {clause.kind: clause for clause in text.clauses}
    default, computed = clauses.get("default"), clauses.get("generated")
    collation, not_null = clauses.get("collate"), clauses.get("not null")
    options: dict[str, Any] = {SQL: text.sql}
    if not_null is not None and not_null.conflict is not None:
        options["sqlite_on_conflict_not_null"] = not_null.conflict
    return Column(
        name=text.name,
        type=inspected_type(text.type_sql, collation.expression if collation else None),
        nullable=not_null is None,
        default=None if default is None else _text(default.expression),
        computed=(
            None if computed is None else Computed(_text(computed.expression), computed.stored)
        ),
        autoincrement=False,
        options=tuple(options.items()),
    )


def _text(sql: str) -> Expression:
    return Expression(build.text(sql), sql, "inspected")


def _constraint(
    clause: Clause, table: Name, spelling: Mapping[str, str], key_of: Any, *, inline: bool
) -> Constraint:
    options: Options = (
        (SQL, clause.sql),
        *((("sqlite_on_conflict", clause.conflict),) if clause.conflict else ()),
    )
    if inline:
        options = ((INLINE, True), *options)
    name = None if clause.name is None else conv(clause.name)
    columns = tuple(spelling.get(c.casefold(), c) for c in clause.columns)
    match clause.kind:
        case "primary key":
            return PrimaryKey(columns, name, options)
        case "unique":
            return Unique(columns, name, options=options)
        case "check":
            return Check(_text(clause.expression), name, options=options)
        case _:
            referred, key = key_of(clause.target)
            return ForeignKey(
                columns,
                Name(referred, table.schema),
                clause.target_columns or key,
                name,
                clause.on_delete,
                clause.on_update,
                clause.deferrable,
                clause.initially,
                clause.match,
                options,
            )


def index_from(name: str, sql: str, spelling: Mapping[str, str]) -> Index:
    """An index from its text; `spelling` gives the table's columns by case-folded name."""
    text = parse.index(sql)
    options: dict[str, Any] = {SQL: sql}
    if text.where is not None:
        options["sqlite_where"] = _text(text.where)
    return Index(
        conv(name),
        tuple(_index_element(e, spelling) for e in text.elements),
        text.unique,
        tuple(options.items()),
    )


def _index_element(element: Element, spelling: Mapping[str, str]) -> IndexElement:
    column = spelling.get(element.column.casefold()) if element.column is not None else None
    if column is not None and element.collation is None:
        return IndexElement(column, None, element.descending)
    return IndexElement(None, _text(element.sql), element.descending)


_KIND_NAMES: dict[type, str] = {
    PrimaryKey: "primary_key_constraint",
    Unique: "unique_constraint",
    ForeignKey: "foreign_key_constraint",
    Check: "check_constraint",
}


def _filtered(table: Table, request: Request) -> Table:
    """The table without the columns, constraints and indexes that `include_name` refuses."""
    include = request.include_name
    if include is None:
        return table
    name = table.name
    parents: Mapping[str, str | None] = {
        "schema_name": name.schema,
        "table_name": name.name,
        "schema_qualified_table_name": str(name),
    }
    return replace(
        table,
        columns=Named(c for c in table.columns.values() if include(c.name, "column", parents)),
        constraints=tuple(
            c
            for c in table.constraints
            if isinstance(c, PrimaryKey) or include(c.name, _KIND_NAMES[type(c)], parents)
        ),
        indexes=Named(i for i in table.indexes.values() if include(i.name, "index", parents)),
    )
