"""What a comparison makes of things that models cannot say, or say only in part."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint

from limbeck.commands.autogenerate import Difference
from limbeck.commands.remarks import remarked
from limbeck.errors import UnsupportedOperation
from limbeck.script.render import RenderOptions, render
from tests.databases.detect import Server, said, server

pytestmark = pytest.mark.postgresql


@pytest.fixture(scope="module")
def _server(postgresql_url: str) -> Iterator[Server]:
    with server("postgresql", postgresql_url) as found:
        yield found


@pytest.fixture
def postgresql(_server: Server) -> Server:
    _server.empty()
    return _server


@pytest.fixture
def run(postgresql: Server) -> Callable[..., None]:
    """Runs SQL on the server."""

    def run(*statements: str) -> None:
        with postgresql.engine.begin() as connection:
            for sql in statements:
                connection.exec_driver_sql(sql)

    return run


def found(server: Server, models: sa.MetaData) -> list[str]:
    return [said(op) for op in server.difference(models).upgrade]


def annotated(difference: Difference, server: Server) -> str:
    """The upgrade as a script has it, with its comments."""
    remarks = render(remarked(difference.upgrade), RenderOptions(), server.engine.dialect)
    return remarks.text


def events(by: str = "RANGE (a)") -> sa.MetaData:
    metadata = sa.MetaData()
    sa.Table("events", metadata, sa.Column("a", sa.Integer), postgresql_partition_by=by)
    return metadata


def test_a_partition_belongs_to_its_table(postgresql: Server, run: Callable[..., None]) -> None:
    postgresql.create(events())
    run(
        "CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (1) TO (9)",
        "CREATE TABLE events_2 PARTITION OF events DEFAULT PARTITION BY RANGE (a)",
        "CREATE TABLE events_3 PARTITION OF events_2 FOR VALUES FROM (9) TO (19)",
        "CREATE INDEX ON events_1 (a)",
    )
    assert found(postgresql, events()) == []


def test_a_partition_that_has_a_model_of_its_own_is_not_made_once_more(
    postgresql: Server, run: Callable[..., None]
) -> None:
    postgresql.create(events())
    run(
        "CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (1) TO (9)",
        "CREATE INDEX ON events_1 (a)",
    )
    models = events()
    for name in ("events_1", "events_2"):
        sa.Table(name, models, sa.Column("a", sa.Integer))
    assert found(postgresql, models) == ["create_table events_2"]


def test_the_undeclared_heirs_of_a_declared_table_are_not_dropped(
    postgresql: Server, run: Callable[..., None]
) -> None:
    models = sa.MetaData()
    sa.Table("events", models, sa.Column("a", sa.Integer))
    postgresql.create(models)
    run(
        "CREATE TABLE events_2024 (CHECK (a < 9)) INHERITS (events)",
        "CREATE TABLE events_2024_01 () INHERITS (events_2024)",
        "CREATE TABLE other (b integer)",
        "CREATE TABLE others () INHERITS (other)",
    )
    assert found(postgresql, models) == ["drop_table other", "drop_table others"]


def test_another_partitioning_is_found_and_said_to_need_a_new_table(
    postgresql: Server, caplog: pytest.LogCaptureFixture
) -> None:
    postgresql.create(events())
    with caplog.at_level(logging.WARNING):
        difference = postgresql.difference(events("LIST (a)"))
    assert [said(op) for op in difference.upgrade] == [
        "alter_table events: postgresql_partition_by"
    ]
    assert "no ALTER TABLE does that" in caplog.text
    text = annotated(difference, postgresql)
    assert "# 'events' is to be partitioned LIST (a)" in text
    with pytest.raises(UnsupportedOperation, match="Make a new table"):
        postgresql.run(difference.upgrade)
    assert found(postgresql, events()) == []


def pair(not_valid: bool) -> sa.MetaData:
    options = {"postgresql_not_valid": True} if not_valid else {}
    metadata = sa.MetaData()
    sa.Table("o", metadata, sa.Column("id", sa.Integer, primary_key=True))
    sa.Table(
        "t",
        metadata,
        sa.Column("a", sa.Integer),
        sa.ForeignKeyConstraint(["a"], ["o.id"], name="fk", **options),
        sa.CheckConstraint("a > 0", name="ck", **options),
    )
    return metadata


def test_a_constraint_that_rows_may_break_is_validated_unless_the_models_say_so(
    postgresql: Server, run: Callable[..., None]
) -> None:
    run(
        "CREATE TABLE o (id serial PRIMARY KEY)",
        "CREATE TABLE t (a integer)",
        "ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (a) REFERENCES o (id) NOT VALID",
        "ALTER TABLE t ADD CONSTRAINT ck CHECK (a > 0) NOT VALID",
    )
    start = postgresql.schema()
    assert found(postgresql, pair(not_valid=True)) == []
    difference = postgresql.difference(pair(not_valid=False))
    assert [said(op) for op in difference.upgrade] == [
        "validate_constraint fk",
        "validate_constraint ck",
    ]
    postgresql.run(difference.upgrade)
    assert found(postgresql, pair(not_valid=False)) == []
    assert found(postgresql, pair(not_valid=True)) == []
    postgresql.run(difference.downgrade)
    assert postgresql.schema() == start


@pytest.mark.parametrize("name", ["t_id_seq", "other_seq"])
def test_a_sequence_that_serial_made_is_the_one_that_the_models_name(
    name: str, postgresql: Server, run: Callable[..., None]
) -> None:
    models = sa.MetaData()
    sa.Table("t", models, sa.Column("id", sa.Integer, sa.Sequence(name), primary_key=True))
    run("CREATE TABLE t (id serial PRIMARY KEY)")
    if name != "t_id_seq":
        run(f"ALTER SEQUENCE t_id_seq RENAME TO {name}")
    assert found(postgresql, models) == []


def test_sequences_and_domains_that_no_model_names_are_left_alone(
    postgresql: Server, run: Callable[..., None]
) -> None:
    run(
        "CREATE SEQUENCE invoices",
        "CREATE DOMAIN amount AS integer CHECK (VALUE > 0)",
        "CREATE EXTENSION hstore",
    )
    assert found(postgresql, sa.MetaData()) == []


def generated(expression: str) -> sa.MetaData:
    metadata = sa.MetaData()
    sa.Table(
        "t",
        metadata,
        sa.Column("b", sa.Integer),
        sa.Column("a", sa.Integer, sa.Computed(expression, persisted=True)),
        sa.Index("ix", "a"),
    )
    return metadata


def test_a_generated_column_that_is_made_anew_is_said_to_cost_something(
    postgresql: Server, caplog: pytest.LogCaptureFixture
) -> None:
    postgresql.create(generated("b + 1"))
    with caplog.at_level(logging.INFO):
        difference = postgresql.difference(generated("b + 2"))
    sentence = "'t.a' is dropped and added again"
    warned = [r for r in caplog.records if r.levelno == logging.WARNING]
    assert any(sentence in r.message and "every row is written again" in r.message for r in warned)
    assert "Not compared: views, triggers, " in caplog.records[-1].message
    assert "(models cannot describe them)" in caplog.records[-1].message
    assert f"# {sentence}" in annotated(difference, postgresql)
    postgresql.run(difference.upgrade)
    assert found(postgresql, generated("b + 2")) == []


def needs(name: str) -> tuple[sa.MetaData, str]:
    """A table that can be made with an extension only, and the extension's name."""
    metadata = sa.MetaData()
    columns = [sa.Column("a", sa.Integer), sa.Column("b", sa.Text), sa.Column("c", TSTZRANGE)]
    parts: dict[str, tuple[str, sa.schema.SchemaItem]] = {
        "a key in an exclusion": (
            "btree_gist",
            ExcludeConstraint(("a", "="), ("c", "&&"), using="gist", name="x"),
        ),
        "a GIN index of text": ("btree_gin", sa.Index("x", "b", postgresql_using="gin")),
        "an operator class": (
            "pg_trgm",
            sa.Index("x", "b", postgresql_using="gin", postgresql_ops={"b": "gin_trgm_ops"}),
        ),
        "a method": ("bloom", sa.Index("x", "a", postgresql_using="bloom")),
        "a function of a default": (
            "uuid-ossp",
            sa.Column("d", sa.Uuid, server_default=sa.text("uuid_generate_v4()")),
        ),
        "a function of a check": ("pg_trgm", sa.CheckConstraint("similarity(b, 'x') > 0.1")),
        "none": ("", sa.Index("x", "c", postgresql_using="gist")),
    }
    extension, part = parts[name]
    sa.Table("t", metadata, *columns, part)
    return metadata, extension


@pytest.mark.parametrize(
    "what",
    [
        "a key in an exclusion",
        "a GIN index of text",
        "an operator class",
        "a method",
        "a function of a default",
        "a function of a check",
        "none",
    ],
)
def test_an_extension_that_a_table_needs_is_created_with_it(postgresql: Server, what: str) -> None:
    models, extension = needs(what)
    with postgresql.engine.connect() as connection:
        available = connection.exec_driver_sql("SELECT name FROM pg_available_extensions")
        if extension and extension not in set(available.scalars()):
            pytest.skip(f"the server has no {extension}")
    difference = postgresql.difference(models)
    created = [said(op) for op in difference.upgrade if "extension" in said(op)]
    assert created == ([f"create_extension {extension}"] if extension else [])
    postgresql.run(difference.upgrade)
    assert found(postgresql, models) == []
