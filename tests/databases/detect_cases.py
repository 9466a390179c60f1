"""The seventy differences: two models each, and what a comparison has to say of them.

What a database does not have is said where the case is: `Same` for models that mean the same
there, `Refused` for models that its server does not take.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

Build: TypeAlias = Callable[[sa.MetaData, str], Any]
"""Puts one side of a case into a MetaData, for a dialect."""


@dataclass(frozen=True)
class Found:
    """A real difference: the operations that make one side into the other, in order."""

    operations: tuple[str, ...]


@dataclass(frozen=True)
class Same:
    """No difference there, and why."""

    reason: str


@dataclass(frozen=True)
class Refused:
    """The server takes no such model, for that reason."""

    reason: str


Outcome: TypeAlias = Found | Same | Refused


@dataclass(frozen=True)
class Case:
    title: str
    before: Build
    after: Build
    outcomes: dict[str, Outcome]


def found(*operations: str) -> Found:
    return Found(operations)


def case(
    title: str,
    before: Build,
    after: Build,
    everywhere: Outcome | None = None,
    **outcomes: Outcome,
) -> Case:
    """A case with what is expected on each of the three dialects."""
    given = {d: outcomes.get(d) or everywhere for d in ("sqlite", "postgresql", "mysql")}
    assert all(given.values()), title
    return Case(title, before, after, {d: o for d, o in given.items() if o is not None})


def table(*items: Callable[[], Any], **kw: Any) -> Build:
    """Table `t`: a key, two columns, and what those callables make (each run needs its own)."""
    return lambda metadata, dialect: sa.Table(
        "t",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("b", sa.Integer),
        sa.Column("c", sa.String(30)),
        *(item() for item in items),
        **kw,
    )


def a(type_: Any = sa.Integer, *arguments: Any, **kw: Any) -> Callable[[], Any]:
    """Column `a`; arguments that SQLAlchemy attaches to one column are callables."""
    return lambda: sa.Column("a", type_, *(x() if callable(x) else x for x in arguments), **kw)


def column(*arguments: Any, **kw: Any) -> Build:
    """Table `t` with column `a` like that."""
    return table(a(*arguments, **kw))


def index(*columns: Any, name: str = "ix", **kw: Any) -> Build:
    """Table `t` with an index on `b`, or on what is given."""
    return table(lambda: sa.Index(name, *(columns or ("b",)), **kw))


def index_of(elements: Callable[[sa.Table], Any], **kw: Any) -> Build:
    """Table `t` with an index on elements that are made of its columns."""

    def build(metadata: sa.MetaData, dialect: str) -> None:
        made = table()(metadata, dialect)
        sa.Index("ix", elements(made), **kw)

    return build


def unique(*columns: str, **kw: Any) -> Build:
    return table(lambda: sa.UniqueConstraint(*columns, **kw))


def key(target: str | None = "o", **kw: Any) -> Build:
    """Two tables to point to, and `t` with a foreign key to one of them, or to none."""

    def build(metadata: sa.MetaData, dialect: str) -> None:
        for name in ("o", "o2"):
            sa.Table(name, metadata, sa.Column("id", sa.Integer, primary_key=True))
        # an index of its own, as MySQL would make one for the key
        items: list[Callable[[], Any]] = [lambda: sa.Index("ix_b", "b")]
        if target is not None:
            items.append(lambda: sa.ForeignKeyConstraint(["b"], [f"{target}.id"], **kw))
        table(*items)(metadata, dialect)

    return build


def keyed(*columns: str, name: str | None = None) -> Build:
    """A table of that primary key."""
    return lambda metadata, dialect: sa.Table(
        "t",
        metadata,
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("a", sa.Integer, autoincrement=False, nullable="a" not in columns),
        sa.PrimaryKeyConstraint(*columns, name=name),
    )


def only(dialect: str, build: Build, otherwise: Build) -> Build:
    """One model for a dialect, another for the rest."""
    return lambda metadata, at: (build if at == dialect else otherwise)(metadata, at)


def sequence(metadata: sa.MetaData, dialect: str) -> None:
    table()(metadata, dialect)
    sa.Sequence("numbers", start=5, metadata=metadata)


def _types() -> Iterator[sa.Column[Any]]:
    types: tuple[Any, ...] = (
        *(sa.SmallInteger, sa.BigInteger, sa.Numeric(12, 3), sa.Float, sa.Double, sa.Boolean),
        *(sa.String(7), sa.Text, sa.Unicode(7), sa.UnicodeText, sa.LargeBinary, sa.Uuid, sa.JSON),
        *(sa.Date, sa.DateTime, sa.DateTime(timezone=True), sa.Time, sa.Interval),
        *(sa.Enum("x", "y", name="letters"), sa.CHAR(3), sa.Numeric, sa.TIMESTAMP),
    )
    return (sa.Column(f"c{n}", type_, nullable=True) for n, type_ in enumerate(types))


def many_types(metadata: sa.MetaData, dialect: str) -> None:
    sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True), *_types())


OTHER = f"limbeck_other_{os.getpid()}"
"""A schema of its own, which a case may create; on MySQL all of a server's are in one place."""

