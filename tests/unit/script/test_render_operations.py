"""What operations look like in a script."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from limbeck.metadata import load
from limbeck.operations import constraints, data, indexes, tables, types
from limbeck.operations.alter_column import AlterColumn, existing_hints
from limbeck.operations.base import Operation, Scope
from limbeck.operations.batch import Batch, Placement
from limbeck.operations.columns import AddColumn, DropColumn
from limbeck.operations.constraints import AddConstraint, DropConstraint
from limbeck.operations.indexes import CreateIndex
from limbeck.operations.tables import CreateTable, DropTable
from limbeck.schema.constraints import Unique
from limbeck.schema.names import Name
from limbeck.schema.objects import Column, Schema, Table
from limbeck.schema.types import SqlType
from limbeck.script.render import Remark, RenderOptions, render

POSTGRESQL = postgresql.dialect()
SQLITE = sqlite.dialect()
CONVENTION = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
USER = Name("user")


def text(*operations: Operation | Remark, dialect: Any = POSTGRESQL, **options: Any) -> str:
    return render(operations, RenderOptions(**options), dialect).text


def table(*items: Any, name: str = "user", dialect: Any = POSTGRESQL, **keywords: Any) -> Table:
    collection = sa.MetaData(naming_convention=keywords.pop("naming_convention", None))
    return load.table(sa.Table(name, collection, *items, **keywords), dialect)


def column(item: sa.Column[Any]) -> Column:
    return table(item).column(item.name)


def test_nothing_to_do_is_pass() -> None:
    rendered = render((), RenderOptions(), POSTGRESQL)
    assert (rendered.text, rendered.imports) == ("pass", ())


def test_a_table_with_what_belongs_to_it() -> None:
    created = table(
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("email", sa.String(255), nullable=False, index=True, unique=True),
        sa.Column("org_id", sa.Integer, sa.ForeignKey("org.id", ondelete="CASCADE")),
        sa.Column("age", sa.Integer, sa.CheckConstraint("age > 0", name="grown")),
        naming_convention=CONVENTION,
    )
    assert text(CreateTable(created)) == (
        'op.create_table(\n'
        '    "user",\n'
        '    sa.Column("id", sa.Integer(), nullable=False),\n'
        '    sa.Column("email", sa.String(length=255), nullable=False),\n'
        '    sa.Column("org_id", sa.Integer(), nullable=True),\n'
        '    sa.Column("age", sa.Integer(), nullable=True),\n'
        '    sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),\n'
        '    sa.ForeignKeyConstraint(\n'
        '        ["org_id"], ["org.id"], name=op.f("fk_user_org_id"), ondelete="CASCADE"\n'
        '    ),\n'
        '    sa.CheckConstraint("age > 0", name=op.f("ck_user_grown")),\n'
        ')\n'
        'op.create_index(op.f("ix_user_email"), "user", ["email"], unique=True)'
    )  # fmt: skip


def test_names_that_were_given_are_plain_and_unnamed_constraints_stay_unnamed() -> None:
    created = table(
        sa.Column("a", sa.Integer),
        sa.UniqueConstraint("a", name="mine"),
        sa.ForeignKeyConstraint(["a"], ["org.id"]),
    )
    shown = text(CreateTable(created))
    assert 'sa.UniqueConstraint("a", name="mine")' in shown
    assert 'sa.ForeignKeyConstraint(["a"], ["org.id"])' in shown
    unnamed = text(AddConstraint(USER, Unique(("a",))))
    assert unnamed == 'op.create_unique_constraint(None, "user", ["a"])'


def test_dropping_a_constraint_without_a_name_says_what_to_do() -> None:
    dropped = AddConstraint(USER, Unique(("a", "b"))).reverse(Schema())
    assert text(dropped) == (
        "# The unique constraint on (a, b) of 'user' has no name here: write the name that\n"
        "# the database gave it in place of None.\n"
        'op.drop_constraint(None, "user", type_="unique")'
    )


def test_table_arguments() -> None:
    created = table(
        sa.Column("a", sa.Integer),
        schema="app",
        comment="it's",
        prefixes=["TEMPORARY"],
        mysql_engine="InnoDB",
    )
    assert text(CreateTable(created, if_not_exists=True)) == (
        'op.create_table(\n'
        '    "user",\n'
        '    sa.Column("a", sa.Integer(), nullable=True),\n'
        '    schema="app",\n'
        '    comment="it\'s",\n'
        '    prefixes=["TEMPORARY"],\n'
        '    mysql_engine="InnoDB",\n'
        '    if_not_exists=True,\n'
        ')'
    )  # fmt: skip


def test_numbering_is_said_only_where_sqlalchemy_would_guess_otherwise() -> None:
    def shown(*items: Any) -> str:
        return text(CreateTable(table(*items)))

    key = sa.Column("a", sa.Integer, primary_key=True)
    assert "autoincrement" not in shown(key)
    assert "autoincrement=False" in shown(
        sa.Column("a", sa.Integer, primary_key=True, autoincrement=False)
    )
    assert "autoincrement=True" in shown(
        sa.Column("a", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("b", sa.Integer, primary_key=True),
    )
    assert "autoincrement" not in shown(
        sa.Column("a", sa.ForeignKey("org.id"), sa.Identity(), primary_key=True)
    )


DEFAULTS = [
    (sa.Column("a", sa.Text, server_default="it's"), 'server_default="it\'s"'),
    (sa.Column("a", sa.Text, server_default=""), 'server_default=""'),
    (sa.Column("a", sa.DateTime, server_default=sa.func.now()), 'server_default=sa.text("now()")'),
    (
        sa.Column("a", sa.Text, server_default=sa.text("'{}'::jsonb")),
        "server_default=sa.text(\"'{}'::jsonb\")",
    ),
    (
        sa.Column("a", sa.Text, server_default=sa.text("'\\:b'")),
        "server_default=sa.text(\"'\\\\:b'\")",
    ),
    (sa.Column("a", sa.Boolean, server_default=sa.true()), 'server_default=sa.text("true")'),
    (
        sa.Column("a", sa.Integer, sa.Computed("b + 1", persisted=True)),
        'sa.Integer(), sa.Computed("b + 1", persisted=True), nullable=True',
    ),
    (
        sa.Column("a", sa.BigInteger, sa.Identity(always=True, start=3)),
        "sa.BigInteger(), sa.Identity(always=True, start=3), nullable=False",
    ),
]


@pytest.mark.parametrize(("item", "expected"), DEFAULTS, ids=[d[1] for d in DEFAULTS])
def test_defaults(item: sa.Column[Any], expected: str) -> None:
    assert expected in text(AddColumn(USER, column(item))).replace("\n    ", " ")


def test_an_index_with_everything() -> None:
    a, b = sa.Column("a", sa.Text), sa.Column("b", sa.Integer)
    index = sa.Index(
        "ix",
        a,
        b.desc(),
        b.desc().nulls_last(),
        sa.func.lower(a),
        unique=True,
        postgresql_where=b > 3,
        postgresql_include=["b"],
        postgresql_ops={"a": "text_pattern_ops"},
        postgresql_using="btree",
    )
    found = table(a, b, index).indexes["ix"]
    assert text(CreateIndex(USER, found, if_not_exists=True)) == (
        'op.create_index(\n'
        '    "ix",\n'
        '    "user",\n'
        '    [\n'
        '        "a",\n'
        '        sa.column("b").desc(),\n'
        '        sa.column("b").desc().nulls_last(),\n'
        '        sa.text("lower(a)"),\n'
        '    ],\n'
        '    unique=True,\n'
        '    postgresql_include=["b"],\n'
        '    postgresql_ops={"a": "text_pattern_ops"},\n'
        '    postgresql_using="btree",\n'
        '    postgresql_where=sa.text("b > 3"),\n'
        '    if_not_exists=True,\n'
        ')'
    )  # fmt: skip


def test_an_exclude_constraint() -> None:
    item = ExcludeConstraint(
        (sa.column("room"), "="),
        (sa.func.tsrange(sa.column("a"), sa.column("b")), "&&"),
        name="free",
        where=sa.text("room > 1"),
        using="spgist",
    )
    found = table(sa.Column("room", sa.Integer), item)
    constraint = found.constraints[0]
    assert text(AddConstraint(USER, constraint)) == (
        'op.create_exclude_constraint(\n'
        '    "free",\n'
        '    "user",\n'
        '    (sa.column("room"), "="),\n'
        '    (sa.text("tsrange(a, b)"), "&&"),\n'
        '    where=sa.text("room > 1"),\n'
        '    using="spgist",\n'
        ')'
    )  # fmt: skip
    rendered = render([CreateTable(found)], RenderOptions(), POSTGRESQL)
    assert "    postgresql.ExcludeConstraint(\n" in rendered.text
    assert rendered.imports == ("from sqlalchemy.dialects import postgresql",)


def test_an_added_column_keeps_its_checks_and_what_else_came_with_it_follows() -> None:
    found = table(
        sa.Column(
            "z",
            sa.Integer,
            sa.ForeignKey("org.id", name="fk"),
            sa.CheckConstraint("z > 0", name="ck"),
            unique=True,
            index=True,
        )
    )
    added = AddColumn(USER, found.column("z"), found.constraints, tuple(found.indexes.values()))
    assert text(added) == (
        'op.add_column(\n'
        '    "user",\n'
        '    sa.Column(\n'
        '        "z", sa.Integer(), sa.CheckConstraint("z > 0", name="ck"), nullable=True\n'
        '    ),\n'
        ')\n'
        'op.create_foreign_key("fk", "user", "org", ["z"], ["id"])\n'
        'op.create_index(op.f("ix_user_z"), "user", ["z"], unique=True)'
    )  # fmt: skip
    inline = text(replace(added, indexes=(), inline_references=True))
    assert 'sa.ForeignKey("org.id", name="fk")' in inline
    assert "inline_references=True" in inline
    assert "create_foreign_key" not in inline


@pytest.mark.parametrize("flagged", [True, False])
def test_a_check_that_comes_with_its_type_is_not_said_twice(flagged: bool) -> None:
    item = sa.Column("a", sa.Boolean(create_constraint=True, name="ck"))
    created = table(item, dialect=SQLITE)
    check = replace(created.checks[0], type_bound=flagged)
    created = replace(created, constraints=(check,))
    for operation in (
        CreateTable(created),
        AddColumn(USER, created.column("a"), created.constraints),
    ):
        shown = text(operation, dialect=SQLITE)
        assert 'sa.Boolean(create_constraint=True, name="ck")' in shown
        assert "CheckConstraint" not in shown


def test_a_type_does_not_bring_a_check_that_the_operation_has_not() -> None:
    boolean = sa.Boolean(create_constraint=True, name="ck")
    created = table(sa.Column("a", boolean), dialect=SQLITE)
    altered = AlterColumn(USER, "a", type=SqlType(boolean), existing_type=SqlType(sa.Integer()))
    for operation in (
        CreateTable(replace(created, constraints=())),
        AddColumn(USER, created.column("a")),
        altered,
    ):
        shown = text(operation, dialect=SQLITE)
        assert 'sa.Boolean(name="ck")' in shown
    kept = text(replace(altered, type_checks=created.checks), dialect=SQLITE)
    assert 'type_=sa.Boolean(create_constraint=True, name="ck")' in kept


def test_an_altered_column_says_what_changes_and_what_was() -> None:
    old = column(sa.Column("a", sa.Integer, server_default="5", comment="old"))
    altered = AlterColumn(
        USER,
        "a",
        type=SqlType(sa.BigInteger()),
        nullable=False,
        default=None,
        comment=None,
        new_name="b",
        using="a::bigint",
        **existing_hints(old),
    )
    assert text(altered) == (
        'op.alter_column(\n'
        '    "user",\n'
        '    "a",\n'
        '    new_column_name="b",\n'
        '    existing_type=sa.Integer(),\n'
        '    type_=sa.BigInteger(),\n'
        '    nullable=False,\n'
        '    existing_nullable=True,\n'
        '    postgresql_using="a::bigint",\n'
        '    server_default=None,\n'
        '    existing_server_default="5",\n'
        '    comment=None,\n'
        '    existing_comment="old",\n'
        ')'
    )  # fmt: skip


SMALL = [
    (DropTable(USER), 'op.drop_table("user")'),
    (DropTable(Name("user", "app"), True), 'op.drop_table("user", schema="app", if_exists=True)'),
    (DropColumn(USER, "a"), 'op.drop_column("user", "a")'),
    (
        DropConstraint(USER, sa.sql.elements.conv("ck"), "check"),
        'op.drop_constraint(op.f("ck"), "user", type_="check")',
    ),
    (indexes.DropIndex("ix", USER), 'op.drop_index("ix", table_name="user")'),
    (tables.RenameTable(USER, "users"), 'op.rename_table("user", "users")'),
    (
        tables.SetTableComment(USER, "new", "it's"),
        'op.create_table_comment("user", "new", existing_comment="it\'s")',
    ),
    (
        tables.SetTableComment(Name("it's"), None, None),
        'op.drop_table_comment("it\'s", existing_comment=None)',
    ),
    (
        types.AlterEnum(Name("mood", "app"), ("a", "b"), ("a",)),
        'op.alter_enum("mood", ["a", "b"], existing_values=["a"], schema="app")',
    ),
]


@pytest.mark.parametrize(("operation", "expected"), SMALL, ids=[s[1] for s in SMALL])
def test_small_operations(operation: Operation, expected: str) -> None:
    assert text(operation) == expected


def test_statements_of_sql_are_written_out() -> None:
    scope = Scope(POSTGRESQL)
    thing = sa.table("thing", sa.column("a", sa.Text))
    assert text(
        data.execute(scope, "UPDATE thing SET a = '\\:c' WHERE 5 % 2 = 1"),
        data.execute(scope, sa.update(thing).values(a="it's 5%")),
        data.execute(scope, "VACUUM", execution_options={"isolation_level": "AUTOCOMMIT"}),
    ) == (
        "op.execute(\"UPDATE thing SET a = '\\\\:c' WHERE 5 % 2 = 1\")\n"
        "op.execute(\"UPDATE thing SET a='it''s 5%'\")\n"
        'op.execute("VACUUM", execution_options={"isolation_level": "AUTOCOMMIT"})'
    )
    shown = text(data.execute(scope, "SELECT :a"))
    assert shown.startswith("# Parameters of this statement cannot be written out")
    assert shown.endswith('op.execute("SELECT :a")')


def test_rows_come_with_the_imports_of_their_values() -> None:
    thing = sa.table("thing", sa.column("on", sa.Date), schema="app")
    operation = data.bulk_insert(
        Scope(POSTGRESQL), thing, [{"on": datetime.date(2024, 1, 2)}], multiinsert=False
    )
    rendered = render([operation], RenderOptions(), POSTGRESQL)
    assert rendered.text == (
        'op.bulk_insert(\n'
        '    sa.table("thing", sa.column("on", sa.Date()), schema="app"),\n'
        '    [{"on": datetime.date(2024, 1, 2)}],\n'
        '    multiinsert=False,\n'
        ')'
    )  # fmt: skip
    assert rendered.imports == ("import datetime",)


def test_a_remark_is_a_comment_and_alone_no_body() -> None:
    assert text(Remark("This cannot be reversed: what it was is unknown.")) == (
        "# This cannot be reversed: what it was is unknown.\npass"
    )


# --- batches -----------------------------------------------------------------------------------


def on_user() -> list[Operation]:
    found = table(sa.Column("a", sa.Integer, index=True))
    return [
        AddColumn(USER, found.column("a")),
        CreateIndex(USER, found.indexes["ix_user_a"]),
        DropColumn(USER, "b"),
    ]


def test_neighbours_on_one_table_are_one_batch_where_the_project_wants_batches() -> None:
    created = CreateTable(table(sa.Column("a", sa.Integer), name="new"))
    other = DropColumn(Name("other", "app"), "c")
    assert text(created, *on_user(), other, DropTable(USER), render_as_batch=True) == (
        'op.create_table("new", sa.Column("a", sa.Integer(), nullable=True))\n'
        'with op.batch_alter_table("user", schema=None) as batch_op:\n'
        '    batch_op.add_column(sa.Column("a", sa.Integer(), nullable=True))\n'
        '    batch_op.create_index(batch_op.f("ix_user_a"), ["a"])\n'
        '    batch_op.drop_column("b")\n'
        'with op.batch_alter_table("other", schema="app") as batch_op:\n'
        '    batch_op.drop_column("c")\n'
        'op.drop_table("user")'
    )  # fmt: skip


def test_the_tables_of_new_indexes_are_not_put_into_a_batch() -> None:
    created = CreateTable(table(sa.Column("a", sa.Integer, index=True)))
    assert "batch" not in text(created, render_as_batch=True)


def test_every_verb_of_a_batch_leaves_the_table_out() -> None:
    app = Name("user", "app")
    key = constraints.ForeignKey(("a",), Name("org", "app"), ("id",), name="fk")
    index = table(sa.Column("a", sa.Integer), sa.Index("ix", "a")).indexes["ix"]
    shown = text(
        AddConstraint(app, key),
        AddConstraint(app, key).reverse(Schema()),
        indexes.DropIndex("ix", app, if_exists=True),
        CreateIndex(app, index, if_not_exists=True),
        tables.SetTableComment(app, "new", "old"),
        tables.SetTableComment(app, None, "old"),
        AlterColumn(app, "a", nullable=True),
        render_as_batch=True,
    )
    assert shown == (
        'with op.batch_alter_table("user", schema="app") as batch_op:\n'
        '    batch_op.create_foreign_key("fk", "org", ["a"], ["id"], referent_schema="app")\n'
        '    batch_op.drop_constraint("fk", type_="foreignkey")\n'
        '    batch_op.drop_index("ix", if_exists=True)\n'
        '    batch_op.create_index("ix", ["a"], if_not_exists=True)\n'
        '    batch_op.create_table_comment("new", existing_comment="old")\n'
        '    batch_op.drop_table_comment(existing_comment="old")\n'
        '    batch_op.alter_column("a", nullable=True)'
    )  # fmt: skip


def test_a_batch_keeps_how_it_was_asked_for() -> None:
    operations = on_user()
    batch = Batch(USER, (operations[0],), "always", placements=(Placement("a", after="id"),))
    assert text(batch) == (
        'with op.batch_alter_table("user", schema=None, recreate="always") as batch_op:\n'
        '    batch_op.add_column(\n'
        '        sa.Column("a", sa.Integer(), nullable=True), insert_after="id"\n'
        '    )'
    )  # fmt: skip
    assert text(Batch(USER, ())).endswith("as batch_op:\n    pass")


def test_another_prefix_of_op_is_used_throughout() -> None:
    shown = text(*on_user()[1:], op_prefix="alembic_op.", render_as_batch=True)
    assert shown.startswith("with alembic_op.batch_alter_table(")
    assert "alembic_op.f(" in text(on_user()[1], op_prefix="alembic_op.")


# --- the user's hook ---------------------------------------------------------------------------


def test_the_hook_is_asked_with_sqlalchemys_own_objects_on_their_table() -> None:
    asked: list[tuple[str, str, str]] = []

    def render_item(kind: str, item: Any, context: Any) -> Any:
        owner = getattr(getattr(item, "table", None), "name", "")
        asked.append((kind, type(item).__name__, owner))
        assert context.dialect is POSTGRESQL
        assert context.opts["sqlalchemy_module_prefix"] == "sa."
        return False

    created = table(
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("a", sa.Text, sa.ForeignKey("org.id"), server_default="x", unique=True),
        sa.CheckConstraint("id > 0"),
    )
    assert text(CreateTable(created), render_item=render_item) == text(CreateTable(created))
    assert asked == [
        ("column", "Column", "user"),
        ("type", "Integer", ""),
        ("column", "Column", "user"),
        ("type", "Text", ""),
        ("server_default", "DefaultClause", ""),
        ("primary_key", "PrimaryKeyConstraint", "user"),
        ("unique", "UniqueConstraint", "user"),
        ("foreign_key", "ForeignKeyConstraint", "user"),
        ("check", "CheckConstraint", "user"),
    ]


def test_the_hook_may_leave_an_item_out_or_write_it_itself() -> None:
    def render_item(kind: str, item: Any, context: Any) -> Any:
        if kind == "unique":
            return None
        if kind == "column" and item.name == "b":
            context.imports.add("import mine")
            return "mine.column('b', 3)"
        return False

    created = table(sa.Column("a", sa.Integer, unique=True), sa.Column("b", sa.Integer))
    rendered = render([CreateTable(created)], RenderOptions(render_item=render_item), POSTGRESQL)
    assert rendered.text == (
        'op.create_table(\n'
        '    "user", sa.Column("a", sa.Integer(), nullable=True), mine.column("b", 3)\n'
        ')'
    )  # fmt: skip
    assert rendered.imports == ("import mine",)


def test_source_of_the_hook_that_is_not_simple_is_kept_as_it_is() -> None:
    def render_item(kind: str, item: Any, context: Any) -> Any:
        return "column(lambda : 1)" if kind == "column" else False

    added = AddColumn(USER, column(sa.Column("a", sa.Integer)))
    assert text(added, render_item=render_item) == 'op.add_column("user", column(lambda : 1))'


def test_a_column_that_the_hook_leaves_out_is_not_added() -> None:
    added = AddColumn(USER, column(sa.Column("a", sa.Integer)))
    hook = lambda kind, item, context: None if kind == "column" else False  # noqa: E731
    assert text(added, render_item=hook) == "pass"


def test_mysql_text_keeps_its_character_set_in_a_variant() -> None:
    payload = sa.String(5).with_variant(mysql.VARCHAR(5, charset="utf8"), "mysql")
    shown = text(AddColumn(USER, column(sa.Column("a", payload))), dialect=mysql.dialect())
    assert 'mysql.VARCHAR(charset="utf8", length=5)' in shown


def test_the_text_for_a_template_has_its_first_line_in_place() -> None:
    rendered = render([DropTable(USER), DropTable(Name("b"))], RenderOptions(), POSTGRESQL)
    assert rendered.indented == 'op.drop_table("user")\n    op.drop_table("b")'
