"""Each operation on a server, there and back: the schema that is read is the one that was meant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from limbeck.diff.compare import compare
from limbeck.errors import CommandError
from limbeck.operations import columns, constraints, indexes, tables
from limbeck.operations.base import Operation, Scope
from limbeck.operations.batch import Batch, Placement
from limbeck.schema.constraints import PrimaryKey
from limbeck.schema.names import Name
from limbeck.schema.objects import Schema
from tests.databases.mysql.support import DIALECT, connected, inspected, run

pytestmark = pytest.mark.mysql

MADE = (
    "CREATE TABLE o (id int PRIMARY KEY, code varchar(10) NOT NULL UNIQUE)",
    """CREATE TABLE t (
      id int AUTO_INCREMENT PRIMARY KEY,
      a int NOT NULL DEFAULT 5 COMMENT 'it''s a',
      b varchar(20) CHARACTER SET latin1 COLLATE latin1_german2_ci NULL DEFAULT 'x' COMMENT '50%',
      at datetime NOT NULL DEFAULT current_timestamp() ON UPDATE current_timestamp(),
      own int NOT NULL DEFAULT 7 CHECK (own > 5),
      o_id int,
      ref int NULL,
      v int AS (a + 1) VIRTUAL,
      s int AS (a + 2) STORED,
      d datetime NULL,
      flag tinyint(1) NULL DEFAULT 1,
      kind enum('x', 'y') NOT NULL DEFAULT 'x',
      CONSTRAINT uq UNIQUE (b, a),
      CONSTRAINT ck CHECK (a > 0 AND b <> 'no'),
      CONSTRAINT fk FOREIGN KEY (o_id) REFERENCES o (id) ON DELETE CASCADE,
      INDEX ix (b(5) DESC, a),
      UNIQUE INDEX uq_prefix (b(3))
    ) COMMENT 'a table'""",
)

Verb = Callable[[Scope], Operation]


def verb(function: Callable[..., Operation], *args: Any, **kw: Any) -> Verb:
    return lambda scope: function(scope, *args, **kw)


def _alter(column: str, **kw: Any) -> Verb:
    return verb(columns.alter_column, "t", column, **kw)


OPERATIONS: dict[str, Verb] = {
    "create table": verb(
        tables.create_table,
        "n",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("a", sa.String(5), sa.ForeignKey("o.code"), index=True, comment="c"),
        sa.Column("b", sa.Integer, sa.CheckConstraint("b > 1", name="b_ck"), unique=True),
        sa.Index("desc_ix", sa.desc("b")),
        comment="it's",
        mysql_engine="InnoDB",
    ),
    "drop table": verb(tables.drop_table, "t"),
    "rename table": verb(tables.rename_table, "t", "u"),
    "comment table": verb(tables.create_table_comment, "t", "it's 50%"),
    "uncomment table": verb(tables.drop_table_comment, "t"),
    "add column": verb(
        columns.add_column,
        "t",
        sa.Column("n", sa.Integer, server_default="5", nullable=False, comment="c"),
    ),
    "add column with all": verb(
        columns.add_column,
        "t",
        sa.Column(
            "n",
            sa.Integer,
            sa.ForeignKey("o.id", name="n_fk"),
            sa.CheckConstraint("n > 5", name="n_ck"),
            unique=True,
        ),
    ),
    "add column with a reference in it": verb(
        columns.add_column,
        "t",
        sa.Column("n", sa.Integer, sa.ForeignKey("o.id", ondelete="CASCADE")),
        inline_references=True,
    ),
    "add column with an index": verb(
        columns.add_column, "t", sa.Column("n", sa.Integer, index=True)
    ),
    "add generated column": verb(
        columns.add_column, "t", sa.Column("n", sa.Integer, sa.Computed("a * 2", persisted=True))
    ),
    "add column with a checked type": verb(
        columns.add_column, "t", sa.Column("n", sa.Boolean(create_constraint=True, name="n_bool"))
    ),
    "add numbered key": verb(
        columns.add_column, "bare", sa.Column("n", sa.Integer, primary_key=True)
    ),
    "add key of letters": verb(
        columns.add_column, "bare", sa.Column("n", sa.String(5), primary_key=True)
    ),
    "drop column": verb(columns.drop_column, "t", "d"),
    "drop column of a foreign key": verb(columns.drop_column, "t", "o_id"),
    "drop column of a check and keys of several": verb(columns.drop_column, "t", "b"),
    "drop column with its own check": verb(columns.drop_column, "t", "own"),
    "drop generated column": verb(columns.drop_column, "t", "s"),
    "alter type": _alter("a", type_=sa.BigInteger()),
    "alter type of characters": _alter("b", type_=sa.String(40)),
    "alter type of an own check": _alter("own", type_=sa.BigInteger()),
    "alter type of a time": _alter(
        "at", type_=mysql.DATETIME(fsp=3), server_default=sa.func.now(3)
    ),
    "alter values": _alter("kind", type_=sa.Enum("x", "y", "z", name="kind")),
    "alter to boolean": _alter("a", type_=sa.Boolean(create_constraint=True, name="a_bool")),
    "alter nullable": _alter("a", nullable=True),
    "alter not null": _alter("flag", nullable=False),
    "alter default": _alter("a", server_default="6"),
    "alter default to an expression": _alter("a", server_default=sa.text("(1 + 2)")),
    "alter default to a function": _alter("d", server_default=sa.func.now()),
    "drop default": _alter("b", server_default=None),
    "drop default of not null": _alter("a", server_default=None),
    "alter on update": _alter("at", server_default=sa.func.now()),
    "comment column": _alter("a", comment="new: it's 50%"),
    "uncomment column": _alter("b", comment=None),
    "rename column": _alter("d", new_column_name="d 2"),
    "rename and alter column": _alter(
        "d", new_column_name="d2", type_=sa.Date(), nullable=True, comment="c"
    ),
    "alter everything": _alter(
        "b",
        type_=sa.String(30),
        nullable=False,
        server_default="y",
        comment="z",
    ),
    "alter autoincrement": _alter("id", autoincrement=False),
    "alter generated column": _alter("v", server_default=sa.Computed("a + 3", persisted=False)),
    "stored column to a plain one": _alter(
        "s",
        server_default=None,
        existing_server_default=sa.Computed("a + 2", persisted=True),
    ),
    "add primary key": verb(constraints.create_primary_key, "pk", "bare", ["x", "y"]),
    "add unique constraint": verb(constraints.create_unique_constraint, "uq2", "t", ["a", "at"]),
    "add unnamed unique constraint": verb(
        constraints.create_unique_constraint, None, "t", ["d", "at"]
    ),
    "add foreign key": verb(
        constraints.create_foreign_key,
        "fk2",
        "t",
        "o",
        ["ref"],
        ["id"],
        onupdate="CASCADE",
        ondelete="RESTRICT",
    ),
    "add check": verb(constraints.create_check_constraint, "ck2", "t", "a <> 3 OR b LIKE 'x%'"),
    "add unnamed check": verb(constraints.create_check_constraint, None, "t", "a <> 3"),
    "drop primary key of a number": verb(constraints.drop_constraint, None, "t", type_="primary"),
    "drop unique constraint": verb(constraints.drop_constraint, "uq", "t", type_="unique"),
    "drop foreign key": verb(constraints.drop_constraint, "fk", "t", type_="foreignkey"),
    "drop check": verb(constraints.drop_constraint, "ck", "t", type_="check"),
    "drop a constraint of no given kind": verb(constraints.drop_constraint, "ck", "t"),
    "drop a foreign key of no given kind": verb(constraints.drop_constraint, "fk", "t"),
    "create index": verb(indexes.create_index, "ix2", "t", ["a", "b"]),
    "create unique index": verb(indexes.create_index, "ix2", "t", ["a", "d"], unique=True),
    "create index of a prefix": verb(
        indexes.create_index, "ix2", "t", [sa.text("a DESC"), "b"], mysql_length={"b": 4}
    ),
    "drop index": verb(indexes.drop_index, "ix", "t"),
    "drop unique index": verb(indexes.drop_index, "uq_prefix", "t"),
}

LEAVES_THE_KEYS_INDEX = {"drop foreign key", "drop a foreign key of no given kind"}
"""The server keeps the index that it made for a foreign key when the key goes."""

TAKEN_BACK_IN_PART = {
    # AUTO_INCREMENT goes with the key, and a live state does not know that it was there
    "drop primary key of a number",
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_and_its_reverse_do_what_they_say(mysql_scratch: str, name: str) -> None:
    with connected(mysql_scratch) as connection:
        before = _made(connection)
        operation = OPERATIONS[name](Scope(connection.dialect))
        reverse = operation.reverse(before)

        run(connection, operation, before)
        after = _settled(connection, operation.apply(before))
        assert _left(after, inspected(connection), name) == ()
        assert compare(before, inspected(connection)) != ()

        run(connection, reverse, inspected(connection))
        if name not in TAKEN_BACK_IN_PART:
            assert _left(before, inspected(connection), name, back=True) == ()


def _made(connection: sa.Connection) -> Schema:
    for sql in (*MADE, "CREATE TABLE bare (x int NOT NULL, y int NOT NULL)"):
        connection.exec_driver_sql(sql.replace("%", "%%"))
    connection.exec_driver_sql("INSERT INTO o VALUES (1, 'one')")
    connection.exec_driver_sql("INSERT INTO t (a, b, o_id, own) VALUES (1, 'row', 1, 8)")
    return inspected(connection)


def _settled(connection: sa.Connection, expected: Schema) -> Schema:
    """What is expected, in the server's words."""
    assert DIALECT.read_back is not None
    normal = DIALECT.normalize(expected, connection.dialect)
    return DIALECT.read_back(connection, normal, inspected(connection))


