"""Reading a `Schema` from the catalog: nine queries at most, whatever the number of tables."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from limbeck.dialects.base import Request
from limbeck.dialects.postgresql import constraints, domains, indexes, sequences, types
from limbeck.dialects.postgresql.arguments import accepted
from limbeck.dialects.postgresql.catalog import Catalog
from limbeck.dialects.postgresql.identity import inspected_identity
from limbeck.metadata import build
from limbeck.schema.constraints import Check, Constraint, ForeignKey, Options, Unique
from limbeck.schema.named import Named
from limbeck.schema.names import Name
from limbeck.schema.objects import (
    Column,
    Computed,
    Domain,
    Extension,
    Index,
    Namespace,
    Schema,
    Table,
)
from limbeck.schema.types import EnumType, Expression, SqlType

Key: TypeAlias = tuple[int, int]
"""(oid of the table, number of the column)."""


def inspect(connection: sa.Connection, request: Request) -> Schema:
    """The requested tables of the connected database, and the enum types of their schemas.

    What belongs to an extension is left out, and so are partitions: they are part of their table.
    """
    reader = Reader(Catalog(connection), request, default_schema(connection))
    return reader.schema()


def default_schema(connection: sa.Connection) -> str | None:
    """The schema that a name without one is in."""
    return connection.dialect.default_schema_name


@dataclass
class Reader:
    """One inspection: rows of the catalog on one side, values on the other."""

    catalog: Catalog
    request: Request
    default: str | None
    named: dict[int, SqlType] = field(default_factory=dict)
    enums: dict[Name, EnumType] = field(default_factory=dict)
    domains: list[Domain] = field(default_factory=list)
    used: dict[Name, None] = field(default_factory=dict)
    _types: dict[tuple[int, str, str | None], SqlType] = field(default_factory=dict)
    _known: dict[tuple[Any, ...], Column] = field(default_factory=dict)

    def schema(self) -> Schema:
        """All that was asked for."""
        schemas = self._schemas()
        rows = self._tables(schemas)
        self._read_named_types(self.catalog.named_types())
        tables = self._read_tables(rows) if rows else Named[Table]()
        found = Schema(tables, self._enums(schemas))
        if self.request.tables is not None:
            return found
        return self._with_objects(found, schemas, {row[1] for row in rows})

    def _read_tables(self, rows: Sequence[Any]) -> Named[Table]:
        oids = [row[0] for row in rows]
        names = {row[0]: self.name(row[1], row[2]) for row in rows}
        numbered: dict[int, dict[int, str]] = {oid: {} for oid in oids}
        columns = self._columns(oids, names, numbered)
        keys = self._constraints(oids, names, numbered)
        found = self._indexes(oids, names, numbered)
        return Named(
            Table(
                name=names[row[0]],
                columns=Named(columns[row[0]]),
                constraints=tuple(keys[row[0]]),
                indexes=Named(found[row[0]]),
                comment=row[7] or None,
                options=_table_options(row),
                prefixes=("UNLOGGED",) if row[4] == "u" else (),
            )
            for row in rows
        )

    def _with_objects(self, found: Schema, schemas: list[str], used: set[str]) -> Schema:
        """The schema with what is not part of a table; `used` are schemas that hold one."""
        others = [s for s in schemas if s != self.default]
        known = others if used.issuperset(others) else self.catalog.schemas(others)
        rows = self.catalog.single_sequences(schemas) if schemas else []
        asked = {None if s == self.default else s for s in schemas}
        return replace(
            found,
            schemas=Named(Namespace(name) for name in known),
            sequences=Named(sequences.inspected(row, self.name) for row in rows),
            extensions=Named(Extension(name) for name in self.catalog.extensions()),
            domains=Named(d for d in self.domains if d.name.schema in asked),
        )

    def name(self, schema: str | None, name: str) -> Name:
        """A `Name`, the default schema counting as none."""
        return Name(name, None if schema == self.default else schema)

    def _schemas(self) -> list[str]:
        include = self.request.include_name
        found = dict.fromkeys(s or self.default for s in self.request.schemas)
        names = (s for s in found if s is not None)
        if include is None:
            return list(names)
        return [s for s in names if include(None if s == self.default else s, "schema", {})]

    def _tables(self, schemas: list[str]) -> Sequence[Any]:
        enum = self.request.enum
        if enum is not None:
            return self.catalog.tables_of_type(enum.schema or self.default or "", enum.name)
        wanted = self.request.tables
        only = None if wanted is None else sorted({name.name for name in wanted})
        rows = self.catalog.tables(schemas, only) if schemas and only != [] else []
        default, excluded = self.default, set(self.request.exclude)
        kept = None if wanted is None else {self.name(n.schema or default, n.name) for n in wanted}
        excluded = {self.name(n.schema or default, n.name) for n in excluded}
        return [
            row
            for row in rows
            if (name := self.name(row[1], row[2])) not in excluded
            and (kept is None or name in kept)
            and self._includes_table(name)
        ]

    def _includes_table(self, name: Name) -> bool:
        include = self.request.include_name
        if include is None:
            return True
        return include(
            name.name,
            "table",
            {"schema_name": name.schema, "schema_qualified_table_name": str(name)},
        )

    def _part_filter(self, type_: str) -> Callable[[Name, str], bool]:
        """Whether an object of a table is asked for."""
        include = self.request.include_name
        if include is None:
            return lambda table, name: True
        return lambda table, name: include(
            name,
            type_,
            {
                "schema_name": table.schema,
                "table_name": table.name,
                "schema_qualified_table_name": str(table),
            },
        )

    def _read_named_types(self, rows: Iterable[Any]) -> None:
        for oid, array, schema, name, kind, extension, labels, *domain in rows:
            type_name = self.name(schema, name)
            text = types.qualified(name, type_name.schema)
            payload: Any
            if kind == "e":
                payload = postgresql.ENUM(*(labels or ()), name=name, schema=type_name.schema)
                if not extension:
                    self.enums[type_name] = EnumType(type_name, tuple(labels or ()), payload)
            else:
                payload = domains.payload(type_name, domain)
                if not extension:
                    self.domains.append(domains.inspected(type_name, payload.data_type, domain))
            enum = type_name if kind == "e" else None
            self.named[oid] = SqlType(payload, text, "inspected", enum)
            if array:
                items = postgresql.ARRAY(payload)
                self.named[array] = SqlType(items, text + "[]", "inspected", enum)

    def _enums(self, schemas: Iterable[str]) -> Named[EnumType]:
        """The enum types of the requested schemas, and those that the tables read use."""
        asked = {None if s == self.default else s for s in schemas}
        return Named(
            enum for name, enum in self.enums.items() if name.schema in asked or name in self.used
        )

    def _type(self, oid: int, text: str, collation: str | None) -> SqlType:
        key = (oid, text, collation)
        found = self._types.get(key)
        if found is None:
            found = self.named.get(oid)
            if found is not None and found.enum is not None:
                self.used[found.enum] = None
            if found is None:
                written = types.with_collation(types.canonical(text), collation)
                found = SqlType(types.payload(text, collation), written, "inspected")
            self._types[key] = found
        return found

    def _columns(
        self, oids: list[int], names: dict[int, Name], numbered: dict[int, dict[int, str]]
    ) -> dict[int, list[Column]]:
        sequences = self._sequences(oids)
        includes = self._part_filter("column")
        is_filtered = self.request.include_name is not None
        found: dict[int, list[Column]] = {oid: [] for oid in oids}
        for row in self.catalog.columns(oids):
            oid, number, name = row[:3]
            numbered[oid][number] = name
            if not is_filtered or includes(names[oid], name):
                found[oid].append(self._column(row[2:], sequences.get((oid, number), ())))
        return found

    def _column(self, row: tuple[Any, ...], own: Sequence[Any]) -> Column:
        """One value for all columns that say the same; not where there are sequences of its own."""
        found = None if own else self._known.get(row)
        if found is not None:
            return found
        name, oid, text, not_null, sql, generated, identity, collation, note = row
        serial = any(_is_serial(sql, sequence) for sequence in own)
        plain = sql is not None and not serial and not generated
        found = Column(
            name=name,
            type=self._type(oid, text, collation),
            nullable=not not_null,
            default=_default(sql) if plain else None,
            computed=(
                Computed(Expression(sql, sql, "inspected"), generated == "s") if generated else None
            ),
            identity=inspected_identity(identity, own) if identity else None,
            autoincrement=serial,
            comment=note or None,
        )
        if not own:
            self._known[row] = found
        return found

    def _sequences(self, oids: list[int]) -> dict[Key, list[Any]]:
        """By column; one may have several, if something else has been made its owner."""
        found: dict[Key, list[Any]] = defaultdict(list)
        for row in self.catalog.sequences(oids):
            found[row[0], row[1]].append(row)
        return found

    def _constraints(
        self, oids: list[int], names: dict[int, Name], numbered: dict[int, dict[int, str]]
    ) -> dict[int, list[Constraint]]:
        filters = {
            Unique: self._part_filter("unique_constraint"),
            ForeignKey: self._part_filter("foreign_key_constraint"),
            Check: self._part_filter("check_constraint"),
        }
        found: dict[int, list[Constraint]] = defaultdict(list)
        for row in self.catalog.constraints(oids):
            item = constraints.inspected(row, numbered[row[0]], self.name)
            includes = filters.get(type(item))
            if includes is None or includes(names[row[0]], row[1]):
                found[row[0]].append(item)
        return found

    def _indexes(
        self, oids: list[int], names: dict[int, Name], numbered: dict[int, dict[int, str]]
    ) -> dict[int, list[Index]]:
        includes = self._part_filter("index")
        found: dict[int, list[Index]] = defaultdict(list)
        for row in self.catalog.indexes(oids):
            if includes(names[row[0]], row[1]):
                found[row[0]].append(indexes.inspected(row, numbered[row[0]]))
        return found


def _default(sql: str) -> Expression:
    """A default whose payload stands after DEFAULT, where the grammar takes no word operators."""
    bare = _WORD_OPERATORS.search(_QUOTED.sub("''", sql)) is None
    return Expression(build.text(sql if bare else f"({sql})"), sql, "inspected")


_QUOTED = re.compile("""'[^']*'|"[^"]*[\"]""")
_WORD_OPERATORS = re.compile(
    r"\b(?:NOT|AND|OR|IS|IN|BETWEEN|LIKE|ILIKE|SIMILAR|COLLATE|AT TIME ZONE|OVERLAPS)\b"
)
"""Those of an `a_expr` that a `b_expr` lacks (PostgreSQL's gram.y)."""


