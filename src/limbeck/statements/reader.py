"""SQL text as actions: the same reading for our own statements and for a script's raw SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from limbeck.schema.names import Name
from limbeck.statements import alter, objects, rows
from limbeck.statements.action import Action
from limbeck.statements.columns import column, identifiers, is_table_constraint, table_constraint
from limbeck.statements.tokens import Cursor, Token, statements

Reader = Callable[[Cursor], Iterable[Action]]


def actions(sql: str, dialect: str) -> tuple[Action, ...]:
    """What a text of one or more statements does, in order.

    A statement that is not known here gives an action of kind ``unread``; so does one that holds
    code (``DO``, ``CALL``), whose meaning only the server knows.
    """
    folds = dialect == "postgresql"
    return tuple(a for tokens in statements(sql, dialect) for a in _read(tokens, folds))


def _read(tokens: Sequence[Token], folds: bool) -> tuple[Action, ...]:
    cursor = Cursor(tokens, folds=folds)
    for words, reader in _READERS.items():
        if cursor.take(*words):
            found = tuple(reader(cursor))
            return found or (Action("unread"),)
    return tuple(objects.other(cursor)) or (Action("unread"),)


def _create_table(cursor: Cursor, words: frozenset[str] = frozenset()) -> Iterable[Action]:
    exists = cursor.take("IF", "NOT", "EXISTS")
    words = words | ({"if not exists"} if exists else set())
    table = cursor.name()
    if cursor.take("PARTITION", "OF"):
        yield Action("create table", table, other=cursor.name(), words=words | {"partition"})
        return
    columns, constraints = [], []
    for item in cursor.group().parts():
        if is_table_constraint(item):
            found = table_constraint(item)
            if found is not None:
                constraints.append(found)
        else:
            columns.append(column(item))
    constraints += [c for item in columns for c in item.constraints]
    if cursor.has("SELECT"):
        words |= {"as select"}
    yield Action(
        "create table", table, columns=tuple(columns), constraints=tuple(constraints), words=words
    )


def _temporary(cursor: Cursor) -> Iterable[Action]:
    return _create_table(cursor, frozenset({"temporary"}))


def _drop_table(cursor: Cursor) -> Iterable[Action]:
    exists = cursor.take("IF", "EXISTS")
    names = cursor.names()
    words = {"if exists"} if exists else set()
    words |= {"cascade"} if cursor.has("CASCADE") else set()
    return [Action("drop table", name, words=frozenset(words)) for name in names]


def _rename_tables(cursor: Cursor) -> Iterable[Action]:
    for part in cursor.parts():
        table = part.name()
        part.take("TO")
        yield Action("rename table", table, new_name=str(part.name()))


def _create_index(cursor: Cursor, *words: str) -> Iterable[Action]:
    found = {*words}
    if cursor.take("CONCURRENTLY"):
        found.add("concurrently")
    if cursor.take("IF", "NOT", "EXISTS"):
        found.add("if not exists")
    name = "" if cursor.sees("ON") else cursor.identifier()
    if cursor.take("USING"):
        cursor.skip()
    cursor.take("ON")
    cursor.take("ONLY")
    table = cursor.name()
    method = cursor.identifier() if cursor.take("USING") else ""
    keys = identifiers(cursor.group())
    yield Action("create index", table, name, keys=keys, text=method, words=frozenset(found))


def _create_unique_index(cursor: Cursor) -> Iterable[Action]:
    return _create_index(cursor, "unique")


def _create_fulltext_index(cursor: Cursor) -> Iterable[Action]:
    return _create_index(cursor, "fulltext")


def _drop_index(cursor: Cursor) -> Iterable[Action]:
    words = {"concurrently"} if cursor.take("CONCURRENTLY") else set()
    words |= {"if exists"} if cursor.take("IF", "EXISTS") else set()
    names = cursor.names()
    table = cursor.name() if cursor.take("ON") else None
    for name in names:
        where = table or (Name("", name.schema) if name.schema else None)
        yield Action("drop index", where, name.name, words=frozenset(words))


def _alter_index(cursor: Cursor) -> Iterable[Action]:
    cursor.take("IF", "EXISTS")
    name = cursor.name()
    if cursor.take("RENAME", "TO"):
        yield Action("rename index", None, str(name), cursor.identifier())
    else:
        yield Action("table option", None, str(name), text=cursor.text)


def _reindex(cursor: Cursor) -> Iterable[Action]:
    options = cursor.group()
    what = cursor.take_one_of("INDEX", "TABLE", "SCHEMA", "DATABASE", "SYSTEM")
    concurrently = cursor.take("CONCURRENTLY") or options.has("CONCURRENTLY")
    words = frozenset({"concurrently"} if concurrently else ())
    name = cursor.name()
    if what == "TABLE":
        yield Action("reindex", name, words=words)
    else:
        yield Action("reindex", None, "" if name is None else name.name, words=words)


_READERS: dict[tuple[str, ...], Reader] = {
    ("ALTER", "TABLE"): alter.alter_table,
    ("ALTER", "ONLINE", "TABLE"): alter.alter_table,
    ("ALTER", "IGNORE", "TABLE"): alter.alter_table,
    ("CREATE", "TABLE"): _create_table,
    ("CREATE", "UNLOGGED", "TABLE"): _create_table,
    ("CREATE", "TEMPORARY", "TABLE"): _temporary,
    ("CREATE", "TEMP", "TABLE"): _temporary,
    ("DROP", "TABLE"): _drop_table,
    ("DROP", "TEMPORARY", "TABLE"): lambda cursor: [Action("nothing")],
    ("RENAME", "TABLE"): _rename_tables,
    ("CREATE", "INDEX"): _create_index,
    ("CREATE", "UNIQUE", "INDEX"): _create_unique_index,
    ("CREATE", "FULLTEXT", "INDEX"): _create_fulltext_index,
    ("CREATE", "SPATIAL", "INDEX"): _create_fulltext_index,
    ("DROP", "INDEX"): _drop_index,
    ("ALTER", "INDEX"): _alter_index,
    ("REINDEX",): _reindex,
    **rows.READERS,
    **objects.READERS,
}
