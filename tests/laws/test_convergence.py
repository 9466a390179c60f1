"""On real servers: what is generated makes the database what the models say, and back again.

`LIMBECK_EXAMPLES` says how many pairs of random databases each server gets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

import pytest
from hypothesis import note

from tests import servers
from tests.laws.blueprints import Blueprint, metadata
from tests.laws.examples import holds
from tests.laws.rows import rows, unchanged
from tests.laws.server import Server, empty_mysql, empty_postgresql, empty_sqlite, server

EXAMPLES = 30


def converges(found: Server, pair: tuple[Blueprint, Blueprint], way: str, random: Random) -> None:
    """Up makes it what the models say, down makes it what it was, and up again.

    Each time with rows that can stay; they keep what is in the columns that do not change.
    """
    before, after = pair
    found.examples += 1
    found.empty(found.engine)
    metadata(before).create_all(found.engine)
    agrees(found, before, "as SQLAlchemy created it")
    operations, back = found.changes(metadata(after))
    trips = ((before, operations, after), (after, back, before), (before, operations, after))
    for start, direction, end in trips:
        given = rows(start, end, random)
        note(f"rows: {given}")
        found.fill(start, given)
        was = kept(found, start, end)
        found.run(direction, way)
        agrees(found, end, f"after {len(direction)} operations")
        assert kept(found, start, end) == was


def kept(found: Server, start: Blueprint, end: Blueprint) -> dict[str, list[tuple[str, ...]]]:
    """By table, the values that a change from one to the other has no reason to touch."""
    values = {
        table.name: found.values(table, columns)
        for table in start.tables
        if (columns := unchanged(start, end, table.name))
    }
    found.kept += sum(map(len, values.values()))
    return values


def agrees(found: Server, models: Blueprint, when: str) -> None:
    difference = found.difference(metadata(models))
    assert not difference, f"{when}: {difference}"


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
    holds(converges, sqlite, record_property, EXAMPLES)


@pytest.mark.postgresql
def test_postgresql_converges(
    postgresql: Server, record_property: Callable[[str, object], None]
) -> None:
    holds(converges, postgresql, record_property, EXAMPLES)


@pytest.mark.mysql
def test_mysql_converges(mysql: Server, record_property: Callable[[str, object], None]) -> None:
    holds(converges, mysql, record_property, EXAMPLES)
