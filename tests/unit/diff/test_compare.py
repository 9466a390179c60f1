"""What compares as a difference, and what does not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from limbeck.dialects.base import dialect
from limbeck.diff.compare import compare
from limbeck.diff.options import Comparison
from limbeck.metadata import load
from limbeck.operations.alter_column import AlterColumn
from limbeck.operations.base import UNSET, Operation
from limbeck.operations.columns import AddColumn, DropColumn
from limbeck.operations.constraints import AddConstraint, DropConstraint
from limbeck.operations.indexes import CreateIndex, DropIndex
from limbeck.operations.tables import CreateTable, DropTable, SetTableComment
from limbeck.operations.types import AlterEnum
from limbeck.plan.order import order
from limbeck.schema.constraints import ForeignKey, PrimaryKey
from limbeck.schema.names import Name
from limbeck.schema.objects import Column, Schema

POSTGRESQL = postgresql.dialect()


def schema(*tables: Callable[[sa.MetaData], object]) -> Schema:
    collection = sa.MetaData()
    for table in tables:
        table(collection)
    loaded = load.schema(collection, POSTGRESQL)
    return dialect("postgresql").normalize(loaded, POSTGRESQL)


def table(name: str, *items: sa.schema.SchemaItem, **kw: object) -> Callable[[sa.MetaData], object]:
    return lambda collection: sa.Table(name, collection, *items, **kw)


def id_(**kw: object) -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True, **kw)


def kinds(operations: tuple[Operation, ...]) -> list[str]:
    return [type(operation).__name__ for operation in operations]


def test_tables_of_one_side_are_created_and_dropped_whole_in_order_of_name() -> None:
    before = schema(table("y", id_()), table("x", id_()))
    after = schema(table("b", id_()), table("a", id_(), sa.Column("n", sa.Integer, index=True)))
    created_a, created_b, dropped_x, dropped_y = compare(before, after)
    assert isinstance(created_a, CreateTable)
    assert list(created_a.table.indexes) == ["ix_a_n"]
    assert created_b == CreateTable(after.table(Name("b")))
    assert [dropped_x, dropped_y] == [DropTable(Name("x")), DropTable(Name("y"))]
    assert isinstance(dropped_x, DropTable)
    assert dropped_x.table == before.table(Name("x"))


def test_a_new_column_brings_its_constraints_as_operations_of_their_own() -> None:
    before = schema(table("t", id_()), table("p", id_()))
    after = schema(
        table("p", id_()),
        table("t", id_(), sa.Column("p_id", sa.ForeignKey("p.id"), unique=True, index=True)),
    )
    operations = compare(before, after)
    assert kinds(operations) == ["AddColumn", "CreateIndex", "AddConstraint"]
    added, index, key = operations
    assert isinstance(added, AddColumn)
    assert added.constraints == added.indexes == ()
    assert isinstance(index, CreateIndex)
    assert index.index.unique
    assert isinstance(key, AddConstraint)
    assert isinstance(key.constraint, ForeignKey)


def test_everything_that_uses_a_dropped_column_is_dropped_by_an_operation_of_its_own() -> None:
    columns = [sa.Column("a", sa.Integer), sa.Column("b", sa.Integer)]
    constraints = [sa.UniqueConstraint("a", "b", name="u"), sa.CheckConstraint("a > b", name="c")]
    before = schema(table("t", id_(), *columns, *constraints, sa.Index("i", "b", "a")))
    after = schema(table("t", id_(), sa.Column("a", sa.Integer)))
    operations = compare(before, after)
    assert kinds(operations) == ["DropConstraint", "DropConstraint", "DropIndex", "DropColumn"]


def test_an_altered_column_knows_what_it_was() -> None:
    before = schema(table("t", id_(), sa.Column("a", sa.String(5), server_default="x")))
    after = schema(table("t", id_(), sa.Column("a", sa.String(9), nullable=False, comment="new")))
    (altered,) = compare(before, after)
    assert isinstance(altered, AlterColumn)
    assert altered.type is not None
    assert altered.type.text == "character varying(9)"
    assert (altered.nullable, altered.default, altered.comment) == (False, None, "new")
    assert (altered.identity, altered.computed, altered.autoincrement) == (UNSET, UNSET, None)
    assert altered.existing_type is not None
    assert altered.existing_type.text == "character varying(5)"
    assert altered.existing_nullable is True


def test_a_generated_column_is_replaced_with_all_that_uses_it() -> None:
    def make(expression: str) -> Schema:
        generated = sa.Column("c", sa.Integer, sa.Computed(expression, persisted=True))
        return schema(
            table("t", id_(), sa.Column("a", sa.Integer), generated, sa.Index("i", "c")),
        )

    operations = compare(make("a + 1"), make("a + 2"))
    assert kinds(operations) == ["DropIndex", "DropColumn", "AddColumn", "CreateIndex"]


def test_a_generated_column_is_replaced_when_the_type_it_is_computed_from_changes() -> None:
    def make(type_: type[sa.types.TypeEngine[int]]) -> Schema:
        generated = sa.Column("c", sa.BigInteger, sa.Computed("a + 1", persisted=True))
        return schema(table("t", id_(), sa.Column("a", type_), generated))

    operations = compare(make(sa.Integer), make(sa.BigInteger))
    assert kinds(operations) == ["DropColumn", "AddColumn", "AlterColumn"]
    assert isinstance(operations[0], DropColumn)
    assert operations[0].column == "c"


@pytest.mark.parametrize(
    "make",
    [
        lambda name: sa.UniqueConstraint("a", name=name),
        lambda name: sa.CheckConstraint("a > 0", name=name),
        lambda name: sa.ForeignKeyConstraint(["a"], ["t.id"], name=name),
    ],
)
def test_a_name_on_one_side_only_is_no_difference_but_another_name_is(
    make: Callable[[str | None], sa.Constraint],
) -> None:
    def named(name: str | None) -> Schema:
        return schema(table("t", id_(), sa.Column("a", sa.Integer), make(name)))

    assert compare(named("one"), named(None)) == ()
    assert compare(named(None), named("one")) == ()
    assert kinds(compare(named("one"), named("two"))) == ["DropConstraint", "AddConstraint"]


def test_a_constraint_of_the_same_name_and_other_content_is_dropped_and_added() -> None:
    def make(column: str) -> Schema:
        columns = (sa.Column("a", sa.Integer), sa.Column("b", sa.Integer))
        return schema(table("t", id_(), *columns, sa.UniqueConstraint(column, name="u")))

    dropped, added = compare(make("a"), make("b"))
    assert isinstance(dropped, DropConstraint)
    assert isinstance(added, AddConstraint)
    assert (dropped.name, added.constraint.name) == ("u", "u")


def test_each_of_two_equal_constraints_is_matched_once() -> None:
    check = "a > 0"
    twice = (sa.CheckConstraint(check, name="one"), sa.CheckConstraint(check, name="two"))
    before = schema(table("t", id_(), sa.Column("a", sa.Integer), *twice))
    after = schema(table("t", id_(), sa.Column("a", sa.Integer), sa.CheckConstraint(check)))
    (dropped,) = compare(before, after)
    assert isinstance(dropped, DropConstraint)


def test_an_unnamed_constraint_makes_way_for_a_new_object_of_its_servers_name() -> None:
    key = sa.ForeignKeyConstraint(["a"], ["t.id"], name="taken")
    before = schema(table("t", id_(), sa.Column("a", sa.Integer), key))
    after = schema(
        table(
            "t",
            id_(),
            sa.Column("a", sa.Integer),
            sa.ForeignKeyConstraint(["a"], ["t.id"]),
            sa.UniqueConstraint("a", name="taken"),
        )
    )
    assert kinds(compare(before, after)) == ["DropConstraint", "AddConstraint", "AddConstraint"]


def test_the_name_of_a_primary_key_counts_only_where_both_sides_have_one() -> None:
    def make(name: str | None) -> Schema:
        column = sa.Column("id", sa.Integer, autoincrement=False)
        return schema(table("t", column, sa.PrimaryKeyConstraint("id", name=name)))

    assert compare(make("t_pkey"), make(None)) == ()
    assert kinds(compare(make("t_pkey"), make("pk_t"))) == ["DropConstraint", "AddConstraint"]


def test_a_column_that_numbers_rows_comes_with_its_key() -> None:
    before = schema(table("t", sa.Column("a", sa.Integer)))
    after = schema(table("t", sa.Column("a", sa.Integer), id_()))
    (added,) = compare(before, after)
    assert isinstance(added, AddColumn)
    assert added.inline_primary_key
    assert added.constraints == (PrimaryKey(("id",)),)
    (dropped,) = compare(after, before)
    assert isinstance(dropped, DropColumn)
    assert dropped.reverse(after) == added


class Checked(sa.types.TypeDecorator[str]):
    """A user's own type, which a script writes by its name."""

    impl = sa.Enum
    cache_ok = True


