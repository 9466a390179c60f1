"""On real servers: what is generated makes the database what the models say, and back again.

`LIMBECK_EXAMPLES` says how many pairs of random databases each server gets.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st
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
from tests import servers
from tests.laws.blueprints import Blueprint, metadata
from tests.laws.strategies import OTHER_SCHEMA, pairs

WAYS = ("operations", "script", "batch")
EXAMPLES = int(os.environ.get("LIMBECK_EXAMPLES", "30"))


@dataclass
class Server:
    """An empty database of one kind, and what was done to it."""

    name: str
    engine: sa.Engine
    empty: Callable[[sa.Engine], None]
    examples: int = 0
    operations: Counter[str] = field(default_factory=Counter)

    @property
    def dialect(self) -> Dialect:
        return dialect(self.name)

    def inspected(self, connection: sa.Connection, request: Request) -> Schema:
        read = self.dialect.inspect(connection, request)
        return self.dialect.normalize(read, connection.dialect)

    def compared(
        self, connection: sa.Connection, blueprint: Blueprint
    ) -> tuple[Schema, Schema, tuple[Operation, ...]]:
        """(inspected, declared, difference) for the models of that blueprint."""
        loaded = load.schema(metadata(blueprint), connection.dialect)
        declared = self.dialect.normalize(loaded, connection.dialect)
        schemas = (None, OTHER_SCHEMA) if self.name == "postgresql" else (None,)
        inspected = self.inspected(connection, Request(schemas=schemas))
        if self.dialect.read_back is not None and declared != inspected:
            declared = self.dialect.read_back(connection, declared, inspected)
        return inspected, declared, compare(inspected, declared)

    def difference(self, blueprint: Blueprint) -> list[str]:
        with self.engine.connect() as connection:
            inspected, _, operations = self.compared(connection, blueprint)
            return [
                f"{op} (is: {inspected.find(op.table_name)})" if op.table_name else str(op)
                for op in operations
            ]

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
            note(source)
            with running(interpreter):
                exec(source, {})


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


def converges(found: Server, pair: tuple[Blueprint, Blueprint], way: str) -> None:
    """Up makes it what the models say, down makes it what it was, and up again."""
    before, after = pair
    found.examples += 1
    found.empty(found.engine)
    metadata(before).create_all(found.engine)
    agrees(found, before, "as SQLAlchemy created it")
    with found.engine.connect() as connection:
        inspected, _, changes = found.compared(connection, after)
    keys = {
        "adds_foreign_keys": found.dialect.adds_foreign_keys,
        "pins_foreign_keys": found.dialect.pins_foreign_keys,
    }
    operations = order(changes, inspected, **keys)
    found.operations.update(type(op).__name__ for op in operations)
    back = reversed_operations(operations, inspected, **keys)
    for direction, models in ((operations, after), (back, before), (operations, after)):
        found.run(direction, way)
        agrees(found, models, f"after {len(direction)} operations")


def agrees(found: Server, models: Blueprint, when: str) -> None:
    difference = found.difference(models)
    assert not difference, f"{when}: {difference}"


def holds(found: Server, record_property: Callable[[str, object], None]) -> None:
    """Tries random pairs of databases on that server, and says how many."""

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(pair=pairs(found.name), way=st.sampled_from(WAYS))
    def tried(pair: tuple[Blueprint, Blueprint], way: str) -> None:
        converges(found, pair, way)

    tried()
    record_property("examples", found.examples)
    record_property("operations", dict(sorted(found.operations.items())))


@pytest.fixture(scope="module")
def sqlite() -> Iterator[Server]:
    with server("sqlite", "sqlite://", empty_sqlite) as found:
        yield found


@pytest.fixture(scope="module")
def postgresql(postgresql_url: str) -> Iterator[Server]:
    url = servers.create_database(postgresql_url, "laws")
    with server("postgresql", url, empty_postgresql) as found:
        yield found
    servers.drop_database(url)


@pytest.fixture(scope="module")
def mysql(mysql_url: str) -> Iterator[Server]:
    url = servers.create_database(mysql_url, "laws")
    with server("mysql", url, empty_mysql) as found:
        yield found
    servers.drop_database(url)


def test_sqlite_converges(sqlite: Server, record_property: Callable[[str, object], None]) -> None:
    holds(sqlite, record_property)


@pytest.mark.postgresql
def test_postgresql_converges(
    postgresql: Server, record_property: Callable[[str, object], None]
) -> None:
    holds(postgresql, record_property)


@pytest.mark.mysql
def test_mysql_converges(mysql: Server, record_property: Callable[[str, object], None]) -> None:
    holds(mysql, record_property)
