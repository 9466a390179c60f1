"""Renames that a comparison found, in Alembic's shape."""

from __future__ import annotations

import sqlalchemy as sa

from limbeck.compat.alembic.operations import ops
from limbeck.compat.alembic.operations.from_native import from_native
from limbeck.operations.alter_column import AlterColumn
from limbeck.operations.renames import RenameIndex
from limbeck.operations.tables import RenameTable
from limbeck.schema.names import Name
from limbeck.schema.objects import Schema
from limbeck.schema.types import SqlType

USERS, PEOPLE = Name("users"), Name("people")


def shaped() -> ops.UpgradeOps:
    operations = (
        RenameTable(USERS, "people"),
        AlterColumn(PEOPLE, "name", new_name="title", existing_type=SqlType(sa.Text())),
        RenameIndex("ix_a", "ix_b", PEOPLE),
    )
    return ops.UpgradeOps(ops=from_native(operations, Schema(), Schema()))


def test_they_are_tuples_for_check() -> None:
    table, [column], index = shaped().as_diffs()
    assert table == ("rename_table", None, "users", "people")
    assert column == ("rename_column", None, "people", "name", "title")
    assert index == ("rename_index", None, "people", "ix_a", "ix_b")


def test_they_are_taken_back_last_first() -> None:
    index, changes, table = shaped().reverse_into(ops.DowngradeOps(ops=[])).ops
    assert (index.limbeck_operation.old, index.limbeck_operation.new) == ("ix_b", "ix_a")
    [column] = changes.ops
    assert (column.column_name, column.modify_name) == ("title", "name")
    assert (column.modify_type, column.has_changes()) == (None, True)
    assert (table.table_name, table.new_table_name) == ("people", "users")


def test_a_column_that_changes_as_well_comes_back_as_it_was() -> None:
    op = ops.AlterColumnOp("t", "a", modify_name="b", existing_nullable=True, modify_nullable=False)
    back = op.reverse()
    assert (back.column_name, back.modify_name) == ("b", "a")
    assert (back.existing_nullable, back.modify_nullable) == (False, True)
