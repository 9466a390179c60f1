"""What a comparison does not look at, said openly."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Uncompared:
    """A kind of object or property that is not compared, and why, in one line."""

    kind: str
    reason: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.reason}"


_NOT_IN_MODELS = "SQLAlchemy's models do not describe them; write their DDL with op.execute"

_EVERYWHERE = (
    Uncompared("views", _NOT_IN_MODELS),
    Uncompared("triggers", _NOT_IN_MODELS),
    Uncompared("order of columns", "servers cannot change it without making the table anew"),
    Uncompared("rows", "migrations of data are written by hand"),
)

_SERVERS = (
    Uncompared("functions and procedures", _NOT_IN_MODELS),
    Uncompared("privileges", "they belong to the server's roles, not to the models"),
    Uncompared("partitions", "how a table is partitioned is read from neither side"),
)

_POSTGRESQL = (
    Uncompared("materialized views", _NOT_IN_MODELS),
    Uncompared("sequences", "those that stand alone are not read; SERIAL and IDENTITY are"),
    Uncompared("domains and composite types", "columns of such a type are compared by its name"),
    Uncompared("extensions", _NOT_IN_MODELS),
    Uncompared("row-level security policies", _NOT_IN_MODELS),
    Uncompared("rules", _NOT_IN_MODELS),
    Uncompared("inheritance of tables", "it is read from neither side"),
    Uncompared(
        "tablespaces and storage parameters of tables", "they are set by who runs the server"
    ),
)

_MYSQL = (
    Uncompared("events", _NOT_IN_MODELS),
    Uncompared("engine, character set and collation of tables", "no operation changes them"),
    Uncompared("sequences", "those of MariaDB that stand alone are not read"),
)

_SQLITE = (
    Uncompared("virtual tables", _NOT_IN_MODELS),
    Uncompared("WITHOUT ROWID and STRICT", "they change only when the table is made anew"),
    Uncompared("comments", "SQLite has none"),
)

_BY_DIALECT: dict[str, tuple[Uncompared, ...]] = {
    "postgresql": (*_SERVERS, *_POSTGRESQL),
    "mysql": (*_SERVERS, *_MYSQL),
    "mariadb": (*_SERVERS, *_MYSQL),
    "sqlite": _SQLITE,
}


def uncompared(dialect_name: str) -> tuple[Uncompared, ...]:
    """What a comparison on that dialect (SQLAlchemy's name) leaves out."""
    return (*_EVERYWHERE, *_BY_DIALECT.get(dialect_name, _SERVERS))
