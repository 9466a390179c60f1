"""A way to the URL of a database, and the names that such things have."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from limbeck.project.survey.modules import dotted

URL = re.compile(r"(sqlite|postgres(ql)?|mysql|mariadb|oracle|mssql)(\+\w+)?://")
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
    every = {word for name in names for word in words(name)}
    last = words(names[-1])
    if every & _OTHERS or not last & _ADDRESS:
        return False
    return bool(every & _DATABASE) or last == {"dsn"}


def words(name: str) -> frozenset[str]:
    """The words of a name, such as those of ``databaseUrl`` and ``DATABASE_URL``."""
    return frozenset(word.lower() for word in _WORDS.findall(name))


def needed_arguments(node: ast.FunctionDef) -> list[ast.arg]:
    """The arguments that a call has to give."""
    given = [*node.args.posonlyargs, *node.args.args]
    return given[: len(given) - len(node.args.defaults)]


def literal_url(value: ast.expr) -> str | None:
    """A URL that stands there as text, if it may stand in another file: without a password."""
    match value:
        case ast.Constant(value=str(text)) if URL.match(text) and "@" not in text:
            return text
        case _:
            return None


def environment_variable(value: ast.expr) -> str | None:
    """``$NAME`` of ``os.environ["NAME"]`` and its kin."""
    match value:
        case ast.Subscript(value=place, slice=ast.Constant(value=str(name))):
            return f"${name}" if dotted(place) in ("os.environ", "environ") else None
        case (
            ast.BoolOp(values=[first, *_])
            | ast.Call(func=ast.Attribute(value=first, attr="replace"))
        ):
            return environment_variable(first)
        case ast.Call(func=function, args=[ast.Constant(value=str(name)), *_]):
            known = ("os.getenv", "getenv", "os.environ.get", "environ.get")
            return f"${name}" if dotted(function) in known else None
        case _:
            return None
