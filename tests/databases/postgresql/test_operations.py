"""Each operation on the server: what it makes is what it says, and its reverse takes it back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from limbeck.dialects.base import Request
from limbeck.diff.compare import compare
from limbeck.errors import UnsupportedOperation
from limbeck.metadata import load
from limbeck.operations import alter_column, columns, constraints, indexes, tables, types
from limbeck.operations.base import Operation, Scope
from limbeck.operations.batch import Batch
from limbeck.runtime.state import LiveState
from limbeck.schema.names import Name
from limbeck.schema.objects import Schema
from tests.databases.postgresql.conftest import POSTGRESQL
from tests.databases.types.distinct import DISTINCT

pytestmark = pytest.mark.postgresql

Verbs = Callable[[Scope], Sequence[Operation]]


def start() -> sa.MetaData:
    """The database that every operation starts from."""
    metadata = sa.MetaData()
    mood = sa.Enum("sad", "ok", name="mood")
    sa.Table("o", metadata, sa.Column("id", sa.Integer, primary_key=True))
    sa.Table(
        "t",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("a", sa.Integer, server_default="1", nullable=False),
        sa.Column("b", sa.Integer),
        sa.Column("s", sa.String(20), server_default="sad", comment="a 'comment'"),
        sa.Column("flag", sa.Boolean),
        sa.Column("number", sa.BigInteger, sa.Identity(start=5, cycle=True)),
        sa.Column("double", sa.Integer, sa.Computed("a * 2", persisted=True)),
        sa.Column("mood", mood, server_default="ok"),
        sa.Column("moods", sa.ARRAY(mood), server_default="{sad}"),
        sa.CheckConstraint("a > 0", name="ck_a"),
        sa.CheckConstraint("mood <> 'sad' OR a > 1", name="ck_mood"),
        sa.UniqueConstraint("a", name="uq_a"),
        sa.Index("ix_b", "b"),
        sa.Index("ix_mood", "b", postgresql_where=sa.text("mood = 'ok'")),
        comment="of a table",
    )
    other = sa.Enum("x", "y", name="single")
    sa.Table("lone", metadata, sa.Column("c", other, server_default="x", primary_key=True))
    return metadata


@pytest.fixture
def run(connection: sa.Connection) -> Callable[[Operation], None]:
    """Runs the statements of an operation against the state as it is."""
    compiler = POSTGRESQL.compiler(connection.dialect)

    def normalized(request: Request) -> Schema:
        return POSTGRESQL.normalize(POSTGRESQL.inspect(connection, request), connection.dialect)

    def run(operation: Operation) -> None:
        for statement in compiler.compile(operation, LiveState(normalized)):
            connection.exec_driver_sql(statement.sql.replace("%", "%%"))

    return run


def add(column: sa.Column[Any], **kw: Any) -> Verbs:
    return lambda scope: [columns.add_column(scope, "t", column, **kw)]


def alter(name: str, **kw: Any) -> Verbs:
    return lambda scope: [columns.alter_column(scope, "t", name, **kw)]


def drop(name: str) -> Verbs:
    return lambda scope: [columns.drop_column(scope, "t", name)]


def enum(*values: str, existing: Sequence[str] = ("sad", "ok")) -> Verbs:
    return lambda scope: [types.alter_enum(scope, "mood", values, existing_values=existing)]


CASES: dict[str, Verbs] = {
    "create table": lambda s: [
        tables.create_table(
            s,
            "n",
            sa.Column("id", sa.BigInteger, primary_key=True),
            sa.Column("o_id", sa.Integer, sa.ForeignKey("o.id", name="fk_o", ondelete="CASCADE")),
            sa.Column("e", sa.Enum("p", "q", name="fresh"), comment="50% of it's"),
            sa.Column("f", sa.ARRAY(sa.Enum("p", "q", name="fresh"))),
            sa.Column("mood", sa.Enum("sad", "ok", name="mood")),
            sa.Column("u", sa.String(5), unique=True, index=True),
            sa.CheckConstraint("u <> ''", name="ck_u"),
            comment="new",
        )
    ],
    "create unlogged table": lambda s: [
        tables.create_table(s, "n", sa.Column("id", sa.Integer), prefixes=["UNLOGGED"])
    ],
    "create partitioned table": lambda s: [
        tables.create_table(s, "n", sa.Column("d", sa.Date), postgresql_partition_by="range (d)")
    ],
    "drop table": lambda s: [tables.drop_table(s, "t")],
    "drop table with the last column of an enum": lambda s: [tables.drop_table(s, "lone")],
    "rename table": lambda s: [tables.rename_table(s, "t", "u")],
    "table comment": lambda s: [tables.create_table_comment(s, "t", "other")],
    "no table comment": lambda s: [tables.drop_table_comment(s, "t")],
    "add column": add(sa.Column("n", sa.String(5), server_default="it's", comment="c")),
    "add not null column": add(sa.Column("n", sa.Integer, nullable=False)),
    "add column with keys": add(
        sa.Column("n", sa.Integer, sa.ForeignKey("o.id", name="fk"), unique=True, index=True)
    ),
    "add enum column": add(sa.Column("n", sa.Enum("p", "q", name="fresh"), server_default="p")),
    "add enum column of a known type": add(sa.Column("n", sa.Enum("sad", "ok", name="mood"))),
    "add computed column": add(sa.Column("n", sa.Integer, sa.Computed("b + 1", persisted=True))),
    "add identity column": add(sa.Column("n", sa.Integer, sa.Identity(always=True, start=3))),
    "drop column": drop("s"),
    "drop column with index": drop("b"),
    "drop one of the columns of an enum": drop("moods"),
    "drop computed column": drop("double"),
    "drop identity column": drop("number"),
    "rename column": alter("b", new_column_name="c d"),
    "nullable": alter("a", nullable=True),
    "not null": alter("b", nullable=False),
    "longer string": alter("s", type_=sa.String(30)),
    "string to text": alter("s", type_=sa.Text()),
    "string to enum of a new type": alter(
        "s", type_=sa.Enum("sad", "ok", name="fresh"), existing_type=sa.String(20)
    ),
    "string to enum without hints": alter("s", type_=sa.Enum("sad", "ok", name="mood")),
    "enum to string": lambda s: [
        columns.alter_column(
            s,
            "lone",
            "c",
            type_=sa.String(5),
            existing_type=sa.Enum("x", "y", name="single"),
            existing_server_default="x",
        )
    ],
    "enum to another enum": lambda s: [
        columns.alter_column(s, "lone", "c", type_=sa.Enum("x", "y", "z", name="fresh"))
    ],
    "integer to boolean": alter("b", type_=sa.Boolean(), existing_type=sa.Integer()),
    "boolean to big integer": alter("flag", type_=sa.BigInteger(), existing_type=sa.Boolean()),
    "integer to string": alter("b", type_=sa.String(10)),
    "scalar to array": alter("b", type_=sa.ARRAY(sa.Integer())),
    "using": alter("s", type_=sa.Integer(), postgresql_using="length(s)", server_default="3"),
    "default": alter("a", server_default="6"),
    "default of SQL": alter("s", server_default=sa.text("upper('x')")),
    "no default": alter("a", server_default=None),
    "comment": alter("s", comment="50%: it's"),
    "no comment": alter("s", comment=None),
    "everything": alter(
        "s",
        type_=sa.Text(),
        nullable=False,
        server_default="y",
        comment="cc",
        new_column_name="z",
        existing_type=sa.String(20),
    ),
    "add identity": lambda s: [
        columns.alter_column(s, "t", "b", nullable=False),
        columns.alter_column(s, "t", "b", server_default=sa.Identity(start=7, increment=2)),
    ],
    "change identity": alter("number", server_default=sa.Identity(always=True, start=5, cache=9)),
    "plain identity": alter(
        "number",
        server_default=sa.Identity(),
        existing_server_default=sa.Identity(start=5, cycle=True),
    ),
    "drop identity": alter(
        "number", server_default=None, existing_server_default=sa.Identity(start=5)
    ),
    "unique": lambda s: [
        constraints.create_unique_constraint(
            s, "uq", "t", ["a", "b"], deferrable=True, initially="DEFERRED"
        )
    ],
    "unique nulls not distinct": lambda s: [
        constraints.create_unique_constraint(
            s, "uq", "t", ["b"], postgresql_nulls_not_distinct=True
        )
    ],
    "check": lambda s: [constraints.create_check_constraint(s, "ck", "t", "b > 5")],
    "check not valid": lambda s: [
        constraints.create_check_constraint(s, "ck", "t", "b > 5", postgresql_not_valid=True)
    ],
    "foreign key": lambda s: [
        constraints.create_foreign_key(
            s, "fk", "t", "o", ["b"], ["id"], ondelete="SET NULL", match="FULL", deferrable=True
        )
    ],
    "foreign key not valid": lambda s: [
        constraints.create_foreign_key(s, "fk", "t", "o", ["b"], ["id"], postgresql_not_valid=True)
    ],
    "exclude": lambda s: [
        constraints.create_exclude_constraint(
            s, "ex", "t", ("b", "="), using="hash", where=sa.text("b > 5")
        )
    ],
    "drop check": lambda s: [constraints.drop_constraint(s, "ck_a", "t", "check")],
    "drop unique": lambda s: [constraints.drop_constraint(s, "uq_a", "t", "unique")],
    "drop primary key": lambda s: [constraints.drop_constraint(s, "lone_pkey", "lone", "primary")],
    "index": lambda s: [indexes.create_index(s, "ix", "t", ["a", sa.text("lower(s)")])],
    "index with options": lambda s: [
        indexes.create_index(
            s,
            "ix",
            "t",
            [sa.column("s").desc().nulls_last()],
            unique=True,
            postgresql_include=["a"],
            postgresql_where=sa.text("a > 5"),
            postgresql_with={"fillfactor": 50},
        )
    ],
    "index with operator class": lambda s: [
        indexes.create_index(
            s,
            "ix",
            "t",
            [sa.func.lower(sa.column("s")).label("low")],
            postgresql_ops={"low": "text_pattern_ops"},
        )
    ],
    "drop index": lambda s: [indexes.drop_index(s, "ix_mood", "t")],
    "enum gets a last value": enum("sad", "ok", "happy"),
    "enum gets a first value": enum("awful", "sad", "ok"),
    "enum gets values in between": enum("sad", "so", "so so", "ok"),
    "enum changes the order": enum("ok", "sad"),
    "enum loses a value and gets one": enum("ok", "happy", "sad"),
    "batch": lambda s: [
        Batch(
            Name("t"),
            (
                columns.add_column(s, "t", sa.Column("n", sa.Enum("p", "q", name="fresh"))),
                columns.add_column(s, "t", sa.Column("m", sa.Enum("p", "q", name="fresh"))),
                columns.alter_column(s, "t", "a", nullable=True),
                columns.drop_column(s, "t", "double"),
            ),
        )
    ],
}


@pytest.mark.parametrize("case", CASES)
def test_an_operation_does_what_it_says_and_its_reverse_takes_it_back(
    connection: sa.Connection,
    read: Callable[..., Schema],
    run: Callable[[Operation], None],
    case: str,
) -> None:
    start().create_all(connection)
    connection.commit()
    initial = read()
    states: list[tuple[Operation, Schema]] = []
    for operation in CASES[case](Scope(connection.dialect)):
        before = read()
        run(operation)
        connection.commit()
        expected = POSTGRESQL.normalize(operation.apply(before), connection.dialect)
        after = read()
        assert POSTGRESQL.read_back is not None
        expected = POSTGRESQL.read_back(connection, expected, after)
        assert compare(after, expected) == ()
        assert after.enums == expected.enums
        states.append((operation, before))
    for operation, before in reversed(states):
        run(operation.reverse(before))
        connection.commit()
    assert compare(read(), initial) == ()
    assert read().enums == initial.enums


def test_a_generated_expression_is_not_altered(connection: sa.Connection) -> None:
    scope = Scope(connection.dialect)
    operation = columns.alter_column(scope, "t", "a", server_default=sa.Computed("b + 1"))
    with pytest.raises(UnsupportedOperation, match=r"'t\.a'.*[Dd]rop the column and add it"):
        POSTGRESQL.compiler(connection.dialect).compile(operation, Schema())


def test_a_generated_column_becomes_a_plain_one(
    connection: sa.Connection, read: Callable[..., Schema], run: Callable[[Operation], None]
) -> None:
    start().create_all(connection)
    run(
        columns.alter_column(
            Scope(connection.dialect),
            "t",
            "double",
            server_default=None,
            existing_server_default=sa.Computed("a * 2"),
        )
    )
    assert read().table(Name("t")).column("double").computed is None


def test_rows_survive_the_swap_of_an_enum_type(
    connection: sa.Connection, run: Callable[[Operation], None]
) -> None:
    start().create_all(connection)
    insert = "INSERT INTO t (a, mood, moods) VALUES (2, 'ok', '{ok,sad}')"
    connection.execute(sa.text(insert))
    run(CASES["enum changes the order"](Scope(connection.dialect))[0])
    row = connection.execute(sa.text("SELECT mood::text, moods::text[] FROM t")).one()
    assert tuple(row) == ("ok", ["ok", "sad"])


def test_identity_goes_on_where_serial_has_ended(
    connection: sa.Connection, read: Callable[..., Schema], run: Callable[[Operation], None]
) -> None:
    start().create_all(connection)
    connection.execute(sa.text("INSERT INTO o DEFAULT VALUES"))
    connection.execute(sa.text("INSERT INTO o DEFAULT VALUES"))
    before = read()
    old = before.table(Name("o")).column("id")
    operation = columns.AlterColumn(
        Name("o"),
        "id",
        identity=columns.Identity(),
        autoincrement=False,
        **alter_column.existing_hints(old),
    )
    run(operation)
    column = read().table(Name("o")).column("id")
    assert column.identity is not None
    assert column.autoincrement is False
    last = "INSERT INTO o DEFAULT VALUES RETURNING id"
    assert connection.execute(sa.text(last)).scalar_one() == 3
    run(operation.reverse(before))
    assert read() == before
    assert connection.execute(sa.text(last)).scalar_one() == 4


def test_numbering_that_ends_takes_the_sequence_of_before_a_rename(
    connection: sa.Connection, read: Callable[..., Schema], run: Callable[[Operation], None]
) -> None:
    start().create_all(connection)
    scope, names = Scope(connection.dialect), "SELECT sequencename FROM pg_sequences"
    sequences = connection.execute(sa.text(names)).scalars().all()
    run(tables.rename_table(scope, "o", "p"))
    run(columns.alter_column(scope, "p", "id", new_column_name="key"))
    before = read()
    old = before.table(Name("p")).column("key")
    hints = alter_column.existing_hints(old)
    operation = columns.AlterColumn(Name("p"), "key", autoincrement=False, **hints)
    run(operation)
    assert "o_id_seq" in sequences
    left = connection.execute(sa.text(names)).scalars().all()
    assert sorted(left) == sorted({*sequences} - {"o_id_seq"})
    run(operation.reverse(before))
    assert read() == before


def test_a_check_of_the_models_that_is_added_leaves_the_models_as_they_are(
    connection: sa.Connection, run: Callable[[Operation], None]
) -> None:
    models = sa.MetaData()
    kind = sa.Enum("a", "b", name="kind", native_enum=False, create_constraint=True)
    table = sa.Table("v", models, sa.Column("from", kind))
    checks = [c for c in table.constraints if isinstance(c, sa.CheckConstraint)]
    connection.exec_driver_sql('CREATE TABLE v ("from" varchar(1))')
    declared = load.schema([models], connection.dialect).table(Name("v"))
    for check in declared.checks:
        run(constraints.AddConstraint(Name("v"), check))
    assert len(checks) == 1
    assert [c for c in table.constraints if isinstance(c, sa.CheckConstraint)] == checks


def test_a_type_that_the_script_made_itself_is_not_made_again(
    connection: sa.Connection, read: Callable[..., Schema], run: Callable[[Operation], None]
) -> None:
    mood = pg.ENUM("a", "b", name="mood")
    mood.create(connection, checkfirst=True)
    run(tables.create_table(Scope(connection.dialect), "t", sa.Column("m", mood)))
    assert read().table(Name("t")).column("m").type.enum == Name("mood")


def test_a_type_with_create_type_false_is_left_alone(
    connection: sa.Connection, run: Callable[[Operation], None]
) -> None:
    mood = pg.ENUM("a", "b", name="mood", create_type=False)
    operation = tables.create_table(Scope(connection.dialect), "t", sa.Column("m", mood))
    statements = POSTGRESQL.compiler(connection.dialect).compile(operation, Schema())
    assert [s.sql.split()[0:2] for s in statements] == [["CREATE", "TABLE"]]


def test_a_domain_is_made_for_its_first_table_only(
    connection: sa.Connection, read: Callable[..., Schema], run: Callable[[Operation], None]
) -> None:
    domain = pg.DOMAIN("positive", sa.Integer(), check="VALUE > 0")
    scope = Scope(connection.dialect)
    run(tables.create_table(scope, "one", sa.Column("c", domain)))
    run(tables.create_table(scope, "two", sa.Column("c", domain)))
    assert read().table(Name("two")).column("c").type.text == "positive"


def test_indexes_are_made_and_dropped_concurrently_outside_a_transaction(
    connection: sa.Connection,
) -> None:
    compiler = POSTGRESQL.compiler(connection.dialect)
    scope = Scope(connection.dialect)
    made = indexes.create_index(
        scope, "ix", "t", ["a"], schema="s", if_not_exists=True, postgresql_concurrently=True
    )
    gone = indexes.drop_index(
        scope, "ix", "t", schema="s", if_exists=True, postgresql_concurrently=True
    )
    found = [s for op in (made, gone) for s in compiler.compile(op, Schema())]
    assert [s.sql for s in found] == [
        "CREATE INDEX CONCURRENTLY IF NOT EXISTS ix ON s.t (a)",
        "DROP INDEX CONCURRENTLY IF EXISTS s.ix",
    ]
    assert not any(s.transactional for s in found)


def test_a_column_can_change_from_any_type_to_any_other(
    connection: sa.Connection, run: Callable[[Operation], None]
) -> None:
    connection.execute(sa.text("CREATE TABLE t (c integer)"))
    scope = Scope(connection.dialect)
    some = DISTINCT["postgresql"][::8]
    refused = []
    for old in some:
        for new in some:
            savepoint = connection.begin_nested()
            try:
                run(columns.alter_column(scope, "t", "c", type_=old))
                run(columns.alter_column(scope, "t", "c", type_=new, existing_type=old))
            except sa.exc.DBAPIError as error:
                refused.append((old, new, str(error.orig)))
            savepoint.rollback()
    assert refused == []


@pytest.mark.parametrize(
    "changes",
    [
        {"identity": columns.Identity(options=(("start", 7),))},
        {"type": columns.SqlType(sa.Enum("x", "y", name="fresh"))},
        {"type": columns.SqlType(sa.Text()), "default": columns.Expression("x")},
        {"default": columns.Expression("5")},
    ],
    ids=["identity", "enum", "text with default", "default"],
)
def test_numbering_ends_and_comes_back_in_a_step_of_its_own(
    connection: sa.Connection,
    read: Callable[..., Schema],
    run: Callable[[Operation], None],
    changes: dict[str, Any],
) -> None:
    start().create_all(connection)
    before = read()
    old = before.table(Name("o")).column("id")
    first = columns.AlterColumn(Name("o"), "id", **changes, **alter_column.existing_hints(old))
    between = first.changed(old)
    second = columns.AlterColumn(
        Name("o"), "id", autoincrement=False, **alter_column.existing_hints(between)
    )
    middle = first.apply(before)
    run(first)
    run(second)
    expected = POSTGRESQL.normalize(second.apply(middle), connection.dialect)
    assert compare(read(), expected) == ()
    run(second.reverse(middle))
    run(first.reverse(before))
    assert read() == before


def test_foreign_keys_between_enum_columns_survive_the_swap(
    connection: sa.Connection, read: Callable[..., Schema], run: Callable[[Operation], None]
) -> None:
    metadata = sa.MetaData()
    mood = sa.Enum("sad", "ok", name="mood")
    sa.Table("m", metadata, sa.Column("mood", mood, primary_key=True))
    sa.Table("n", metadata, sa.Column("mood", mood, sa.ForeignKey("m.mood")))
    metadata.create_all(connection)
    before = read()
    run(types.alter_enum(Scope(connection.dialect), "mood", ["ok"], existing_values=["sad", "ok"]))
    assert read().tables == before.tables
    assert read().enums[Name("mood")].values == ("ok",)
