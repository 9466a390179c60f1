"""What is there before each operation of the matrix, and what has to be there after it.

Written as models, so that the expectation knows nothing of how our operations work.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSRANGE, ExcludeConstraint


@dataclass(frozen=True)
class Place:
    """Where a case runs: the names that its schemas have there."""

    dialect: str
    s: str = "s"
    s1: str = "s1"
    s2: str = "s2"

    @property
    def is_mysql(self) -> bool:
        return self.dialect == "mysql"


Items = tuple[str, tuple[Any, ...], dict[str, Any]]
Models = Sequence[Items]
Case = Callable[[Place], tuple[Models, Models]]


def metadata(models: Models) -> sa.MetaData:
    """The models as SQLAlchemy's tables."""
    found = sa.MetaData()
    for name, items, kw in models:
        sa.Table(name, found, *items, **kw)
    return found


def t(*items: Any, **kw: Any) -> Items:
    return ("t", (sa.Column("a", sa.Integer), sa.Column("b", sa.String(20)), *items), kw)


def bare(*items: Any, **kw: Any) -> Items:
    """A table `t` of those items alone."""
    return ("t", items, kw)


def o(**kw: Any) -> Items:
    return ("o", (sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),), kw)


def c(type_: Any = sa.Integer, *arguments: Any, **kw: Any) -> Any:
    return sa.Column("c", type_, *arguments, **kw)


def d(type_: Any = sa.Integer, *arguments: Any, **kw: Any) -> Any:
    return sa.Column("d", type_, *arguments, **kw)


def flag() -> sa.Boolean:
    return sa.Boolean(create_constraint=True, name="bb")


def keyed(name: str | None, *more: Any) -> Items:
    """A table whose columns a and b cannot be NULL."""
    columns = [sa.Column(n, y, nullable=False) for n, y in (("a", sa.Integer), ("b", sa.String(9)))]
    key = [sa.PrimaryKeyConstraint("a", "b", name=name)] if name else []
    return bare(*columns, *key, *more)


def _added(*arguments: Any, **kw: Any) -> Case:
    """The column comes to a table that has none of that name; arguments are made for each run."""
    return lambda at: ([t(), o()], [t(c(*(f() for f in arguments), **kw)), o()])


def _add_col_pk(at: Place) -> tuple[Models, Models]:
    if at.dialect != "postgresql":
        return [t()], [t(c(primary_key=True))]
    # As Alembic: a numbered column, whose key is an operation of its own. Models cannot say that.
    return [t()], [t(c(nullable=False))]


def _changed(before: Callable[[], Any], after: Callable[[], Any]) -> Case:
    """The column is one and becomes the other."""
    return lambda at: ([t(before())], [t(after())])


def _ranges(at: Place, *more: Any) -> Items:
    period = TSRANGE() if at.dialect == "postgresql" else sa.String(9)
    return bare(sa.Column("period", period), sa.Column("g", sa.String(5)), *more)


def _exclude() -> ExcludeConstraint:
    return ExcludeConstraint(
        ("period", "&&"), ("g", "="), name="ex", where=sa.text("g != 'x'"), using="gist"
    )


def _create_index_pg(at: Place) -> tuple[Models, Models]:
    def table(*more: Any) -> Items:
        return bare(sa.Column("a", sa.String(20)), *more, schema=at.s)

    return [table()], [table(sa.Index("ix", "a", mysql_length=5))]


def _create_fk(at: Place) -> tuple[Models, Models]:
    key = sa.ForeignKeyConstraint(
        ["a"],
        [f"{at.s2}.o.id"],
        name="fk",
        onupdate="CASCADE",
        ondelete="SET NULL",
        deferrable=True,
        initially="DEFERRED",
        match="FULL",
    )
    return [t(schema=at.s1), o(schema=at.s2)], [t(key, schema=at.s1), o(schema=at.s2)]


def _create_fk_notvalid(at: Place) -> tuple[Models, Models]:
    valid = {"postgresql_not_valid": True} if at.dialect == "postgresql" else {}
    key = sa.ForeignKeyConstraint(["a"], ["o.id"], name="fk", **valid)
    return [t(), o()], [t(key), o()]


def _drop_fk(at: Place) -> tuple[Models, Models]:
    key = sa.ForeignKeyConstraint(["a"], ["o.id"], name="c1")
    left = [sa.Index("c1", "a")] if at.is_mysql else []  # InnoDB's own index for the key stays
    return [t(key), o()], [t(*left), o()]


def _drop_ck(at: Place) -> tuple[Models, Models]:
    return [t(sa.CheckConstraint("a > 5", name="c1"))], [t()]


def _drop_uq(at: Place) -> tuple[Models, Models]:
    return [t(sa.UniqueConstraint("a", "b", name="c1"))], [t()]


def _drop_index(at: Place) -> tuple[Models, Models]:
    return [t(sa.Index("ix", "a"))], [t()]


def _create_table(at: Place) -> tuple[Models, Models]:
    columns = [
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("x", sa.String(5), index=True, comment="cc"),
    ]
    return [], [bare(*columns, comment="tc")]


def _key(**kw: Any) -> Callable[[], Any]:
    return lambda: sa.ForeignKey("o.id", **kw)


def _enum() -> sa.Enum:
    return sa.Enum("a", "b", name="en")


