"""SQLAlchemy's `MetaData`, `Table`, `Column`, constraints and indexes as values.

Types and expressions keep the user's own object as payload; nothing is compiled here but the
names that a naming convention makes.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence as Several
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import Label, UnaryExpression, conv

from limbeck.errors import CommandError
from limbeck.metadata.options import options_of
from limbeck.schema import constraints as values
from limbeck.schema.constraints import Constraint, Options
from limbeck.schema.named import Named
from limbeck.schema.names import Name
from limbeck.schema.objects import (
    Column,
    Computed,
    Extension,
    Identity,
    Index,
    IndexElement,
    Namespace,
    Schema,
    Sequence,
    Table,
)
from limbeck.schema.types import Expression, SqlType, said

_DIRECTIONS = {
    operators.desc_op: "desc",
    operators.asc_op: "asc",
    operators.nulls_first_op: "first",
    operators.nulls_last_op: "last",
}


def schema(metadata: sa.MetaData | Several[sa.MetaData], dialect: Dialect) -> Schema:
    """All tables of one MetaData or several.

    Tables stand in the order of their definition. Raises CommandError when two of the MetaData
    hold a table of the same name.
    """
    collections = [metadata] if isinstance(metadata, sa.MetaData) else list(metadata)
    tables: dict[Name, Table] = {}
    sequences: dict[Name, Sequence] = {}
    known: dict[Any, Column] = {}
    for collection in collections:
        for item in collection.tables.values():
            loaded = table(item, dialect, known)
            if loaded.name in tables:
                raise CommandError(
                    f"Duplicate table keys across multiple MetaData objects: '{item.key}'. "
                    "Rename one of the tables, or pass only one of the collections."
                )
            tables[loaded.name] = loaded
        for made in collection._sequences.values():  # no public reader exists
            if is_created(made, dialect):
                found = sequence(made, dialect)
                sequences[found.name] = found
    ordered = sorted(sequences.values(), key=lambda item: item.name.sort_key)
    schemas = {n.schema for n in (*tables, *sequences) if n.schema is not None}
    names = {str(name) for collection in collections for name in _extensions(collection)}
    return Schema(
        tables=Named(tables.values()),
        schemas=Named(Namespace(name) for name in sorted(schemas)),
        sequences=Named(ordered),
        extensions=Named(Extension(name) for name in sorted(names)),
    )


def _extensions(collection: sa.MetaData) -> Iterable[str]:
    """The extensions that the user says the models need: ``info={"extensions": ["postgis"]}``."""
    given = collection.info.get("extensions", ())
    return (given,) if isinstance(given, str) else given


def is_created(item: Any, dialect: Dialect) -> bool:
    """Whether what gives a column its value is a sequence that SQLAlchemy creates there."""
    return (
        isinstance(item, sa.Sequence)
        and dialect.supports_sequences
        and not (dialect.sequences_optional and item.optional)
    )


def sequence(item: sa.Sequence, dialect: Dialect) -> Sequence:
    """A sequence of its own; who uses it does not matter."""
    return Sequence(
        qualified(item.name, item.schema, dialect),
        item.start,
        item.increment,
        item.minvalue,
        item.maxvalue,
        bool(item.cycle),
        item.cache,
        None if item.data_type is None else SqlType(item.data_type),
    )


def name(item: sa.Table, dialect: Dialect) -> Name:
    """The name of a table; the connection's default schema counts as none."""
    return qualified(item.name, item.schema, dialect)


def qualified(table_name: str, schema_name: str | None, dialect: Dialect) -> Name:
    """A `Name` where the connection's default schema counts as none."""
    default = getattr(dialect, "default_schema_name", None)
    return Name(table_name, None if schema_name in (None, default) else schema_name)


def table(item: sa.Table, dialect: Dialect, known: dict[Any, Column] | None = None) -> Table:
    """A table with its columns, constraints and indexes; `known` are columns made before."""
    known = {} if known is None else known
    numbered = item.autoincrement_column
    own = (c for column_item in item.columns for c in column_item.constraints)
    constraints = (constraint(c, dialect) for c in _ordered({*item.constraints, *own}))
    return Table(
        name=name(item, dialect),
        columns=Named(_shared(c, c is numbered, dialect, known) for c in item.columns),
        constraints=tuple(c for c in constraints if c is not None),
        indexes=Named(sorted((index(i, dialect) for i in item.indexes), key=lambda i: i.name)),
        comment=item.comment or None,
        options=options_of(item),
        prefixes=tuple(str(p) for p in item._prefixes),  # no public reader exists
    )


