"""A way to the URL of a database, and the names that such things have."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")
_ADDRESS = frozenset({"url", "uri", "dsn", "connection"})
_DATABASE = frozenset(
    {"database", "db", "sqlalchemy", "postgres", "postgresql", "pg", "mysql", "mariadb", "sqlite"}
)
_OTHERS = frozenset(
    {"test", "tests", "testing", "redis", "celery", "broker", "mongo", "mongodb", "replica"}
    | {"readonly", "read", "shadow", "admin", "amqp", "cache", "prefix", "scheme"}
)


@dataclass(frozen=True, slots=True)
class Place:
    """One way to the URL: what the setting would say, what it is, and where it stands.

    `rank` orders kinds: what an application calls its settings comes before an engine made of
    them. `last` is the name by which the application itself asks for it.
    """

    reference: str
    what: str
    where: str
    rank: int
    last: str = ""
    root: Path | None = None


def is_url_name(*names: str) -> bool:
    """Whether a name, with those of the objects it is in, is that of a database's URL."""
    words = {word.lower() for name in names for word in _WORDS.findall(name)}
    last = {word.lower() for word in _WORDS.findall(names[-1])}
    if words & _OTHERS or not last & _ADDRESS:
        return False
    return bool(words & _DATABASE) or last == {"dsn"}


def needed_arguments(node: ast.FunctionDef) -> list[ast.arg]:
    """The arguments that a call has to give."""
    given = [*node.args.posonlyargs, *node.args.args]
    return given[: len(given) - len(node.args.defaults)]
