"""An empty database for each test, and how tests compare models with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from limbeck.dialects.base import Request, dialect
from limbeck.metadata import load
from limbeck.schema.objects import Schema
from tests import servers

POSTGRESQL = dialect("postgresql")


@pytest.fixture(scope="module")
def module_database(postgresql_url: str) -> Iterator[str]:
    """A database for the tests of one file: to create one takes longer than most tests."""
    url = servers.create_database(postgresql_url)
    yield url
    servers.drop_database(url)


@pytest.fixture
def engine(module_database: str) -> Iterator[sa.Engine]:
    """An engine on a database without tables."""
    engine = sa.create_engine(module_database, poolclass=sa.pool.NullPool)
    with engine.begin() as connection:
        named = "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_|^information_schema$'"
        for schema in connection.execute(sa.text(named)).scalars().all():
            connection.execute(sa.text(f'DROP SCHEMA "{schema}" CASCADE'))
        connection.execute(sa.text("CREATE SCHEMA public"))
    yield engine
    engine.dispose()


@pytest.fixture
def connection(engine: sa.Engine) -> Iterator[sa.Connection]:
    with engine.connect() as connection:
        yield connection


@pytest.fixture
def read(connection: sa.Connection) -> Callable[..., Schema]:
    """Reads the database in normal form."""

    def read(**request: object) -> Schema:
        found = POSTGRESQL.inspect(connection, Request(**request))  # type: ignore[arg-type]
        return POSTGRESQL.normalize(found, connection.dialect)

    return read


@pytest.fixture
def declare(connection: sa.Connection) -> Callable[..., Schema]:
    """A model in normal form, as the server reads it unless told otherwise."""

    def declare(metadata: sa.MetaData, *, asked: bool = True) -> Schema:
        found = POSTGRESQL.normalize(load.schema(metadata, connection.dialect), connection.dialect)
        if not asked:
            return found
        inspected = POSTGRESQL.normalize(
            POSTGRESQL.inspect(connection, Request()), connection.dialect
        )
        assert POSTGRESQL.read_back is not None
        return POSTGRESQL.read_back(connection, found, inspected)

    return declare