CASES: dict[str, Case] = {
    "add_col": _added(nullable=False, server_default="5"),
    "add_col_idx_uq": _added(index=True),
    "add_col_uq": _added(unique=True),
    "add_col_pk": _add_col_pk,
    "add_col_pk_inline": lambda at: ([t()], [t(c(primary_key=True))]),
    "add_col_fk": _added(sa.Integer, _key(name="fk1")),
    "add_col_fk_inline": _added(sa.Integer, _key(ondelete="CASCADE")),
    "add_col_ifne": _added(),
    "add_col_check": _added(sa.Integer, lambda: sa.CheckConstraint("c > 5", name="ck")),
    "add_col_bool": _added(flag),
    "add_col_enum": _added(_enum),
    "add_col_computed": _added(sa.Integer, lambda: sa.Computed("a+1")),
    "add_col_identity": _added(sa.Integer, lambda: sa.Identity(always=True, start=3)),
    "add_col_comment": _added(comment="it's"),
    "drop_col": lambda at: ([t(c())], [t()]),
    "drop_col_schema_ifex": lambda at: ([t(c(), schema=at.s)], [t(schema=at.s)]),
    "drop_col_mssql_all": lambda at: ([t(c(), schema=at.s)], [t(schema=at.s)]),
    "alter_nullable_T": _changed(
        lambda: c(nullable=False, server_default="3"), lambda: c(server_default="3")
    ),
    "alter_nullable_F": _changed(c, lambda: c(nullable=False)),
    "alter_nullable_noext": _changed(
        lambda: c(server_default="3", comment="note"),
        lambda: c(nullable=False, server_default="3", comment="note"),
    ),
    "alter_type": _changed(
        lambda: c(sa.String(10), nullable=False, server_default="q", comment="note"),
        lambda: c(sa.String(50), nullable=False, server_default="q", comment="note"),
    ),
    "alter_type_existing_nullable": _changed(
        lambda: c(sa.String(10), nullable=False), lambda: c(sa.String(50), nullable=False)
    ),
    "alter_type_using": _changed(lambda: c(sa.String(10)), c),
    "alter_default": _changed(c, lambda: c(server_default="5")),
    "alter_default_text": _changed(
        lambda: c(sa.DateTime), lambda: c(sa.DateTime, server_default=sa.text("now()"))
    ),
    "alter_default_None": _changed(lambda: c(server_default="5"), c),
    "alter_default_exist": _changed(lambda: c(server_default="5"), lambda: c(server_default="6")),
    "alter_name": lambda at: (
        [t(c(nullable=False, server_default="3"), sa.Index("ix", "c"))],
        [t(d(nullable=False, server_default="3"), sa.Index("ix", "d"))],
    ),
    "alter_name_schema": lambda at: (
        [t(c(nullable=False, server_default="7"), schema=at.s)],
        [t(d(nullable=False, server_default="7"), schema=at.s)],
    ),
    "alter_comment": _changed(c, lambda: c(comment="hello")),
    "alter_comment_exist": _changed(lambda: c(comment="hi"), lambda: c(comment="hello")),
    "alter_comment_None": _changed(lambda: c(comment="hi"), c),
    "alter_everything": _changed(
        c, lambda: d(sa.String(20), nullable=False, server_default="x", comment="cc")
    ),
    "alter_autoinc": lambda at: (
        [t(c(primary_key=True, autoincrement=False))],
        [t(c(primary_key=True))],
    ),
    "alter_add_identity": _changed(
        lambda: c(nullable=False), lambda: c(sa.Integer, sa.Identity(start=5))
    ),
    "alter_chg_identity": _changed(
        lambda: c(sa.Integer, sa.Identity()),
        lambda: c(sa.Integer, sa.Identity(always=True, start=9, cycle=True)),
    ),
    "alter_drop_identity": _changed(
        lambda: c(sa.Integer, sa.Identity()), lambda: c(nullable=False)
    ),
    "alter_computed": _changed(c, lambda: c(sa.Integer, sa.Computed("a+1"))),
    "alter_bool_to_int": _changed(lambda: c(flag()), c),
    "alter_to_bool": _changed(c, lambda: c(flag())),
    "rename_table": lambda at: ([t(c())], [("u", t(c())[1], {})]),
    "rename_table_schema": lambda at: (
        [t(c(), schema=at.s)],
        [("u", t(c())[1], {"schema": at.s})],
    ),
    "create_index": lambda at: (
        [t()],
        [t(sa.Index("ix", "a", sa.text("lower(b)"), unique=True))],
    ),
    "create_index_pg": _create_index_pg,
    "drop_index": _drop_index,
    "drop_index_notable": _drop_index,
    "drop_index_pg": lambda at: ([t(sa.Index("ix", "a"), schema=at.s)], [t(schema=at.s)]),
    "create_fk": _create_fk,
    "create_fk_notvalid": _create_fk_notvalid,
    "create_pk": lambda at: ([keyed(None)], [keyed("pk")]),
    "create_uq": lambda at: (
        [t()],
        [t(sa.UniqueConstraint("a", "b", name="uq", deferrable=True, initially="DEFERRED"))],
    ),
    "create_ck": lambda at: ([t()], [t(sa.CheckConstraint("a > 5", name="ck"))]),
    "create_ck_expr": lambda at: ([t()], [t(sa.CheckConstraint("len(a) > 5", name="ck"))]),
    "create_excl": lambda at: ([_ranges(at)], [_ranges(at, _exclude())]),
    "drop_fk": _drop_fk,
    "drop_pk": lambda at: ([keyed("c1")], [keyed(None)]),
    "drop_uq": _drop_uq,
    "drop_ck": _drop_ck,
    "drop_notype": _drop_ck,
    "drop_ifexists": _drop_uq,
    "create_table": _create_table,
    "drop_table": lambda at: ([t(c(), schema=at.s)], []),
    "table_comment": lambda at: ([t(schema=at.s)], [t(schema=at.s, comment="hi")]),
    "drop_table_comment": lambda at: ([t(comment="hi")], [t()]),
    "bulk_insert": lambda at: ([t()], [t()]),
    "execute": lambda at: ([t()], [t()]),
}
