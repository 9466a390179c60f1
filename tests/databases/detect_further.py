"""Differences beyond the seventy: what else models can say of a database."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql

from tests.databases.detect_cases import (
    MYSQL,
    OTHER,
    PG,
    REINDEXED,
    RETYPED,
    TABLESPACE,
    UNIQUE_AGAIN,
    Build,
    Case,
    Refused,
    Same,
    case,
    column,
    found,
    index,
    index_of,
    only,
    plain,
    same,
    table,
    unique,
)

IS_21 = sa.__version__ >= "2.1"
"""SQLAlchemy 2.0 knows no storage parameters and no STRICT of a table."""

UNSAID = Same("what the models do not name is left as it is")
DOMAINS = Same("it has no domains: the column is of the type below")
SEQUENCES = Same("SQLite has no sequences")


def elsewhere(metadata: sa.MetaData, dialect: str) -> None:
    plain(metadata, dialect)
    sa.Table("u", metadata, sa.Column("id", sa.Integer, primary_key=True), schema=OTHER)


def domain(check: str = "VALUE > 0", **kw: Any) -> Build:
    """A column of a domain, on PostgreSQL."""

    def made() -> postgresql.DOMAIN:
        return postgresql.DOMAIN("amount", sa.Integer, check=check, constraint_name="ck", **kw)

    def build(metadata: sa.MetaData, dialect: str) -> None:
        column(made() if dialect == "postgresql" else sa.Integer)(metadata, dialect)

    return build


def worded(metadata: sa.MetaData, dialect: str) -> None:
    """A domain whose check and default the server writes another way."""
    word = postgresql.DOMAIN(
        "word", sa.String(9), check="VALUE ~ '^[a-z]+$' AND length(VALUE) < 9", default="x"
    )
    column(word if dialect == "postgresql" else sa.String(9))(metadata, dialect)


def sequence(**kw: Any) -> Build:
    def build(metadata: sa.MetaData, dialect: str) -> None:
        plain(metadata, dialect)
        sa.Sequence("numbers", metadata=metadata, **kw)

    return build


def numbered(metadata: sa.MetaData, dialect: str) -> None:
    """A key that a sequence of its own gives its numbers, and a default that does."""
    own = sa.Sequence("keys", metadata=metadata)
    given: Any = None if dialect == "sqlite" else own.next_value()
    sa.Table(
        "t",
        metadata,
        sa.Column("id", sa.Integer, sa.Sequence("t_keys"), primary_key=True),
        sa.Column("a", sa.BigInteger, server_default=given),
    )


def needing(extension: str) -> Build:
    def build(metadata: sa.MetaData, dialect: str) -> None:
        plain(metadata, dialect)
        metadata.info["extensions"] = [extension]

    return build


def family(**kw: Any) -> Build:
    """A table and another of the same columns, which may inherit from it."""

    def build(metadata: sa.MetaData, dialect: str) -> None:
        for name in ("parent", "child"):
            options = kw if name == "child" and dialect == "postgresql" else {}
            sa.Table(name, metadata, sa.Column("a", sa.Integer), **options)

    return build


def excluding(operator: str) -> Build:
    def made() -> Any:
        return postgresql.ExcludeConstraint((sa.column("r"), operator), name="ex", using="gist")

    def build(metadata: sa.MetaData, dialect: str) -> None:
        if dialect == "postgresql":
            table(lambda: sa.Column("r", postgresql.INT4RANGE), made)(metadata, dialect)
        else:
            plain(metadata, dialect)

    return build


def texts(**kw: Any) -> Build:
    """Columns that follow the table's character set, and one that has its own."""
    items = (
        lambda: sa.Column("d", sa.Text),
        lambda: sa.Column("e", mysql.VARCHAR(9, charset="ascii", collation="ascii_bin")),
        lambda: sa.Column("f", sa.Enum("x", "é", name="letters"), server_default="x"),
    )
    return only("mysql", table(*items, comment="note", **kw), plain)


def check(sql: str) -> Build:
    return table(lambda: sa.CheckConstraint(sql, name="ck"))


def identity(**kw: Any) -> Build:
    return column(sa.Integer, lambda: sa.Identity(**kw))


STORAGE: tuple[Case, ...] = (
    case(
        "table WITH",
        plain,
        table(postgresql_with={"fillfactor": 70, "autovacuum_enabled": False}),
        PG,
        postgresql=found("alter_table t: postgresql_with"),
    ),
    case(
        "table WITH changed",
        table(postgresql_with={"fillfactor": 70}),
        table(postgresql_with={"fillfactor": 80}),
        PG,
        postgresql=found("alter_table t: postgresql_with"),
    ),
    case("table WITH unsaid", table(postgresql_with={"fillfactor": 70}), plain, PG),
    case(
        "STRICT",
        plain,
        table(sqlite_strict=True),
        Same("an option of SQLite's alone"),
        sqlite=Refused("no VARCHAR in a STRICT table"),
    ),
    case(
        "STRICT of known types",
        lambda metadata, dialect: sa.Table("t", metadata, sa.Column("a", sa.Integer)),
        lambda metadata, dialect: sa.Table(
            "t", metadata, sa.Column("a", sa.Integer), sqlite_strict=True
        ),
        Same("an option of SQLite's alone"),
        sqlite=found("alter_table t: sqlite_strict"),
    ),
)

