"""Several changes of one table: one rebuild, or none."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from limbeck.errors import SchemaConflict, UnsupportedOperation
from limbeck.metadata import load
from limbeck.operations import columns as c
from limbeck.operations import constraints as k
from limbeck.operations import indexes as i
from limbeck.operations import tables as t
from limbeck.operations.base import Operation, Scope
from limbeck.operations.batch import Batch, Placement
from limbeck.schema.named import Named
from limbeck.schema.names import Name
from limbeck.schema.objects import Schema
from tests.databases.sqlite.support import DIALECT, SCOPE, Database, database

T = Name("t")
CONVENTION = Scope(
    SCOPE.dialect,
    {
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    },
)


def batch(*operations: Operation, **kw: Any) -> Batch:
    return Batch(T, operations, **kw)


def rebuilds(statements: list[str]) -> int:
    return sum(sql.startswith("CREATE TABLE") for sql in statements)


def columns_of(db: Database) -> list[str]:
    return [row[1] for row in db.rows("PRAGMA table_xinfo(t)")]


def test_many_changes_make_one_rebuild(features: Database) -> None:
    operation = batch(
        c.alter_column(SCOPE, "t", "name", new_column_name="title", nullable=True),
        i.create_index(SCOPE, "ix_title", "t", ["title"]),
        i.drop_index(SCOPE, "ix_desc", "t"),
        k.create_unique_constraint(SCOPE, "uq_title", "t", ["title", "flag"]),
        k.create_check_constraint(SCOPE, "ck_title", "t", "title <> 'name' AND flag >= 0"),
        k.drop_constraint(SCOPE, "fk_up", "t", "foreignkey"),
        c.drop_column(SCOPE, "t", "note"),
        c.add_column(SCOPE, "t", sa.Column("new", sa.Integer, sa.Computed("length(title)"))),
        t.create_table_comment(SCOPE, "t", "no comments on SQLite"),
    )
    assert rebuilds(features.statements(operation)) == 1
    rows = features.rows("SELECT id, name, qty, price FROM t")
    features.run(operation)
    assert features.rows("SELECT id, title, qty, price FROM t") == rows
    assert features.rows("SELECT new FROM t") == [(5,), (4,)]
    table = features.normal().table(T)
    assert set(table.indexes) == {"ix_part", "ix_expr", "ix_title"}
    assert table.indexes["ix_title"].columns == ("title",)
    assert {x.name for x in table.checks} == {None, "nm", "ck_title"}
    assert {x.expression.text for x in table.checks if x.name == "ck_title"} == {
        "title != 'name' AND flag >= 0"
    }
    assert ("title", "flag") in [x.columns for x in table.uniques]
    assert "note" not in table.columns
    assert features.rows("SELECT title FROM v") == [("alpha",)]


def test_native_changes_stay_native_together(features: Database) -> None:
    operation = batch(
        c.add_column(SCOPE, "t", sa.Column("new", sa.Integer)),
        c.alter_column(SCOPE, "t", "new", new_column_name="newer"),
        i.create_index(SCOPE, "ix", "t", ["newer"]),
    )
    assert features.statements(operation) == [
        "ALTER TABLE t ADD COLUMN new INTEGER",
        "ALTER TABLE t RENAME COLUMN new TO newer",
        "CREATE INDEX ix ON t (newer)",
    ]
    features.run(operation)


def test_always_rebuilds_even_for_nothing_and_changes_nothing(features: Database) -> None:
    before, normal = features.everything(), features.normal()
    operation = batch(recreate="always")
    assert rebuilds(features.statements(operation)) == 1
    features.run(operation)
    assert features.normal() == normal
    after = features.everything()
    assert {k: v for k, v in after.items() if k != "catalog"} == {
        k: v for k, v in before.items() if k != "catalog"
    }
    assert [row[:3] for row in after["catalog"]] == [row[:3] for row in before["catalog"]]


def test_never_refuses_what_takes_a_rebuild(features: Database) -> None:
    operation = batch(c.alter_column(SCOPE, "t", "qty", nullable=False), recreate="never")
    with pytest.raises(UnsupportedOperation, match="takes a rebuild"):
        features.statements(operation)
    added = batch(c.add_column(SCOPE, "t", sa.Column("x", sa.Integer)), recreate="never")
    assert rebuilds(features.statements(added)) == 0


def test_names_can_change_places(empty: Database) -> None:
    empty.script("CREATE TABLE t (a TEXT CHECK (a <> 'b'), b INTEGER, CHECK (b > 0 OR a = 'a'))")
    empty.script("INSERT INTO t VALUES ('x', 1)")
    operation = batch(
        c.alter_column(SCOPE, "t", "a", new_column_name="tmp", nullable=False),
        c.alter_column(SCOPE, "t", "b", new_column_name="a"),
        c.alter_column(SCOPE, "t", "tmp", new_column_name="b"),
    )
    empty.run(operation)
    assert empty.rows("SELECT a, b FROM t") == [(1, "x")]
    table = empty.normal().table(T)
    assert [(n, x.type.text, x.nullable) for n, x in table.columns.items()] == [
        ("b", "TEXT", False),
        ("a", "INTEGER", True),
    ]
    assert {x.expression.text for x in table.checks} == {"b != 'b'", "a > 0 OR b = 'a'"}


def test_an_old_name_can_be_given_to_a_new_column(empty: Database) -> None:
    empty.script("CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('x')")
    empty.run(
        batch(
            c.alter_column(SCOPE, "t", "a", new_column_name="b", nullable=False),
            c.add_column(SCOPE, "t", sa.Column("a", sa.Integer, server_default="3", unique=True)),
        )
    )
    assert empty.rows("SELECT b, a FROM t") == [("x", 3)]


def test_a_name_that_is_taken_is_refused(features: Database) -> None:
    operation = batch(c.alter_column(SCOPE, "t", "qty", new_column_name="note", nullable=False))
    with pytest.raises(SchemaConflict, match="a column 'note' already"):
        features.statements(operation)
    operation = batch(
        c.alter_column(SCOPE, "t", "qty", new_column_name="q", nullable=False),
        c.drop_column(SCOPE, "t", "qty"),
    )
    with pytest.raises(SchemaConflict, match="no column 'qty'"):
        features.statements(operation)


@pytest.mark.parametrize("stored", [True, False])
def test_a_column_that_is_made_anew_keeps_its_indexes(empty: Database, stored: bool) -> None:
    generated = sa.Computed("a + 1", persisted=stored)
    empty.run(
        t.create_table(
            SCOPE,
            "t",
            sa.Column("a", sa.Integer()),
            sa.Column("b", sa.Integer(), generated),
            sa.Column("c", sa.Integer()),
            sa.Index("ix_kept", "a", "b"),
            sa.Index("ix_gone", "b", "c"),
            sa.Index("ix_other", "b"),
        )
    )
    again = sa.Column("b", sa.BigInteger(), sa.Computed("a + 2", persisted=stored))
    empty.run(
        batch(
            c.drop_column(SCOPE, "t", "b"),
            i.drop_index(SCOPE, "ix_other", "t"),
            c.drop_column(SCOPE, "t", "c"),
            c.add_column(SCOPE, "t", again),
        )
    )
    names = [row[1] for row in empty.rows("PRAGMA index_list(t)")]
    assert names == ["ix_kept"]


def test_a_key_of_a_parent_may_change_before_its_children_do(empty: Database) -> None:
    empty.run(
        t.create_table(
            SCOPE,
            "t",
            sa.Column("x", sa.Integer()),
            sa.Column("y", sa.Integer()),
            sa.PrimaryKeyConstraint("x", name="pk"),
        )
    )
    empty.run(t.create_table(SCOPE, "child", sa.Column("x", sa.Integer(), sa.ForeignKey("t.x"))))
    empty.run(
        batch(
            k.drop_constraint(SCOPE, "pk", "t", "primary"),
            k.create_primary_key(SCOPE, "pk", "t", ["y", "x"]),
        )
    )
    assert [row[1] for row in empty.rows("PRAGMA table_info(t)") if row[5]] == ["x", "y"]


def test_unnamed_constraints_go_by_the_name_of_the_convention(features: Database) -> None:
    operation = batch(
        k.drop_constraint(CONVENTION, "fk_t_parent_id_parent", "t", "foreignkey"),
        k.drop_constraint(CONVENTION, "uq_t_note", "t", "unique"),
    )
    features.run(operation)
    table = features.normal().table(T)
    assert [x.name for x in table.foreign_keys] == ["fk_up"]
    assert [x.name for x in table.uniques] == ["uq"]
    assert {"parent_id", "note"} <= set(table.columns)


def test_columns_stand_where_they_are_placed(features: Database) -> None:
    operation = batch(
        c.add_column(SCOPE, "t", sa.Column("first", sa.Integer)),
        c.add_column(SCOPE, "t", sa.Column("last", sa.Integer)),
        c.alter_column(SCOPE, "t", "note", new_column_name="memo"),
        placements=(
            Placement("first", before="id"),
            Placement("memo", after="id"),
        ),
        partial_reordering=(("price", "qty"), ("flag", "up", "parent_id")),
    )
    rows = features.rows("SELECT id, name, qty, price, parent_id, up, flag, note FROM t")
    features.run(operation)
    assert columns_of(features) == [
        *("first", "id", "memo", "name", "price", "qty", "twice", "virt"),
        *("flag", "up", "parent_id", "last"),
    ]
    names = "id, name, qty, price, parent_id, up, flag, memo"
    assert features.rows(f"SELECT {names} FROM t") == rows


def test_an_order_that_contradicts_itself_is_refused(features: Database) -> None:
    operation = batch(recreate="always", partial_reordering=(("id", "qty"), ("qty", "id")))
    with pytest.raises(SchemaConflict, match="contradicts itself"):
        features.statements(operation)


def test_table_args_add_and_name_constraints(features: Database) -> None:
    operation = batch(
        recreate="always",
        table_args=(
            sa.CheckConstraint("flag in (0, 1)", name="ck_flag"),
            sa.UniqueConstraint("price", "id"),
            sa.ForeignKeyConstraint(["up"], ["t.id"], name="fk_up"),
        ),
        table_kwargs=(("sqlite_with_rowid", False), ("sqlite_autoincrement", False)),
    )
    before = features.normal().table(T)
    features.run(operation)
    table = features.normal().table(T)
    assert {x.name for x in table.checks} == {None, "nm", "ck_flag"}
    assert len(table.checks) == len(before.checks)
    assert len(table.uniques) == len(before.uniques) + 1
    assert table.foreign_keys == before.foreign_keys
    assert table.options == (("sqlite_with_rowid", False),)
    assert len(features.rows("SELECT * FROM t")) == 2


def test_copy_from_says_what_the_table_is(features: Database) -> None:
    source = sa.Table(
        "t",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(50), nullable=False),
        sa.Column("qty", sa.Integer),
        sa.Column("price", sa.Numeric(10, 2), index=True),
    )
    operation = batch(
        c.alter_column(SCOPE, "t", "price", nullable=False),
        source=load.table(source, SCOPE.dialect),
    )
    features.run(operation)
    table = features.normal().table(T)
    assert list(table.columns) == ["id", "name", "qty", "price"]
    assert set(table.indexes) == {"ix_t_price"}
    features.script("INSERT INTO t (name, qty, price) VALUES ('new', 1, 2)")
    assert features.rows("SELECT msg FROM log") == [("t:new",)]


def test_a_primary_key_is_exchanged(empty: Database) -> None:
    empty.script("CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT, b INT)")
    empty.script("INSERT INTO t VALUES (5, 'x', 1), (6, 'y', 2)")
    empty.run(
        batch(
            k.drop_constraint(SCOPE, None, "t", "primary"),
            k.create_primary_key(SCOPE, "pk", "t", ["a", "b"]),
        )
    )
    table = empty.normal().table(T)
    assert table.primary_key is not None
    assert (table.primary_key.name, table.primary_key.columns) == ("pk", ("a", "b"))
    assert table.options == ()
    assert empty.rows("SELECT * FROM t") == [(5, "x", 1), (6, "y", 2)]
    assert empty.rows("SELECT \"notnull\", pk FROM pragma_table_info('t')") == [
        (0, 0),
        (1, 1),
        (1, 2),
    ]


def test_an_enum_and_a_boolean_bring_and_take_their_checks(empty: Database) -> None:
    empty.script("CREATE TABLE t (a VARCHAR(1) CONSTRAINT e CHECK (a IN ('x', 'y')), f INTEGER)")
    old = sa.Enum("x", "y", name="e", create_constraint=True)
    new = sa.Enum("x", "y", "zz", name="e", create_constraint=True)
    boolean = sa.Boolean(create_constraint=True, name="b")
    empty.run(
        batch(
            c.alter_column(SCOPE, "t", "a", type_=new, existing_type=old),
            c.alter_column(SCOPE, "t", "f", type_=boolean),
        )
    )
    checks = {x.name: x.expression.text for x in empty.normal().table(T).checks}
    assert checks == {"b": "f IN (0, 1)", "e": "a IN ('x', 'y', 'zz')"}


def test_a_rename_of_the_table_comes_in_its_turn(features: Database) -> None:
    operation = batch(
        c.alter_column(SCOPE, "t", "qty", nullable=False),
        t.rename_table(SCOPE, "t", "u"),
    )
    features.run(operation)
    assert len(features.rows("SELECT id FROM u")) == 2
    assert features.rows("SELECT count(*) FROM v") == [(1,)]


def declared() -> Schema:
    metadata = sa.MetaData()
    sa.Table("o", metadata, sa.Column("id", sa.Integer, primary_key=True))
    sa.Table(
        "t",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("a", sa.String(20, collation="NOCASE"), server_default="it's", index=True),
        sa.Column("b", sa.Integer, sa.ForeignKey("o.id"), nullable=False),
        sa.Column("c", sa.Integer, sa.Computed("b * 2")),
        sa.Column("up", sa.Integer, sa.ForeignKey("t.id", name="fk_up")),
        sa.CheckConstraint("b > 0 AND a <> '\\\\:b %'", name="ck"),
        sa.UniqueConstraint("a", "b", name="uq", sqlite_on_conflict="FAIL"),
        sqlite_autoincrement=True,
    )
    tables = load.schema(metadata, SCOPE.dialect)
    return Schema(Named(tables))


@pytest.mark.parametrize("normalized", [False, True])
def test_a_script_rebuilds_from_what_the_history_made(normalized: bool) -> None:
    with database() as db:
        schema = declared()
        if normalized:
            schema = _normalized(schema)
        operations: list[Operation] = [
            *(t.CreateTable(table) for table in schema),
            batch(
                c.alter_column(SCOPE, "t", "b", new_column_name="bb", nullable=True),
                k.drop_constraint(SCOPE, "uq", "t", "unique"),
                c.add_column(SCOPE, "t", sa.Column("d", sa.Integer, unique=True)),
            ),
            c.alter_column(SCOPE, "t", "a", type_=sa.Text(), nullable=False),
            k.drop_constraint(SCOPE, "fk_up", "t", "foreignkey"),
        ]
        state = Schema()
        for operation in operations:
            for sql in db.statements(operation, state):
                db.script(sql)
            if isinstance(operation, t.CreateTable) and operation.table.name == T:
                db.script("INSERT INTO o VALUES (1); INSERT INTO t (id, a, b) VALUES (7, 'x', 1)")
            state = operation.apply(state)
            if normalized:
                state = _normalized(state)
        found = db.normal()
        assert {str(x.name): x for x in found} == {str(x.name): x for x in _normalized(state)}
        assert db.rows("SELECT id, a, bb, c, up, d FROM t") == [(7, "x", 1, 2, None, None)]
        assert db.rows("SELECT seq FROM sqlite_sequence") == [(7,)]


def _normalized(schema: Schema) -> Schema:
    return DIALECT.normalize(schema, SCOPE.dialect)
