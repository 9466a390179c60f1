"""From operations to SQL text, with SQLAlchemy's own compilers for one dialect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.schema import CreateIndex as CreateIndexElement
from sqlalchemy.schema import CreateTable as CreateTableElement
from sqlalchemy.sql.compiler import DDLCompiler, IdentifierPreparer, SQLCompiler

from limbeck.metadata import build
from limbeck.operations.base import Operation, Statement
from limbeck.schema.constraints import Constraint, ForeignKey
from limbeck.schema.names import Name
from limbeck.schema.objects import Before, Column, Index, Table
from limbeck.schema.types import Expression, SqlType, said

Override: TypeAlias = Callable[[Any, "Compiler", Before], tuple[Statement, ...]]


def single_percents(sql: str, dialect: Dialect) -> str:
    """Text from SQLAlchemy's compilers as the server gets it: some drivers want `%` doubled."""
    doubled = getattr(dialect.identifier_preparer, "_double_percents", False)
    return sql.replace("%%", "%") if doubled else sql


class Compiler:
    """Turns operations into statements for `dialect`, and gives their families pieces of SQL.

    Text is final: percent signs that SQLAlchemy doubles for the driver's sake are single again.
    """

    def __init__(
        self, dialect: Dialect, overrides: Mapping[type[Operation], Override] | None = None
    ) -> None:
        self.dialect = dialect
        self.overrides = dict(overrides or {})
        self._types: dict[Any, str] = {}

    def compile(self, operation: Operation, before: Before) -> tuple[Statement, ...]:
        """The statements of one operation, as this dialect says them."""
        override = self.overrides.get(type(operation))
        if override is not None:
            return override(operation, self, before)
        return operation.statements(self, before)

    @cached_property
    def preparer(self) -> IdentifierPreparer:
        """SQLAlchemy's quoting for the dialect."""
        return self.dialect.identifier_preparer

    def plain(self, sql: str) -> str:
        """Text from SQLAlchemy's compilers, percent signs single, no white space around."""
        return single_percents(sql.strip(), self.dialect)

    def ddl_compiler(self) -> DDLCompiler:
        """A DDL compiler that is not bound to a statement."""
        return self.dialect.ddl_compiler(self.dialect, None)  # type: ignore[arg-type]  # SQLAlchemy makes one so itself

    @cached_property
    def _ddl(self) -> DDLCompiler:
        return self.ddl_compiler()

    @cached_property
    def _sql(self) -> SQLCompiler:
        return self.dialect.statement_compiler(self.dialect, None)

    def ddl(self, element: sa.sql.ClauseElement) -> str:
        """A DDL element of SQLAlchemy as text."""
        return self.plain(str(element.compile(dialect=self.dialect)))

    def identifier(self, name: str) -> str:
        """A quoted identifier, where it needs quotes."""
        return self.plain(self.preparer.quote(name))

    def name(self, name: Name) -> str:
        """A table or type with its schema, quoted where needed."""
        if name.schema is None:
            return self.identifier(name.name)
        return f"{self.plain(self.preparer.quote_schema(name.schema))}.{self.identifier(name.name)}"

    def sibling(self, table: Name, name: str) -> str:
        """An object that lives in the schema of that table (an index)."""
        return self.name(Name(name, table.schema))

    def type(self, type_: SqlType) -> str:
        """A type as this dialect writes it; remembered, since models say the same few often."""
        payload = type_.payload
        try:
            key: Any = said(payload)
            found = self._types.get(key)
        except TypeError:  # an attribute that cannot be hashed: such a type is not remembered
            key = found = None
        if found is None:
            found = self.plain(self.dialect.type_compiler_instance.process(payload))
            if key is not None:
                self._types[key] = found
        return found

    def column_type(self, column: Column) -> str:
        """The type of a column, with what depends on the column (collation, autoincrement)."""
        item = build.column(column)
        return self.plain(
            self.dialect.type_compiler_instance.process(item.type, type_expression=item)
        )

    def default(self, default: Expression) -> str:
        """The text after DEFAULT."""
        return self.plain(self._ddl.render_default_string(build.server_default(default)))

    def expression(self, expression: Expression) -> str:
        """An SQL expression without table names before its columns, values written out."""
        return self.clause(build.clause(expression))

    def clause(self, element: Any) -> str:
        """An SQL element as text, values written out."""
        compiled = self._sql.process(element, literal_binds=True, include_table=False)
        return self.plain(compiled)

    def literal(self, text: str) -> str:
        """A string literal."""
        return self.plain(self._sql.render_literal_value(text, sa.types.String()))

    def column(self, table: Name, column: Column, constraints: tuple[Constraint, ...] = ()) -> str:
        """A column as it stands in CREATE TABLE or after ADD COLUMN.

        Constraints are those of the table that change the column's text (its primary key).
        """
        built = build.table(Table(table, columns=_one(column), constraints=constraints))
        return self.column_of(built.columns[column.name])

    def column_of(self, item: sa.Column[Any]) -> str:
        """The same for a column of SQLAlchemy's that is in its table."""
        return self.plain(self._ddl.get_column_specification(item))

    def constraint(self, table: Name, constraint: Constraint, columns: tuple[str, ...] = ()) -> str:
        """A constraint as it stands in CREATE TABLE or after ADD."""
        own = (*getattr(constraint, "columns", ()), *columns)
        if isinstance(constraint, ForeignKey) and constraint.referred == table:
            own += constraint.referred_columns
        parent = build.stub(table, *dict.fromkeys(own))
        built = build.constraint(constraint)
        parent.append_constraint(built)
        build.add_referred(parent)
        return self.plain(self._ddl.process(built))

    def create_table(self, table: sa.Table, *, if_not_exists: bool = False) -> str:
        """CREATE TABLE with everything inside it."""
        return self.ddl(CreateTableElement(table, if_not_exists=if_not_exists))

    def create_index(self, table: Name, index: Index, *, if_not_exists: bool = False) -> str:
        """CREATE INDEX."""
        item = build.index(index, build.stub(table, *index.columns))
        return self.create_index_of(item, if_not_exists=if_not_exists)

    def create_index_of(self, item: sa.Index, *, if_not_exists: bool = False) -> str:
        """The same for an index of SQLAlchemy's that is on its table."""
        return self.ddl(CreateIndexElement(item, if_not_exists=if_not_exists))


def _one(column: Column) -> Any:
    from limbeck.schema.named import Named

    return Named([column])