def _left(expected: Schema, found: Schema, name: str, back: bool = False) -> tuple[Operation, ...]:
    left = compare(expected, found)
    if name in LEAVES_THE_KEYS_INDEX and not back:
        left = tuple(o for o in left if o.call().args[0] != "fk")
    if back and name == "add foreign key":
        left = tuple(o for o in left if o.call().args[0] != "fk2")
    return left


def test_a_change_of_one_attribute_keeps_the_others(mysql_scratch: str) -> None:
    with connected(mysql_scratch) as connection:
        before = _made(connection)
        table = next(t for t in before if t.name.name == "t")
        for column in ("a", "b", "at", "own", "flag", "kind"):
            operation = columns.alter_column(Scope(connection.dialect), "t", column, comment="new")
            run(connection, operation, before)
            now = inspected(connection).table(table.name)
            assert now == operation.apply(before).table(table.name)
            before = inspected(connection)


def test_a_batch_knows_what_it_has_done_and_puts_columns_in_their_places(
    mysql_scratch: str,
) -> None:
    with connected(mysql_scratch) as connection:
        scope = Scope(connection.dialect)
        before = _made(connection)
        table = Name("t")
        operation = Batch(
            table,
            (
                columns.alter_column(scope, "t", "a", nullable=True),
                columns.alter_column(scope, "t", "a", comment="new"),
                columns.alter_column(scope, "t", "d", new_column_name="e"),
                columns.alter_column(scope, "t", "e", comment="was d"),
                columns.add_column(scope, "t", sa.Column("n", sa.Integer)),
                columns.add_column(scope, "t", sa.Column("first", sa.Integer)),
                columns.alter_column(scope, "t", "flag", type_=sa.Integer()),
            ),
            placements=(
                Placement("n", after="a"),
                Placement("first", before="id"),
                Placement("flag", before="b"),
            ),
        )
        for statement in DIALECT.compiler(connection.dialect).compile(operation, _Live(before)):
            connection.exec_driver_sql(statement.sql.replace("%", "%%"))
        found = inspected(connection).table(table)
        assert list(found.columns)[:6] == ["first", "id", "a", "n", "flag", "b"]
        assert (found.column("a").nullable, found.column("a").comment) == (True, "new")
        assert found.column("e").comment == "was d"


