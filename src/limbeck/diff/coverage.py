"""What a comparison does not look at, said openly."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby


@dataclass(frozen=True, slots=True)
class Uncompared:
    """A kind of object or property that is not compared, and why, in one line."""

    kind: str
    reason: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.reason}"


_NOT_IN_MODELS = "models cannot describe them"
_UNSAID = "they may be the server's choice or its administrator's"

_EVERYWHERE = (
    Uncompared("views", _NOT_IN_MODELS),
    Uncompared("triggers", _NOT_IN_MODELS),
    Uncompared("order of columns", "no query depends on it, and it takes a new table"),
    Uncompared("rows", "migrations of data are written by hand"),
)

_SERVERS = (
    Uncompared("functions and procedures", _NOT_IN_MODELS),
    Uncompared("privileges", "they belong to the server's roles, not to the models"),
)

_POSTGRESQL = (
    Uncompared("materialized views", _NOT_IN_MODELS),
    Uncompared("composite types", _NOT_IN_MODELS),
    Uncompared("row-level security policies", _NOT_IN_MODELS),
    Uncompared("rules", _NOT_IN_MODELS),
    Uncompared("partitions", "they belong to their table, as its undeclared heirs do"),
    Uncompared("options of tables and indexes that no model names", _UNSAID),
    Uncompared("sequences, domains and extensions that no model names", "they may be another's"),
    Uncompared("the type below a domain", "PostgreSQL cannot change it"),
)

_MYSQL = (
    Uncompared("events", _NOT_IN_MODELS),
    Uncompared("the list of partitions", "they come and go with the rows that they hold"),
    Uncompared("options of tables that no model names", _UNSAID),
    Uncompared(
        "options of tables but engine, character set, collation, row format and partitioning",
        "the catalog does not tell them",
    ),
    Uncompared("sequences that no model names", "they may be another's"),
)

_SQLITE = (
    Uncompared("virtual tables", _NOT_IN_MODELS),
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


def in_short(items: Iterable[Uncompared]) -> str:
    """All of it in one line: kinds of one reason together, and the reason behind them."""
    given = list(items)
    reasons = {reason: n for n, reason in enumerate(dict.fromkeys(u.reason for u in given))}
    ordered = sorted(given, key=lambda u: reasons[u.reason])
    return "; ".join(
        f"{', '.join(u.kind for u in group)} ({reason})"
        for reason, group in groupby(ordered, key=lambda u: u.reason)
    )
