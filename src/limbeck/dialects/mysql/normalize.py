"""One form for what models declare and what MySQL or MariaDB reports.

Table options: an inspected table always has ``engine``, ``charset`` and ``collate``; a declared
one has those that the model names. The diff compares an option only where both sides have it.
A character set or collation of a column stands in the type's text where it is declared, or where
it is not the table's own; `read_back` settles it where the two sides differ.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy.engine import Dialect
from sqlalchemy.exc import CompileError

from limbeck.dialects.mysql import expressions, sequences, types
from limbeck.dialects.mysql.inspect import action, is_plain_unique
from limbeck.errors import CommandError
from limbeck.metadata.load import SEQUENCE
from limbeck.operations.compiler import Compiler
from limbeck.schema.constraints import (
    Check,
    Constraint,
    Exclude,
    ForeignKey,
    Options,
    PrimaryKey,
    Unique,
)
from limbeck.schema.named import Named
from limbeck.schema.objects import Column, Computed, Index, IndexElement, Schema, Table
from limbeck.schema.remembered import Remembered
from limbeck.schema.types import Expression, SqlType


def normalize(schema: Schema, dialect: Dialect) -> Schema:
    """The schema in MySQL's normal form; idempotent.

    Raises CommandError for a type that MySQL cannot have (a VARCHAR without a length).
    """
    normalizer = Normalizer(dialect)
    return replace(
        schema,
        tables=Named(normalizer.table(t) for t in schema),
        extensions=Named(),
        sequences=Named(sequences.normalized(s) for s in schema.sequences.values()),
    )


class Normalizer:
    """Normal forms for one SQLAlchemy dialect, each type compiled once."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.compiler = Compiler(dialect)
        self._prefix = f"{dialect.name}_"
        self._columns: Remembered[Column] = Remembered()

    def table(self, table: Table) -> Table:
        """A table with all that it holds."""
        primary = table.primary_key.columns if table.primary_key else ()
        columns = Named(self.column(table, c, c.name in primary) for c in table.columns.values())
        constraints = [self.constraint(c) for c in table.constraints]
        indexes = [self.index(i, columns) for i in table.indexes.values()]
        uniques = [Unique(i.columns, i.name) for i in indexes if is_plain_unique(i)]
        rest = (i for i in indexes if not is_plain_unique(i))
        return replace(
            table,
            columns=columns,
            constraints=_without_doubles([*(c for c in constraints if c is not None), *uniques]),
            indexes=Named(rest),
            comment=table.comment or None,
            options=self.table_options(table.options),
            prefixes=(),
        )

    def column(self, table: Table, column: Column, primary: bool) -> Column:
        """A column; the error for a type that cannot be compiled names it."""
        known = self._columns.get(column, primary)
        if known is None:
            known = self._columns.keep(column, self._column(table, column, primary), primary)
        return known

    def _column(self, table: Table, column: Column, primary: bool) -> Column:
        type_ = self.type(table, column)
        return Column(
            name=column.name,
            type=type_,
            nullable=column.nullable and not primary,
            default=self.default(column.default, type_.text or ""),
            computed=self.computed(column.computed),
            autoincrement=column.autoincrement is True and primary,
            comment=column.comment or None,
            options=tuple(pair for pair in column.options if pair[0] == SEQUENCE)
            if column.options
            else (),
        )

    def type(self, table: Table, column: Column) -> SqlType:
        """The type's text as `types.ColumnType` writes it."""
        given = column.type
        if given.origin == "normalized":
            return given
        if given.origin == "inspected" and given.text is not None:
            return given.normalized(given.text)
        return given.normalized(types.parse(self.compiled(table, column)).text)

    def compiled(self, table: Table, column: Column) -> str:
        """The type as SQLAlchemy writes it."""
        try:
            if type(column.type.payload).__module__.startswith("sqlalchemy."):
                return self.compiler.type(column.type)  # a user's own may look at the column
            return self.compiler.column_type(column)
        except CompileError as error:
            raise CommandError(
                f"The type of '{table.name}.{column.name}' does not exist on "
                f"{self.dialect.name}: {error}"
            ) from error

    def default(self, given: Expression | None, type_text: str) -> Expression | None:
        """A default with the same text for every way to write it; None for NULL."""
        if given is None or given.origin == "normalized":
            return given
        sql = given.text if given.text is not None else self.compiler.default(given)
        text = expressions.default(sql, type_text)
        return None if text is None else given.normalized(text)

    def computed(self, given: Computed | None) -> Computed | None:
        """A generated column; VIRTUAL is what the server makes of none declared."""
        if given is None:
            return None
        return Computed(self.expression(given.expression), bool(given.persisted))

    def expression(self, given: Expression) -> Expression:
        """A check or a generated column's expression."""
        if given.origin == "normalized":
            return given
        sql = given.text if given.text is not None else self.compiler.expression(given)
        return given.normalized(expressions.canonical(sql))

    def constraint(self, item: Constraint) -> Constraint | None:
        """A constraint without what MySQL does not have; None for one that it cannot have."""
        match item:
            case PrimaryKey():
                return PrimaryKey(item.columns, item.name, self.options(item.options))
            case Unique():
                return replace(item, deferrable=None, initially=None, options=())
            case ForeignKey():
                return ForeignKey(
                    item.columns,
                    item.referred,
                    item.referred_columns,
                    item.name,
                    on_delete=action(item.on_delete),
                    on_update=action(item.on_update),
                )
            case Check():
                return replace(
                    item, expression=self.expression(item.expression), type_bound=False, options=()
                )
            case Exclude():
                return None

    def index(self, index: Index, columns: Named[Column]) -> Index:
        """An index; one element that is text for a column becomes that column."""
        lengths = dict(self._lengths(index))
        elements = tuple(self._element(e, lengths) for e in index.elements)
        kept = tuple(
            (name, length)
            for name, length in sorted(lengths.items())
            if name not in columns or not _is_whole(columns[name].type.text or "", length)
        )
        found = dict(self.options(index.options))
        found.pop(f"{self._prefix}length", None)
        found.pop(f"{self._prefix}using", None)  # InnoDB makes a BTREE of a HASH and keeps the word
        if f"{self._prefix}prefix" in found:
            found[f"{self._prefix}prefix"] = str(found[f"{self._prefix}prefix"]).upper()
        if kept:
            found[f"{self._prefix}length"] = kept
        return Index(index.name, elements, index.unique, tuple(sorted(found.items())))

    def _lengths(self, index: Index) -> Iterable[tuple[str, int]]:
        """Prefix lengths by column; one number stands for every column."""
        given: Any = dict(index.options).get(f"{self._prefix}length", ())
        if isinstance(given, int):
            return ((name, given) for name in index.columns)
        return tuple(given)

    def _element(self, element: IndexElement, lengths: dict[str, int]) -> IndexElement:
        """An element; a prefix length in its text goes to `lengths`."""
        if element.expression is None:
            return replace(element, nulls=None) if element.nulls is not None else element
        given = element.expression
        sql = given.text if given.text is not None else self.compiler.expression(given)
        plain = expressions.is_plain_column(sql)
        if plain is None:
            return replace(element, expression=self.expression(given), nulls=None)
        name, length, descending = plain
        if length is not None:
            lengths[name] = length
        return IndexElement(name, descending=descending or element.descending)

    def options(self, given: Options) -> Options:
        """The options that this dialect reads."""
        return tuple((k, v) for k, v in given if k.startswith(self._prefix))

    def table_options(self, given: Options) -> Options:
        """Table options under one name each; those that are not compared are kept as they are."""
        found: dict[str, Any] = {}
        for key, value in self.options(given):
            word = key.removeprefix(self._prefix).lower()
            name = _TABLE_OPTIONS.get(word, word)
            found[f"{self._prefix}{name}"] = _option(name, value)
        return tuple(sorted(found.items()))


_TABLE_OPTIONS = {
    "default_charset": "charset",
    "character_set": "charset",
    "default_character_set": "charset",
    "default_collate": "collate",
}
_ENGINES = {name.lower(): name for name in ("InnoDB", "MyISAM", "MEMORY", "Aria", "ARCHIVE", "CSV")}


def _option(name: str, value: Any) -> Any:
    match name:
        case "engine":
            return _ENGINES.get(str(value).lower(), value)
        case "charset":
            return types.charset(str(value))
        case "collate":
            return types.collation(str(value))
        case "row_format":
            return str(value).upper()
        case "partition_by" | "partitions":
            return " ".join(str(value).split())
        case _:
            return value


def _is_whole(type_text: str, length: int) -> bool:
    """Whether a prefix of that length is all of a column."""
    type_ = types.parse(type_text)
    sized = type_.name in ("char", "varchar", "binary", "varbinary") and len(type_.args) == 1
    return sized and length >= int(type_.args[0])


def _without_doubles(items: Iterable[Constraint]) -> tuple[Constraint, ...]:
    """Constraints without a unique one that says again what another of that name says."""
    return tuple(dict.fromkeys(items))
