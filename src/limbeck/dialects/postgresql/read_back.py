"""Asking the server how it stores what text could not decide.

One anonymous block makes temporary tables with the expressions in question, each in a
sub-transaction of its own so that a refused one costs nothing but itself. The catalog is read
back by the same queries as always, and everything is rolled back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from limbeck.dialects.postgresql import constraints, domains, indexes
from limbeck.dialects.postgresql.catalog import Catalog
from limbeck.dialects.postgresql.normalize import Normalizer
from limbeck.dialects.postgresql.probes import (
    Probe,
    Writer,
    domain_block,
    domain_name,
    undecided,
)
from limbeck.dialects.postgresql.unsaid import with_unsaid
from limbeck.metadata import build
from limbeck.operations.compiler import Compiler
from limbeck.schema.constraints import Check, Constraint, Exclude
from limbeck.schema.named import Named
from limbeck.schema.names import Name
from limbeck.schema.objects import Column, Index, IndexElement, Schema, Table
from limbeck.schema.types import Expression

_TAG = "$limbeck$"
_AT_ONCE = 250
"""Tables of one block: each temporary table holds locks until the end of its transaction."""


def read_back(connection: sa.Connection, declared: Schema, inspected: Schema) -> Schema:
    """`declared` with each expression that differs from its counterpart as the server stores it.

    Both are normalised. A handful of statements for hundreds of tables, none where nothing is
    undecided. What the server refuses stays as it is declared. Leaves nothing behind, also in a
    transaction that is under way.
    """
    declared = with_unsaid(declared, inspected)
    declared = _without_owned_sequences(connection, declared, inspected)
    declared = _without_partitions(connection, declared, inspected)
    declared = _with_domains(connection, declared, inspected)
    probes = undecided(declared, inspected)
    tables: dict[Name, Table] = {}
    for start in range(0, len(probes), _AT_ONCE):
        some = probes[start : start + _AT_ONCE]
        try:
            with _rolled_back(connection):
                answered = _asked(connection, inspected, some)
        except DBAPIError:  # no right to make temporary tables, a standby: text has to do
            return declared
        tables.update((probe.table.name, answered(probe)) for probe in some)
    if not tables:
        return declared
    return replace(declared, tables=Named(tables.get(t.name, t) for t in declared))


def _without_owned_sequences(
    connection: sa.Connection, declared: Schema, inspected: Schema
) -> Schema:
    """The declared schema without sequences that belong to a column, as SERIAL makes one.

    Those are not inspected: models may name them, and need not.
    """
    names = {name.name for name in declared.sequences if name not in inspected.sequences}
    if not names:
        return declared
    owned = _names(connection, Catalog(connection).owned_sequences(sorted(names)))
    kept = Named(s for s in declared.sequences.values() if s.name not in owned)
    return replace(declared, sequences=kept)


def _without_partitions(connection: sa.Connection, declared: Schema, inspected: Schema) -> Schema:
    """The declared schema without tables that are partitions of another one on the server.

    Those are not inspected, since they belong to that table: models may name them to query them.
    """
    names = {table.name.name for table in declared if table.name not in inspected.tables}
    rows = Catalog(connection).partitions(sorted(names)) if names else ()
    for name in _names(connection, rows):
        if name not in inspected.tables:
            declared = declared.without_table(name)
    return declared


def _names(connection: sa.Connection, rows: Iterable[Sequence[str]]) -> list[Name]:
    """Names of (schema, name) rows, the default schema counting as none."""
    default = connection.dialect.default_schema_name
    return [Name(name, None if schema == default else schema) for schema, name in rows]


def _with_domains(connection: sa.Connection, declared: Schema, inspected: Schema) -> Schema:
    """The declared schema with domains that differ as the server stores them."""
    asked = [
        item
        for item in declared.domains.values()
        if (found := inspected.domains.get(item.name)) is not None and found != item
    ]
    if not asked:
        return declared
    compiler = Compiler(connection.dialect)
    lines = (line for n, item in enumerate(asked) for line in domain_block(n, item, compiler))
    body = "\n".join(lines)
    try:
        with _rolled_back(connection):
            connection.execute(build.text(f"DO {_TAG} BEGIN\n{body}\nEND {_TAG}"))
            rows = {row[3]: row[7:] for row in Catalog(connection).named_types()}
    except DBAPIError:
        return declared
    normalizer = Normalizer(connection.dialect)
    stored = (
        domains.settled(item, rows.get(domain_name(n)), normalizer.texts.normalized, compiler)
        for n, item in enumerate(asked)
    )
    answers = {item.name: item for item in stored}
    settled = Named(answers.get(item.name, item) for item in declared.domains.values())
    return replace(declared, domains=settled)


@contextmanager
def _rolled_back(connection: sa.Connection) -> Iterator[None]:
    """A transaction, or a savepoint of the one that is under way, that leaves nothing."""
    if getattr(connection.connection.dbapi_connection, "autocommit", False):
        connection.exec_driver_sql("BEGIN")
        try:
            yield
        finally:
            connection.exec_driver_sql("ROLLBACK")
        return
    own = not connection.in_transaction()
    transaction = connection.begin() if own else connection.begin_nested()
    try:
        yield
    finally:
        transaction.rollback()


def _asked(
    connection: sa.Connection, inspected: Schema, probes: list[Probe]
) -> Callable[[Probe], Table]:
    """Makes the temporary tables and reads them back."""
    writer = Writer(Compiler(connection.dialect), inspected)
    body = "\n".join(line for probe in probes for line in writer.block(probe))
    connection.execute(build.text(f"DO {_TAG} BEGIN\n{body}\nEND {_TAG}"))
    return Answers(connection, probes).answered


_OIDS = """
SELECT c.oid, c.relname::text FROM pg_catalog.pg_class c
WHERE c.relnamespace = pg_catalog.pg_my_temp_schema() AND c.relkind = 'r'
"""


class Answers:
    """What the server made of the questions, read with the queries of the inspection."""

    def __init__(self, connection: sa.Connection, probes: list[Probe]) -> None:
        catalog = Catalog(connection)
        self.normalizer = Normalizer(connection.dialect)
        rows = connection.execute(build.text(_OIDS)).all()
        self.names: dict[int, str] = {row[0]: row[1] for row in rows}
        self.numbered: dict[int, dict[int, str]] = {oid: {} for oid in self.names}
        self.columns: dict[tuple[str, str], str] = {}
        self.constraints: dict[tuple[str, str], Constraint] = {}
        self.indexes: dict[str, Index] = {}
        if not self.names:
            return
        for row in catalog.columns(self.names):
            self.numbered[row[0]][row[1]] = row[2]
            if row[6] is not None:
                self.columns[self.names[row[0]], row[2]] = row[6]
        if any(probe.constraints for probe in probes):
            for row in catalog.constraints(self.names):
                found = constraints.inspected(row, self.numbered[row[0]], _name)
                self.constraints[self.names[row[0]], row[1]] = found
        if any(probe.indexes for probe in probes):
            for row in catalog.indexes(self.names):
                self.indexes[row[1]] = indexes.inspected(row, self.numbered[row[0]])

    def answered(self, probe: Probe) -> Table:
        """The table with the server's forms where it gave them."""
        table = probe.table
        for number, column in enumerate(probe.columns):
            sql = self.columns.get((probe.name, f"limbeck_{number}"))
            if sql is not None:
                table = table.with_column(self._column(column, sql))
        swapped: dict[Constraint, Constraint] = {
            constraint: self._constraint(constraint, found)
            for number, constraint in enumerate(probe.constraints)
            if (found := self.constraints.get((probe.name, f"limbeck_{number}"))) is not None
        }
        if swapped:
            changed = tuple(swapped.get(c, c) for c in table.constraints)
            table = replace(table, constraints=changed)
        for number, index in enumerate(probe.indexes):
            stored = self.indexes.get(probe.index_name(number))
            if stored is not None:
                table = table.with_index(self._index(index, stored, table))
        return table

    def _column(self, column: Column, sql: str) -> Column:
        stored = Expression(sql, sql, "inspected")
        if column.computed is not None:
            text = constraints.expression(stored, self.normalizer.compiler).text or ""
            expression = column.computed.expression.normalized(text)
            return replace(column, computed=replace(column.computed, expression=expression))
        assert column.default is not None  # it was in question
        found = self.normalizer.default(stored, column.type.text or "")
        default = None if found is None else column.default.normalized(found.text or "")
        return replace(column, default=default)

    def _constraint(self, declared: Check | Exclude, stored: Constraint) -> Constraint:
        normal = constraints.normalized(stored, self.normalizer.compiler)
        match declared, normal:
            case Check(), Check():
                text = normal.expression.text or ""
                return replace(declared, expression=declared.expression.normalized(text))
            case Exclude(), Exclude():
                text = normal.definition.text or ""
                return replace(declared, definition=declared.definition.normalized(text))
            case _:
                return declared

    def _index(self, declared: Index, stored: Index, table: Table) -> Index:
        """The server's form; the payloads stay where both have the same shape."""
        normal = indexes.normalized(stored, table.columns, self.normalizer.compiler)
        options = dict(declared.options)
        kept: list[tuple[str, Any]] = []
        for key, value in normal.options:
            own = options.get(key)
            if isinstance(own, Expression):  # WHERE: the payload stays the user's
                kept.append((key, own.normalized(value.text or "")))
            else:
                kept.append((key, value))
        if "postgresql_tablespace" in options:
            kept.append(("postgresql_tablespace", options["postgresql_tablespace"]))
        elements = normal.elements
        if len(declared.elements) == len(elements):
            elements = tuple(map(_merged, declared.elements, elements))
        return replace(declared, elements=elements, options=tuple(sorted(kept, key=_key)))


def _key(option: tuple[str, Any]) -> str:
    return option[0]


def _merged(declared: IndexElement, stored: IndexElement) -> IndexElement:
    """The stored element with the declared payload, where that is still the same expression."""
    own, other = declared.expression, stored.expression
    same = (declared.descending, declared.nulls) == (stored.descending, stored.nulls)
    if own is None or other is None or not same:
        return stored
    return replace(stored, expression=own.normalized(other.text or ""))


def _name(schema: str | None, name: str) -> Name:
    return Name(name, schema)
