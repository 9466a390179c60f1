"""Asking the server: a declared column or check is made in a temporary table and read back.

A temporary table commits nothing and is gone when this returns. It is made only for a table in
which text could not tell whether the two sides are the same.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import CompileError, DBAPIError

from limbeck.dialects import unsaid
from limbeck.dialects.mysql import expressions, show_create, types
from limbeck.dialects.mysql.alter import definition
from limbeck.dialects.mysql.alter_table import completion
from limbeck.dialects.mysql.indexes import inline_index
from limbeck.dialects.mysql.normalize import Normalizer
from limbeck.dialects.mysql.show_create import Shown, ShownColumn
from limbeck.errors import UnsupportedOperation
from limbeck.metadata import build
from limbeck.operations.compiler import Compiler
from limbeck.schema.constraints import Check, ForeignKey, PrimaryKey, Unique
from limbeck.schema.named import Named
from limbeck.schema.names import Name
from limbeck.schema.objects import Column, Index, Schema, Table
from limbeck.schema.types import Expression

_TABLE = "limbeck_read_back"


def read_back(connection: sa.Connection, declared: Schema, inspected: Schema) -> Schema:
    """`declared` with each type, default, check and expression that differs as the server says it.

    Both are normalised. What the server refuses stays as it was declared. An index that the
    server made for a declared foreign key is taken over, and so are options that the models do
    not name.
    """
    declared = unsaid.completed(declared, inspected, completion(f"{connection.dialect.name}_"))
    reader = _Reader(connection)

    def settled(table: Table) -> Table:
        other = inspected.find(table.name)
        return table if other is None or other == table else reader.table(table, other)

    return replace(declared, tables=Named(settled(table) for table in declared))


def undecided(table: Table, other: Table) -> bool:
    """Whether the server would have to say if the two are the same."""
    return _undecided(table, other).size > 0


@dataclass(frozen=True, slots=True)
class _Undecided:
    """What of a table text could not decide."""

    columns: tuple[Column, ...] = ()
    checks: tuple[Check, ...] = ()
    indexes: tuple[Index, ...] = ()

    @property
    def size(self) -> int:
        """How many parts there are."""
        return len(self.columns) + len(self.checks) + len(self.indexes)

    def each(self) -> Iterator[_Undecided]:
        """One part at a time, for a server that refuses them together."""
        yield from (_Undecided(columns=(column,)) for column in self.columns)
        yield from (_Undecided(checks=(check,)) for check in self.checks)
        yield from (_Undecided(indexes=(index,)) for index in self.indexes)


def _undecided(table: Table, other: Table) -> _Undecided:
    """The parts that are on both sides, and not the same."""
    pairs = ((c, other.columns.get(c.name)) for c in table.columns.values())
    known = Counter(c.expression for c in other.checks)
    checks = tuple(c for c in table.checks if not known[c.expression])
    answers = len(other.checks) > len(table.checks) - len(checks)
    indexes = ((i, other.indexes.get(i.name)) for i in table.indexes.values())
    return _Undecided(
        tuple(c for c, o in pairs if o is not None and _parts(c) != _parts(o)),
        checks if answers else (),
        tuple(i for i, o in indexes if o is not None and _shape(i) != _shape(o)),
    )


def _parts(column: Column) -> tuple[Any, ...]:
    return (column.type, column.default, column.computed)


def _shape(index: Index) -> tuple[Any, ...]:
    return (index.elements, index.options)


def _with_collations(table: Table, other: Table, collation: str | None) -> Table:
    """Character sets settled without the server.

    One that is not declared is not compared, and one that is declared as the table's own is not
    named by the other side.
    """
    for column in table.columns.values():
        found = other.columns.get(column.name)
        if found is None or column.type == found.type:
            continue
        declared = types.parse(column.type.text or "")
        actual = types.parse(found.type.text or "")
        named = declared.charset or declared.collation
        if declared.bare == actual.bare and (not named or declared.collation == collation):
            undeclared = not named or actual.collation is None
            settled = actual.text if undeclared else actual.bare.text
            type_ = column.type.normalized(settled)
            table = table.with_column(replace(column, type=type_))
    return table


def _with_key_indexes(table: Table, other: Table) -> Table:
    """The declared table with the indexes that the server made for its foreign keys.

    Those are no difference as long as the foreign key is declared, and no other index that is
    would serve it. When the key goes, the server keeps the index: then it is one.
    """
    names = {k.columns: k.name for k in other.foreign_keys}
    keys = [
        k if k.name is not None else replace(k, name=names.get(k.columns))
        for k in table.foreign_keys
        if not is_covered(table, k.columns)
    ]
    for index in other.indexes.values():
        if index.name not in table.indexes and is_implied(index, keys):
            table = table.with_index(index)
    return table


def without_implied(schema: Schema) -> Schema:
    """A schema without the indexes that the server made for the foreign keys in it."""
    return replace(schema, tables=Named(_without_key_indexes(table) for table in schema))


def _without_key_indexes(table: Table) -> Table:
    kept = [i for i in table.indexes.values() if not is_implied(i, table.foreign_keys)]
    return replace(table, indexes=Named(kept)) if len(kept) < len(table.indexes) else table


def is_covered(table: Table, columns: tuple[str, ...]) -> bool:
    """Whether an index or key of the table begins with those columns, as a foreign key needs."""
    found = [c.columns for c in table.constraints if isinstance(c, PrimaryKey | Unique)]
    found += [i.columns for i in table.indexes.values() if len(i.columns) == len(i.elements)]
    return any(set(f[: len(columns)]) == set(columns) for f in found)


def is_implied(index: Index, keys: Iterable[ForeignKey]) -> bool:
    """Whether it is an index that the server makes for a foreign key without being asked.

    That is a plain one over exactly the key's columns, under the name of the key, or of its
    first column with perhaps a number (https://dev.mysql.com/doc/refman/8.0/en/
    create-table-foreign-keys.html); ``t_ibfk_1`` also where the table is no longer ``t``, as the
    key is called after the new one then. An index under any other name, such as ``ix_t_c``, is
    the user's own.
    """
    if index.unique or index.options or len(index.columns) != len(index.elements):
        return False
    if any(e.descending for e in index.elements):
        return False
    return any(
        key.columns == index.columns
        and (
            index.name == key.name
            or _is_numbered(index.name, key.columns[0])
            or _UNNAMED.search(index.name) is not None
        )
        for key in keys
    )


_UNNAMED = re.compile(r"_ibfk_\d+$")


def _is_numbered(name: str, column: str) -> bool:
    rest = name.removeprefix(column)
    return name.startswith(column) and (not rest or (rest[0] == "_" and rest[1:].isdigit()))


class _Reader:
    """Asks one connection about tables."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._compiler = Compiler(connection.dialect)
        self._normalizer = Normalizer(connection.dialect)
        self._prefix = f"{connection.dialect.name}_"

    def table(self, table: Table, other: Table) -> Table:
        """The declared table, settled as far as the server can."""
        collation: str | None = dict(other.options).get(f"{self._prefix}collate")
        table = _with_collations(_with_key_indexes(table, other), other, collation)
        undecided = _undecided(table, other)
        if not undecided.size:
            return table
        settled = self._settled(table, undecided, collation)
        if settled is None and undecided.size > 1:
            for part in undecided.each():
                table = self._settled(table, part, collation) or table
        return _with_collations(settled or table, other, collation)

    def _settled(self, table: Table, parts: _Undecided, collation: str | None) -> Table | None:
        """The table with those parts as the server has them; None where it refuses them."""
        try:
            sql = self._ddl(table, parts, collation)
        except (CompileError, UnsupportedOperation):
            return None
        shown = self._shown(table.name.schema, sql)
        if shown is None:
            return None
        for column in parts.columns:
            table = table.with_column(self._column(column, shown.columns[column.name], collation))
        for number, check in enumerate(parts.checks):
            text = expressions.canonical(shown.checks[f"c{number}"])
            settled = replace(check, expression=check.expression.normalized(text))
            table = table.without_constraint(check).with_constraint(settled)
        for number, index in enumerate(parts.indexes):
            read = show_create.index(index, shown.indexes[f"i{number}"], self._prefix)
            table = table.with_index(self._normalizer.index(read, table.columns))
        return table

    def _ddl(self, table: Table, parts: _Undecided, collation: str | None) -> str:
        """CREATE TEMPORARY TABLE; the columns that are not asked about are there for the others."""
        asked = {column.name for column in parts.columns}
        items = []
        for column in table.columns.values():
            whole = replace(column, autoincrement=False, comment=None)
            if column.name not in asked and column.computed is None:
                whole = Column(column.name, column.type)
            text = definition(self._compiler, whole, self._compiler.type(column.type))
            items.append(f"{self._compiler.identifier(column.name)} {text}")
        for number, check in enumerate(parts.checks):
            text = self._compiler.expression(check.expression)
            items.append(f"CONSTRAINT c{number} CHECK ({text})")
        for number, index in enumerate(parts.indexes):
            named = replace(index, name=f"i{number}", unique=False)
            items.append(inline_index(self._compiler, table.name, named))
        options = f" COLLATE {collation}" if collation else ""
        name = self._compiler.name(Name(_TABLE, table.name.schema))
        return f"CREATE TEMPORARY TABLE {name} ({', '.join(items)}){options}"

    def _shown(self, schema: str | None, sql: str) -> Shown | None:
        """What the server makes of it; None where it refuses."""
        name = self._compiler.name(Name(_TABLE, schema))
        try:
            self._connection.execute(build.text(sql))
        except DBAPIError as error:
            if error.connection_invalidated:
                raise
            return None
        try:
            row = self._connection.execute(build.text(f"SHOW CREATE TABLE {name}")).one()
        finally:
            with suppress(DBAPIError):
                self._connection.execute(build.text(f"DROP TEMPORARY TABLE {name}"))
        return show_create.parse(row[1])

    def _column(self, column: Column, shown: ShownColumn, collation: str | None) -> Column:
        """The column with the server's type, default and expression."""
        type_ = shown.type
        if type_.collation in (None, collation):
            type_ = type_.bare
        if shown.is_json(column.name):
            type_ = types.ColumnType("json")
        computed = column.computed
        if computed is not None and shown.computed is not None:
            text = expressions.canonical(shown.computed)
            computed = replace(computed, expression=computed.expression.normalized(text))
        return replace(
            column,
            type=column.type.normalized(type_.text),
            default=self._default(column, shown, type_.text),
            computed=computed,
        )

    def _default(self, column: Column, shown: ShownColumn, type_text: str) -> Expression | None:
        """The server's default; it gives some columns one that none was declared for."""
        text = None if shown.default is None else expressions.default(shown.default, type_text)
        if text is None:
            return None
        given = column.default or Expression(build.text(str(shown.default)))
        return given.normalized(text)
