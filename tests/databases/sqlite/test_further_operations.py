"""Renames that SQLite does not have, and what it cannot do at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from limbeck.errors import SchemaConflict, UnsupportedOperation
from limbeck.operations import (
    columns,
    constraints,
    domains,
    extensions,
    renames,
    schemas,
    sequences,
    types,
)
from limbeck.operations.base import Operation
from limbeck.operations.batch import Batch
from limbeck.schema.objects import Schema
from tests.databases.sqlite.support import SCOPE, Database, T


def constraint_names(database: Database) -> set[str | None]:
    return {c.name for c in database.inspect().table(T).constraints}


def rows_of(database: Database) -> dict[str, list[Any]]:
    """All rows, and the catalog but for the table and the index that were renamed."""
    found = database.everything()
    found["catalog"] = [row for row in found["catalog"] if row[2] != "t"]
    return found


@pytest.mark.parametrize("name", ["ix_desc", "ix_part", "ix_expr"])
def test_an_index_keeps_its_definition_under_another_name(features: Database, name: str) -> None:
    def definition(index: str) -> str:
        sql = features.rows(f"SELECT sql FROM sqlite_master WHERE name = '{index}'")[0][0]
        return str(sql).replace(index, "", 1)

    before, everything = definition(name), features.everything()
    operation = renames.rename_index(SCOPE, name, "renamed", "t")
    features.run(operation)
    assert definition("renamed") == before
    features.run(operation.reverse(Schema()))
    assert features.everything() == everything


@pytest.mark.parametrize("old", ["nm", "fk_up", "uq"])
def test_a_constraint_is_renamed_and_back(features: Database, old: str) -> None:
    before, rows = features.normal(), rows_of(features)
    operation = renames.rename_constraint(SCOPE, old, "renamed", "t")
    features.run(operation)
    names = constraint_names(features)
    assert "renamed" in names
    assert old not in names
    assert features.normal() == operation.apply(before)
    assert rows_of(features) == rows
    features.run(operation.reverse(before))
    assert features.normal() == before
    assert rows_of(features) == rows


def test_a_constraint_keeps_what_its_text_says(features: Database) -> None:
    features.run(renames.rename_constraint(SCOPE, "uq", "other one", "t"))
    sql = features.rows("SELECT sql FROM sqlite_master WHERE name = 't'")[0][0]
    text = 'CONSTRAINT "other one" UNIQUE (name COLLATE NOCASE DESC, qty) ON CONFLICT FAIL'
    assert text in sql


def test_renames_and_other_changes_are_one_rebuild(features: Database) -> None:
    operations = (
        renames.rename_constraint(SCOPE, "nm", "first", "t"),
        renames.rename_constraint(SCOPE, "first", "second", "t"),
        renames.rename_index(SCOPE, "ix_desc", "ix_new", "t"),
        columns.alter_column(SCOPE, "t", "qty", new_column_name="amount"),
        renames.rename_constraint(SCOPE, "uq", "uq_new", "t"),
        constraints.drop_constraint(SCOPE, "fk_up", "t"),
    )
    batch = Batch(T, operations)
    sql = features.statements(batch)
    assert sum(s.startswith("CREATE TABLE") for s in sql) == 1
    features.run(batch)
    assert {"second", "uq_new"} <= constraint_names(features)
    assert constraint_names(features).isdisjoint({"nm", "first", "uq", "fk_up"})
    table = features.inspect().table(T)
    assert "ix_new" in table.indexes
    assert "ix_desc" not in table.indexes


REFUSED: dict[str, Callable[[], Operation]] = {
    "create schema": lambda: schemas.create_schema(SCOPE, "s"),
    "drop schema": lambda: schemas.drop_schema(SCOPE, "s"),
    "create sequence": lambda: sequences.create_sequence(SCOPE, "s"),
    "alter sequence": lambda: sequences.alter_sequence(SCOPE, "s", restart=True),
    "drop sequence": lambda: sequences.drop_sequence(SCOPE, "s"),
    "create extension": lambda: extensions.create_extension(SCOPE, "e"),
    "drop extension": lambda: extensions.drop_extension(SCOPE, "e"),
    "create domain": lambda: domains.create_domain(SCOPE, "d", sa.Integer()),
    "alter domain": lambda: domains.alter_domain(SCOPE, "d", not_null=True),
    "drop domain": lambda: domains.drop_domain(SCOPE, "d"),
    "alter enum": lambda: types.alter_enum(SCOPE, "m", ["a"], existing_values=["b"]),
    "validate constraint": lambda: renames.validate_constraint(SCOPE, "uq", "t"),
    "validate in a batch": lambda: Batch(T, (renames.validate_constraint(SCOPE, "uq", "t"),)),
    "rename key with autoincrement": lambda: renames.rename_constraint(
        SCOPE, "x", "pk", "t", "primary"
    ),
    "rename index of a key": lambda: renames.rename_index(SCOPE, "uq", "uq2", "t"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_sqlite_cannot_do_is_refused(features: Database, name: str) -> None:
    with pytest.raises(UnsupportedOperation):
        features.statements(REFUSED[name]())


@pytest.mark.parametrize(
    "operation",
    [
        renames.rename_index(SCOPE, "ix_desc", "n", "t"),
        renames.rename_constraint(SCOPE, "uq", "n", "t"),
        Batch(T, (renames.rename_index(SCOPE, "ix_desc", "n", "t"),)),
    ],
)
def test_a_rename_needs_to_know_the_table(features: Database, operation: Operation) -> None:
    with pytest.raises(UnsupportedOperation, match="not known here"):
        features.statements(operation, Schema())


def test_what_is_not_there_is_not_renamed(features: Database) -> None:
    for operation in (
        renames.rename_index(SCOPE, "no", "n", "t"),
        renames.rename_constraint(SCOPE, "no", "n", "t"),
        renames.rename_index(SCOPE, "ix_desc", "ix_part", "t"),
    ):
        with pytest.raises(SchemaConflict):
            features.statements(operation)


def test_enum_types_need_nothing_where_columns_carry_their_values(features: Database) -> None:
    assert features.statements(types.create_enum(SCOPE, "m", ["a"])) == []
    assert features.statements(types.drop_enum(SCOPE, "m")) == []
