"""Operations for tables in use: which become others, and which stay what they are."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from limbeck.dialects.base import dialect
from limbeck.metadata import load
from limbeck.operations import columns, constraints, indexes, renames, tables
from limbeck.operations.base import Operation, Scope
from limbeck.operations.tables import CreateTable
from limbeck.plan.expand import expand
from limbeck.schema.objects import Schema

POSTGRESQL = make_url("postgresql://").get_dialect()()
SCOPE = Scope(POSTGRESQL)


def schema() -> Schema:
    metadata = sa.MetaData()
    sa.Table(
        "person",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("mail", sa.String(50), index=True),
        sa.Column("Name", sa.String(50)),
        sa.UniqueConstraint("Name", name="one_name"),
    )
    sa.Table("keyless", metadata, sa.Column("n", sa.Integer), sa.Column("m", sa.Integer))
    sa.Table(
        "event",
        metadata,
        sa.Column("day", sa.Date),
        postgresql_partition_by="RANGE (day)",
    )
    return load.schema([metadata], POSTGRESQL)


def sql(*operations: Operation) -> list[str]:
    """The SQL of what the operations become."""
    found = dialect("postgresql")
    compiler = found.compiler(POSTGRESQL)
    state, texts = schema(), []
    for operation in expand(operations, state, found, compiler):
        assert isinstance(operation, Operation)
        for statement in compiler.compile(operation, state):
            text = statement.sql or str(statement.element)
            texts.append(f"{text} (alone)" if not statement.transactional else text)
        state = operation.apply(state)
    return texts


def test_indexes_are_built_and_dropped_concurrently() -> None:
    made = indexes.create_index(SCOPE, "person_name", "person", ["Name"])
    gone = indexes.drop_index(SCOPE, "ix_person_mail", "person")
    assert sql(made, gone) == [
        'CREATE INDEX CONCURRENTLY person_name ON person ("Name") (alone)',
        "DROP INDEX CONCURRENTLY ix_person_mail (alone)",
    ]


def test_a_foreign_key_without_a_name_is_named_and_validated_apart() -> None:
    key = constraints.create_foreign_key(SCOPE, None, "keyless", "person", ["n"], ["id"])
    assert sql(key) == [
        "ALTER TABLE keyless ADD CONSTRAINT keyless_n_fkey FOREIGN KEY(n) REFERENCES person (id) "
        "NOT VALID",
        "ALTER TABLE keyless VALIDATE CONSTRAINT keyless_n_fkey (alone)",
    ]


def test_not_null_is_proven_by_a_check_that_goes_again() -> None:
    change = columns.alter_column(
        SCOPE, "person", "Name", nullable=False, existing_type=sa.String(50)
    )
    assert sql(change) == [
        'ALTER TABLE person ADD CONSTRAINT "person_Name_is_set" CHECK ("Name" IS NOT NULL) '
        "NOT VALID",
        'ALTER TABLE person VALIDATE CONSTRAINT "person_Name_is_set" (alone)',
        'ALTER TABLE person ALTER COLUMN "Name" SET NOT NULL',
        'ALTER TABLE person DROP CONSTRAINT "person_Name_is_set"',
    ]


def test_a_unique_constraint_takes_over_an_index() -> None:
    unique = constraints.create_unique_constraint(
        SCOPE, "one_mail", "person", ["mail"], deferrable=True, initially="DEFERRED"
    )
    assert sql(unique) == [
        "CREATE UNIQUE INDEX CONCURRENTLY one_mail ON person (mail) (alone)",
        "ALTER TABLE person ADD CONSTRAINT one_mail UNIQUE USING INDEX one_mail "
        "DEFERRABLE INITIALLY DEFERRED",
    ]


def test_a_primary_key_does_so_where_its_columns_are_not_null() -> None:
    key = constraints.create_primary_key(SCOPE, "keyless_pkey", "keyless", ["n"])
    assert sql(key) == ["ALTER TABLE keyless ADD CONSTRAINT keyless_pkey PRIMARY KEY (n)"]
    change = columns.alter_column(SCOPE, "keyless", "n", nullable=False, existing_type=sa.Integer())
    assert sql(change, key)[4:] == [
        "CREATE UNIQUE INDEX CONCURRENTLY keyless_pkey ON keyless (n) (alone)",
        "ALTER TABLE keyless ADD CONSTRAINT keyless_pkey PRIMARY KEY USING INDEX keyless_pkey",
    ]


def test_a_default_that_differs_by_row_is_filled_in() -> None:
    column = sa.Column("token", sa.Uuid, server_default=sa.text("gen_random_uuid()"))
    assert sql(columns.add_column(SCOPE, "person", column)) == [
        "ALTER TABLE person ADD COLUMN token UUID",
        "ALTER TABLE person ALTER COLUMN token SET DEFAULT gen_random_uuid()",
        "UPDATE person SET token=(gen_random_uuid()) WHERE (token IS NULL) (alone)",
    ]
    assert len(sql(columns.add_column(SCOPE, "keyless", column))) == 1
    constant = sa.Column("age", sa.Integer, server_default="0", nullable=False)
    assert len(sql(columns.add_column(SCOPE, "person", constant))) == 1


def test_an_index_that_changes_is_built_before_the_old_one_goes() -> None:
    gone = indexes.drop_index(SCOPE, "ix_person_mail", "person")
    other = indexes.create_index(SCOPE, "other", "keyless", ["n"])
    made = indexes.create_index(SCOPE, "ix_person_mail", "person", ["mail", "Name"])
    assert sql(gone, other, made) == [
        "CREATE INDEX CONCURRENTLY other ON keyless (n) (alone)",
        'CREATE INDEX CONCURRENTLY ix_person_mail_new ON person (mail, "Name") (alone)',
        "DROP INDEX CONCURRENTLY ix_person_mail (alone)",
        "ALTER INDEX ix_person_mail_new RENAME TO ix_person_mail",
    ]


def test_a_key_that_changes_is_replaced_in_one_transaction() -> None:
    gone = constraints.drop_constraint(SCOPE, "one_name", "person", "unique")
    made = constraints.create_unique_constraint(SCOPE, "one_name", "person", ["mail"])
    assert sql(gone, made) == [
        "CREATE UNIQUE INDEX CONCURRENTLY one_name_new ON person (mail) (alone)",
        "ALTER TABLE person DROP CONSTRAINT one_name",
        "ALTER TABLE person ADD CONSTRAINT one_name UNIQUE USING INDEX one_name_new",
    ]


def test_an_index_does_not_outlive_a_column_that_is_dropped_meanwhile() -> None:
    gone = indexes.drop_index(SCOPE, "ix_person_mail", "person")
    column = columns.drop_column(SCOPE, "person", "Name")
    made = indexes.create_index(SCOPE, "ix_person_mail", "person", ["id"])
    assert sql(gone, column, made)[0] == "DROP INDEX CONCURRENTLY ix_person_mail (alone)"


def test_an_index_goes_after_the_others_of_its_table_are_built() -> None:
    gone = indexes.drop_index(SCOPE, "ix_person_mail", "person")
    made = indexes.create_index(SCOPE, "person_both", "person", ["mail", "Name"])
    assert sql(gone, made) == [
        'CREATE INDEX CONCURRENTLY person_both ON person (mail, "Name") (alone)',
        "DROP INDEX CONCURRENTLY ix_person_mail (alone)",
    ]


@pytest.mark.parametrize("table", ["fresh", "event"])
def test_new_and_partitioned_tables_stay_as_they_are(table: str) -> None:
    create = tables.create_table(SCOPE, "fresh", sa.Column("day", sa.Date))
    plain = [
        *([create] if table == "fresh" else []),
        indexes.create_index(SCOPE, "i", table, ["day"]),
        constraints.create_check_constraint(SCOPE, "c", table, "day > '2020-01-01'"),
        columns.alter_column(SCOPE, table, "day", nullable=False, existing_type=sa.Date()),
    ]
    found = dialect("postgresql")
    assert expand(plain, schema(), found, found.compiler(POSTGRESQL)) == tuple(plain)


def test_a_new_table_under_a_new_name_is_still_new() -> None:
    plain = [
        tables.create_table(SCOPE, "fresh", sa.Column("n", sa.Integer)),
        tables.rename_table(SCOPE, "fresh", "newer"),
        indexes.create_index(SCOPE, "i", "newer", ["n"]),
    ]
    found = dialect("postgresql")
    assert isinstance(plain[0], CreateTable)
    assert expand(plain, schema(), found, found.compiler(POSTGRESQL)) == tuple(plain)


@pytest.mark.parametrize("name", ["mysql", "sqlite"])
def test_where_nothing_is_gained_all_stays(name: str) -> None:
    found = dialect(name)
    plain = (
        indexes.create_index(SCOPE, "i", "person", ["mail"]),
        constraints.create_check_constraint(SCOPE, "c", "person", "id > 0"),
        renames.validate_constraint(SCOPE, "c", "person"),
    )
    compiler = found.compiler(make_url(f"{name}://").get_dialect()())
    assert expand(plain, schema(), found, compiler) == plain