FURTHER: tuple[Case, ...] = (
    *(STORAGE if IS_21 else ()),
    case(
        "schema added",
        plain,
        elsewhere,
        found(f"create_schema {OTHER}", "create_table u"),
        sqlite=Refused("it has no CREATE SCHEMA: its schemas are files"),
    ),
    case(
        "domain added",
        column(),
        domain(),
        DOMAINS,
        postgresql=found("create_domain amount", "alter_column a: type"),
    ),
    case(
        "domain check",
        domain(),
        domain("VALUE > 1"),
        DOMAINS,
        postgresql=found("alter_domain amount"),
    ),
    case(
        "domain default and NOT NULL",
        domain(),
        domain(default="7", not_null=True),
        DOMAINS,
        postgresql=found("alter_domain amount"),
    ),
    same("domain", worded),
    case(
        "sequence settings",
        sequence(),
        sequence(start=3, increment=2, maxvalue=99, cycle=True),
        found("alter_sequence numbers"),
        sqlite=SEQUENCES,
    ),
    same("sequence with all settings", sequence(start=9, increment=-3, minvalue=-99, maxvalue=9)),
    same("keys of a sequence", numbered),
    case(
        "extension declared",
        plain,
        needing("hstore"),
        PG,
        postgresql=found("create_extension hstore"),
    ),
    case(
        "extension of a type",
        plain,
        only("postgresql", column(postgresql.CITEXT), plain),
        PG,
        postgresql=found("create_extension citext", "add_column a"),
    ),
    case(
        "index nulls first",
        index(),
        index_of(lambda t: t.c.b.nulls_first()),
        Refused("it has no NULLS FIRST in an index"),
        postgresql=REINDEXED,
    ),
    case(
        "index WITH",
        index(),
        index(postgresql_with={"fillfactor": 70}),
        PG,
        postgresql=REINDEXED,
    ),
    case("index WITH unsaid", index(postgresql_with={"fillfactor": 70}), index(), PG),
    case(
        "index fulltext",
        index("c"),
        index("c", mysql_prefix="FULLTEXT"),
        MYSQL,
        mysql=REINDEXED,
    ),
    case(
        "uq nulls not distinct",
        unique("b", name="uq1"),
        unique("b", name="uq1", postgresql_nulls_not_distinct=True),
        PG,
        postgresql=UNIQUE_AGAIN,
    ),
    case(
        "exclude changed",
        excluding("&&"),
        excluding("="),
        Same("it has no EXCLUDE"),
        postgresql=found("drop_constraint ex", "create_exclude_constraint ex"),
    ),
    case(
        "check text",
        check("b > 5"),
        check("b > 6"),
        found("drop_constraint ck", "create_check_constraint ck"),
    ),
    case(
        "identity options",
        identity(),
        identity(always=True, start=7, increment=2, cycle=True),
        Same("it has no identity columns"),
        postgresql=found("alter_column a: identity"),
    ),
    case(
        "enum order",
        column(sa.Enum("x", "y", name="letters")),
        column(sa.Enum("y", "x", name="letters")),
        Same("its enums are text of a length"),
        postgresql=found("alter_enum letters"),
        mysql=RETYPED,
    ),
    case(
        "column charset",
        column(sa.String(9)),
        column(sa.String(9).with_variant(mysql.VARCHAR(9, charset="latin1"), "mysql")),
        MYSQL,
        mysql=RETYPED,
    ),
    case(
        "table charset",
        texts(mysql_charset="latin1"),
        texts(mysql_charset="utf8mb4", mysql_collate="utf8mb4_bin"),
        MYSQL,
        mysql=found("alter_table t: mysql_charset, mysql_collate"),
    ),
    case(
        "table row format",
        plain,
        table(mysql_row_format="COMPACT", mysql_auto_increment="7"),
        MYSQL,
        mysql=found("alter_table t: mysql_row_format"),
    ),
    case("table engine unsaid", table(mysql_engine="MyISAM"), plain, MYSQL),
    case(
        "inherits",
        family(),
        family(postgresql_inherits="parent"),
        PG,
        postgresql=found("alter_table child: postgresql_inherits"),
    ),
    case(
        "logged again",
        only("postgresql", table(prefixes=["UNLOGGED"]), plain),
        plain,
        PG,
        postgresql=found("alter_table t: prefixes"),
    ),
    case("tablespace unsaid", table(postgresql_tablespace=TABLESPACE), plain, PG),
    case(
        "tablespace back",
        table(postgresql_tablespace=TABLESPACE),
        table(postgresql_tablespace="pg_default"),
        PG,
        postgresql=found("alter_table t: postgresql_tablespace"),
    ),
    case(
        "WITHOUT ROWID",
        plain,
        table(sqlite_with_rowid=False),
        Same("an option of SQLite's alone"),
        sqlite=found("alter_column id: autoincrement", "alter_table t: sqlite_with_rowid"),
    ),
    case(
        "AUTOINCREMENT",
        plain,
        table(sqlite_autoincrement=True),
        Same("an option of SQLite's alone"),
        sqlite=found("alter_table t: sqlite_autoincrement"),
    ),
)