def _ordered(items: Iterable[sa.Constraint]) -> list[sa.Constraint]:
    """Constraints in the order of their creation: SQLAlchemy keeps them in a set."""
    return sorted(items, key=lambda c: c._creation_order)


SEQUENCE = "_sequence"
"""The option of a column that holds the name of the sequence that gives it its numbers."""


def _shared(
    item: sa.Column[Any], is_numbered: bool, dialect: Dialect, known: dict[Any, Column]
) -> Column:
    """The column: one value for all that say the same, so that its normal form is made once."""
    default: Any = item.server_default
    if default is not None:
        if type(default) is not sa.DefaultClause or not isinstance(default.arg, str):
            return column(item, dialect)
        default = default.arg
    if isinstance(item.default, sa.Sequence) or "dialect_options" in vars(item):
        return column(item, dialect)
    key = (
        item.name,
        getattr(item.name, "quote", None),
        said(item.type),
        item.nullable,
        default,
        is_numbered,
        item.comment,
    )
    try:
        found = known.get(key)
    except TypeError:  # an attribute that cannot be hashed: such a type is not remembered
        return column(item, dialect)
    if found is None:
        found = known[key] = column(item, dialect)
    return found


def column(item: sa.Column[Any], dialect: Dialect | None = None) -> Column:
    """A column without the constraints and indexes that hang on it."""
    default, computed, identity = item.server_default, None, None
    extra = options_of(item)
    by_sequence = dialect is not None and is_created(item.default, dialect)
    if by_sequence:
        extra = ((SEQUENCE, str(item.default.name)), *extra)  # type: ignore[union-attr]  # a Sequence
    if isinstance(default, sa.Computed):
        computed = Computed(Expression(default.sqltext), default.persisted)
    elif isinstance(default, sa.Identity):
        identity = _identity(default)
    return Column(
        name=item.name,
        type=SqlType(item.type),
        nullable=bool(item.nullable),
        default=Expression(default.arg) if isinstance(default, sa.DefaultClause) else None,
        computed=computed,
        identity=identity,
        autoincrement=not by_sequence and _autoincrement(item),
        comment=item.comment or None,
        options=extra,
    )


def _autoincrement(item: sa.Column[Any]) -> bool | str:
    """Whether the server numbers the rows: resolved for a column of a table, else as declared."""
    parent: sa.Table | None = item.table  # SQLAlchemy's annotation leaves out the None
    if parent is None:
        return item.autoincrement
    return parent.autoincrement_column is item


_IDENTITY_OPTIONS = (
    "start",
    "increment",
    "minvalue",
    "maxvalue",
    "nominvalue",
    "nomaxvalue",
    "cycle",
    "cache",
    "order",
    "on_null",
)


def _identity(item: sa.Identity) -> Identity:
    pairs = ((key, getattr(item, key, None)) for key in sorted(_IDENTITY_OPTIONS))
    return Identity(
        always=bool(item.always), options=tuple((k, v) for k, v in pairs if v not in (None, False))
    )


def constraint(item: sa.Constraint, dialect: Dialect) -> Constraint | None:
    """A constraint; None for an empty primary key and for one that this dialect never creates."""
    found = constraint_name(item, dialect)
    extra = options_of(item)
    match item:
        case sa.PrimaryKeyConstraint():
            columns = _column_names(item)
            return values.PrimaryKey(columns, found, extra) if columns else None
        case sa.UniqueConstraint():
            return values.Unique(
                _column_names(item), found, item.deferrable, _upper(item.initially), extra
            )
        case sa.ForeignKeyConstraint():
            return _foreign_key(item, found, extra, dialect)
        case _ if item.__visit_name__ == "exclude_constraint":
            return values.Exclude(Expression(item), found, extra)
        case sa.CheckConstraint():
            if not _is_created(item, dialect):
                return None
            bound = bool(getattr(item, "_type_bound", False))
            return values.Check(Expression(item.sqltext), found, bound, extra)
        case _:
            return None


