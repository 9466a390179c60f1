"""Databases and hypothesis profiles for every test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests import servers

settings.register_profile(
    "ci",
    derandomize=True,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("explore", parent=settings.get_profile("ci"), derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """The URL of a PostgreSQL server whose role may create databases and roles."""
    with servers.postgresql_server() as url:
        yield url


@pytest.fixture(scope="session")
def mysql_url() -> str:
    """The URL of a MariaDB or MySQL server, without a database; the test is skipped without one."""
    url = servers.default_mysql_url()
    if url is None:
        pytest.skip(servers.NO_MYSQL)
    return url


@pytest.fixture
def postgresql_database(postgresql_url: str) -> Iterator[str]:
    """The URL of an empty PostgreSQL database that goes away with the test."""
    url = servers.create_database(postgresql_url)
    yield url
    servers.drop_database(url)


@pytest.fixture
def mysql_database(mysql_url: str) -> Iterator[str]:
    """The URL of an empty MariaDB or MySQL database that goes away with the test."""
    url = servers.create_database(mysql_url)
    yield url
    servers.drop_database(url)


@pytest.fixture
def sqlite_database(tmp_path: Path) -> str:
    """The URL of an SQLite database whose file does not exist yet."""
    return f"sqlite:///{tmp_path / 'database.db'}"


@pytest.fixture(
    params=[
        pytest.param("postgresql", marks=pytest.mark.postgresql),
        pytest.param("mysql", marks=pytest.mark.mysql),
    ]
)
def server_database(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database, once for each of those that are a server."""
    return str(request.getfixturevalue(f"{request.param}_database"))


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("postgresql", marks=pytest.mark.postgresql),
        pytest.param("mysql", marks=pytest.mark.mysql),
    ]
)
def database(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database, once for each of the three."""
    return str(request.getfixturevalue(f"{request.param}_database"))