class _Live:
    """A state that stays as it was while a batch is compiled, as a server's does."""

    def __init__(self, schema: Schema) -> None:
        self.find, self.table = schema.find, schema.table
        self.enum, self.enum_users = schema.enum, schema.enum_users
        self.referring = schema.referring


def test_an_alter_without_a_state_needs_the_type(mysql_scratch: str) -> None:
    with connected(mysql_scratch) as connection:
        operation = columns.alter_column(Scope(connection.dialect), "t", "a", nullable=True)
        with pytest.raises(CommandError, match="existing_type"):
            DIALECT.compiler(connection.dialect).compile(operation, Schema())


def test_an_index_without_its_table_is_looked_up(mysql_scratch: str) -> None:
    with connected(mysql_scratch) as connection:
        before = _made(connection)
        operation = indexes.drop_index(Scope(connection.dialect), "ix")
        run(connection, operation, before)
        assert "ix" not in inspected(connection).table(next(iter(before.tables))).indexes
        with pytest.raises(CommandError, match="table_name"):
            DIALECT.compiler(connection.dialect).compile(operation, Schema())


def test_the_check_of_a_column_goes_and_the_column_stays(mysql_scratch: str) -> None:
    with connected(mysql_scratch) as connection:
        before = _made(connection)
        table = next(t for t in before if t.name.name == "t")
        (own,) = (c for c in table.checks if c.name is None)
        operation = constraints.DropConstraint(table.name, None, "check", constraint=own)
        run(connection, operation, before)
        now = inspected(connection).table(table.name)
        assert own not in now.checks
        assert now.column("own") == table.column("own")