def _column_names(item: Any) -> tuple[str, ...]:
    """Columns by name; from the pending ones where no table is attached yet."""
    if item.columns:
        return tuple(c.name for c in item.columns)
    pending = getattr(item, "_pending_colargs", ())
    return tuple(c if isinstance(c, str) else c.name for c in pending)


def _is_created(item: sa.CheckConstraint, dialect: Dialect) -> bool:
    """Whether a type's own check is created here: SQLAlchemy asks the rule of its type."""
    rule = getattr(item, "_create_rule", None)
    if rule is None:
        return True
    return bool(rule(dialect.ddl_compiler(dialect, None)))  # type: ignore[arg-type]  # as SQLAlchemy's own schema visitor makes one for inspection


def constraint_name(item: sa.Constraint | sa.Index, dialect: Dialect) -> str | None:
    """The name as this dialect would create it: by convention, and shortened where too long."""
    if item.name is None:
        return None
    rendered: str | None = dialect.identifier_preparer.format_constraint(item, _alembic_quote=False)
    if rendered is None:
        return None
    return conv(rendered) if isinstance(item.name, conv) else str(rendered)


def _foreign_key(
    item: sa.ForeignKeyConstraint, found: str | None, extra: Options, dialect: Dialect
) -> values.ForeignKey:
    targets = [_target(element) for element in item.elements]
    table_name, schema_name = targets[0][1], targets[0][0]
    parent = getattr(item, "parent", None)
    if schema_name is None and parent is not None and parent.metadata.schema is not None:
        schema_name = parent.metadata.schema
    return values.ForeignKey(
        columns=tuple(item.column_keys) if parent is None else _column_names(item),
        referred=qualified(table_name, schema_name, dialect),
        referred_columns=tuple(t[2] for t in targets),
        name=found,
        on_delete=action(item.ondelete),
        on_update=action(item.onupdate),
        deferrable=item.deferrable,
        initially=_upper(item.initially),
        match=_upper(item.match),
        options=extra,
    )


def _target(element: sa.ForeignKey) -> tuple[str | None, str, str]:
    """(schema, table, column name) that a foreign key points to; a key is turned into its name."""
    parts = element.target_fullname.split(".")
    schema_name = ".".join(parts[:-2]) or None
    parent = getattr(getattr(element, "parent", None), "table", None)
    if parent is not None:
        referred = parent.metadata.tables.get(".".join(parts[:-1]))
        if referred is not None and parts[-1] in referred.columns:
            return referred.schema, referred.name, referred.columns[parts[-1]].name
    return schema_name, parts[-2], parts[-1]


def action(text: str | None) -> str | None:
    """A referential action in upper case; NO ACTION, which is the default, is None."""
    upper = _upper(text)
    return None if upper == "NO ACTION" else upper


def _upper(text: str | None) -> str | None:
    return text.upper() if text else None


def index(item: sa.Index, dialect: Dialect) -> Index:
    """An index with its elements and dialect options.

    Raises CommandError for one without a name: no server makes one up.
    """
    name = constraint_name(item, dialect)
    if not name:
        where = f" on table '{item.table.name}'" if item.table is not None else ""
        columns = ", ".join(str(e) for e in item.expressions)
        raise CommandError(
            f"The index{where} ({columns}) has no name. Name it, or give the metadata's "
            "naming_convention an 'ix' entry."
        )
    extra = options_of(item)
    keeps_labels = any(key.endswith("_ops") for key, _ in extra)
    elements = tuple(_element(e, keeps_labels) for e in item.expressions)
    return Index(name, elements, bool(item.unique), extra)


def _element(expression: Any, keeps_label: bool = False) -> IndexElement:
    descending, nulls, inner = False, None, expression
    while isinstance(inner, UnaryExpression) and inner.modifier in _DIRECTIONS:
        direction = _DIRECTIONS[inner.modifier]
        descending = descending or direction == "desc"
        nulls = nulls or (direction if direction in ("first", "last") else None)
        inner = inner.element
    labelled = inner
    if isinstance(inner, Label):
        inner = inner.element
    if nulls == ("first" if descending else "last"):
        nulls = None
    if isinstance(inner, sa.ColumnClause) and not inner.is_literal:
        return IndexElement(inner.name, None, descending, nulls)
    if isinstance(inner, str):
        return IndexElement(inner, None, descending, nulls)
    return IndexElement(None, Expression(labelled if keeps_label else inner), descending, nulls)
