"""Statements about rows, and about the session."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from limbeck.statements.action import Action, Kind
from limbeck.statements.tokens import Cursor


def _insert(cursor: Cursor) -> Iterable[Action]:
    cursor.take_one_of("IGNORE", "LOW_PRIORITY", "OR")
    cursor.take_one_of("REPLACE", "IGNORE")
    cursor.take("INTO")
    table = cursor.name()
    words = frozenset({"select"} if cursor.has("SELECT") else ())
    yield Action("insert", table, words=words)


def _update(cursor: Cursor) -> Iterable[Action]:
    cursor.take("ONLY")
    yield Action("update", cursor.name(), text=cursor.text, words=_limits(cursor))


def _delete(cursor: Cursor) -> Iterable[Action]:
    cursor.take("FROM")
    cursor.take("ONLY")
    yield Action("delete", cursor.name(), text=cursor.text, words=_limits(cursor))


def _limits(cursor: Cursor) -> frozenset[str]:
    return frozenset(word.lower() for word in ("WHERE", "LIMIT") if cursor.has(word))


def _select(cursor: Cursor) -> Iterable[Action]:
    locks = any(cursor.has("FOR", *w) for w in (("UPDATE",), ("SHARE",), ("NO", "KEY", "UPDATE")))
    cursor.until("FROM")
    cursor.take("FROM")
    yield Action("select for update" if locks else "select", cursor.name())


def _with(cursor: Cursor) -> Iterable[Action]:
    """A query with names before it: what it does stands behind them."""
    cursor.until("INSERT", "UPDATE", "DELETE", "SELECT", "MERGE")
    for words, reader in READERS.items():
        if words[0] != "WITH" and cursor.take(*words):
            yield from reader(cursor)
            return


def _truncate(cursor: Cursor) -> Iterable[Action]:
    cursor.take("TABLE")
    cursor.take("ONLY")
    names = cursor.names()
    words = frozenset({"cascade"} if cursor.has("CASCADE") else ())
    return [Action("truncate", name, words=words) for name in names]


def _merge(cursor: Cursor) -> Iterable[Action]:
    cursor.take("INTO")
    yield Action("update", cursor.name(), words=frozenset({"where"}))


def _copy(cursor: Cursor) -> Iterable[Action]:
    yield Action("copy", cursor.name(), words=frozenset({"from"} if cursor.has("FROM") else ()))


def _lock(cursor: Cursor) -> Iterable[Action]:
    cursor.take("TABLE") or cursor.take("TABLES")
    cursor.take("ONLY")
    names = cursor.names()
    cursor.take("IN")
    mode = cursor.until("MODE").text or "access exclusive"
    return [Action("lock table", name, text=mode) for name in names]


def _set(cursor: Cursor) -> Iterable[Action]:
    cursor.take_one_of("LOCAL", "SESSION", "GLOBAL")
    name = cursor.identifier().lower()
    cursor.take_one_of("=", "TO", ":")
    yield Action("set", name=name, text=cursor.text.strip("'"))


def _vacuum(cursor: Cursor) -> Iterable[Action]:
    options = cursor.group()
    full = cursor.take("FULL") or options.has("FULL")
    cursor.take_one_of("FREEZE", "VERBOSE")
    cursor.take("ANALYZE")
    yield Action("vacuum", cursor.name(), words=frozenset({"full"} if full else ()))


def _cluster(cursor: Cursor) -> Iterable[Action]:
    cursor.take("VERBOSE")
    yield Action("rewrite table", cursor.name(), text="cluster")


def _optimize(cursor: Cursor) -> Iterable[Action]:
    cursor.take("TABLE")
    yield Action("rewrite table", cursor.name(), text="optimize")


def _analyze(cursor: Cursor) -> Iterable[Action]:
    cursor.take_one_of("VERBOSE", "TABLE")
    yield Action("analyze", cursor.name())


def _plain(kind: Kind) -> Callable[[Cursor], Iterable[Action]]:
    return lambda cursor: [Action(kind)]


READERS: dict[tuple[str, ...], Callable[[Cursor], Iterable[Action]]] = {
    ("INSERT",): _insert,
    ("REPLACE",): _insert,
    ("UPDATE",): _update,
    ("DELETE",): _delete,
    ("MERGE",): _merge,
    ("SELECT",): _select,
    ("VALUES",): _plain("nothing"),
    ("WITH",): _with,
    ("TRUNCATE",): _truncate,
    ("COPY",): _copy,
    ("LOCK",): _lock,
    ("UNLOCK",): _plain("nothing"),
    ("SET",): _set,
    ("RESET",): _plain("nothing"),
    ("PRAGMA",): _plain("nothing"),
    ("SHOW",): _plain("nothing"),
    ("EXPLAIN",): _plain("nothing"),
    ("USE",): _plain("nothing"),
    ("SAVEPOINT",): _plain("nothing"),
    ("RELEASE",): _plain("nothing"),
    ("BEGIN",): _plain("begin"),
    ("START", "TRANSACTION"): _plain("begin"),
    ("COMMIT",): _plain("commit"),
    ("END",): _plain("commit"),
    ("ROLLBACK",): _plain("commit"),
    ("VACUUM",): _vacuum,
    ("CLUSTER",): _cluster,
    ("OPTIMIZE",): _optimize,
    ("ANALYZE",): _analyze,
}