def _is_serial(sql: str | None, sequence: Any) -> bool:
    """Whether a default is no more than the next value of the column's own sequence.

    Only a primary key counts: SQLAlchemy knows no other SERIAL, and such a default is kept.
    """
    if sql is None or sequence[2] != "a" or not sequence[-1] or not sql.startswith("nextval("):
        return False
    own = types.quoted(sequence[3]).replace("'", "''")
    return sql.endswith((f"'{own}'::regclass)", f".{own}'::regclass)"))


def _table_options(row: Any) -> Options:
    """Options of the table as dialect keyword arguments, sorted."""
    reloptions, tablespace, partition_key, parents = row[5], row[6], row[8], row[9]
    found: list[tuple[str, Any]] = []
    if parents:
        found.append(("postgresql_inherits", tuple(parents)))
    if partition_key:
        found.append(("postgresql_partition_by", partition_key))
    if tablespace:
        found.append(("postgresql_tablespace", tablespace))
    if reloptions:
        found.append(("postgresql_with", storage_parameters(reloptions)))
    return accepted(sa.Table, tuple(found))


def storage_parameters(reloptions: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """``fillfactor=70`` as sorted pairs."""
    pairs = (option.partition("=") for option in reloptions)
    return tuple(sorted((key, value) for key, _, value in pairs))
