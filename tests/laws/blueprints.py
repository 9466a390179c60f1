"""Plain descriptions of databases, made for being changed at random and built as MetaData."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql


@dataclass(frozen=True)
class ColumnSpec:
    """A column; `type` is a key of `TYPES`, ``enum:<name>``, or ``choice:<name>``.

    A choice holds the values of that enum as text, kept by a check that the type creates.
    """

    name: str
    type: str
    nullable: bool = True
    default: str | None = None
    """A literal, or a key of `EXPRESSIONS`, or ``sql:`` and text."""
    comment: str | None = None
    computed: str | None = None
    """A column of whole numbers that this one is computed from."""
    addend: int = 1
    stored: bool = True
    identity: int | None = None
    """The start of an identity column (PostgreSQL)."""


@dataclass(frozen=True)
class CheckSpec:
    column: str
    form: str
    name: str | None = None


@dataclass(frozen=True)
class UniqueSpec:
    columns: tuple[str, ...]
    name: str | None = None
    deferrable: bool = False


@dataclass(frozen=True)
class IndexSpec:
    name: str
    columns: tuple[str, ...]
    unique: bool = False
    descending: bool = False
    expression: bool = False
    """On lower(column) in place of the first column."""
    extra: str | None = None
    """A key of `INDEX_OPTIONS` for the dialect."""
    where: bool = False
    """Partial: WHERE the first column IS NOT NULL."""


@dataclass(frozen=True)
class ForeignKeySpec:
    columns: tuple[str, ...]
    referred: str
    referred_columns: tuple[str, ...]
    name: str | None = None
    on_delete: str | None = None
    deferrable: bool = False


@dataclass(frozen=True)
class TableSpec:
    name: str
    columns: tuple[ColumnSpec, ...] = ()
    primary_key: tuple[str, ...] = ()
    primary_key_name: str | None = None
    uniques: tuple[UniqueSpec, ...] = ()
    checks: tuple[CheckSpec, ...] = ()
    indexes: tuple[IndexSpec, ...] = ()
    foreign_keys: tuple[ForeignKeySpec, ...] = ()
    comment: str | None = None
    schema: str | None = None
    tuned: bool = False
    """With the `TABLE_OPTIONS` of the dialect."""

    def column(self, name: str) -> ColumnSpec | None:
        return next((c for c in self.columns if c.name == name), None)

    @property
    def keys(self) -> list[tuple[str, ...]]:
        """What foreign keys may point to."""
        keys = [self.primary_key] if self.primary_key else []
        keys += [u.columns for u in self.uniques if not u.deferrable]
        whole = (i for i in self.indexes if not (i.where or i.expression or i.descending))
        return keys + [i.columns for i in whole if i.unique]


@dataclass(frozen=True)
class Blueprint:
    dialect: str
    tables: tuple[TableSpec, ...] = ()
    enums: tuple[tuple[str, tuple[str, ...]], ...] = field(default=())

    def table(self, name: str) -> TableSpec | None:
        return next((t for t in self.tables if t.name == name), None)

    def with_table(self, table: TableSpec) -> Blueprint:
        return replace(
            self, tables=tuple(table if t.name == table.name else t for t in self.tables)
        )


@dataclass(frozen=True)
class TypeSpec:
    make: Callable[[], Any]
    defaults: tuple[str, ...]
    family: str
    keyable: bool = True
    """Whether it can stand in keys and indexes on every server."""
    dialect: str | None = None
    """The only dialect that has it; elsewhere a string takes its place."""


EXPRESSIONS: dict[str, Callable[[], Any]] = {
    "sql:true": sa.true,
    "sql:false": sa.false,
    "sql:now": sa.func.now,
}


def _only(dialect: str, make: Callable[[], Any], defaults: tuple[str, ...]) -> TypeSpec:
    return TypeSpec(make, defaults, f"only {dialect}", keyable=False, dialect=dialect)


TYPES: dict[str, TypeSpec] = {
    "smallint": TypeSpec(sa.SmallInteger, ("0", "7", "sql:-1"), "number"),
    "integer": TypeSpec(sa.Integer, ("0", "42", "sql:-1"), "number"),
    "bigint": TypeSpec(sa.BigInteger, ("0", "9000000000"), "number"),
    "numeric": TypeSpec(lambda: sa.Numeric(10, 2), ("0", "1.50", "sql:-2.25"), "decimal"),
    "numeric_wide": TypeSpec(lambda: sa.Numeric(14, 4), ("0", "1.5"), "decimal"),
    "float": TypeSpec(sa.Float, ("0", "0.5"), "float"),
    "double": TypeSpec(sa.Double, ("0", "0.25"), "float"),
    "string": TypeSpec(lambda: sa.String(20), ("", "x", "it's", "a:b%c", "null"), "text"),
    "string_long": TypeSpec(lambda: sa.String(80), ("", "y", "(1)", "a\\b"), "text"),
    "text": TypeSpec(sa.Text, (), "text", keyable=False),
    "char": TypeSpec(lambda: sa.CHAR(4), ("abcd",), "char"),
    "flag": TypeSpec(
        lambda: sa.Boolean(create_constraint=True), ("sql:true", "sql:false"), "boolean"
    ),
    "boolean": TypeSpec(sa.Boolean, ("sql:true", "sql:false"), "boolean"),
    "date": TypeSpec(sa.Date, ("2024-02-29",), "date"),
    "datetime": TypeSpec(sa.DateTime, ("sql:now", "2024-01-02 03:04:05"), "datetime"),
    "datetime_tz": TypeSpec(lambda: sa.DateTime(timezone=True), ("sql:now",), "datetime"),
    "time": TypeSpec(sa.Time, ("03:04:05",), "time"),
    "binary": TypeSpec(sa.LargeBinary, (), "binary", keyable=False),
    "json": TypeSpec(sa.JSON, (), "json", keyable=False),
    "uuid": TypeSpec(sa.Uuid, (), "uuid"),
    "array": _only("postgresql", lambda: sa.ARRAY(sa.Integer), ("{}", "sql:array[1,2]")),
    "array_text": _only("postgresql", lambda: postgresql.ARRAY(sa.String(9)), ("{a}",)),
    "jsonb": _only("postgresql", postgresql.JSONB, ("{}", "sql:'{\"a\": [1]}'::jsonb")),
    "inet": _only("postgresql", postgresql.INET, ("10.0.0.1",)),
    "domain": TypeSpec(
        lambda: postgresql.DOMAIN(
            "Word", sa.String(80), check="VALUE <> 'never'", constraint_name="said"
        ),
        ("x",),
        "text",
        keyable=False,
        dialect="postgresql",
    ),
    "interval": _only("postgresql", sa.Interval, ("1 day",)),
    "bits": _only("postgresql", lambda: postgresql.BIT(4), ("0101",)),
    "range": _only("postgresql", postgresql.INT4RANGE, ()),
    "search": _only("postgresql", postgresql.TSVECTOR, ()),
    "unsigned": _only("mysql", lambda: mysql.INTEGER(unsigned=True), ("0", "4000000000")),
    "medium": _only("mysql", mysql.MEDIUMTEXT, ()),
    "tiny": _only("mysql", mysql.TINYINT, ("1",)),
    "stamp": _only("mysql", lambda: mysql.TIMESTAMP(fsp=3), ("sql:current_timestamp(3)",)),
    "set": _only("mysql", lambda: mysql.SET("a", "b"), ("a,b",)),
    "year": _only("mysql", mysql.YEAR, ("2024",)),
    "binary_text": _only("mysql", lambda: mysql.VARCHAR(9, collation="utf8mb4_bin"), ("x",)),
}

INDEX_OPTIONS: dict[str, dict[str, Callable[[sa.Table], dict[str, Any]]]] = {
    "postgresql": {
        "include": lambda table: {"postgresql_include": [list(table.columns)[-1].name]},
        "hash": lambda table: {"postgresql_using": "hash"},
        "fill": lambda table: {"postgresql_with": {"fillfactor": 70}},
        "nulls": lambda table: {"postgresql_nulls_not_distinct": True},
    },
    "mysql": {"hash": lambda table: {"mysql_using": "hash"}},
    "sqlite": {},
}

TABLE_OPTIONS: dict[str, dict[str, Any]] = {
    # SQLAlchemy 2.0 has no storage parameters of tables
    "postgresql": {"postgresql_with": {"fillfactor": 70}} if sa.__version__ >= "2.1" else {},
    "mysql": {"mysql_row_format": "COMPACT"},
    "sqlite": {"sqlite_with_rowid": False},
}

CHECKS: dict[str, dict[str, Callable[[Any], Any]]] = {
    "number": {
        "positive": lambda c: c > 0,
        "range": lambda c: sa.and_(c >= -5, c < 100),
        "either": lambda c: sa.or_(c == 1, c.is_(None)),
    },
    "decimal": {"positive": lambda c: c > 0, "sum": lambda c: c + 1 > 2},
    "text": {
        "filled": lambda c: c != "",
        "known": lambda c: c.in_(["a", "b", "it's"]),
        "long": lambda c: sa.func.length(c) > 2,
        "like": lambda c: c.like("a%"),
    },
}
"""Forms of checks by family of type."""


def type_of(blueprint: Blueprint, column: ColumnSpec) -> Any:
    """A new SQLAlchemy type."""
    if column.type.startswith("enum:"):
        name = column.type.removeprefix("enum:")
        return sa.Enum(*dict(blueprint.enums)[name], name=name)
    if column.type.startswith("choice:"):
        values = dict(blueprint.enums)[column.type.removeprefix("choice:")]
        return sa.Enum(*values, native_enum=False, create_constraint=True, length=20)
    return TYPES[column.type].make()


def family(column: ColumnSpec) -> str:
    """The group of types that a column's type may change in."""
    return column.type if ":" in column.type else TYPES[column.type].family


