"""Each operation of the matrix on each server here: up, what is there then, down, as before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
import sqlalchemy as sa

from limbeck import op
from limbeck.database.migration import MigrationContext
from limbeck.dialects.base import Request
from limbeck.diff.compare import compare
from limbeck.errors import CommandError, NotReversible
from limbeck.metadata import load
from limbeck.operations.alter_column import AlterColumn
from limbeck.operations.base import Operation
from limbeck.plan.leftovers import left_behind
from limbeck.plan.steps import Step
from limbeck.runtime.invoke import Sink, running
from limbeck.schema import codec
from limbeck.schema.objects import Schema
from tests import servers
from tests.databases.matrix_cases import CASES, Models, Place, metadata
from tests.golden.ddl_matrix import VARIANTS

REFUSED = {
    "postgresql": {"alter_computed"},
    "mysql": {
        "alter_add_identity",
        "alter_chg_identity",
        "alter_drop_identity",
        "alter_computed",
        "create_index",
        "create_fk",
        "create_uq",
        "create_excl",
        "drop_index_notable",
    },
    "sqlite": {"alter_add_identity", "alter_chg_identity", "create_fk", "create_uq", "create_excl"},
}
"""What the server cannot do: refused before it is asked."""

NOT_HERE = {
    ("postgresql", "create_index_pg"): "gin has no INCLUDE",
    ("mysql", "create_ck_expr"): "there is no function len, and a check takes none of ours",
}
EXTRAS = (
    "CREATE SCHEMA extras",
    "CREATE EXTENSION btree_gist SCHEMA extras",
    "CREATE FUNCTION extras.len(integer) RETURNS integer IMMUTABLE LANGUAGE sql AS 'SELECT $1'",
    "SET search_path = public, extras",
)
"""What the operations use on PostgreSQL, out of the way."""

SERIAL = ("postgresql", "add_col_pk")
"""A numbered column that is no key: the models leave its numbering to be taken away."""

IRREVERSIBLE = {"bulk_insert", "execute", "drop_index_notable"}


@dataclass
class Reversing:
    """A sink that passes steps on, and keeps what takes each of them back."""

    sink: Sink
    start: Schema
    back: list[Operation] = field(default_factory=list)

    def run(self, step: Step) -> None:
        with suppress(NotReversible):
            undone = step.operation.reverse(step.before)
            self.back = [undone, *left_behind(step.operation, self.start, self.start), *self.back]
        self.sink.run(step)


class InPlace:
    """`op`, with the names that schemas have at that place."""

    def __init__(self, place: Place) -> None:
        self.names = {"s": place.s, "s1": place.s1, "s2": place.s2}

    def __getattr__(self, verb: str) -> Any:
        def call(*arguments: Any, **kw: Any) -> Any:
            for key in {"schema", "source_schema", "referent_schema"} & set(kw):
                kw[key] = self.names[kw[key]]
            return getattr(op, verb)(*arguments, **kw)

        return call


@dataclass
class Server:
    """A connection that is emptied between cases."""

    connection: sa.Connection
    place: Place
    schemas: tuple[str | None, ...] = (None,)
    """Those that the case at hand is about."""

    def context(self) -> MigrationContext:
        return MigrationContext.configure(self.connection)

    def schema(self) -> Schema:
        return self.context().read(Request(schemas=self.schemas))

    def transaction(self, context: MigrationContext) -> AbstractContextManager[Any]:
        return context.begin_transaction() if self.place.dialect == "sqlite" else nullcontext()

    def up(self, variant: str) -> list[Operation]:
        """Runs the variant and returns what takes it back."""
        context = self.context()
        reversing = Reversing(
            context.interpreter.sink, self.schema() if self.place.is_mysql else Schema()
        )
        context.interpreter.sink = reversing
        with self.transaction(context), running(context.interpreter):
            VARIANTS[variant](InPlace(self.place))
        return reversing.back

    def down(self, operations: list[Operation]) -> None:
        context = self.context()
        with self.transaction(context), running(context.interpreter):
            for operation in operations:
                op.invoke(operation)

    def create(self, models: Models, variant: str) -> None:
        tables = metadata(models)
        tables.create_all(self.connection)
        for table in tables.sorted_tables:
            if self.place.dialect == "sqlite" and variant == "add_col_identity":
                continue  # NOT NULL without a default: there must be no rows
            values = {c.name: _value(c) for c in table.columns if _is_given(c)}
            self.connection.execute(table.insert().values(values))
        self.connection.commit()

    def differences(self, models: Models) -> tuple[Operation, ...]:
        """What would have to be done for the server to have those models."""
        context = self.context()
        dialect = context.limbeck_dialect
        server = self.schema()
        sa_dialect = self.connection.dialect
        declared = dialect.normalize(load.schema(metadata(models), sa_dialect), sa_dialect)
        if dialect.read_back is not None:
            declared = dialect.read_back(self.connection, declared, server)
        return compare(server, declared)

    def count(self) -> int:
        """How many rows there are in all tables."""
        tables = [
            self.connection.dialect.identifier_preparer.format_table(built)
            for built in self.tables()
        ]
        return sum(
            self.connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one()
            for name in tables
        )

    def tables(self) -> list[sa.Table]:
        found = self.schema()
        return [sa.Table(x.name.name, sa.MetaData(), schema=x.name.schema) for x in found]

    def empty(self) -> None:
        """Takes everything away that a case left."""
        self.connection.rollback()
        run = self.connection.exec_driver_sql
        if self.place.dialect == "postgresql":
            for name in ("public", self.place.s, self.place.s1, self.place.s2):
                run(f"DROP SCHEMA IF EXISTS {name} CASCADE")
                run(f"CREATE SCHEMA {name}")
        else:
            off, on = (
                ("PRAGMA foreign_keys=OFF", "PRAGMA foreign_keys=ON")
                if self.place.dialect == "sqlite"
                else ("SET foreign_key_checks=0", "SET foreign_key_checks=1")
            )
            run(off)
            for table in self.tables():
                name = self.connection.dialect.identifier_preparer.format_table(table)
                run(f"DROP TABLE {name}")
            run(on)
        self.connection.commit()


def described(schema: Schema) -> list[str]:
    """Each table as JSON, in order of names: an unequal one is easily read."""
    tables = sorted(schema, key=lambda table: table.name.sort_key)
    return [codec.to_json(Schema().with_table(table)) for table in tables]


def _is_given(column: sa.Column[Any]) -> bool:
    return column.computed is None and (column.identity is None or not column.identity.always)


def _value(column: sa.Column[Any]) -> Any:
    match column.type:
        case sa.Boolean():
            return True
        case sa.Integer():
            return 1 if column.name == "c" else 7
        case sa.DateTime():
            return None
        case sa.String():
            return "1"
        case _:
            return None


@pytest.fixture(scope="module")
def sqlite() -> Iterator[Server]:
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        for name in ("s", "s1", "s2"):
            connection.exec_driver_sql(f"ATTACH ':memory:' AS {name}")
        driver: Any = connection.connection.driver_connection
        driver.create_function("len", 1, lambda value: value, deterministic=True)
        yield Server(connection, Place("sqlite"))
    engine.dispose()


@pytest.fixture(scope="module")
def postgresql(postgresql_url: str) -> Iterator[Server]:
    yield from _postgresql(postgresql_url)


@pytest.fixture(scope="module")
def newest_postgresql() -> Iterator[Server]:
    with servers.embedded_postgresql() as url:
        yield from _postgresql(url)


def _postgresql(server: str) -> Iterator[Server]:
    url = servers.create_database(server, "matrix")
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for sql in EXTRAS:
            connection.exec_driver_sql(sql)
        yield Server(connection, Place("postgresql"))
    engine.dispose()
    servers.drop_database(url)


@pytest.fixture(scope="module")
def mysql(mysql_url: str) -> Iterator[Server]:
    urls = [servers.create_database(mysql_url, f"matrix_{n}") for n in ("", "s", "s1", "s2")]
    names = [sa.make_url(url).database or "" for url in urls]
    engine = sa.create_engine(urls[0])
    with engine.connect() as connection:
        yield Server(connection, Place("mysql", *names[1:]))
    engine.dispose()
    for url in urls:
        servers.drop_database(url)


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("postgresql", marks=pytest.mark.postgresql),
        pytest.param("newest_postgresql", marks=pytest.mark.postgresql),
        pytest.param("mysql", marks=pytest.mark.mysql),
    ],
    scope="module",
)
def server(request: pytest.FixtureRequest) -> Server:
    found: Server = request.getfixturevalue(request.param)
    return found


@pytest.mark.parametrize("variant", VARIANTS)
def test_an_operation_does_what_it_says_and_its_reverse_undoes_it(
    server: Server, variant: str
) -> None:
    place = server.place
    if (place.dialect, variant) in NOT_HERE:
        pytest.skip(NOT_HERE[place.dialect, variant])
    before, after = CASES[variant](place)
    server.empty()
    server.schemas = tuple(dict.fromkeys((None, *(kw.get("schema") for _, _, kw in before))))
    server.create(before, variant)
    start, rows = server.schema(), server.count()
    if variant in REFUSED[place.dialect]:
        with pytest.raises(CommandError):
            server.up(variant)
        assert server.schema() == start
        return
    back = server.up(variant)
    left = server.differences(after)
    if (place.dialect, variant) == SERIAL:
        assert [o.column for o in left if isinstance(o, AlterColumn) and o.type is None] == ["c"]
    else:
        assert left == ()
    if variant in IRREVERSIBLE:
        assert back == []
        return
    if variant not in ("create_table", "drop_table"):
        assert server.count() == rows
    server.down(back)
    assert described(server.schema()) == described(start)
