"""Expressions: what the server stores of defaults, checks and indexes equals what is declared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from limbeck.diff.compare import compare
from limbeck.metadata import load
from limbeck.schema.names import Name
from limbeck.schema.objects import Schema
from tests.databases.postgresql.conftest import POSTGRESQL

pytestmark = pytest.mark.postgresql

DEFAULTS: list[tuple[Any, Any]] = [
    (sa.Integer(), "5"),
    (sa.Integer(), "-5"),
    (sa.Integer(), sa.text("5")),
    (sa.Integer(), sa.text("-5")),
    (sa.Integer(), sa.text("(5)")),
    (sa.Integer(), sa.literal(5)),
    (sa.Integer(), sa.text("2 + 3 * 4")),
    (sa.BigInteger(), "5"),
    (sa.BigInteger(), sa.text("5")),
    (sa.BigInteger(), sa.text("5000000000")),
    (sa.SmallInteger(), "5"),
    (sa.Numeric(10, 2), "5"),
    (sa.Numeric(10, 2), "0.00"),
    (sa.Numeric(10, 2), sa.text("1.5")),
    (sa.Numeric(), "-1.50"),
    (sa.Float(), "1.5"),
    (sa.Float(), sa.text("1.50")),
    (sa.REAL(), "0"),
    (sa.Boolean(), sa.true()),
    (sa.Boolean(), sa.false()),
    (sa.Boolean(), "true"),
    (sa.Boolean(), "f"),
    (sa.Boolean(), "1"),
    (sa.Boolean(), sa.text("'no'")),
    (sa.String(20), "x"),
    (sa.String(20), ""),
    (sa.String(20), "it's"),
    (sa.String(20), "a\\b"),
    (sa.String(20), "50%"),
    (sa.String(20), "a:b"),
    (sa.String(20), "ünï ☃"),
    (sa.String(20), sa.text("'x'::varchar")),
    (sa.String(20), sa.text("'x'::text")),
    (sa.String(20), sa.text("E'a\\nb'")),
    (sa.String(20), sa.text("upper('x')")),
    (sa.String(20), sa.func.current_user()),
    (sa.String(20), sa.text("CURRENT_USER")),
    (sa.String(20), sa.text("'a' || 'b'")),
    (sa.String(20), sa.null()),
    (sa.Text(), "x"),
    (sa.CHAR(3), "x"),
    (sa.LargeBinary(), sa.text("'\\xdeadbeef'")),
    (sa.DateTime(), sa.func.now()),
    (sa.DateTime(), sa.text("now()")),
    (sa.DateTime(), sa.text("NOW()")),
    (sa.DateTime(), sa.func.current_timestamp()),
    (sa.DateTime(), sa.text("CURRENT_TIMESTAMP")),
    (sa.DateTime(), sa.text("current_timestamp(3)")),
    (sa.DateTime(), sa.text("(now() at time zone 'utc')")),
    (sa.DateTime(), sa.text("timezone('utc', now())")),
    (sa.DateTime(), "2020-01-01"),
    (sa.DateTime(timezone=True), sa.text("now() + interval '1 day'")),
    (sa.DateTime(timezone=True), "2020-01-01 00:00:00+00"),
    (sa.Date(), sa.text("CURRENT_DATE")),
    (sa.Date(), "2020-01-01"),
    (sa.Time(), "12:00"),
    (sa.Interval(), "5 minutes"),
    (sa.Interval(second_precision=3), "1 day"),
    (sa.Uuid(), sa.text("gen_random_uuid()")),
    (sa.Uuid(), "00000000-0000-0000-0000-000000000000"),
    (sa.JSON(), "{}"),
    (sa.JSON(), sa.text("'{\"a\": 1}'")),
    (pg.JSONB(), sa.text("'{}'::jsonb")),
    (pg.JSONB(), "[]"),
    (pg.JSONB(), '{"b": 1, "a":2}'),
    (sa.ARRAY(sa.Integer()), "{}"),
    (sa.ARRAY(sa.Text()), sa.text("ARRAY[]::text[]")),
    (sa.ARRAY(sa.Text()), sa.text("ARRAY['a', 'b']")),
    (sa.Enum("a", "b c", name="en"), "b c"),
    (sa.Enum("a", "b c", name="en"), sa.text("'a'::en")),
    (sa.ARRAY(sa.Enum("a", "b c", name="en")), "{a}"),
    (pg.INET(), "127.0.0.1"),
    (pg.BIT(3), "101"),
    (pg.BIT(3), sa.text("B'101'")),
    (pg.MONEY(), "5"),
    (pg.INT4RANGE(), "[1,5)"),
    (pg.TSVECTOR(), sa.text("to_tsvector('english', 'x')")),
    (pg.REGCLASS(), "pg_class"),
    (sa.Integer(), sa.text("nextval('numbers')")),
    (sa.Integer(), sa.Sequence("numbers").next_value()),
]


def test_every_default_reads_back_as_it_is_declared(
    connection: sa.Connection, read: Callable[..., Schema], declare: Callable[..., Schema]
) -> None:
    connection.execute(sa.text("CREATE SEQUENCE numbers"))
    metadata = sa.MetaData()
    for number, (type_, default) in enumerate(DEFAULTS):
        sa.Table(f"t{number:03}", metadata, sa.Column("c", type_, server_default=default))
    metadata.create_all(connection)
    declared, inspected = declare(metadata), read()
    unequal = [
        (DEFAULTS[number], mine.columns["c"].default, theirs.columns["c"].default)
        for number, (mine, theirs) in enumerate(zip(declared, inspected, strict=True))
        if mine.columns["c"].default != theirs.columns["c"].default
    ]
    assert unequal == []


@pytest.mark.parametrize(
    ("type_", "default"),
    [
        (sa.Integer(), "5"),
        (sa.Integer(), sa.text("-5")),
        (sa.BigInteger(), "5"),
        (sa.Numeric(10, 2), "0.00"),
        (sa.Boolean(), sa.true()),
        (sa.Boolean(), "1"),
        (sa.String(20), "it's"),
        (sa.String(20), sa.text("'x'::character varying")),
        (sa.Text(), ""),
        (sa.DateTime(), sa.func.now()),
        (sa.DateTime(), sa.text("(now() AT TIME ZONE 'utc')")),
        (sa.DateTime(), sa.text("current_timestamp")),
        (sa.Uuid(), sa.text("gen_random_uuid()")),
        (pg.JSONB(), sa.text("'{}'::jsonb")),
        (sa.ARRAY(sa.Integer()), "{}"),
        (sa.Enum("a", "b", name="en"), "a"),
    ],
    ids=str,
)
def test_everyday_defaults_need_no_question(
    connection: sa.Connection,
    read: Callable[..., Schema],
    declare: Callable[..., Schema],
    type_: Any,
    default: Any,
) -> None:
    metadata = sa.MetaData()
    sa.Table("t", metadata, sa.Column("c", type_, server_default=default))
    metadata.create_all(connection)
    assert declare(metadata, asked=False) == read()


@pytest.mark.parametrize(
    ("type_", "first", "second"),
    [
        (sa.Integer(), "5", "6"),
        (sa.Integer(), "5", "-5"),
        (sa.String(20), "x", "X"),
        (sa.String(20), "x", "x "),
        (sa.Boolean(), sa.true(), sa.false()),
        (sa.DateTime(), sa.func.now(), sa.text("clock_timestamp()")),
        (sa.Date(), "2020-01-01", "2020-01-02"),
        (sa.Interval(), "5 minutes", "6 minutes"),
        (sa.Integer(), sa.text("1 + 2"), sa.text("2 + 1")),
        (pg.JSONB(), "{}", "[]"),
    ],
    ids=str,
)
def test_a_changed_default_stays_different(
    connection: sa.Connection,
    read: Callable[..., Schema],
    declare: Callable[..., Schema],
    type_: Any,
    first: Any,
    second: Any,
) -> None:
    before, after = sa.MetaData(), sa.MetaData()
    sa.Table("t", before, sa.Column("c", type_, server_default=first))
    sa.Table("t", after, sa.Column("c", type_, server_default=second))
    before.create_all(connection)
    assert len(compare(read(), declare(after))) == 1


def _expressions() -> sa.MetaData:
    """A table with every kind of expression, written as nobody but a user would write it."""
    metadata = sa.MetaData()
    table = sa.Table(
        "Mixed Case",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("a", sa.Integer),
        sa.Column("user", sa.String(20)),
        sa.Column(
            "state", sa.Enum("on", "off", native_enum=False, create_constraint=True, name="s")
        ),
        sa.Column("mood", sa.Enum("sad", "ok", name="mood")),
        sa.Column("data", pg.JSONB),
        sa.Column("during", pg.INT4RANGE),
        sa.Column("double", sa.Integer, sa.Computed("a*2", persisted=True)),
        sa.Column("label", sa.Text, sa.Computed("\"user\" || '-x'", persisted=True)),
        sa.CheckConstraint("a between 1 and 10", name="ck_between"),
        sa.CheckConstraint("a > 0 and (a < 10 or a > 20)", name="ck_and"),
        sa.CheckConstraint('length("user")>2 AND a != 3', name="ck_length"),
        sa.CheckConstraint("\"user\" LIKE 'x%'", name="ck_like"),
        sa.CheckConstraint("a IS NOT NULL OR mood = 'ok'"),
        sa.CheckConstraint("data ? 'key'", name="ck_operator"),
    )
    columns = table.columns
    table.append_constraint(sa.CheckConstraint(columns.user.in_(["x1", "x2"]), name="ck_in"))
    table.append_constraint(
        pg.ExcludeConstraint(
            (columns.during, "&&"), where=columns.a > 5, using="gist", name="ex_during"
        )
    )
    sa.Index("ix_lower", sa.func.lower(columns.user))
    sa.Index("ix_desc", columns.a.desc().nulls_last(), sa.text('lower("user") DESC'))
    sa.Index("ix_text", sa.text("a DESC NULLS LAST"))
    sa.Index("ix_where", columns.a, postgresql_where=columns.user.in_(["x", "y"]))
    sa.Index("ix_where_enum", columns.a, postgresql_where=sa.text("mood = 'ok'"), unique=True)
    sa.Index("ix_ops", columns.user, postgresql_ops={"user": "varchar_pattern_ops"})
    sa.Index(
        "ix_label",
        sa.func.lower(columns.user).label("low"),
        postgresql_ops={"low": "text_pattern_ops"},
    )
    sa.Index("ix_gin", columns.data, postgresql_using="GIN", postgresql_with={"fastupdate": False})
    sa.Index("ix_path", sa.text("(data -> 'a')"), postgresql_using="gin")
    sa.Index("ix_include", columns.a, postgresql_include=["user"], unique=True)
    sa.Index("ix_collate", sa.collate(columns.user, "C"))
    sa.Index("ix_default_ops", columns.a, postgresql_ops={"a": "int4_ops"})
    return metadata


def test_every_kind_of_expression_reads_back_as_it_is_declared(
    connection: sa.Connection, read: Callable[..., Schema], declare: Callable[..., Schema]
) -> None:
    metadata = _expressions()
    metadata.create_all(connection)
    declared, inspected = declare(metadata), read()
    mine, theirs = declared.table(Name("Mixed Case")), inspected.table(Name("Mixed Case"))
    assert mine.columns == theirs.columns
    assert {c.expression for c in mine.checks} == {c.expression for c in theirs.checks}
    for index in mine.indexes.values():
        assert index == theirs.indexes[index.name]
    assert compare(inspected, declared) == ()


def test_reading_back_is_stable(
    connection: sa.Connection, read: Callable[..., Schema], declare: Callable[..., Schema]
) -> None:
    metadata = _expressions()
    metadata.create_all(connection)
    once = declare(metadata)
    assert POSTGRESQL.read_back is not None
    assert POSTGRESQL.read_back(connection, once, read()) == once


def test_what_the_server_refuses_stays_as_declared(
    connection: sa.Connection, read: Callable[..., Schema], declare: Callable[..., Schema]
) -> None:
    before, after = sa.MetaData(), sa.MetaData()
    sa.Table(
        "t",
        before,
        sa.Column("a", sa.Integer, server_default="1"),
        sa.Column("b", sa.Integer, server_default=sa.text("1+1")),
        sa.CheckConstraint("a IN (1, 2)", name="ck_a"),
        sa.CheckConstraint("b IN (1, 2)", name="ck_b"),
    )
    sa.Table(
        "t",
        after,
        sa.Column("a", sa.Integer, server_default=sa.text("no_such_function()")),
        sa.Column("b", sa.Integer, server_default=sa.text("1 +1")),
        sa.CheckConstraint("no_such_function(a)", name="ck_a"),
        sa.CheckConstraint("b in (1,2)", name="ck_b"),
    )
    before.create_all(connection)
    declared, inspected = declare(after).table(Name("t")), read().table(Name("t"))
    assert declared.column("a").default is not None
    assert declared.column("a").default.text == "no_such_function()"
    assert declared.column("b") == inspected.column("b")
    assert declared.constraint("ck_b") == inspected.constraint("ck_b")
    assert declared.constraint("ck_a") != inspected.constraint("ck_a")


@pytest.mark.parametrize("mode", ["fresh", "in a transaction", "autocommit"])
def test_nothing_is_left_behind(engine: sa.Engine, mode: str) -> None:
    metadata = _expressions()
    with engine.begin() as connection:
        metadata.create_all(connection)
    options = {"isolation_level": "AUTOCOMMIT"} if mode == "autocommit" else {}
    with engine.connect().execution_options(**options) as connection:
        if mode == "in a transaction":
            connection.execute(sa.text("CREATE TABLE mine (a int)"))
        dialect = connection.dialect
        inspected = POSTGRESQL.normalize(_inspected(connection), dialect)
        if mode == "fresh":
            connection.rollback()
        declared = POSTGRESQL.normalize(load.schema(metadata, dialect), dialect)
        assert POSTGRESQL.read_back is not None
        answer = POSTGRESQL.read_back(connection, declared, inspected)
        assert answer != declared
        temporary = "SELECT count(*) FROM pg_class WHERE relnamespace = pg_my_temp_schema()"
        assert connection.execute(sa.text(temporary)).scalar_one() == 0
        if mode == "in a transaction":
            assert connection.execute(sa.text("SELECT count(*) FROM mine")).scalar_one() == 0


def _inspected(connection: sa.Connection) -> Schema:
    from limbeck.dialects.base import Request

    return POSTGRESQL.inspect(connection, Request())


@contextmanager
def _statements(engine: sa.Engine) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(*args: Any) -> None:
        seen.append(args[2])

    sa.event.listen(engine, "before_cursor_execute", note)
    yield seen
    sa.event.remove(engine, "before_cursor_execute", note)


def test_questions_cost_the_same_for_many_tables(engine: sa.Engine) -> None:
    counts = []
    for size in (1, 40):
        metadata = sa.MetaData()
        for number in range(size):
            table = sa.Table(f"t{size}_{number}", metadata, sa.Column("a", sa.Integer))
            table.append_constraint(sa.CheckConstraint("a in (1, 2)"))
            sa.Table(f"quiet{size}_{number}", metadata, sa.Column("a", sa.Integer))
        with engine.begin() as connection:
            metadata.create_all(connection)
        with engine.connect() as connection:
            dialect = connection.dialect
            inspected = POSTGRESQL.normalize(_inspected(connection), dialect)
            declared = POSTGRESQL.normalize(load.schema(metadata, dialect), dialect)
            assert POSTGRESQL.read_back is not None
            with _statements(engine) as seen:
                POSTGRESQL.read_back(connection, declared, inspected)
            counts.append(len(seen))
            with _statements(engine) as seen:
                POSTGRESQL.read_back(connection, inspected, inspected)
            assert seen == []
    assert counts[0] == counts[1] <= 6