def metadata(blueprint: Blueprint) -> sa.MetaData:
    """The blueprint as a user's models would have it."""
    collection = sa.MetaData()
    for spec in blueprint.tables:
        _table(blueprint, spec, collection)
    return collection


def _table(blueprint: Blueprint, spec: TableSpec, collection: sa.MetaData) -> None:
    items: list[Any] = [_column(blueprint, spec, c) for c in spec.columns]
    if spec.primary_key and spec.primary_key_name:
        items.append(sa.PrimaryKeyConstraint(*spec.primary_key, name=spec.primary_key_name))
    items += [
        sa.UniqueConstraint(
            *u.columns, name=u.name, **({"deferrable": True} if u.deferrable else {})
        )
        for u in spec.uniques
    ]
    for check in spec.checks:
        column = spec.column(check.column)
        assert column is not None
        form = CHECKS[family(column)][check.form]
        typed = sa.column(check.column, type_of(blueprint, column))
        items.append(sa.CheckConstraint(form(typed), name=check.name))
    items += [
        sa.ForeignKeyConstraint(
            key.columns,
            [f"{_key(blueprint, key.referred)}.{c}" for c in key.referred_columns],
            name=key.name,
            ondelete=key.on_delete,
            **({"deferrable": True, "initially": "DEFERRED"} if key.deferrable else {}),
        )
        for key in spec.foreign_keys
    ]
    tuning = TABLE_OPTIONS[blueprint.dialect] if spec.tuned else {}
    table = sa.Table(
        spec.name, collection, *items, comment=spec.comment, schema=spec.schema, **tuning
    )
    for index in spec.indexes:
        _index(blueprint, index, table)