ARGUMENTS = {"native_enum": False, "create_constraint": True}


def test_the_check_of_a_type_is_an_operation_of_its_own() -> None:
    def make(*columns: sa.Column[str]) -> Schema:
        return schema(table("t", id_(), *columns))

    for before in (make(), make(sa.Column("a", sa.Integer))):
        changed, check = compare(before, make(sa.Column("a", sa.Enum("x", "y", **ARGUMENTS))))
        assert isinstance(changed, AddColumn | AlterColumn)
        type_ = changed.column.type if isinstance(changed, AddColumn) else changed.type
        assert type_ is not None
        assert type_.payload.create_constraint is False
        assert isinstance(check, AddConstraint)


def test_the_check_of_a_users_own_type_comes_with_the_column_or_with_its_type() -> None:
    def make(*columns: sa.Column[str]) -> Schema:
        return schema(table("t", id_(), *columns))

    def checked() -> sa.Column[str]:
        return sa.Column("a", Checked("x", "y", **ARGUMENTS))

    (added,) = compare(make(), make(checked()))
    assert isinstance(added, AddColumn)
    assert len(added.constraints) == 1
    (altered,) = compare(make(sa.Column("a", sa.Integer)), make(checked()))
    assert isinstance(altered, AlterColumn)
    assert len(altered.type_checks) == 1


