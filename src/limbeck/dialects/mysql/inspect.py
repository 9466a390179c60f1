"""A server's tables as values, from a fixed number of catalog queries for each schema."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import conv

from limbeck.dialects.base import Request
from limbeck.dialects.mysql import catalog, expressions, partitions, sequences, types
from limbeck.dialects.mysql.catalog import Catalog, Row
from limbeck.dialects.mysql.lexer import quoted
from limbeck.errors import CommandError
from limbeck.metadata import build
from limbeck.schema.constraints import Check, Constraint, ForeignKey, PrimaryKey, Unique
from limbeck.schema.named import Named
from limbeck.schema.names import Name
from limbeck.schema.objects import (
    Column,
    Computed,
    Index,
    IndexElement,
    Namespace,
    Schema,
    Sequence,
    Table,
)
from limbeck.schema.types import Expression, SqlType


class ColumnCheck(str):
    """The SQL of a check that stands in the text of a column, and the name of that column.

    MariaDB drops one with its column and changes it with its column only; it has no other name.
    """

    column: str

    def __new__(cls, sql: str, column: str) -> ColumnCheck:
        self = super().__new__(cls, sql)
        self.column = column
        return self


def inspect(connection: sa.Connection, request: Request) -> Schema:
    """The tables that `request` names: origin "inspected", payloads that compile again.

    A check without a name is a `ColumnCheck`. Raises CommandError if no database is selected.
    """
    current = connection.execute(sa.text("SELECT DATABASE()")).scalar()
    tables: list[Table] = []
    numbers: list[Sequence] = []
    schemas: list[Namespace] = []
    for schema in dict.fromkeys(request.schemas):
        if not _included(request, schema):
            continue
        if schema is None and current is None:
            raise CommandError("The connection has no database selected: name one in the URL.")
        wanted = _wanted(request, schema)
        if wanted == []:
            continue
        rows = catalog.read(connection, str(schema or current), wanted)
        reader = _Reader(schema, current, request, rows, connection.dialect)
        if schema is not None and (rows.tables or _is_there(connection, schema)):
            schemas.append(Namespace(schema))
        tables += reader.tables()
        if request.tables is None:
            found = sequences.inspected(connection, schema, str(schema or current), rows.sequences)
            numbers += found
    return Schema(tables=Named(tables), schemas=Named(schemas), sequences=Named(numbers))


def _is_there(connection: sa.Connection, schema: str) -> bool:
    query = "SELECT 1 FROM information_schema.schemata WHERE schema_name = :name"
    return connection.execute(sa.text(query), {"name": schema}).first() is not None


def _included(request: Request, schema: str | None) -> bool:
    return request.include_name is None or request.include_name(schema, "schema", {})


def _wanted(request: Request, schema: str | None) -> list[str] | None:
    """The tables of that schema that are asked for; None for all."""
    if request.tables is None:
        return None
    return [name.name for name in request.tables if name.schema == schema]


@dataclass(frozen=True, slots=True)
class _Reader:
    """Makes the tables of one schema out of its rows."""

    schema: str | None
    current: str | None
    request: Request
    catalog: Catalog
    dialect: Any
    known: dict[Any, Column] = field(default_factory=dict)

    def tables(self) -> Iterator[Table]:
        for row in self.catalog.tables:
            name = Name(str(row[0]), self.schema)
            if name not in self.request.exclude and self.includes(name, name.name, "table"):
                yield self.table(name, row)

    def includes(self, table: Name, name: str | None, kind: str) -> bool:
        """Whether the user's filter wants that part of a table, or the table itself."""
        if self.request.include_name is None:
            return True
        parents: dict[str, str | None] = {"schema_name": table.schema}
        parents["schema_qualified_table_name"] = str(table)
        if kind != "table":
            parents["table_name"] = table.name
        return self.request.include_name(name, kind, parents)

    def table(self, name: Name, row: Row) -> Table:
        _, engine, collation, comment, create_options = row
        collation = None if collation is None else types.collation(collation)
        checks = self.catalog.checks.get(name.name, [])
        json = {_json_column(c) for c in checks}
        columns = (
            self.column(c, collation, c[1] in json)
            for c in self.catalog.columns.get(name.name, [])
            if self.includes(name, c[1], "column")
        )
        keys, indexes = self.indexes(name)
        return Table(
            name=name,
            columns=Named(columns),
            constraints=(*keys, *self.foreign_keys(name), *self.checks(name, checks)),
            indexes=Named(indexes),
            comment=comment or None,
            options=self.options(name, engine, collation, create_options),
        )

    def column(self, row: Row, table_collation: str | None, is_json: bool) -> Column:
        """One value for all columns that say the same."""
        key = (row[1], row[3:], table_collation, is_json)
        found = self.known.get(key)
        if found is None:
            found = self.known[key] = column(row, self.dialect, table_collation, is_json)
        return found

    def options(
        self, name: Name, engine: str | None, collation: str | None, create_options: str
    ) -> tuple[tuple[str, Any], ...]:
        row_format = re.search(r"row_format=(\w+)", create_options or "", re.IGNORECASE)
        found = {
            "engine": engine,
            "charset": collation and types.charset_of(collation),
            "collate": collation,
            "row_format": row_format and row_format.group(1).upper(),
            **dict(partitions.inspected(self.catalog.partitions.get(name.name, []))),
        }
        prefix = self.dialect.name
        return tuple(sorted((f"{prefix}_{k}", v) for k, v in found.items() if v))

    def indexes(self, name: Name) -> tuple[list[Constraint], list[Index]]:
        """(primary and unique keys, indexes): a unique key of plain columns is a constraint."""
        keys: list[Constraint] = []
        indexes: list[Index] = []
        rows = self.catalog.statistics.get(name.name, [])
        for index_name, group in groupby(rows, key=itemgetter(1)):
            found = index(conv(index_name), list(group), self.dialect)
            if index_name == "PRIMARY":
                keys.append(PrimaryKey(found.columns, None))
            elif is_plain_unique(found):
                if self.includes(name, index_name, "unique_constraint"):
                    keys.append(Unique(found.columns, found.name))
            elif self.includes(name, index_name, "index"):
                indexes.append(found)
        return keys, indexes

    def foreign_keys(self, name: Name) -> Iterator[ForeignKey]:
        rows = self.catalog.keys.get(name.name, [])
        for key_name, group in groupby(rows, key=itemgetter(1)):
            if not self.includes(name, key_name, "foreign_key_constraint"):
                continue
            parts = list(group)
            *_, schema, table, _, update, delete = parts[0]
            yield ForeignKey(
                columns=tuple(p[3] for p in parts),
                referred=Name(table, None if schema == self.current else schema),
                referred_columns=tuple(p[6] for p in parts),
                name=conv(key_name),
                on_delete=action(delete),
                on_update=action(update),
            )

    def checks(self, name: Name, rows: Iterable[Row]) -> Iterator[Check]:
        for row in rows:
            _, check_name, clause, level = row
            if _json_column(row) is None and self.includes(name, check_name, "check_constraint"):
                text = clause if self.dialect.is_mariadb else _unescaped(clause)
                own = level == "Column"
                payload = ColumnCheck(text, check_name) if own else text
                expression = Expression(payload, text, "inspected")
                yield Check(expression, None if own else conv(check_name))


