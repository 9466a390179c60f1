"""Sixty-six calls of operations as scripts write them, for our `op` and for Alembic's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

Variant = Callable[[Any], object]

DIALECTS = ("postgresql", "mysql", "mariadb", "sqlite", "mssql", "oracle")


def _flag() -> sa.Boolean:
    return sa.Boolean(create_constraint=True, name="bb")


def _add(op: Any, *arguments: Any, type_: Any = None, flags: Any = (), **kw: Any) -> None:
    op.add_column("t", sa.Column("c", type_ or sa.Integer(), *arguments, **kw), **dict(flags))


def _on(key: str) -> dict[str, bool]:
    return {key: True}


def _alter(op: Any, *, type_before: Any = None, **kw: Any) -> None:
    op.alter_column("t", "c", existing_type=type_before or sa.Integer(), **kw)


def _create_index_pg(op: Any) -> None:
    op.create_index(
        "ix",
        "t",
        ["a"],
        schema="s",
        if_not_exists=True,
        postgresql_concurrently=True,
        postgresql_using="gin",
        postgresql_include=["z"],
        postgresql_where=sa.text("a>1"),
        mysql_length=5,
        mssql_include=["z"],
    )


def _create_fk(op: Any) -> None:
    op.create_foreign_key(
        "fk",
        "t",
        "o",
        ["a"],
        ["id"],
        onupdate="CASCADE",
        ondelete="SET NULL",
        deferrable=True,
        initially="DEFERRED",
        match="FULL",
        source_schema="s1",
        referent_schema="s2",
    )


def _create_excl(op: Any) -> None:
    op.create_exclude_constraint(
        "ex", "t", ("period", "&&"), ("g", "="), where=sa.text("g != 'x'"), using="gist"
    )


def _create_table(op: Any) -> None:
    op.create_table(
        "t",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("x", sa.String(5), index=True, comment="cc"),
        comment="tc",
        if_not_exists=True,
    )


def _everything(op: Any) -> None:
    _alter(
        op,
        nullable=False,
        server_default="x",
        type_=sa.String(20),
        comment="cc",
        new_column_name="d",
        existing_nullable=True,
    )


def _bulk_insert(op: Any) -> None:
    table = sa.table("t", sa.column("a", sa.Integer), sa.column("b", sa.String))
    op.bulk_insert(table, [{"a": 1, "b": "x'y"}, {"a": 2, "b": None}])


_INLINE = _on("inline_references")
_KEY = sa.ForeignKey

VARIANTS: dict[str, Variant] = {
    "add_col": lambda op: _add(op, nullable=False, server_default="5"),
    "add_col_idx_uq": lambda op: _add(op, index=True),
    "add_col_uq": lambda op: _add(op, unique=True),
    "add_col_pk": lambda op: _add(op, primary_key=True),
    "add_col_pk_inline": lambda op: _add(op, primary_key=True, flags=_on("inline_primary_key")),
    "add_col_fk": lambda op: _add(op, _KEY("o.id", name="fk1")),
    "add_col_fk_inline": lambda op: _add(op, _KEY("o.id", ondelete="CASCADE"), flags=_INLINE),
    "add_col_ifne": lambda op: _add(op, flags=_on("if_not_exists")),
    "add_col_check": lambda op: _add(op, sa.CheckConstraint("c > 5", name="ck")),
    "add_col_bool": lambda op: _add(op, type_=_flag()),
    "add_col_enum": lambda op: _add(op, type_=sa.Enum("a", "b", name="en")),
    "add_col_computed": lambda op: _add(op, sa.Computed("a+1")),
    "add_col_identity": lambda op: _add(op, sa.Identity(always=True, start=3)),
    "add_col_comment": lambda op: _add(op, comment="it's"),
    "drop_col": lambda op: op.drop_column("t", "c"),
    "drop_col_schema_ifex": lambda op: op.drop_column("t", "c", schema="s", if_exists=True),
    "drop_col_mssql_all": lambda op: op.drop_column(
        "t",
        "c",
        schema="s",
        mssql_drop_default=True,
        mssql_drop_check=True,
        mssql_drop_foreign_key=True,
    ),
    "alter_nullable_T": lambda op: _alter(op, nullable=True),
    "alter_nullable_F": lambda op: _alter(op, nullable=False),
    "alter_nullable_noext": lambda op: op.alter_column("t", "c", nullable=False),
    "alter_type": lambda op: op.alter_column("t", "c", type_=sa.String(50)),
    "alter_type_existing_nullable": lambda op: op.alter_column(
        "t", "c", type_=sa.String(50), existing_nullable=False
    ),
    "alter_type_using": lambda op: op.alter_column(
        "t", "c", type_=sa.Integer(), postgresql_using="c::integer"
    ),
    "alter_default": lambda op: _alter(op, server_default="5"),
    "alter_default_text": lambda op: _alter(
        op, type_before=sa.DateTime(), server_default=sa.text("now()")
    ),
    "alter_default_None": lambda op: _alter(op, server_default=None),
    "alter_default_exist": lambda op: _alter(op, server_default="6", existing_server_default="5"),
    "alter_name": lambda op: _alter(op, new_column_name="d"),
    "alter_name_schema": lambda op: _alter(
        op,
        new_column_name="d",
        existing_nullable=False,
        existing_server_default="7",
        schema="s",
    ),
    "alter_comment": lambda op: _alter(op, comment="hello"),
    "alter_comment_exist": lambda op: _alter(op, comment="hello", existing_comment="hi"),
    "alter_comment_None": lambda op: _alter(op, comment=None, existing_comment="hi"),
    "alter_everything": _everything,
    "alter_autoinc": lambda op: _alter(op, autoincrement=True, existing_nullable=False),
    "alter_add_identity": lambda op: _alter(
        op, server_default=sa.Identity(start=5), existing_server_default=None
    ),
    "alter_chg_identity": lambda op: _alter(
        op,
        server_default=sa.Identity(always=True, start=9, cycle=True),
        existing_server_default=sa.Identity(),
    ),
    "alter_drop_identity": lambda op: _alter(
        op, server_default=None, existing_server_default=sa.Identity()
    ),
    "alter_computed": lambda op: _alter(op, server_default=sa.Computed("a+1")),
    "alter_bool_to_int": lambda op: _alter(
        op, type_=sa.Integer(), type_before=_flag(), existing_nullable=True
    ),
    "alter_to_bool": lambda op: _alter(op, type_=_flag(), existing_nullable=True),
    "rename_table": lambda op: op.rename_table("t", "u"),
    "rename_table_schema": lambda op: op.rename_table("t", "u", schema="s"),
    "create_index": lambda op: op.create_index("ix", "t", ["a", sa.text("lower(b)")], unique=True),
    "create_index_pg": _create_index_pg,
    "drop_index": lambda op: op.drop_index("ix", "t"),
    "drop_index_notable": lambda op: op.drop_index("ix"),
    "drop_index_pg": lambda op: op.drop_index(
        "ix", table_name="t", schema="s", if_exists=True, postgresql_concurrently=True
    ),
    "create_fk": _create_fk,
    "create_fk_notvalid": lambda op: op.create_foreign_key(
        "fk", "t", "o", ["a"], ["id"], postgresql_not_valid=True
    ),
    "create_pk": lambda op: op.create_primary_key("pk", "t", ["a", "b"]),
    "create_uq": lambda op: op.create_unique_constraint(
        "uq", "t", ["a", "b"], deferrable=True, initially="DEFERRED"
    ),
    "create_ck": lambda op: op.create_check_constraint("ck", "t", "a > 5"),
    "create_ck_expr": lambda op: op.create_check_constraint(
        "ck", "t", sa.func.len(sa.column("a")) > 5
    ),
    "create_excl": _create_excl,
    "drop_fk": lambda op: op.drop_constraint("c1", "t", type_="foreignkey"),
    "drop_pk": lambda op: op.drop_constraint("c1", "t", type_="primary"),
    "drop_uq": lambda op: op.drop_constraint("c1", "t", type_="unique"),
    "drop_ck": lambda op: op.drop_constraint("c1", "t", type_="check"),
    "drop_notype": lambda op: op.drop_constraint("c1", "t"),
    "drop_ifexists": lambda op: op.drop_constraint("c1", "t", type_="unique", if_exists=True),
    "create_table": _create_table,
    "drop_table": lambda op: op.drop_table("t", schema="s", if_exists=True),
    "table_comment": lambda op: op.create_table_comment("t", "hi", schema="s"),
    "drop_table_comment": lambda op: op.drop_table_comment("t", existing_comment="hi"),
    "bulk_insert": _bulk_insert,
    "execute": lambda op: op.execute("update t set a=1"),
}
