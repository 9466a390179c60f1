"""Normal forms and SQL of MySQL where no MariaDB server can show them."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from limbeck.dialects.base import dialect
from limbeck.dialects.mysql.inspect import column as inspected_column
from limbeck.errors import CommandError, UnsupportedOperation
from limbeck.metadata import load
from limbeck.operations import columns, constraints, indexes
from limbeck.operations.base import Operation, Scope
from limbeck.schema.constraints import Unique
from limbeck.schema.names import Name
from limbeck.schema.objects import Schema, Table

MYSQL = mysql.dialect()
DIALECT = dialect("mysql")


def normal(*items: sa.schema.SchemaItem, **kw: Any) -> Table:
    table = sa.Table("t", sa.MetaData(), *items, **kw)
    schema = DIALECT.normalize(load.schema(table.metadata, MYSQL), MYSQL)
    assert DIALECT.normalize(schema, MYSQL) == schema
    return schema.table(Name("t"))


def sql(operation: Operation, before: Schema | None = None) -> list[str]:
    compiled = DIALECT.compiler(MYSQL).compile(operation, before or Schema())
    return [statement.sql for statement in compiled]


def row(default: str | None, type_: str, extra: str = "", generated: str = "") -> Any:
    return ("t", "c", 1, default, "YES", type_, extra, generated, None, "")


@pytest.mark.parametrize(
    ("found", "declared"),
    [
        (row("5", "int"), "5"),
        (row("5", "varchar(9)"), "5"),
        (row("it's", "varchar(9)"), "it's"),
        (row("CURRENT_TIMESTAMP", "datetime", "DEFAULT_GENERATED"), sa.text("now()")),
        (row("now()", "datetime", "DEFAULT_GENERATED"), sa.func.now()),
        (row("_utf8mb4\\'{}\\'", "json", "DEFAULT_GENERATED"), sa.text("('{}')")),
        (row("uuid()", "varchar(9)", "DEFAULT_GENERATED"), sa.func.uuid()),
        (row(None, "int"), None),
        (
            row("CURRENT_TIMESTAMP", "datetime", "DEFAULT_GENERATED on update CURRENT_TIMESTAMP"),
            sa.text("CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP"),
        ),
    ],
    ids=str,
)
def test_a_default_in_the_catalog_of_mysql_equals_the_declared_one(
    found: Any, declared: Any
) -> None:
    read = inspected_column(found, MYSQL, None, False)
    server = DIALECT.normalize(Schema().with_table(_table(read)), MYSQL).table(Name("t"))
    model = normal(sa.Column("c", read.type.payload, server_default=declared))
    assert server.column("c").default == model.column("c").default


def _table(column: Any) -> Table:
    from limbeck.schema.named import Named

    return Table(Name("t"), Named([column]))


def test_a_generated_column_in_the_catalog_of_mysql_loses_its_backslashes() -> None:
    found = row(None, "varchar(9)", "STORED GENERATED", "concat(`a`,_utf8mb4\\'x\\')")
    read = inspected_column(found, MYSQL, None, False)
    assert read.computed is not None
    assert read.computed.persisted is True
    assert read.computed.expression.text == "concat(`a`,_utf8mb4'x')"


def test_a_unique_index_and_a_unique_constraint_are_one() -> None:
    index = normal(sa.Column("a", sa.Integer), sa.Index("u", "a", unique=True))
    constraint = normal(sa.Column("a", sa.Integer), sa.UniqueConstraint("a", name="u"))
    assert index == constraint
    assert index.uniques == (Unique(("a",), "u"),)


def test_a_unique_index_of_a_prefix_stays_an_index() -> None:
    table = normal(
        sa.Column("a", sa.String(9)), sa.Index("u", "a", unique=True, mysql_length={"a": 3})
    )
    assert table.indexes["u"].options == (("mysql_length", (("a", 3),)),)


def test_what_mysql_does_not_have_is_left_out() -> None:
    table = normal(
        sa.Column("a", sa.Integer, sa.Identity(start=5)),
        sa.Column("b", sa.Integer),
        sa.ForeignKeyConstraint(["b"], ["o.id"], deferrable=True, match="FULL", name="fk"),
        sa.Index("ix", "b", postgresql_using="gin"),
        mysql_engine="innodb",
        mysql_default_charset="utf8",
        postgresql_tablespace="x",
    )
    assert table.column("a").identity is None
    (key,) = table.foreign_keys
    assert (key.deferrable, key.match) == (None, None)
    assert table.indexes["ix"].options == ()
    assert table.options == (("mysql_charset", "utf8mb3"), ("mysql_engine", "InnoDB"))


def test_a_type_that_does_not_exist_names_its_column() -> None:
    with pytest.raises(CommandError, match=r"'t\.c'.*VARCHAR requires a length"):
        normal(sa.Column("c", sa.String))


SCOPE = Scope(MYSQL)


@pytest.mark.parametrize(
    "operation",
    [
        columns.add_column(SCOPE, "t", sa.Column("c", sa.Integer), if_not_exists=True),
        columns.drop_column(SCOPE, "t", "c", if_exists=True),
        indexes.create_index(SCOPE, "ix", "t", ["c"], if_not_exists=True),
        indexes.drop_index(SCOPE, "ix", "t", if_exists=True),
        constraints.drop_constraint(SCOPE, "c", "t", "check", if_exists=True),
        constraints.create_foreign_key(SCOPE, "fk", "t", "o", ["a"], ["b"], match="FULL"),
        constraints.create_foreign_key(SCOPE, "fk", "t", "o", ["a"], ["b"], deferrable=True),
        constraints.create_unique_constraint(SCOPE, "u", "t", ["a"], initially="DEFERRED"),
        columns.alter_column(SCOPE, "t", "c", server_default=sa.Identity()),
    ],
    ids=lambda op: type(op).__name__,
)
def test_what_mysql_cannot_do_is_refused_with_another_way(operation: Operation) -> None:
    with pytest.raises(UnsupportedOperation, match=r"Leave out|use autoincrement"):
        sql(operation)


def test_an_index_that_may_be_missing_is_asked_of_the_state() -> None:
    table = load.table(
        sa.Table("t", sa.MetaData(), sa.Column("a", sa.Integer), sa.Index("ix", "a")), MYSQL
    )
    drop = indexes.drop_index(SCOPE, "ix", "t", if_exists=True)
    assert sql(drop, Schema().with_table(table)) == ["DROP INDEX ix ON t"]
    assert sql(drop, Schema().with_table(table.without_index("ix"))) == []


def test_a_new_length_keeps_the_character_set_that_is_not_named() -> None:
    existing = mysql.VARCHAR(10, charset="latin1", collation="latin1_bin")
    wider = columns.alter_column(SCOPE, "t", "c", type_=sa.String(20), existing_type=existing)
    assert sql(wider) == [
        "ALTER TABLE t MODIFY c VARCHAR(20) CHARACTER SET latin1 COLLATE latin1_bin NULL"
    ]
    plain = columns.alter_column(SCOPE, "t", "c", type_=sa.String(10), existing_type=existing)
    assert sql(plain) == ["ALTER TABLE t MODIFY c VARCHAR(10) NULL"]


def test_a_functional_index_has_its_parentheses() -> None:
    create = indexes.create_index(SCOPE, "ix", "t", [sa.text("lower(a)"), sa.text("b DESC")])
    assert sql(create) == ["CREATE INDEX ix ON t ((lower(a)), b DESC)"]


def test_an_old_server_has_no_rename_column() -> None:
    old = mysql.dialect()
    old.server_version_info = (5, 7, 44)
    rename = columns.alter_column(
        SCOPE, "t", "a", new_column_name="b", existing_type=sa.Integer(), existing_nullable=False
    )
    (statement,) = DIALECT.compiler(old).compile(rename, Schema())
    assert statement.sql == "ALTER TABLE t CHANGE a b INTEGER NOT NULL"
