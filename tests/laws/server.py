"""A real server with an empty database: models made there, compared, and operations run on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from hypothesis import currently_in_test_context, note
from sqlalchemy.pool import StaticPool

from limbeck.database.executor import Executor
from limbeck.dialects.base import Dialect, Request, dialect
from limbeck.diff.compare import compare
from limbeck.metadata import load
from limbeck.operations.base import Operation, Scope
from limbeck.plan.order import order, reversed_operations
from limbeck.runtime.invoke import Interpreter, running
from limbeck.runtime.state import LiveState
from limbeck.schema.objects import Schema
from limbeck.script.render import RenderOptions, render
from tests.laws.blueprints import Blueprint, ColumnSpec, TableSpec
from tests.laws.rows import Rows
from tests.laws.strategies import OTHER_SCHEMA


@dataclass
class Server:
    """An empty database of one kind, and what was done to it."""

    name: str
    engine: sa.Engine
    empty: Callable[[sa.Engine], None]
    examples: int = 0
    rows: int = 0
    """How many were put in."""
    kept: int = 0
    """How many were looked at again after a change."""
    operations: Counter[str] = field(default_factory=Counter)

    @property
    def dialect(self) -> Dialect:
        return dialect(self.name)

    def inspected(self, connection: sa.Connection, request: Request) -> Schema:
        read = self.dialect.inspect(connection, request)
        return self.dialect.normalize(read, connection.dialect)

    def compared(
        self, connection: sa.Connection, models: sa.MetaData
    ) -> tuple[Schema, Schema, tuple[Operation, ...]]:
        """(inspected, declared, difference) for those models."""
        loaded = load.schema(models, connection.dialect)
        declared = self.dialect.normalize(loaded, connection.dialect)
        schemas = (None, OTHER_SCHEMA) if self.engine.name == "postgresql" else (None,)
        inspected = self.inspected(connection, Request(schemas=schemas))
        if self.dialect.read_back is not None and declared != inspected:
            declared = self.dialect.read_back(connection, declared, inspected)
        return inspected, declared, compare(inspected, declared)

    def changes(self, models: sa.MetaData) -> tuple[tuple[Operation, ...], tuple[Operation, ...]]:
        """What makes the database what the models say, and what takes that back."""
        found = self.dialect
        with self.engine.connect() as connection:
            inspected, _, changes = self.compared(connection, models)
        keys = {
            "adds_foreign_keys": found.adds_foreign_keys,
            "pins_foreign_keys": found.pins_foreign_keys,
        }
        operations = order(changes, inspected, **keys)
        self.operations.update(type(op).__name__ for op in operations)
        return operations, reversed_operations(operations, inspected, **keys)

    def difference(self, models: sa.MetaData) -> list[str]:
        with self.engine.connect() as connection:
            inspected, _, operations = self.compared(connection, models)
            return [
                f"{op} (is: {inspected.find(op.table_name)})" if op.table_name else str(op)
                for op in operations
            ]

    def fill(self, blueprint: Blueprint, rows: Rows) -> None:
        """Empties all tables and puts these rows in, whatever order foreign keys ask for."""
        off, on = _KEYS.get(self.name, ("SELECT 1", "SELECT 1"))
        with self.engine.begin() as connection:
            connection.exec_driver_sql(off)
            for table in blueprint.tables:
                connection.execute(sa.delete(self._table(table)))
            for table in blueprint.tables:
                given = [c for c in table.columns if c.computed is None]
                for row in rows[table.name]:
                    values = {c.name: _literal(row[c.name]) for c in given}
                    connection.execute(self._table(table).insert().values(values))
                    self.rows += 1
            connection.exec_driver_sql(on)

    def values(self, table: TableSpec, columns: Sequence[ColumnSpec]) -> list[tuple[str, ...]]:
        """What is in those columns of a table, as text, in an order of its own."""
        text = {"postgresql": sa.Text, "mysql": sa.CHAR}.get(self.name)
        found = [sa.column(c.name) for c in columns]
        shown = [sa.cast(c, text()) for c in found] if text is not None else found
        with self.engine.connect() as connection:
            rows = connection.execute(sa.select(*shown).select_from(self._table(table))).all()
        return sorted(tuple(map(repr, row)) for row in rows)

    @staticmethod
    def _table(spec: TableSpec) -> sa.Table:
        columns = (sa.Column(c.name, sa.types.NullType()) for c in spec.columns)
        return sa.Table(spec.name, sa.MetaData(), *columns, schema=spec.schema)

    def run(self, operations: Sequence[Operation], way: str) -> None:
        """All operations in one transaction, as an upgrade runs them.

        `way` says whether as they are, or as the script that they are written as, perhaps with
        changes of one table in one batch.
        """
        with self.engine.begin() as connection:
            found = self.dialect
            live = LiveState(
                (lambda request: found.inspect(connection, request))
                if found.rebuilds
                else (lambda request: self.inspected(connection, request))
            )
            interpreter = Interpreter(
                Scope(connection.dialect),
                found.compiler(connection.dialect),
                Executor(connection),
                live,
            )
            if way == "operations":
                for operation in operations:
                    interpreter.invoke(operation)
                return
            source = script(operations, connection.dialect, batch=way == "batch")
            if currently_in_test_context():
                note(source)
            with running(interpreter):
                exec(source, {})


_KEYS = {
    "postgresql": (
        "SET LOCAL session_replication_role = replica",
        "SET LOCAL session_replication_role = origin",
    ),
    "mysql": (
        "SET foreign_key_checks = 0, sql_mode = concat(@@sql_mode, ',NO_AUTO_VALUE_ON_ZERO')",
        "SET foreign_key_checks = 1, sql_mode = @@global.sql_mode",
    ),
}
"""Foreign keys off and on; SQLite has them off."""


def _literal(value: str | None) -> Any:
    """A literal of no type, which the server reads as the column's."""
    if value is None:
        return sa.null()
    text = value.replace("'", "''").replace(":", "\\:")
    return sa.text(f"'{text}'")


def script(operations: Sequence[Operation], dialect: sa.Dialect, *, batch: bool) -> str:
    """The operations as a revision file has them."""
    rendered = render(operations, RenderOptions(render_as_batch=batch), dialect)
    imports = "\n".join(("from limbeck import op", "import sqlalchemy as sa", *rendered.imports))
    return f"{imports}\n\n{rendered.text}\n"


def empty_postgresql(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
        connection.exec_driver_sql(f'DROP SCHEMA IF EXISTS "{OTHER_SCHEMA}" CASCADE')
        connection.exec_driver_sql(f'CREATE SCHEMA "{OTHER_SCHEMA}"')


def empty_mysql(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("SET foreign_key_checks = 0")
        for table in sa.inspect(connection).get_table_names():
            quoted = connection.dialect.identifier_preparer.quote_identifier(table)
            connection.exec_driver_sql(f"DROP TABLE {quoted.replace('%', '%%')}")
        connection.exec_driver_sql("SET foreign_key_checks = 1")


def empty_sqlite(engine: sa.Engine) -> None:
    engine.dispose()


@contextmanager
def server(name: str, url: str, empty: Callable[[sa.Engine], None]) -> Iterator[Server]:
    options = {"poolclass": StaticPool} if name == "sqlite" else {}
    engine = sa.create_engine(url, **options)
    found = Server(name, engine, empty)
    try:
        yield found
    finally:
        engine.dispose()
