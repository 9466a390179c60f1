"""Models against a server: create, inspect, compare."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from limbeck.dialects.base import Request, dialect
from limbeck.diff.compare import compare
from limbeck.metadata import load
from limbeck.operations.base import Operation
from limbeck.schema.objects import Schema

DIALECT = dialect("mysql")


@contextmanager
def connected(url: str) -> Iterator[sa.Connection]:
    """A connection to the database of that URL."""
    engine = sa.create_engine(url)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def inspected(connection: sa.Connection, request: Request | None = None) -> Schema:
    """The server's schema in normal form."""
    found = DIALECT.inspect(connection, request or Request())
    return DIALECT.normalize(found, connection.dialect)


def declared(connection: sa.Connection, metadata: sa.MetaData) -> Schema:
    """The models in normal form."""
    return DIALECT.normalize(load.schema(metadata, connection.dialect), connection.dialect)


def differences(connection: sa.Connection, metadata: sa.MetaData) -> tuple[Operation, ...]:
    """What would have to be done for the server to have the models."""
    server, models = inspected(connection), declared(connection, metadata)
    assert DIALECT.read_back is not None
    return compare(server, DIALECT.read_back(connection, models, server))


def run(connection: sa.Connection, operation: Operation, before: Schema) -> None:
    """Carries an operation out."""
    for statement in DIALECT.compiler(connection.dialect).compile(operation, before):
        connection.exec_driver_sql(statement.sql.replace("%", "%%"))