def test_a_numbered_column_gets_the_key_that_comes_after_it(mysql_scratch: str) -> None:
    with connected(mysql_scratch) as connection:
        scope = Scope(connection.dialect)
        _made(connection)
        number = sa.Column("n", sa.Integer, autoincrement=True, nullable=False)
        for operation in (
            columns.add_column(scope, "bare", number),
            constraints.create_primary_key(scope, None, "bare", ["n"]),
        ):
            run(connection, operation, inspected(connection))
        table = inspected(connection).table(Name("bare"))
        assert table.primary_key == PrimaryKey(("n",))
        assert table.column("n").autoincrement is True


def test_conditions_run_twice(mysql_scratch: str) -> None:
    with connected(mysql_scratch) as connection:
        if not getattr(connection.dialect, "is_mariadb", False):
            pytest.skip("MySQL has no IF EXISTS here")
        scope = Scope(connection.dialect)
        new = sa.Column("n", sa.Integer)
        for operation in (
            columns.add_column(scope, "t", new, if_not_exists=True),
            indexes.create_index(scope, "ix2", "t", ["a"], if_not_exists=True),
            indexes.drop_index(scope, "ix2", "t", if_exists=True),
            constraints.drop_constraint(scope, "fk", "t", "foreignkey", if_exists=True),
            constraints.drop_constraint(scope, "ck", "t", "check", if_exists=True),
            constraints.drop_constraint(scope, "uq", "t", "unique", if_exists=True),
            columns.drop_column(scope, "t", "n", if_exists=True),
            tables.create_table(scope, "n", sa.Column("x", sa.Integer), if_not_exists=True),
            tables.drop_table(scope, "n", if_exists=True),
        ):
            if not connection.exec_driver_sql("SHOW TABLES LIKE 't'").fetchall():
                _made(connection)
            run(connection, operation, Schema())
            run(connection, operation, Schema())