_JSON_VALID = re.compile(r"json_valid\(`((?:[^`]|``)+)`\)")


def _json_column(row: Row) -> str | None:
    """The column whose check this is, where MariaDB keeps it as JSON, which is a LONGTEXT.

    The check has the name that the column was made with, also after a rename.
    """
    _, _, clause, level = row
    found = _JSON_VALID.fullmatch(clause) if level == "Column" and clause else None
    return None if found is None else found[1].replace("``", "`")


def action(text: str | None) -> str | None:
    """A referential action; RESTRICT and NO ACTION are one thing to MySQL, and the default."""
    return None if text in (None, "", "RESTRICT", "NO ACTION") else text


def is_plain_unique(found: Index) -> bool:
    """Whether a unique index says no more than a unique constraint can."""
    return (
        found.unique
        and not found.options
        and all(e.column is not None and not e.descending for e in found.elements)
    )


def column(row: Row, dialect: Any, table_collation: str | None, is_json: bool) -> Column:
    """A column; its character set is left out where it is the table's own."""
    _, name, _, default, nullable, type_text, extra, generated, collation, comment = row
    extra = (extra or "").lower()
    text = "json" if is_json else type_text
    found = collation and types.collation(collation)
    if found and found != table_collation and not is_json:
        text = f"{type_text} character set {types.charset_of(found)} collate {found}"
    type_ = types.parse(text)
    return Column(
        name=name,
        type=SqlType(types.payload(type_), type_.text, "inspected"),
        nullable=nullable == "YES",
        default=None if generated else _default(default, extra, type_.text, dialect),
        computed=_computed(generated, extra, dialect) if generated else None,
        autoincrement="auto_increment" in extra,
        comment=comment or None,
    )