def test_a_table_whose_columns_are_all_new_is_never_without_one() -> None:
    before = schema(table("t", sa.Column("old", sa.Integer, primary_key=True)))
    after = schema(table("t", sa.Column("new", sa.Integer, primary_key=True)))
    operations = order(compare(before, after), before)
    assert kinds(operations) == ["DropConstraint", "AddColumn", "AlterColumn", "DropColumn"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"unique": True}, True),
        ({"postgresql_where": sa.text("a > 0")}, True),
        ({"postgresql_using": "hash"}, True),
        ({"postgresql_using": "btree"}, False),
        ({"postgresql_include": ["b"]}, True),
    ],
)
def test_everything_about_an_index_is_compared(change: dict[str, object], expected: bool) -> None:
    def make(**kw: object) -> Schema:
        columns = (sa.Column("a", sa.Integer), sa.Column("b", sa.Integer))
        return schema(table("t", id_(), *columns, sa.Index("i", "a", **kw)))

    found = kinds(compare(make(), make(**change)))
    assert found == (["DropIndex", "CreateIndex"] if expected else [])


def test_an_index_knows_what_it_was() -> None:
    before = schema(table("t", id_(), sa.Column("a", sa.Integer), sa.Index("i", "a")))
    (dropped,) = compare(before, schema(table("t", id_(), sa.Column("a", sa.Integer))))
    assert isinstance(dropped, DropIndex)
    assert dropped.index == before.table(Name("t")).indexes["i"]


def test_comments_of_tables() -> None:
    before, after = schema(table("t", id_(), comment="old")), schema(table("t", id_()))
    assert compare(before, after) == (SetTableComment(Name("t"), None, "old"),)
    assert compare(before, after, Comparison(comments=False)) == ()


def mood(*values: str, name: str = "mood", column: str = "m", **kw: object) -> sa.Column[str]:
    return sa.Column(column, sa.Enum(*values, name=name), **kw)


def test_values_of_an_enum_type_that_a_column_keeps_are_altered() -> None:
    before = schema(table("t", id_(), mood("a", "b")))
    after = schema(table("t", id_(), mood("a", "c")))
    assert compare(before, after) == (AlterEnum(Name("mood"), ("a", "c"), ("a", "b")),)


def test_an_enum_type_that_no_column_keeps_comes_and_goes_with_its_columns() -> None:
    before = schema(table("t", id_(), mood("a", "b")))
    after = schema(table("t", id_(), mood("a", "c", column="n")))
    assert kinds(compare(before, after)) == ["AddColumn", "DropColumn"]


def test_a_default_that_changes_with_its_enum_type_goes_before_and_comes_after() -> None:
    before = schema(table("t", id_(), mood("a", "b", server_default="b")))
    after = schema(table("t", id_(), mood("a", "c", server_default="c")))
    enum, cleared, restored = compare(before, after)
    assert isinstance(enum, AlterEnum)
    assert isinstance(cleared, AlterColumn)
    assert cleared.default is None
    assert isinstance(restored, AlterColumn)
    assert restored.default not in (None, UNSET)


def string(length: int, default: str = "x") -> Schema:
    return schema(table("t", id_(), sa.Column("a", sa.String(length), server_default=default)))


def test_a_callable_decides_on_types_and_leaves_open_what_it_does_not_answer() -> None:
    asked: list[str] = []

    def question(name: Name, before: Column, after: Column) -> bool | None:
        asked.append(f"{name}.{after.name}")
        return None if after.name == "id" else True

    (altered,) = compare(string(5), string(5), Comparison(compare_type=question))
    assert asked == ["t.id", "t.a"]
    assert isinstance(altered, AlterColumn)
    assert altered.column == "a"
    assert compare(string(5), string(9), Comparison(compare_type=False)) == ()
    assert kinds(compare(string(5), string(9), Comparison(compare_type=lambda *_: None))) == [
        "AlterColumn"
    ]


def test_defaults_can_be_left_out_or_decided_by_a_callable() -> None:
    before, after = string(5, "x"), string(5, "y")
    assert kinds(compare(before, after)) == ["AlterColumn"]
    assert compare(before, after, Comparison(compare_server_default=False)) == ()
    assert compare(before, after, Comparison(compare_server_default=lambda *_: False)) == ()


@pytest.mark.parametrize("family", ["uniques", "checks", "foreign_keys", "indexes"])
def test_a_family_that_is_left_out_is_no_difference(family: str) -> None:
    items = {
        "uniques": sa.UniqueConstraint("a", name="u"),
        "checks": sa.CheckConstraint("a > 0", name="c"),
        "foreign_keys": sa.ForeignKeyConstraint(["a"], ["t.id"], name="f"),
        "indexes": sa.Index("i", "a"),
    }
    before = schema(table("t", id_(), sa.Column("a", sa.Integer), items[family]))
    after = schema(table("t", id_(), sa.Column("a", sa.Integer)))
    assert len(compare(before, after)) == 1
    assert compare(before, after, Comparison(**{family: False})) == ()
