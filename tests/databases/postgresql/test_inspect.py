"""What inspection reads, what it leaves out, and what that costs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.sql.elements import conv

from limbeck.dialects.base import Request
from limbeck.metadata import build, load
from limbeck.schema.constraints import ForeignKey, PrimaryKey, Unique
from limbeck.schema.names import Name
from limbeck.schema.objects import Index, IndexElement, Schema
from tests import servers
from tests.databases.postgresql.conftest import POSTGRESQL

pytestmark = pytest.mark.postgresql


def run(connection: sa.Connection, *statements: str) -> None:
    for statement in statements:
        connection.exec_driver_sql(statement)


def names(schema: Schema) -> list[str]:
    return [str(name) for name in schema.tables]


def test_a_table_with_all_that_belongs_to_it(
    connection: sa.Connection, read: Callable[..., Schema]
) -> None:
    run(
        connection,
        "CREATE TABLE p (id int PRIMARY KEY, x text UNIQUE DEFERRABLE INITIALLY DEFERRED)",
        """CREATE UNLOGGED TABLE t (
            id bigserial PRIMARY KEY, n serial, p_id int NOT NULL,
            CONSTRAINT fk FOREIGN KEY (p_id) REFERENCES p ON DELETE SET NULL ON UPDATE CASCADE)""",
        "COMMENT ON TABLE t IS 'of t'",
        "COMMENT ON COLUMN t.p_id IS 'of p_id'",
        "CREATE UNIQUE INDEX ix ON t (p_id DESC, n NULLS FIRST) INCLUDE (id) WHERE n > 0",
    )
    found = read()
    table = found.table(Name("t"))
    assert (table.comment, table.prefixes) == ("of t", ("UNLOGGED",))
    assert table.column("id").autoincrement is True
    assert table.column("id").default is None
    assert table.column("p_id").comment == "of p_id"
    assert table.primary_key == PrimaryKey(("id",), "t_pkey")
    key = ForeignKey(("p_id",), Name("p"), ("id",), "fk", "SET NULL", "CASCADE")
    assert table.foreign_keys == (key,)
    assert found.table(Name("p")).uniques == (Unique(("x",), "p_x_key", True, "DEFERRED"),)
    index = table.indexes["ix"]
    assert index.elements == (
        IndexElement("p_id", descending=True),
        IndexElement("n", nulls="first"),
    )
    assert index.unique
    assert dict(index.options)["postgresql_include"] == ("id",)
    assert dict(index.options)["postgresql_where"].text == "n > 0"
    assert all(isinstance(c.name, conv) for c in table.constraints)
    assert isinstance(index.name, conv)


def test_a_serial_that_is_no_primary_key_keeps_its_default(
    connection: sa.Connection, read: Callable[..., Schema]
) -> None:
    run(connection, "CREATE TABLE t (n serial)")
    column = read().table(Name("t")).column("n")
    assert column.autoincrement is False
    assert column.default is not None
    assert column.default.text == "nextval('t_n_seq')"


def test_serial_is_known_whatever_its_names_are(
    connection: sa.Connection, read: Callable[..., Schema]
) -> None:
    run(
        connection, 'CREATE SCHEMA "It\'s"', 'CREATE TABLE "It\'s"."A b" ("I d" serial PRIMARY KEY)'
    )
    column = read(schemas=("It's",)).table(Name("A b", "It's")).column("I d")
    assert (column.autoincrement, column.default) == (True, None)


@pytest.mark.parametrize(
    ("sql", "always", "options"),
    [
        ("ALWAYS AS IDENTITY", True, {}),
        ("BY DEFAULT AS IDENTITY (START WITH 5 CYCLE)", False, {"start": 5, "cycle": True}),
        ("BY DEFAULT AS IDENTITY (INCREMENT BY -1)", False, {"increment": -1}),
        ("BY DEFAULT AS IDENTITY (MINVALUE 3 CACHE 9)", False, {"minvalue": 3, "cache": 9}),
    ],
)
@pytest.mark.parametrize("type_", ["smallint", "integer", "bigint"])
def test_identity_holds_the_options_that_are_not_the_servers_own(
    connection: sa.Connection,
    read: Callable[..., Schema],
    type_: str,
    sql: str,
    always: bool,
    options: Mapping[str, Any],
) -> None:
    run(connection, f"CREATE TABLE t (id {type_} GENERATED {sql})")
    identity = read().table(Name("t")).column("id").identity
    assert identity is not None
    assert (identity.always, dict(identity.options)) == (always, options)


def test_partitions_belong_to_their_table(
    connection: sa.Connection, read: Callable[..., Schema]
) -> None:
    run(
        connection,
        "CREATE TABLE o (id int PRIMARY KEY)",
        "CREATE TABLE t (d date NOT NULL, o_id int REFERENCES o) PARTITION BY RANGE (d)",
        "CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')",
        "CREATE INDEX ix ON t (d)",
    )
    found = read()
    assert names(found) == ["o", "t"]
    table = found.table(Name("t"))
    assert dict(table.options)["postgresql_partition_by"] == "RANGE (d)"
    assert len(table.foreign_keys) == 1
    assert list(table.indexes) == ["ix"]


def test_what_an_extension_owns_is_left_out(
    connection: sa.Connection, read: Callable[..., Schema]
) -> None:
    run(
        connection,
        "CREATE TYPE mood AS ENUM ('a')",
        "CREATE TABLE mine (id int)",
        "CREATE TABLE theirs (id int)",
        "CREATE TYPE their_mood AS ENUM ('a')",
    )
    available = "SELECT count(*) FROM pg_available_extensions WHERE name = 'plpgsql'"
    if not connection.exec_driver_sql(available).scalar_one():
        pytest.skip("the server has no extension at all")
    run(
        connection,
        "ALTER EXTENSION plpgsql ADD TABLE theirs",
        "ALTER EXTENSION plpgsql ADD TYPE their_mood",
    )
    found = read()
    assert names(found) == ["mine"]
    assert list(found.enums) == [Name("mood")]
    connection.rollback()


def test_schemas_tables_and_exclusions_limit_what_is_read(
    connection: sa.Connection, read: Callable[..., Schema]
) -> None:
    run(
        connection,
        "CREATE SCHEMA s",
        "CREATE TYPE s.mood AS ENUM ('a', 'b')",
        "CREATE TABLE a (id int)",
        "CREATE TABLE b (id s.mood)",
        "CREATE TABLE s.a (id int PRIMARY KEY, m s.mood[])",
        "CREATE TABLE s.c (a_id int REFERENCES s.a)",
    )
    assert names(read()) == ["a", "b"]
    assert names(read(schemas=("public",))) == ["a", "b"]
    assert names(read(schemas=(None, "s"))) == ["a", "b", "s.a", "s.c"]
    assert names(read(schemas=(None, "s"), tables=(Name("a", "s"),))) == ["s.a"]
    assert names(read(tables=(Name("a"),))) == ["a"]
    assert names(read(tables=())) == []
    assert names(read(exclude=(Name("a"),))) == ["b"]
    assert list(read().enums) == [Name("mood", "s")]
    assert list(read(schemas=("s",), tables=()).enums) == [Name("mood", "s")]
    assert not read(tables=(Name("a"),)).enums
    other = read(schemas=("s",)).table(Name("a", "s")).column("m").type
    assert (other.text, other.enum) == ("s.mood[]", Name("mood", "s"))
    key = read(schemas=("s",)).table(Name("c", "s")).foreign_keys[0]
    assert key.referred == Name("a", "s")


def test_include_name_is_asked_for_all_that_the_server_has(
    connection: sa.Connection, read: Callable[..., Schema]
) -> None:
    run(
        connection,
        "CREATE TABLE t (a int, b int, CONSTRAINT uq UNIQUE (a), CONSTRAINT ck CHECK (a > 0))",
        "CREATE INDEX ix ON t (b)",
        "CREATE TABLE u (a int CONSTRAINT fk REFERENCES t (a))",
    )
    asked: list[tuple[str | None, str, Mapping[str, str | None]]] = []

    def include(name: str | None, type_: str, parents: Mapping[str, str | None]) -> bool:
        asked.append((name, type_, dict(parents)))
        return name not in ("b", "uq", "ck", "ix", "fk")

    found = read(include_name=include)
    table = {
        "schema_name": None,
        "table_name": "t",
        "schema_qualified_table_name": "t",
    }
    assert (None, "schema", {}) in asked
    assert ("t", "table", {"schema_name": None, "schema_qualified_table_name": "t"}) in asked
    for name, type_ in (
        ("a", "column"),
        ("uq", "unique_constraint"),
        ("ck", "check_constraint"),
        ("ix", "index"),
    ):
        assert (name, type_, table) in asked
    assert ("fk", "foreign_key_constraint", {**table, "table_name": "u"}) not in asked
    assert any(a[:2] == ("fk", "foreign_key_constraint") for a in asked)
    assert list(found.table(Name("t")).columns) == ["a"]
    assert found.table(Name("t")).constraints == ()
    assert found.table(Name("u")).constraints == ()
    assert not found.table(Name("t")).indexes


def test_a_refused_schema_is_not_read(
    connection: sa.Connection, read: Callable[..., Schema]
) -> None:
    run(connection, "CREATE SCHEMA s", "CREATE TABLE s.t (id int)", "CREATE TABLE t (id int)")
    found = read(schemas=(None, "s"), include_name=lambda name, type_, parents: name != "s")
    assert names(found) == ["t"]


def test_the_number_of_queries_does_not_depend_on_the_number_of_tables(
    engine: sa.Engine, connection: sa.Connection, read: Callable[..., Schema]
) -> None:
    seen: list[str] = []
    sa.event.listen(engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    counts = []
    for first, last in ((0, 1), (1, 300)):
        metadata = sa.MetaData()
        for number in range(first, last):
            sa.Table(
                f"t{number}",
                metadata,
                sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("e", sa.Enum("a", name=f"e{number}"), index=True),
                sa.Column("a", sa.String(5), sa.CheckConstraint("a <> ''"), server_default="x"),
            )
        metadata.create_all(connection)
        seen.clear()
        assert len(read().tables) == last
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 8


def model() -> sa.MetaData:
    metadata = sa.MetaData()
    mood = sa.Enum("a", "b:c%", name="mood")
    table = sa.Table(
        "t",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("n", sa.Numeric(10, 2), sa.Identity(start=3)),
        sa.Column("m", mood, server_default="b:c%"),
        sa.Column("d", pg.JSONB, server_default=sa.text("'{}'\\:\\:jsonb")),
        sa.Column("s", sa.String(9), sa.CheckConstraint("s like 'x%' or s in ('a', 'b')")),
    )
    table.columns.n.type = sa.BigInteger()
    sa.Index("ix", table.columns.s, postgresql_where=table.columns.s.in_(["p%", "q"]))
    return metadata


@pytest.mark.parametrize("driver", ["psycopg2", "psycopg", "asyncpg"])
def test_every_driver_reads_the_same(module_database: str, engine: sa.Engine, driver: str) -> None:
    metadata = model()
    with engine.begin() as connection:
        metadata.create_all(connection)

    def answers(connection: sa.Connection) -> tuple[Schema, Schema]:
        dialect = connection.dialect
        inspected = POSTGRESQL.normalize(POSTGRESQL.inspect(connection, Request()), dialect)
        declared = POSTGRESQL.normalize(load.schema(metadata, dialect), dialect)
        assert POSTGRESQL.read_back is not None
        return inspected, POSTGRESQL.read_back(connection, declared, inspected)

    async def asynchronous() -> tuple[Schema, Schema]:
        found = create_async_engine(servers.with_driver(module_database, "postgresql+asyncpg"))
        async with found.connect() as connection:
            pair = await connection.run_sync(answers)
        await found.dispose()
        return pair

    if driver == "asyncpg":
        inspected, declared = asyncio.run(asynchronous())
    else:
        url = servers.with_driver(module_database, f"postgresql+{driver}")
        other = sa.create_engine(url, poolclass=sa.pool.NullPool)
        with other.connect() as connection:
            inspected, declared = answers(connection)
    mine, theirs = declared.table(Name("t")), inspected.table(Name("t"))
    assert mine.columns == theirs.columns
    assert mine.indexes == theirs.indexes
    assert [c.expression for c in mine.checks] == [c.expression for c in theirs.checks]
    assert declared.enums == inspected.enums


def test_storage_parameters_are_read_where_sqlalchemy_can_write_them(
    connection: sa.Connection, read: Callable[..., Schema]
) -> None:
    run(connection, "CREATE TABLE t (id int) WITH (fillfactor = 70)")
    options = dict(read().table(Name("t")).options)
    assert options in ({"postgresql_with": (("fillfactor", "70"),)}, {})
    assert build.metadata(read()).tables["t"] is not None


def test_an_index_of_a_constraint_is_not_an_index_of_its_own(
    connection: sa.Connection, read: Callable[..., Schema]
) -> None:
    run(
        connection,
        "CREATE TABLE t (a int PRIMARY KEY, b int UNIQUE, EXCLUDE USING btree (a WITH =))",
        "CREATE UNIQUE INDEX ix ON t (b)",
    )
    assert list(read().table(Name("t")).indexes.values()) == [
        Index("ix", (IndexElement("b"),), unique=True)
    ]
