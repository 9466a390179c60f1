"""One form for what models declare and what the catalog holds."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from limbeck.dialects.postgresql import (
    constraints,
    domains,
    expressions,
    extensions,
    indexes,
    sequences,
)
from limbeck.dialects.postgresql.identity import declared_identity
from limbeck.dialects.postgresql.named_types import TypeTexts
from limbeck.metadata.load import SEQUENCE
from limbeck.operations.compiler import Compiler
from limbeck.schema.constraints import Options
from limbeck.schema.named import Named
from limbeck.schema.names import Name
from limbeck.schema.objects import Column, Computed, Domain, Extension, Schema, Table
from limbeck.schema.remembered import Remembered
from limbeck.schema.types import EnumType, Expression


def normalize(schema: Schema, dialect: Dialect) -> Schema:
    """The schema in normal form, with the enum types that its columns bring along."""
    normalizer = Normalizer(dialect)
    tables = Named(normalizer.table(table) for table in schema)
    enums: dict[Name, EnumType] = dict(schema.enums)
    for name, enum in normalizer.texts.enums.items():
        enums.setdefault(name, enum)
    ordered = sorted(enums.values(), key=lambda enum: enum.name.sort_key)
    type_of = normalizer.texts.normalized
    numbered = Named(sequences.normalized(s, type_of) for s in schema.sequences.values())
    return replace(
        schema,
        tables=tables,
        enums=Named(ordered),
        sequences=numbered,
        domains=_domains(schema, normalizer),
        extensions=_extensions(schema, normalizer),
    )


def _domains(schema: Schema, normalizer: Normalizer) -> Named[Domain]:
    """Those of the schema, and those that columns bring along."""
    found = dict(schema.domains)
    for name, item in normalizer.texts.domains.items():
        found.setdefault(name, domains.declared(item, normalizer.dialect))
    type_of, compiler = normalizer.texts.normalized, normalizer.compiler
    ordered = sorted(found.values(), key=lambda domain: domain.name.sort_key)
    return Named(domains.normalized(domain, type_of, compiler) for domain in ordered)


def _extensions(schema: Schema, normalizer: Normalizer) -> Named[Extension]:
    """Those of the schema, and those that its tables need."""
    names = sorted(n for n in normalizer.texts.extensions if n not in schema.extensions)
    return Named((*schema.extensions.values(), *(Extension(name) for name in names)))


class Normalizer:
    """One normalisation: remembers what it has seen."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.compiler = Compiler(dialect)
        self.texts = TypeTexts(dialect)
        self.has_virtual = bool(getattr(dialect, "supports_virtual_generated_columns", False))
        self._columns: Remembered[Column] = Remembered()

    def table(self, table: Table) -> Table:
        """A table in normal form."""
        key = table.primary_key
        keys = frozenset(key.columns if key is not None else ())
        found = Table(
            name=table.name,
            columns=Named(self.column(c, c.name in keys) for c in table.columns.values()),
            constraints=tuple(constraints.normalized(c, self.compiler) for c in table.constraints),
            indexes=Named(
                indexes.normalized(i, table.columns, self.compiler) for i in table.indexes.values()
            ),
            comment=table.comment or None,
            options=_options(table.options),
            prefixes=("UNLOGGED",) if any(p.upper() == "UNLOGGED" for p in table.prefixes) else (),
        )
        self.texts.extensions.update(extensions.of_table(found))
        return found

    def column(self, column: Column, is_key: bool) -> Column:
        """A column in normal form; `is_key` says whether it is part of the primary key."""
        known = self._columns.get(column, is_key)
        if known is None:
            known = self._columns.keep(column, self._column(column, is_key), is_key)
        return known

    def _column(self, column: Column, is_key: bool) -> Column:
        type_ = self.texts.normalized(column.type)
        text = type_.text or ""
        identity = column.identity
        if identity is not None and column.type.origin == "declared":
            identity = declared_identity(identity, text)
        default = column.default
        if default is not None and default.origin != "normalized":
            default = self.default(default, text)
        generated = column.computed is not None or identity is not None
        found = Column(
            name=column.name,
            type=type_,
            nullable=column.nullable and not is_key and identity is None,
            default=default,
            computed=None if column.computed is None else self._computed(column.computed),
            identity=identity,
            autoincrement=column.autoincrement is True and default is None and not generated,
            comment=column.comment or None,
            options=tuple(pair for pair in column.options if pair[0] == SEQUENCE),
        )
        self.texts.extensions.update(extensions.of_column(found))
        return found

    def default(self, default: Expression, type_text: str) -> Expression | None:
        sql = default.text if default.origin == "inspected" else None
        if sql is None:
            sql = self._declared(default.payload) or self.compiler.default(default)
        text = expressions.canonical_default(sql, type_text)
        return None if text is None else default.normalized(text)

    @staticmethod
    def _declared(payload: Any) -> str | None:
        """The SQL of an everyday default, without a compiler; None where one is needed."""
        if isinstance(payload, str):
            return None if "\\" in payload else "'" + payload.replace("'", "''") + "'"
        if isinstance(payload, sa.TextClause) and ":" not in payload.text:
            return payload.text
        return None

    def _computed(self, computed: Computed) -> Computed:
        persisted = computed.persisted
        if persisted is None:
            persisted = not self.has_virtual
        return Computed(constraints.expression(computed.expression, self.compiler), persisted)


def _options(options: Options) -> Options:
    found = ((key, _option(key, value)) for key, value in options)
    return tuple((key, value) for key, value in found if value not in (None, ()))


def _option(key: str, value: Any) -> Any:
    match key:
        case "postgresql_inherits":
            return (value,) if isinstance(value, str) else tuple(value)
        case "postgresql_partition_by":
            method, _, rest = str(value).strip().partition("(")
            return f"{method.strip().upper()} ({re.sub(r' +', ' ', rest)}"
        case "postgresql_tablespace" | "postgresql_using":
            return value
        case "postgresql_with":
            return indexes.storage_parameters(value)
        case _:
            return None