def _key(blueprint: Blueprint, name: str) -> str:
    """The table's name as a foreign key writes it."""
    table = blueprint.table(name)
    return f"{table.schema}.{name}" if table is not None and table.schema else name


def _column(blueprint: Blueprint, table: TableSpec, spec: ColumnSpec) -> sa.Column[Any]:
    extra: list[Any] = []
    if spec.computed is not None:
        extra.append(sa.Computed(sa.column(spec.computed) + spec.addend, persisted=spec.stored))
    if spec.identity is not None:
        extra.append(sa.Identity(start=spec.identity))
    options: dict[str, Any] = (
        {"server_default": _default(spec.default)} if spec.default is not None else {}
    )
    return sa.Column(
        spec.name,
        type_of(blueprint, spec),
        *extra,
        primary_key=spec.name in table.primary_key and table.primary_key_name is None,
        nullable=spec.nullable and spec.name not in table.primary_key,
        comment=spec.comment,
        **options,
    )


def _default(given: str) -> Any:
    if given in EXPRESSIONS:
        return EXPRESSIONS[given]()
    return sa.text(given[4:]) if given.startswith("sql:") else given


def _index(blueprint: Blueprint, spec: IndexSpec, table: sa.Table) -> None:
    columns: list[Any] = [table.columns[c] for c in spec.columns]
    options: dict[str, Any] = {}
    if spec.where:
        options[f"{blueprint.dialect}_where"] = columns[0].is_not(None)
    if spec.expression:
        columns[0] = sa.func.lower(columns[0])
    if spec.descending:
        columns[-1] = columns[-1].desc()
    if spec.extra is not None:
        options |= INDEX_OPTIONS[blueprint.dialect][spec.extra](table)
    sa.Index(spec.name, *columns, unique=spec.unique, **options)
