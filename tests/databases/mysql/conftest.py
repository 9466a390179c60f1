"""One database for a whole module of tests, emptied for each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import servers


@pytest.fixture(scope="module")
def _module_database(mysql_url: str) -> Iterator[str]:
    url = servers.create_database(mysql_url, "mysql")
    yield url
    servers.drop_database(url)


@pytest.fixture
def mysql_scratch(_module_database: str) -> str:
    """The URL of an empty database."""
    names = [str(row[0]) for row in servers.execute(_module_database, "SHOW TABLES")]
    drops = [f"DROP TABLE `{name}`" for name in names]
    servers.execute(_module_database, "SET foreign_key_checks = 0", *drops)
    return _module_database
