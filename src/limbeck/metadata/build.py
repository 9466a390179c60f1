"""Values as SQLAlchemy's objects, for its compilers and for the hooks that users write."""

from __future__ import annotations

from copy import copy
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import visitors
from sqlalchemy.types import SchemaType

from limbeck.schema import constraints as values
from limbeck.schema.constraints import Constraint, Options
from limbeck.schema.names import Name
from limbeck.schema.objects import Column, Index, IndexElement, Schema, Table
from limbeck.schema.types import Expression, SqlType

_DICT_OPTIONS = ("_with", "_ops", "_length", "_prefix_length")
"""Ends of dialect options that are dictionaries (``postgresql_ops``, ``mysql_length``)."""


def metadata(schema: Schema) -> sa.MetaData:
    """All tables of a schema in one new MetaData."""
    collection = sa.MetaData()
    built = [_table(value, collection) for value in schema]
    for item in built:
        add_referred(item)
    return collection


def table(value: Table, collection: sa.MetaData | None = None) -> sa.Table:
    """A Table in a new MetaData, or in the one given; tables that it refers to become stubs."""
    built = _table(value, sa.MetaData() if collection is None else collection)
    add_referred(built)
    return built


def _table(value: Table, collection: sa.MetaData) -> sa.Table:
    built = sa.Table(
        value.name.name,
        collection,
        *(column(c) for c in value.columns.values()),
        *(constraint(c) for c in value.constraints),
        schema=value.name.schema,
        comment=value.comment,
        prefixes=list(value.prefixes),
        **options(value.options),
    )
    for item in value.indexes.values():
        index(item, built)
    return built


def add_referred(built: sa.Table) -> None:
    """Adds a stub for each table and column that a foreign key names and its MetaData lacks."""
    for key in built.foreign_key_constraints:
        for element in key.elements:
            *schema_name, table_name, column_name = element.target_fullname.split(".")
            found = built.metadata.tables.get(".".join((*schema_name, table_name)))
            if found is None:
                found = sa.Table(table_name, built.metadata, schema=".".join(schema_name) or None)
            if column_name not in found.columns and found is not built:
                found.append_column(sa.Column(column_name, sa.types.NullType()))


def column(value: Column) -> sa.Column[Any]:
    """A Column, not attached to a table."""
    generated: list[Any] = []
    if value.computed is not None:
        generated.append(
            sa.Computed(clause(value.computed.expression), persisted=value.computed.persisted)
        )
    if value.identity is not None:
        generated.append(sa.Identity(always=value.identity.always, **dict(value.identity.options)))
    default = server_default(value.default)
    return sa.Column(
        value.name,
        type_(value.type),
        *generated,
        **({} if default is None else {"server_default": default}),
        nullable=value.nullable,
        # SQLAlchemy refuses autoincrement=False beside an identity
        autoincrement="auto" if value.identity is not None else value.autoincrement,  # type: ignore[arg-type]  # a str here is always "auto" or "ignore_fk"
        comment=value.comment,
        **options(value.options),
    )


def type_(value: SqlType) -> sa.types.TypeEngine[Any]:
    """The payload; a type that would bring its own check is copied without it."""
    payload = value.payload
    if isinstance(payload, SchemaType):
        payload = copy(payload)  # the type's own copy() forgets MySQL's character set
        if getattr(payload, "create_constraint", False):
            payload.create_constraint = False  # type: ignore[attr-defined]  # Boolean and Enum have it
    return payload


def server_default(value: Expression | None) -> Any:
    """What `server_default=` takes."""
    return None if value is None else value.payload


def clause(value: Expression) -> Any:
    """An expression as SQLAlchemy's element; text becomes `text()` with colons kept."""
    return text(value.payload) if isinstance(value.payload, str) else value.payload


def text(sql: str) -> sa.TextClause:
    """SQL text that holds no bound parameters: every colon is kept."""
    return sa.text(sql.replace(":", "\\:"))


def constraint(value: Constraint) -> sa.Constraint:
    """A constraint with string column names, to be put into a Table."""
    extra = options(value.options)
    match value:
        case values.PrimaryKey():
            return sa.PrimaryKeyConstraint(*value.columns, name=value.name, **extra)
        case values.Unique():
            return sa.UniqueConstraint(
                *value.columns,
                name=value.name,
                deferrable=value.deferrable,
                initially=value.initially,
                **extra,
            )
        case values.ForeignKey():
            return sa.ForeignKeyConstraint(
                list(value.columns),
                [f"{value.referred}.{c}" for c in value.referred_columns],
                name=value.name,
                ondelete=value.on_delete,
                onupdate=value.on_update,
                deferrable=value.deferrable,
                initially=value.initially,
                match=value.match,
                **extra,
            )
        case values.Check():
            # It would attach itself to the models' own table, whose columns the clause may hold.
            extra["_autoattach"] = False
            return sa.CheckConstraint(clause(value.expression), name=value.name, **extra)
        case values.Exclude():
            payload = value.definition.payload
            copied: sa.Constraint = payload._copy()  # no public way to copy a constraint
            copied.name = value.name
            return copied


def index(value: Index, parent: sa.Table) -> sa.Index:
    """An Index on that table; columns that the table lacks are added to it as stubs."""
    for name in (*value.columns, *included(value)):
        if name not in parent.columns:
            parent.append_column(sa.Column(name, sa.types.NullType()))
    elements = [_element(e, parent) for e in value.elements]
    item = sa.Index(value.name or None, *elements, unique=value.unique, **options(value.options))
    if item.table is None:  # an index of expressions alone does not find its table
        item._set_parent(parent)  # the way SQLAlchemy's own reflection attaches one
    return item


def included(value: Index) -> tuple[str, ...]:
    """Names of the columns of INCLUDE, whatever the dialect's option is called."""
    return tuple(name for key, names in value.options if key.endswith("_include") for name in names)


def _element(value: IndexElement, parent: sa.Table) -> Any:
    item: Any
    if value.column is not None:
        item = parent.columns[value.column]
    else:
        assert value.expression is not None
        item = _rebound(clause(value.expression), parent)
    if value.descending:
        item = sa.desc(item)
    if value.nulls == "first":
        item = sa.nulls_first(item)
    elif value.nulls == "last":
        item = sa.nulls_last(item)
    return item


def _rebound(element: Any, parent: sa.Table) -> Any:
    """The expression on `parent`'s columns: an Index takes those of one table only."""

    def replaced(item: Any, **_: Any) -> Any:
        if not isinstance(item, sa.Column) or item.table is parent:
            return None
        if item.name not in parent.columns:
            parent.append_column(sa.Column(item.name, item.type))
        return parent.columns[item.name]

    return visitors.replacement_traverse(element, {}, replaced)  # type: ignore[call-overload]  # the annotation wants one kind of element


def stub(name: Name, *columns: str) -> sa.Table:
    """A table that has only a name and columns without a type, for DDL that names it."""
    return sa.Table(
        name.name,
        sa.MetaData(),
        *(sa.Column(c, sa.types.NullType()) for c in columns),
        schema=name.schema,
    )


def options(pairs: Options) -> dict[str, Any]:
    """Dialect keyword arguments as SQLAlchemy takes them; those of ours begin with ``_``."""
    return {key: _option(key, value) for key, value in pairs if not key.startswith("_")}


def _option(key: str, value: Any) -> Any:
    if isinstance(value, Expression):
        return clause(value)
    if isinstance(value, tuple):
        if key.endswith(_DICT_OPTIONS) and all(isinstance(v, tuple) for v in value):
            return {k: _option("", v) for k, v in value}
        return [_option("", v) for v in value]
    return value
