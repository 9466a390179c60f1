"""SQL Server's SQL where it depends on what is known of the state before."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mssql

from limbeck.dialects.base import dialect
from limbeck.errors import CommandError, UnsupportedOperation
from limbeck.metadata import load
from limbeck.operations import columns, constraints, indexes, tables
from limbeck.operations.base import Operation, Scope
from limbeck.schema.objects import Schema

MSSQL = mssql.dialect()
SCOPE = Scope(MSSQL)
COLUMN = sa.Column("c", sa.Integer, nullable=False, server_default="5", comment="old")
BEFORE = Schema().with_table(
    load.table(sa.Table("t", sa.MetaData(), COLUMN, sa.Index("ix", "c"), comment="old"), MSSQL)
)


def sql(operation: Operation, before: Schema = BEFORE) -> list[str]:
    compiled = dialect("mssql").compiler(MSSQL).compile(operation, before)
    return [statement.sql for statement in compiled]


def test_a_new_type_keeps_not_null() -> None:
    wider = columns.alter_column(SCOPE, "t", "c", type_=sa.BigInteger())
    assert sql(wider) == ["ALTER TABLE t ALTER COLUMN c BIGINT NOT NULL"]


def test_a_default_that_is_there_is_dropped_by_the_name_that_the_server_knows() -> None:
    dropped, added = sql(columns.alter_column(SCOPE, "t", "c", server_default="6"))
    assert "sys.default_constraints" in dropped
    assert added == "ALTER TABLE t ADD DEFAULT '6' FOR c"


def test_a_column_takes_its_default_with_it() -> None:
    default, column = sql(columns.drop_column(SCOPE, "t", "c"))
    assert "sys.default_constraints" in default
    assert column == "ALTER TABLE t DROP COLUMN c"


@pytest.mark.parametrize(
    ("operation", "procedure"),
    [
        (columns.alter_column(SCOPE, "t", "c", comment="new"), "sp_updateextendedproperty"),
        (columns.alter_column(SCOPE, "t", "c", comment=None), "sp_dropextendedproperty"),
        (tables.create_table_comment(SCOPE, "t", "it's"), "sp_updateextendedproperty"),
        (tables.drop_table_comment(SCOPE, "t"), "sp_dropextendedproperty"),
    ],
)
def test_a_comment_that_is_there_is_changed(operation: Operation, procedure: str) -> None:
    (text,) = sql(operation)
    assert text.startswith(f"EXEC {procedure} N'MS_Description'")
    (unknown,) = sql(operation, Schema())
    assert unknown.startswith("IF EXISTS (SELECT 1 FROM fn_listextendedproperty(")


def test_names_are_quoted_for_the_procedures_that_take_them_as_text() -> None:
    rename = columns.alter_column(SCOPE, "my t", "c'd", new_column_name="e'f", schema="s")
    assert sql(rename) == ["EXEC sp_rename N's.[my t].[c''d]', N'e''f', N'COLUMN'"]


def test_an_index_is_found_by_its_name() -> None:
    drop = indexes.drop_index(SCOPE, "ix")
    assert sql(drop) == ["DROP INDEX ix ON t"]
    with pytest.raises(CommandError, match="table_name"):
        sql(drop, Schema())


@pytest.mark.parametrize(
    "operation",
    [
        columns.alter_column(SCOPE, "t", "c", server_default=sa.Identity()),
        columns.alter_column(SCOPE, "t", "c", server_default=sa.Computed("a + 1")),
        indexes.create_index(SCOPE, "ix", "t", [sa.text("lower(c)")]),
        constraints.create_foreign_key(SCOPE, "fk", "t", "o", ["a"], ["b"], match="FULL"),
        constraints.create_unique_constraint(SCOPE, "u", "t", ["a"], deferrable=True),
    ],
    ids=lambda op: type(op).__name__,
)
def test_what_sql_server_cannot_do_is_refused_with_another_way(operation: Operation) -> None:
    with pytest.raises(UnsupportedOperation, match=r"Add a|Leave out"):
        sql(operation)