TABLESPACE = f"limbeck_detect_{os.getpid()}"
"""One of the server's, made for a run of the tests."""

PG = Same("an option of PostgreSQL's alone")
MYSQL = Same("an option of MySQL's and MariaDB's alone")
SAME = Same("the two models are one")
NO_COMMENTS = Same("SQLite has no comments")
NO_TIMING = Same("it has no deferrable unique constraints, and the word is dropped")
REINDEXED = found("drop_index ix", "create_index ix")
RETYPED = found("alter_column a: type")
DEFAULTED = found("alter_column a: server default")
NULLED = found("alter_column a: NOT NULL")
RECOMPUTED = found("drop_column a", "add_column a")
UNIQUE_AGAIN = found("drop_constraint uq1", "create_unique_constraint uq1")
KEY_AGAIN = found("drop_constraint fk", "create_foreign_key fk")
IDENTITY = Same("it has no identity columns: SQLAlchemy writes a plain one")

plain = table()
true, now = sa.true, sa.func.now


def same(title: str, build: Build, **outcomes: Outcome) -> Case:
    """A model against itself."""
    return case(f"SAME {title}", build, build, SAME, **outcomes)


def exclusion() -> Any:
    return postgresql.ExcludeConstraint((sa.column("b"), "="), name="ex", using="btree")