def _computed(generated: str, extra: str, dialect: Any) -> Computed:
    text = generated if dialect.is_mariadb else _unescaped(generated)
    persisted = "stored" in extra or "persistent" in extra
    return Computed(Expression(text, text, "inspected"), persisted)


def _default(value: str | None, extra: str, type_text: str, dialect: Any) -> Expression | None:
    """The default with ON UPDATE after it, as SQLAlchemy keeps the two."""
    sql = None if value is None else str(value)
    if sql is not None and not dialect.is_mariadb:
        sql = _as_sql(sql, extra, type_text)
    on_update = re.search(r"on update \S+", extra)
    if on_update is not None:
        sql = f"{sql or 'NULL'} {on_update.group().upper()}"
    if sql is None or expressions.default(sql, type_text) is None:
        return None
    return Expression(build.text(_payload_text(sql, type_text)), sql, "inspected")


def _as_sql(value: str, extra: str, type_text: str) -> str:
    """MySQL's catalog holds a default's value, MariaDB's its SQL: the second from the first."""
    if "default_generated" in extra:
        text = _unescaped(value)
        return text if text.lower().startswith("current_timestamp") else f"({text})"
    family = expressions.family(type_text)
    if family in expressions.NUMERIC or family == "bit":
        return value
    if value.upper().startswith("CURRENT_TIMESTAMP") and family in ("datetime", "timestamp"):
        return value
    return quoted(value)


def _payload_text(sql: str, type_text: str) -> str:
    """A default that SQLAlchemy writes without parentheses, where it needs none.

    SQLAlchemy puts them around all that is not a word, which makes an expression of a number.
    """
    family = expressions.family(type_text)
    if family in expressions.NUMERIC and expressions.number(sql) is not None:
        return sql if sql.isdigit() else quoted(sql)
    if re.fullmatch(r"current_timestamp\(\)", sql, re.IGNORECASE):
        return "CURRENT_TIMESTAMP"
    return sql


def _unescaped(text: str) -> str:
    """An expression of MySQL's catalog, which holds its quotes with backslashes before them."""
    return text.replace("\\'", "'")


def index(name: str, rows: list[Row], dialect: Any) -> Index:
    """An index from the rows of its elements."""
    kind, unique = str(rows[0][7]), not int(rows[0][3])
    lengths = tuple(sorted((r[4], int(r[6])) for r in rows if r[4] and r[6]))
    found: dict[str, Any] = {}
    if kind in ("FULLTEXT", "SPATIAL"):
        found["prefix"] = kind
        lengths = ()
    elif kind not in ("BTREE", "HASH"):
        found["using"] = kind.lower()
    elif kind == "HASH" and not unique:  # MariaDB keeps long unique keys as a hash on its own
        found["using"] = "hash"
    if lengths:
        found["length"] = lengths
    options = tuple(sorted((f"{dialect.name}_{k}", v) for k, v in found.items()))
    return Index(name, tuple(_element(r) for r in rows), unique, options)


def _element(row: Row) -> IndexElement:
    descending = row[5] == "D"
    if row[4] is not None:
        return IndexElement(str(row[4]), descending=descending)
    text = _unescaped(str(row[8]))
    return IndexElement(None, Expression(f"({text})", text, "inspected"), descending)
