"""Statements about objects that are not tables: types, domains, schemas, views, rights."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from limbeck.schema.names import Name
from limbeck.statements.action import Action, Kind
from limbeck.statements.tokens import Cursor

_OBJECTS = {
    "SCHEMA": "schema",
    "EXTENSION": "extension",
    "SEQUENCE": "sequence",
    "DOMAIN": "domain",
    "TYPE": "type",
    "VIEW": "view",
    "MATERIALIZED VIEW": "view",
    "FUNCTION": "function",
    "PROCEDURE": "function",
    "AGGREGATE": "function",
    "TRIGGER": "trigger",
    "POLICY": "policy",
    "RULE": "trigger",
    "STATISTICS": "statistics",
    "DATABASE": "database",
}


def _strings(cursor: Cursor) -> tuple[str, ...]:
    return tuple(token.text[1:-1] for token in cursor.left if token.kind == "string")


def _create_type(cursor: Cursor) -> Iterable[Action]:
    name = cursor.name()
    if cursor.take("AS", "ENUM"):
        yield Action("create enum", name=str(name), keys=_strings(cursor.group()))
    else:
        yield Action("create type", name=str(name))


def _alter_type(cursor: Cursor) -> Iterable[Action]:
    name = str(cursor.name())
    if cursor.take("ADD", "VALUE"):
        cursor.take("IF", "NOT", "EXISTS")
        value = cursor.skip()
        placed = frozenset({"placed"} if cursor.has("BEFORE") or cursor.has("AFTER") else ())
        yield Action("add enum value", name=name, text=value.text if value else "", words=placed)
    elif cursor.take("RENAME", "VALUE"):
        yield Action("rename enum value", name=name, text=cursor.text)
    elif cursor.sees("RENAME"):
        yield Action("create type", name=name)
    else:
        yield Action("nothing", name=name)


def _create_domain(cursor: Cursor) -> Iterable[Action]:
    name = str(cursor.name())
    checked = cursor.has("CHECK") or cursor.has("NOT", "NULL")
    yield Action("create domain", name=name, words=frozenset({"check"} if checked else ()))


def _alter_domain(cursor: Cursor) -> Iterable[Action]:
    name = str(cursor.name())
    adds = cursor.sees("ADD") or cursor.sees("SET", "NOT", "NULL")
    words = {"check"} if adds else set()
    words |= {"not valid"} if cursor.has("NOT", "VALID") else set()
    words |= {"validate"} if cursor.sees("VALIDATE") else set()
    yield Action("alter domain", name=name, words=frozenset(words))


def _alter_schema(cursor: Cursor) -> Iterable[Action]:
    name = cursor.identifier()
    if cursor.take("RENAME", "TO"):
        yield Action("rename schema", name=name, new_name=cursor.identifier())
    else:
        yield Action("owner", name=name)


def _alter_extension(cursor: Cursor) -> Iterable[Action]:
    yield Action("update extension", name=cursor.identifier())


def _alter_sequence(cursor: Cursor) -> Iterable[Action]:
    yield Action("alter sequence", name=str(cursor.name()))


def _alter_view(cursor: Cursor) -> Iterable[Action]:
    yield Action("replace view", cursor.name())


def _create_view(cursor: Cursor) -> Iterable[Action]:
    cursor.take("IF", "NOT", "EXISTS")
    yield Action("create view", cursor.name())


def _replace_view(cursor: Cursor) -> Iterable[Action]:
    yield Action("replace view", cursor.name())


def _refresh(cursor: Cursor) -> Iterable[Action]:
    words = frozenset({"concurrently"} if cursor.take("CONCURRENTLY") else ())
    yield Action("refresh view", cursor.name(), words=words)


def _create_trigger(cursor: Cursor) -> Iterable[Action]:
    name = cursor.identifier()
    cursor.until("ON")
    cursor.take("ON")
    yield Action("create trigger", cursor.name(), name)


def _policy(cursor: Cursor) -> Iterable[Action]:
    cursor.take("IF", "EXISTS")
    name = cursor.identifier()
    cursor.take("ON")
    yield Action("policy", cursor.name(), name)


def _grant(cursor: Cursor) -> Iterable[Action]:
    cursor.until("ON")
    cursor.take("ON")
    kind = cursor.take_one_of("TABLE", "SCHEMA", "SEQUENCE", "FUNCTION", "DATABASE", "ALL")
    yield Action("grant", cursor.name() if kind in ("", "TABLE") else None)


def _statistics(cursor: Cursor) -> Iterable[Action]:
    name = str(cursor.name())
    cursor.until("FROM")
    cursor.take("FROM")
    yield Action("statistics", cursor.name(), name)


def _comment(cursor: Cursor) -> Iterable[Action]:
    cursor.take("ON")
    what = cursor.take_one_of("TABLE", "COLUMN", "INDEX", "CONSTRAINT")
    name = cursor.name()
    if what == "COLUMN" and name is not None:
        parts = (name.schema or "").rpartition(".")
        yield Action("comment", Name(parts[2], parts[0] or None), name.name)
    else:
        yield Action("comment", name if what == "TABLE" else None)


def _named(kind: Kind) -> Callable[[Cursor], Iterable[Action]]:
    def read(cursor: Cursor) -> Iterable[Action]:
        cursor.take("IF", "NOT", "EXISTS")
        yield Action(kind, name=cursor.identifier())

    return read


def _drop(kind: Kind) -> Callable[[Cursor], Iterable[Action]]:
    def read(cursor: Cursor) -> Iterable[Action]:
        words = {"if exists"} if cursor.take("IF", "EXISTS") else set()
        name = cursor.name()
        words |= {"cascade"} if cursor.has("CASCADE") else set()
        table = cursor.name() if cursor.take("ON") else None
        is_view = kind == "drop view"
        yield Action(kind, name if is_view else table, str(name), words=frozenset(words))

    return read


def other(cursor: Cursor) -> Iterable[Action]:
    """A statement that begins like none of the others."""
    if cursor.take("CREATE"):
        cursor.take("OR", "REPLACE")
        if cursor.take_one_of("FUNCTION", "PROCEDURE", "AGGREGATE", "LANGUAGE"):
            yield Action("create function", name=str(cursor.name()))
        elif cursor.take("TRIGGER") or cursor.take("CONSTRAINT", "TRIGGER"):
            yield from _create_trigger(cursor)
        elif cursor.take_one_of("ROLE", "USER", "PUBLICATION", "SERVER", "COLLATION"):
            yield Action("nothing")


READERS: dict[tuple[str, ...], Callable[[Cursor], Iterable[Action]]] = {
    ("CREATE", "TYPE"): _create_type,
    ("ALTER", "TYPE"): _alter_type,
    ("CREATE", "DOMAIN"): _create_domain,
    ("ALTER", "DOMAIN"): _alter_domain,
    ("CREATE", "SCHEMA"): _named("create schema"),
    ("CREATE", "DATABASE"): _named("create schema"),
    ("CREATE", "EXTENSION"): _named("create extension"),
    ("CREATE", "SEQUENCE"): _named("create sequence"),
    ("CREATE", "STATISTICS"): _statistics,
    ("ALTER", "SCHEMA"): _alter_schema,
    ("ALTER", "EXTENSION"): _alter_extension,
    ("ALTER", "SEQUENCE"): _alter_sequence,
    ("ALTER", "VIEW"): _alter_view,
    ("ALTER", "MATERIALIZED", "VIEW"): _alter_view,
    ("CREATE", "VIEW"): _create_view,
    ("CREATE", "MATERIALIZED", "VIEW"): _create_view,
    ("CREATE", "OR", "REPLACE", "VIEW"): _replace_view,
    ("REFRESH", "MATERIALIZED", "VIEW"): _refresh,
    ("CREATE", "POLICY"): _policy,
    ("ALTER", "POLICY"): _policy,
    ("DROP", "POLICY"): _policy,
    ("GRANT",): _grant,
    ("REVOKE",): _grant,
    ("COMMENT",): _comment,
    **{
        ("DROP", *words.split()): _drop(f"drop {kind}")  # type: ignore[arg-type]  # kinds of Action
        for words, kind in _OBJECTS.items()
        if kind not in ("policy", "statistics")
    },
}
