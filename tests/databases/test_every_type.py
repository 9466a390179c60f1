"""Every type class that SQLAlchemy ships: created, compared, written as a script, run, compared."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from types import ModuleType
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql, sqlite

from limbeck.dialects.base import Request
from limbeck.metadata import build
from limbeck.operations.alter_column import AlterColumn
from limbeck.schema.objects import Schema
from tests import servers
from tests.databases.types import on_postgresql
from tests.databases.types.classes import classes
from tests.databases.types.distinct import DISTINCT
from tests.databases.types.models import CATALOGS, models
from tests.laws.server import Server, empty_mysql, empty_postgresql, empty_sqlite, server

DIALECTS = [
    "sqlite",
    pytest.param("postgresql", marks=pytest.mark.postgresql),
    pytest.param("mysql", marks=pytest.mark.mysql),
    pytest.param("mariadb", marks=pytest.mark.mysql),
]
PACKAGES: dict[str, ModuleType] = {
    "sqlite": sqlite,
    "postgresql": postgresql,
    "mysql": mysql,
    "mariadb": mysql,
}


@pytest.mark.parametrize("name", CATALOGS)
def test_every_class_has_an_entry(name: str) -> None:
    """A class that a later SQLAlchemy brings has none, which this test says."""
    catalog = CATALOGS[name]
    assert set(classes(sa.types)) - set(catalog.general) == set()
    assert set(classes(PACKAGES[name])) - set(catalog.own) == set()


@pytest.fixture(scope="module", params=DIALECTS)
def database(request: pytest.FixtureRequest) -> Iterator[Server]:
    name = request.param
    with ExitStack() as stack:
        if name == "sqlite":
            url, empty = "sqlite://", empty_sqlite
        elif name == "postgresql":
            url = servers.create_database(request.getfixturevalue("postgresql_url"), "types")
            stack.callback(servers.drop_database, url)
            empty = _empty_postgresql
        else:
            url = servers.create_database(request.getfixturevalue("mysql_url"), "types")
            stack.callback(servers.drop_database, url)
            url, empty = servers.with_driver(url, f"{name}+pymysql"), empty_mysql
        yield stack.enter_context(server(name, url, empty))


def _empty_postgresql(engine: sa.Engine) -> None:
    empty_postgresql(engine)
    with engine.begin() as connection:
        for extension in on_postgresql.EXTENSIONS:
            connection.exec_driver_sql(f"CREATE EXTENSION {extension}")
        connection.exec_driver_sql("CREATE SEQUENCE counted")


def test_every_type_is_found_as_declared_and_a_script_from_nothing_makes_the_same(
    database: Server,
) -> None:
    declared = models(database.name)
    database.empty(database.engine)
    declared.create_all(database.engine)
    assert database.difference(declared) == []
    expected = inspected(database)
    database.empty(database.engine)
    nothing = inspected(database)
    again = build.metadata(expected)
    again.create_all(database.engine)
    assert inspected(database) == expected
    again.drop_all(database.engine)
    assert inspected(database).tables == nothing.tables
    database.empty(database.engine)
    operations, back = database.changes(declared)
    database.run(operations, "script")
    assert database.difference(declared) == []
    assert inspected(database) == expected
    database.run(back, "script")
    assert inspected(database) == nothing


def columns(types: Sequence[Any]) -> sa.MetaData:
    """A column of each type."""
    collection = sa.MetaData()
    table = sa.Table("t", collection)
    for number, type_ in enumerate(types):
        table.append_column(sa.Column(f"c{number:02}", type_))
    return collection


def shifts(types: Sequence[Any]) -> range:
    """How far apart two types are in the list of which one is made the other."""
    return range(1, min(int(os.environ.get("LIMBECK_EXAMPLES", "3")), len(types)))


def test_another_type_is_a_change(database: Server) -> None:
    """Of each pair of different types, and through the whole comparison for some of them."""
    types = DISTINCT[database.name]
    database.empty(database.engine)
    columns(types).create_all(database.engine)
    with database.engine.connect() as connection:
        there, wanted, difference = database.compared(connection, columns(types))
        assert difference == ()
        (is_,), (declared,) = list(there), list(wanted)
        pairs = [
            (a.type.text, b.type.text, a.name == b.name)
            for a in is_.columns.values()
            for b in declared.columns.values()
        ]
        assert [pair for pair in pairs if (pair[0] == pair[1]) != pair[2]] == []
        for shift in shifts(types):
            rotated = columns((*types[shift:], *types[:shift]))
            *_, difference = database.compared(connection, rotated)
            changes = {op.column for op in difference if isinstance(op, AlterColumn) and op.type}
            assert changes == set(is_.columns)


def test_a_change_of_type_makes_it_the_other_one_and_back(database: Server) -> None:
    """As a script, on a table without rows, where the server can do it at all."""
    types = DISTINCT[database.name]
    before = columns(types)
    database.empty(database.engine)
    before.create_all(database.engine)
    for shift in shifts(types):
        rotated = columns((*types[shift:], *types[:shift]))
        operations, back = database.changes(rotated)
        database.run(operations, "batch")
        assert database.difference(rotated) == []
        database.run(back, "batch")
        assert database.difference(before) == []


def inspected(found: Server) -> Schema:
    with found.engine.connect() as connection:
        return found.inspected(connection, Request())
