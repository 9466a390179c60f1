"""Listeners of SQLAlchemy's table events run around CREATE TABLE and DROP TABLE of a script."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from limbeck import op
from limbeck.database.migration import MigrationContext
from limbeck.runtime.invoke import running

EVENTS = ("before_create", "after_create", "before_drop", "after_drop")


@contextmanager
def migrating(url: str) -> Iterator[sa.Connection]:
    """A connection that a migration runs on."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        with running(context.interpreter), context.begin_transaction():
            yield connection
    engine.dispose()


@contextmanager
def listening(*listeners: tuple[str, Any]) -> Iterator[None]:
    """Listeners of all tables, for as long as the block runs."""
    for name, listener in listeners:
        sa.event.listen(sa.Table, name, listener)
    try:
        yield
    finally:
        for name, listener in listeners:
            sa.event.remove(sa.Table, name, listener)


def columns() -> tuple[sa.Column[Any], ...]:
    moods = sa.Enum("a", "b", name="mood")
    return (
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("m", moods),
        sa.Column("n", moods),
        sa.Column("flag", sa.Boolean(create_constraint=True, name="ck_flag")),
    )


def test_events_are_fired_in_order_with_the_table_and_the_connection(database: str) -> None:
    heard: list[Any] = []

    def listener(event: str) -> Any:
        def hear(target: sa.Table, connection: sa.Connection, **kw: Any) -> None:
            exists = sa.inspect(connection).has_table("t")
            heard.append((event, target.name, exists, kw["checkfirst"], kw["tables"]))

        return hear

    with migrating(database), listening(*((e, listener(e)) for e in EVENTS)):
        op.create_table("t", *columns())
        op.drop_table("t")
    assert heard == [
        ("before_create", "t", False, False, None),
        ("after_create", "t", True, False, None),
        ("before_drop", "t", True, False, None),
        ("after_drop", "t", False, False, None),
    ]


def test_a_table_brings_its_own_listeners(database: str) -> None:
    insert = sa.DDL("INSERT INTO %(fullname)s (id) VALUES (%(number)s)", context={"number": "7"})
    with migrating(database) as connection:
        op.create_table("t", *columns(), listeners=[("after_create", insert)])
        assert connection.execute(sa.text("SELECT id FROM t")).scalars().all() == [7]


def test_a_listener_is_for_one_dialect_where_it_says_so(sqlite_database: str) -> None:
    refused = sa.DDL("no SQL").execute_if(dialect="postgresql")
    with migrating(sqlite_database), listening(("before_create", refused)):
        op.create_table("t", *columns())


@pytest.mark.postgresql
def test_an_enum_type_is_created_once(postgresql_database: str) -> None:
    statements: list[str] = []
    with migrating(postgresql_database) as connection:

        @sa.event.listens_for(connection, "before_cursor_execute")
        def note(conn: Any, cursor: Any, statement: str, *_: Any) -> None:
            statements.append(statement)

        op.create_table("t", *columns())
        op.create_table("u", *columns())
        op.drop_table("t")
        op.drop_table("u")
    assert sum("CREATE TYPE" in s for s in statements) == 1
    assert sum("DROP TYPE" in s for s in statements) == 1


@pytest.mark.postgresql
def test_a_type_that_a_script_creates_stays_its_own(postgresql_database: str) -> None:
    with migrating(postgresql_database) as connection:
        op.create_enum("mood", ["a", "b"])
        op.create_table("t", *columns())
        op.drop_table("t")
        op.drop_enum("mood")
        assert not sa.inspect(connection).get_enums()  # type: ignore[attr-defined]  # PostgreSQL's


def offline(dialect: str) -> tuple[MigrationContext, io.StringIO]:
    output = io.StringIO()
    options = {"as_sql": True, "output_buffer": output}
    return MigrationContext.configure(dialect_name=dialect, opts=options), output


@pytest.mark.parametrize("dialect", ["postgresql", "sqlite", "mysql"])
def test_what_a_listener_executes_stands_in_the_script(dialect: str) -> None:
    context, output = offline(dialect)
    before = sa.DDL("COMMENT 50%% on %(table)s")

    def after(target: sa.Table, connection: Any, **kw: Any) -> None:
        connection.execute(sa.text("GRANT :what").bindparams(what=5))
        connection.execute(target.insert().values(id=1))
        connection.execute(target.insert(), [{"id": 2}, {"id": 3}])

    with (
        running(context.interpreter),
        listening(("before_create", before), ("after_create", after)),
    ):
        op.create_table("t", *columns())
    text = output.getvalue()
    order = [text.index(s) for s in ("COMMENT 50% on t;", "CREATE TABLE t", "GRANT 5;")]
    assert order == sorted(order)
    assert text.count("INSERT INTO t (id) VALUES") == 3
    assert text.count("CREATE TYPE") == (dialect == "postgresql")
