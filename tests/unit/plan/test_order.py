"""Operations come in an order that a server accepts."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from limbeck.dialects.base import dialect
from limbeck.diff.compare import compare
from limbeck.metadata import load
from limbeck.operations.alter_column import AlterColumn
from limbeck.operations.base import Operation
from limbeck.operations.columns import AddColumn, DropColumn
from limbeck.operations.constraints import AddConstraint, DropConstraint
from limbeck.operations.indexes import CreateIndex, DropIndex
from limbeck.operations.tables import CreateTable, DropTable
from limbeck.plan.order import order, reversed_operations, sort
from limbeck.schema.objects import Schema

POSTGRESQL = postgresql.dialect()
EMPTY = Schema()


def schema(define: Callable[[sa.MetaData], object]) -> Schema:
    collection = sa.MetaData()
    define(collection)
    loaded = load.schema(collection, POSTGRESQL)
    return dialect("postgresql").normalize(loaded, POSTGRESQL)


def id_(type_: type[sa.Integer] = sa.Integer) -> sa.Column[int]:
    return sa.Column("id", type_, primary_key=True)


def label(operation: Operation) -> str:
    """The operation in a few words."""
    match operation:
        case CreateTable(table=table):
            return f"create {table.name}"
        case DropTable(name=name):
            return f"drop {name}"
        case AddColumn(table=table, column=column):
            return f"add {table}.{column.name}"
        case DropColumn(table=table, column=name):
            return f"drop {table}.{name}"
        case AlterColumn(table=table, column=name):
            return f"alter {table}.{name}"
        case AddConstraint(constraint=constraint):
            return f"add {constraint.name}"
        case DropConstraint(name=name):
            return f"drop {name}"
        case CreateIndex(index=index):
            return f"index {index.name}"
        case DropIndex(name=name):
            return f"no index {name}"
        case _:
            return type(operation).__name__


def ordered(
    before: Callable[[sa.MetaData], object],
    after: Callable[[sa.MetaData], object],
    **settings: bool,
) -> list[str]:
    first, second = schema(before), schema(after)
    return [label(op) for op in order(compare(first, second), first, **settings)]


def nothing(collection: sa.MetaData) -> None:
    pass


def chain(collection: sa.MetaData) -> None:
    """c refers to b, b to a; their names would come in another order."""
    sa.Table("z_first", collection, id_())
    sa.Table("m_second", collection, id_(), sa.Column("z", sa.ForeignKey("z_first.id")))
    sa.Table("a_third", collection, id_(), sa.Column("m", sa.ForeignKey("m_second.id")))


def test_tables_are_created_after_those_that_they_refer_to_and_dropped_before() -> None:
    assert ordered(nothing, chain) == ["create z_first", "create m_second", "create a_third"]
    assert ordered(chain, nothing) == ["drop a_third", "drop m_second", "drop z_first"]


def ring(collection: sa.MetaData) -> None:
    """Three tables in a circle, one that refers into it, each with a key to itself."""
    for name, following in (("a", "b"), ("b", "c"), ("c", "a"), ("apart", "b")):
        key = sa.ForeignKey(f"{following}.id", name=f"fk_{name}")
        own = sa.ForeignKey(f"{name}.id", name=f"own_{name}")
        sa.Table(name, collection, id_(), sa.Column("x", key), sa.Column("own", own))


def test_a_circle_of_new_tables_is_cut_once() -> None:
    found = ordered(nothing, ring)
    assert sorted(found) == ["add fk_a", "create a", "create apart", "create b", "create c"]
    assert found.index("create b") > found.index("create c") > found.index("create a")
    assert found.index("create apart") > found.index("create b")
    assert found.index("add fk_a") > found.index("create b")


def test_a_circle_of_dropped_tables_is_cut_once() -> None:
    found = ordered(ring, nothing)
    assert sorted(found) == ["drop a", "drop apart", "drop b", "drop c", "drop fk_a"]
    assert found.index("drop apart") < found.index("drop b")
    assert found.index("drop fk_a") < found.index("drop b") < found.index("drop c")


def test_a_circle_stays_inline_where_foreign_keys_cannot_be_added() -> None:
    first, second = EMPTY, schema(ring)
    found = order(compare(first, second), first, adds_foreign_keys=False)
    assert sorted(label(op) for op in found) == [
        "create a",
        "create apart",
        "create b",
        "create c",
    ]
    assert all(isinstance(op, CreateTable) and len(op.table.foreign_keys) == 2 for op in found)


def test_a_key_of_a_table_to_its_own_unique_index_comes_after_the_table() -> None:
    def after(collection: sa.MetaData) -> None:
        key = sa.ForeignKey("t.code", name="fk")
        code = sa.Column("code", sa.Integer, nullable=False)
        table = sa.Table("t", collection, code, sa.Column("parent", key))
        sa.Index("ux", table.c.code, unique=True)

    assert ordered(nothing, after) == ["create t", "add fk"]


def test_a_key_exists_before_what_points_to_it_and_goes_after() -> None:
    def without(collection: sa.MetaData) -> None:
        sa.Table("a", collection, sa.Column("p_code", sa.Integer))
        sa.Table("p", collection, sa.Column("code", sa.Integer))

    def with_key(collection: sa.MetaData) -> None:
        key = sa.ForeignKey("p.code", name="fk")
        sa.Table("a", collection, sa.Column("p_code", sa.Integer, key))
        unique = sa.UniqueConstraint("code", name="uq")
        sa.Table("p", collection, sa.Column("code", sa.Integer), unique)

    assert ordered(without, with_key) == ["add uq", "add fk"]
    assert ordered(with_key, without) == ["drop fk", "drop uq"]


def test_a_name_is_free_before_another_table_takes_it() -> None:
    def make(owner: str) -> Callable[[sa.MetaData], object]:
        def define(collection: sa.MetaData) -> None:
            for name in ("a", "b"):
                table = sa.Table(name, collection, sa.Column("x", sa.Integer))
                if name == owner:
                    sa.Index("ix", table.c.x)

        return define

    assert ordered(make("b"), make("a")) == ["no index ix", "index ix"]
    assert ordered(make("a"), make("b")) == ["no index ix", "index ix"]


def test_an_old_table_gives_its_names_to_a_new_one() -> None:
    def make(name: str) -> Callable[[sa.MetaData], object]:
        column = sa.Column("x", sa.Integer)
        return lambda collection: sa.Index("ix", sa.Table(name, collection, column._copy()).c.x)

    assert ordered(make("old"), make("new")) == ["drop old", "create new"]


def related(type_: type[sa.Integer], *, child: type[sa.Integer] | None = None, extra: bool = False):
    def define(collection: sa.MetaData) -> None:
        items = [sa.Index("ix", "p_id")] if extra else []
        key = sa.ForeignKey("p.id", name="fk")
        sa.Table("c", collection, id_(), sa.Column("p_id", child or type_, key), *items)
        sa.Table("p", collection, id_(type_))

    return define


def test_a_foreign_key_lets_go_while_both_its_sides_change_their_type() -> None:
    found = ordered(related(sa.Integer), related(sa.BigInteger))
    assert found == ["drop fk", "alter c.p_id", "alter p.id", "add fk"]
    one_side = related(sa.Integer, child=sa.BigInteger)
    assert ordered(related(sa.Integer), one_side) == ["alter c.p_id"]


def test_mysql_lets_go_of_a_foreign_key_for_a_change_of_one_side_or_of_its_index() -> None:
    found = ordered(
        related(sa.Integer),
        related(sa.Integer, child=sa.BigInteger),
        pins_foreign_keys=True,
    )
    assert found == ["drop fk", "alter c.p_id", "add fk"]
    without_index = ordered(
        related(sa.Integer, extra=True), related(sa.Integer), pins_foreign_keys=True
    )
    assert without_index == ["drop fk", "no index ix", "add fk"]
    assert ordered(related(sa.Integer, extra=True), related(sa.Integer)) == ["no index ix"]


def test_nothing_lets_go_where_a_foreign_key_cannot_be_added() -> None:
    found = ordered(related(sa.Integer), related(sa.BigInteger), adds_foreign_keys=False)
    assert found == ["alter c.p_id", "alter p.id"]


def test_what_uses_a_column_goes_before_it_changes_and_comes_after() -> None:
    def make(type_: type[sa.Integer], *items: sa.schema.SchemaItem):
        return lambda collection: sa.Table("t", collection, sa.Column("a", type_), *items)

    before = make(sa.Integer, sa.Index("old", "a"), sa.CheckConstraint("a > 0", name="old_ck"))
    after = make(sa.BigInteger, sa.Index("new", "a"), sa.CheckConstraint("a > 1", name="new_ck"))
    found = ordered(before, after)
    assert set(found[:2]) == {"no index old", "drop old_ck"}
    assert found[2] == "alter t.a"
    assert set(found[3:]) == {"index new", "add new_ck"}


def test_a_generated_column_goes_before_its_source_and_comes_after() -> None:
    def make(*names: str):
        def define(collection: sa.MetaData) -> None:
            columns = [sa.Column("z", sa.Integer)] if "z" in names else []
            generated = sa.Column("g", sa.Integer, sa.Computed("z + 1", persisted=True))
            columns += [generated] if "g" in names else []
            sa.Table("t", collection, id_(), *columns)

        return define

    assert ordered(make(), make("g", "z")) == ["add t.z", "add t.g"]
    assert ordered(make("z", "g"), make()) == ["drop t.g", "drop t.z"]


def mood(*values: str, column: str = "m", **kw: object) -> sa.Column[str]:
    return sa.Column(column, sa.Enum(*values, name="mood"), **kw)


def test_new_values_exist_before_a_column_or_a_default_uses_them() -> None:
    before = lambda c: sa.Table("t", c, id_(), mood("a"))  # noqa: E731
    after = lambda c: (  # noqa: E731
        sa.Table("t", c, id_(), mood("a", "b", server_default="b")),
        sa.Table("a", c, id_(), mood("a", "b", column="n", server_default="b")),
    )
    assert ordered(before, after) == ["AlterEnum", "create a", "alter t.m"]


def test_columns_of_an_enum_type_that_goes_are_gone_before_it_is_made_anew() -> None:
    before = lambda c: sa.Table("z", c, id_(), mood("a"))  # noqa: E731
    after = lambda c: sa.Table("a", c, id_(), mood("b"))  # noqa: E731
    assert ordered(before, after) == ["drop z", "create a"]


def test_an_added_constraint_gets_a_name_that_nothing_has() -> None:
    def before(collection: sa.MetaData) -> None:
        sa.Table("t", collection, sa.Column("a", sa.Integer), sa.Index("t_a_key", "a"))

    def after(collection: sa.MetaData) -> None:
        column = sa.Column("a", sa.Integer, unique=True)
        check = sa.CheckConstraint("a > 0")
        sa.Table("t", collection, column, sa.Index("t_a_key", "a"), check)

    assert ordered(before, after) == ["add t_a_key1", "add t_a_check"]


def test_the_way_back_drops_what_was_added_without_a_name() -> None:
    without = schema(lambda c: sa.Table("t", c, sa.Column("a", sa.Integer)))
    with_key = schema(lambda c: sa.Table("t", c, sa.Column("a", sa.Integer, unique=True)))
    forward = order(compare(without, with_key), without)
    (back,) = reversed_operations(forward, without)
    assert label(back) == "drop t_a_key"


def test_the_way_back_of_a_drop_brings_everything_back() -> None:
    before = schema(ring)
    forward = order(compare(before, EMPTY), before)
    state = before
    for operation in (*forward, *reversed_operations(forward, before)):
        state = operation.apply(state)
    assert compare(state, before) == ()


def test_sorting_is_stable_and_breaks_contradictions_at_the_smallest_number() -> None:
    assert sort(4, []) == [0, 1, 2, 3]
    assert sort(4, [(3, 0)]) == [1, 2, 3, 0]
    assert sort(3, [(0, 1), (1, 0), (1, 2)]) == [0, 1, 2]


@pytest.mark.parametrize("define", [chain, ring])
def test_what_is_in_order_stays_in_order(define: Callable[[sa.MetaData], object]) -> None:
    after = schema(define)
    once = order(compare(EMPTY, after), EMPTY)
    assert order(once, EMPTY) == once


def test_a_thousand_tables_are_compared_and_ordered_in_linear_time() -> None:
    def define(count: int) -> Callable[[sa.MetaData], object]:
        def many(collection: sa.MetaData) -> None:
            for number in range(count):
                key = sa.ForeignKey(f"t{number - 1 if number else count - 1}.id")
                columns = (sa.Column(f"c{n}", sa.Integer) for n in range(8))
                sa.Table(f"t{number}", collection, id_(), sa.Column("k", key), *columns)

        return many

    def calls(count: int) -> int:
        after = schema(define(count))
        made = 0

        def note(frame: object, event: str, argument: object) -> None:
            nonlocal made
            made += event in ("call", "c_call")

        sys.setprofile(note)
        try:
            operations = order(compare(EMPTY, after), EMPTY)
        finally:
            sys.setprofile(None)
        assert len(operations) == count + 1
        return made

    assert calls(1000) < 12 * calls(100)