MATRIX: tuple[Case, ...] = (
    case("same", plain, plain, SAME),
    same("index desc(str)", index(sa.text("b DESC"))),
    same("index desc(col)", index_of(lambda t: t.c.b.desc())),
    case(
        "index asc->desc(col)",
        index_of(lambda t: t.c.b.asc()),
        index_of(lambda t: t.c.b.desc()),
        REINDEXED,
    ),
    same("index where", index(postgresql_where=sa.text("b > 5"), sqlite_where=sa.text("b > 5"))),
    same("unnamed uq", unique("b")),
    same("bool default", column(sa.Boolean, server_default=true())),
    same(
        "bool default str",
        column(sa.Boolean, server_default="true"),
        mysql=Refused("'true' is a string there, and no default of a number"),
    ),
    same("json default", column(sa.JSON, server_default="{}")),
    same(
        "uuid default(pg)",
        only(
            "sqlite",
            column(sa.Uuid, server_default=sa.text("(hex(randomblob(16)))")),
            column(sa.Uuid, server_default=sa.text("gen_random_uuid()")),
        ),
        mysql=Refused("it has no function gen_random_uuid"),
    ),
    same("types", many_types),
    case(
        "PK columns added",
        keyed("id"),
        keyed("id", "a"),
        found("drop_constraint t_pkey", "alter_column a: NOT NULL", "create_primary_key t_pkey"),
        sqlite=found(
            "drop_constraint t_pkey",
            "alter_column id: autoincrement",
            "alter_column a: NOT NULL",
            "create_primary_key t_pkey",
        ),
    ),
    case(
        "PK name",
        keyed("id", name="pk1"),
        keyed("id", name="pk2"),
        found("drop_constraint pk1", "create_primary_key pk2"),
        mysql=Same("a primary key is always called PRIMARY"),
    ),
    case(
        "column order",
        table(a(), lambda: sa.Column("d", sa.Integer)),
        table(lambda: sa.Column("d", sa.Integer), a()),
        Same("not compared: no query depends on it, and it takes the table made anew"),
    ),
    case(
        "sequence added",
        plain,
        sequence,
        found("create_sequence numbers"),
        sqlite=Same("SQLite has no sequences"),
    ),
    case("index added", plain, index(), found("create_index ix")),
    case("index cols order", index("b", "c"), index("c", "b"), REINDEXED),
    case(
        "index renamed",
        index(name="ix"),
        index(name="ix9"),
        found("drop_index ix", "create_index ix9"),
    ),
    case(
        "index unique flip",
        index(),
        index(unique=True),
        REINDEXED,
        mysql=found("drop_index ix", "create_unique_constraint ix"),
    ),
    case("index desc", index(), index_of(lambda t: t.c.b.desc()), REINDEXED),
    case(
        "index expr change",
        index(sa.text("lower(c)")),
        index(sa.text("upper(c)")),
        REINDEXED,
        mysql=Refused("MariaDB has no index on an expression"),
    ),
    case(
        "index where change(pg)",
        index(postgresql_where=sa.text("b > 5"), sqlite_where=sa.text("b > 5")),
        index(postgresql_where=sa.text("b > 6"), sqlite_where=sa.text("b > 6")),
        REINDEXED,
        mysql=Same("it has no partial indexes"),
    ),
    case(
        "index where add(pg)",
        index(),
        index(postgresql_where=sa.text("b > 6"), sqlite_where=sa.text("b > 6")),
        REINDEXED,
        mysql=Same("it has no partial indexes"),
    ),
    case("index using(pg)", index(), index(postgresql_using="hash"), PG, postgresql=REINDEXED),
    case("index include(pg)", index(), index(postgresql_include=["c"]), PG, postgresql=REINDEXED),
    case(
        "index ops(pg)",
        index("c"),
        index("c", postgresql_ops={"c": "varchar_pattern_ops"}),
        PG,
        postgresql=REINDEXED,
    ),
    case(
        "index nulls not distinct(pg)",
        index(unique=True),
        index(unique=True, postgresql_nulls_not_distinct=True),
        PG,
        postgresql=REINDEXED,
    ),
    case("index prefix len(mysql)", index("c"), index("c", mysql_length=7), MYSQL, mysql=REINDEXED),
    case("uq added named", plain, unique("b", name="uq1"), found("create_unique_constraint uq1")),
    case(
        "uq added unnamed",
        plain,
        unique("b"),
        found("create_unique_constraint t_b_key"),
    ),
    case("uq col order", unique("b", "c", name="uq1"), unique("c", "b", name="uq1"), UNIQUE_AGAIN),
    case(
        "uq renamed",
        unique("b", name="uq1"),
        unique("b", name="uq2"),
        found("drop_constraint uq1", "create_unique_constraint uq2"),
    ),
    case(
        "uq deferrable",
        unique("b", name="uq1"),
        only("postgresql", unique("b", name="uq1", deferrable=True), unique("b", name="uq1")),
        NO_TIMING,
        postgresql=UNIQUE_AGAIN,
    ),
    case(
        "uq->unique index same name",
        unique("b", name="uq1"),
        index(name="uq1", unique=True),
        found("drop_constraint uq1", "create_index uq1"),
        mysql=Same("a unique constraint and a unique index are one thing"),
    ),
    case("fk added", key(None), key(name="fk"), found("create_foreign_key fk")),
    case(
        "fk renamed",
        key(name="fk"),
        key(name="fk2"),
        found("drop_constraint fk", "create_foreign_key fk2"),
    ),
    case("fk ondelete", key(name="fk"), key(name="fk", ondelete="CASCADE"), KEY_AGAIN),
    case(
        "fk deferrable",
        key(name="fk"),
        key(name="fk", deferrable=True, initially="DEFERRED"),
        KEY_AGAIN,
        mysql=Same("it has no deferrable constraints, and the word is dropped"),
    ),
    case(
        "fk match",
        key(name="fk"),
        key(name="fk", match="FULL"),
        KEY_AGAIN,
        mysql=Same("it ignores MATCH, and SQLAlchemy does not write it"),
    ),
    case("fk target", key("o", name="fk"), key("o2", name="fk"), KEY_AGAIN),
    case(
        "check added named",
        plain,
        table(lambda: sa.CheckConstraint("b > 5", name="ck")),
        found("create_check_constraint ck"),
    ),
    case(
        "table comment",
        plain,
        table(comment="note"),
        found("create_table_comment t"),
        sqlite=NO_COMMENTS,
    ),
    case(
        "column comment",
        column(),
        column(comment="note"),
        found("alter_column a: comment"),
        sqlite=NO_COMMENTS,
    ),
    case("nullable", column(), column(nullable=False), NULLED),
    case("int->bigint", column(sa.Integer), column(sa.BigInteger), RETYPED),
    case("varchar len", column(sa.String(10)), column(sa.String(20)), RETYPED),
    case("varchar->text", column(sa.String(10)), column(sa.Text), RETYPED),
    case(
        "varchar collate",
        column(sa.String(10)),
        lambda metadata, dialect: column(
            sa.String(
                10,
                collation={"sqlite": "NOCASE", "postgresql": "C", "mysql": "utf8mb4_bin"}[dialect],
            )
        )(metadata, dialect),
        RETYPED,
    ),
    case("numeric prec", column(sa.Numeric(10, 2)), column(sa.Numeric(12, 2)), RETYPED),
    case(
        "numeric(10,2)->numeric",
        column(sa.Numeric(10, 2)),
        column(sa.Numeric),
        RETYPED,
    ),
    case(
        "datetime tz",
        column(sa.DateTime),
        column(sa.DateTime(timezone=True)),
        Same("no type there has a time zone"),
        postgresql=RETYPED,
    ),
    case(
        "enum values",
        column(sa.Enum("x", "y", name="letters")),
        column(sa.Enum("x", "yyy", "z", name="letters")),
        RETYPED,
        postgresql=found("alter_enum letters"),
    ),
    case(
        "enum name",
        column(sa.Enum("x", "y", name="letters")),
        column(sa.Enum("x", "y", name="words")),
        Same("its enums have no name: the values stand in the column"),
        postgresql=RETYPED,
    ),
    case("bool->int", column(sa.Boolean), column(sa.Integer), RETYPED),
    case(
        "float->double",
        column(sa.Float),
        column(sa.Double),
        RETYPED,
        postgresql=Same("FLOAT without a precision is DOUBLE PRECISION"),
    ),
    case(
        "json->jsonb(pg)",
        column(sa.JSON),
        column(sa.JSON().with_variant(postgresql.JSONB(), "postgresql")),
        PG,
        postgresql=RETYPED,
    ),
    case(
        "array item(pg)",
        only("postgresql", column(sa.ARRAY(sa.Integer)), column()),
        only("postgresql", column(sa.ARRAY(sa.BigInteger)), column()),
        Same("it has no arrays"),
        postgresql=RETYPED,
    ),
    case(
        "default str",
        column(sa.String(9), server_default="x"),
        column(sa.String(9), server_default="y"),
        DEFAULTED,
    ),
    case(
        "default same int",
        column(server_default="5"),
        column(server_default=sa.text("5")),
        Same("a number in quotes is that number"),
    ),
    case(
        "default now()", column(sa.DateTime), column(sa.DateTime, server_default=now()), DEFAULTED
    ),
    case(
        "default now->current_timestamp",
        column(sa.DateTime, server_default=now()),
        column(sa.DateTime, server_default=sa.func.current_timestamp()),
        Same("two names of one function"),
    ),
    case("default removed", column(server_default="5"), column(), DEFAULTED),
    case("computed added", column(), column(sa.Integer, lambda: sa.Computed("b + 1")), RECOMPUTED),
    case(
        "computed changed",
        column(sa.Integer, lambda: sa.Computed("b + 1")),
        column(sa.Integer, lambda: sa.Computed("b + 2")),
        RECOMPUTED,
    ),
    case(
        "computed removed", column(sa.Integer, lambda: sa.Computed("b + 1")), column(), RECOMPUTED
    ),
    case(
        "identity added(pg)",
        column(nullable=False),
        column(sa.Integer, lambda: sa.Identity(start=7)),
        IDENTITY,
        postgresql=found("alter_column a: identity"),
    ),
    case(
        "autoincrement flip",
        keyed("id"),
        lambda metadata, dialect: sa.Table(
            "t",
            metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("a", sa.Integer),
        ),
        found("alter_column id: autoincrement"),
        sqlite=Same("an INTEGER primary key is numbered whatever the model says"),
    ),
    case(
        "exclude added(pg)",
        plain,
        only("postgresql", table(exclusion), plain),
        Same("it has no EXCLUDE"),
        postgresql=found("create_exclude_constraint ex"),
    ),
    case(
        "mysql engine/charset",
        table(mysql_engine="InnoDB", mysql_charset="utf8mb4"),
        table(mysql_engine="MyISAM", mysql_charset="latin1"),
        MYSQL,
        mysql=found("alter_table t: mysql_charset, mysql_collate, mysql_engine"),
    ),
    case(
        "pg tablespace/unlogged",
        plain,
        only("postgresql", table(prefixes=["UNLOGGED"], postgresql_tablespace=TABLESPACE), plain),
        PG,
        postgresql=found("alter_table t: postgresql_tablespace, prefixes"),
    ),
)
