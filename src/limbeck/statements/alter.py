"""ALTER TABLE: the actions of each of its parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from limbeck.schema.names import Name
from limbeck.statements.action import Action, Kind
from limbeck.statements.columns import (
    column,
    expression,
    identifiers,
    is_table_constraint,
    table_constraint,
)
from limbeck.statements.tokens import Cursor


def alter_table(cursor: Cursor) -> Iterable[Action]:
    """Takes what follows ALTER TABLE."""
    cursor.take("IF", "EXISTS")
    cursor.take("ONLY")
    table = cursor.name()
    cursor.take("*")
    found = [action for part in cursor.parts() for action in alter_part(part, table)]
    if any(a.constraint is not None and a.constraint.kind == "primary key" for a in found):
        replaced = frozenset({"replaced"})
        found = [replace(a, words=replaced) if a.text == "primary key" else a for a in found]
    return found


def alter_part(part: Cursor, table: Name | None) -> Iterable[Action]:
    """One action of ALTER TABLE, the words before a comma."""
    reader = next((read for word, read in _READERS.items() if part.take(word)), None)
    yield from (_option(part, table) if reader is None else reader(part, table))


def _words(part: Cursor, *words: str) -> frozenset[str]:
    return frozenset(w.lower() for w in words if part.has(*w.split()))


def _add(part: Cursor, table: Name | None) -> Iterable[Action]:
    part.take("IF", "NOT", "EXISTS")
    if part.take("PARTITION"):
        yield Action("table option", table, text="add partition")
    elif is_table_constraint(part):
        yield from _add_constraint(part, table)
    else:
        part.take("COLUMN")
        exists = part.take("IF", "NOT", "EXISTS")
        words = frozenset({"if not exists"} if exists else ())
        columns = part.group().parts() if part.sees("(") else [part]
        for item in columns:
            found = column(item)
            yield Action("add column", table, found.name, column=found, words=words)
        while not part.done:
            part.skip()


def _add_constraint(part: Cursor, table: Name | None) -> Iterable[Action]:
    index = part.take_one_of("INDEX", "KEY", "FULLTEXT", "SPATIAL")
    if index:
        part.take_one_of("INDEX", "KEY")
        part.take("IF", "NOT", "EXISTS")
        name = "" if part.sees("(") else part.identifier()
        words = frozenset({index.lower()} if index in ("FULLTEXT", "SPATIAL") else ())
        if part.take("USING"):
            part.skip()
        yield Action("create index", table, name, keys=identifiers(part.group()), words=words)
        return
    found = table_constraint(part)
    if found is not None:
        yield Action("add constraint", table, found.name, constraint=found)
    else:
        yield Action("unread", table)


def _drop(part: Cursor, table: Name | None) -> Iterable[Action]:
    kinds: dict[str, Kind] = {
        "FOREIGN KEY": "drop constraint",
        "PRIMARY KEY": "drop constraint",
        "CONSTRAINT": "drop constraint",
        "CHECK": "drop constraint",
        "INDEX": "drop index",
        "KEY": "drop index",
        "PARTITION": "table option",
    }
    found = next((w for w in kinds if part.take(*w.split())), None)
    exists = part.take("IF", "EXISTS")
    if found is None:
        part.take("COLUMN")
        exists = part.take("IF", "EXISTS") or exists
    words = _words(part, "CASCADE") | ({"if exists"} if exists else set())
    if found == "PRIMARY KEY":
        yield Action("drop constraint", table, text="primary key", words=words)
    elif found == "PARTITION":
        yield Action("table option", table, text="drop partition")
    else:
        kind: Kind = "drop column" if found is None else kinds[found]
        text = (found or "").lower() if found != "CONSTRAINT" else ""
        yield Action(kind, table, part.identifier(), text=text, words=words)


def _rename(part: Cursor, table: Name | None) -> Iterable[Action]:
    if part.take("CONSTRAINT"):
        name = part.identifier()
        part.take("TO")
        yield Action("rename constraint", table, name, part.identifier())
    elif part.take("INDEX") or part.take("KEY"):
        name = part.identifier()
        part.take("TO")
        yield Action("rename index", table, name, part.identifier())
    elif part.take("TO") or part.take("AS"):
        yield Action("rename table", table, new_name=str(part.name()))
    else:
        part.take("COLUMN")
        name = part.identifier()
        if part.take("TO"):
            yield Action("rename column", table, name, part.identifier())
        else:
            yield Action("rename table", table, new_name=name)


def _alter(part: Cursor, table: Name | None) -> Iterable[Action]:
    if part.take("CONSTRAINT"):
        yield Action("alter constraint", table, part.identifier(), text=part.text)
        return
    if part.take("INDEX"):
        yield Action("table option", table, part.identifier(), text="index visibility")
        return
    part.take("COLUMN")
    name = part.identifier()
    yield _altered(part, table, name)


def _altered(part: Cursor, table: Name | None, name: str) -> Action:
    if part.take("SET", "DATA", "TYPE") or part.take("TYPE"):
        type_ = part.until("USING", "COLLATE").text
        words = _words(part, "USING")
        return Action("alter type", table, name, text=type_, words=words)
    if part.take("SET", "NOT", "NULL"):
        return Action("set not null", table, name)
    if part.take("DROP", "NOT", "NULL"):
        return Action("drop not null", table, name)
    if part.take("SET", "DEFAULT"):
        return Action("set default", table, name, text=expression(part))
    if part.take("DROP", "DEFAULT"):
        return Action("drop default", table, name)
    if part.take("DROP", "EXPRESSION"):
        return Action("drop expression", table, name)
    if part.take("SET", "EXPRESSION"):
        return Action("set expression", table, name)
    if part.take("DROP", "IDENTITY"):
        return Action("drop identity", table, name)
    if part.take("ADD", "GENERATED") or part.take("SET", "GENERATED") or part.take("RESTART"):
        return Action("set identity", table, name)
    return Action("column option", table, name, text=part.text)


def _modify(part: Cursor, table: Name | None) -> Iterable[Action]:
    part.take("COLUMN")
    part.take("IF", "EXISTS")
    found = column(part)
    yield Action("modify column", table, found.name, column=found)


def _change(part: Cursor, table: Name | None) -> Iterable[Action]:
    part.take("COLUMN")
    part.take("IF", "EXISTS")
    name = part.identifier()
    found = column(part)
    new = found.name if found.name != name else ""
    yield Action("modify column", table, name, new, column=found)


def _validate(part: Cursor, table: Name | None) -> Iterable[Action]:
    part.take("CONSTRAINT")
    yield Action("validate constraint", table, part.identifier())


def _attach(part: Cursor, table: Name | None) -> Iterable[Action]:
    part.take("PARTITION")
    yield Action("attach partition", table, other=part.name())


def _detach(part: Cursor, table: Name | None) -> Iterable[Action]:
    part.take("PARTITION")
    yield Action(
        "detach partition", table, other=part.name(), words=_words(part, "CONCURRENTLY", "FINALIZE")
    )


def _set(part: Cursor, table: Name | None) -> Iterable[Action]:
    if part.take("SCHEMA"):
        yield Action("set table schema", table, new_name=part.identifier())
    elif part.take_one_of("LOGGED", "UNLOGGED") or part.take("ACCESS", "METHOD"):
        yield Action("rewrite table", table, text="set logged or access method")
    elif part.take("TABLESPACE"):
        yield Action("rewrite table", table, text="set tablespace")
    else:
        yield Action("table option", table, text="set " + part.text)


def _enable(part: Cursor, table: Name | None) -> Iterable[Action]:
    part.take_one_of("REPLICA", "ALWAYS")
    if part.take("ROW", "LEVEL", "SECURITY"):
        yield Action("row security", table)
    elif part.take_one_of("TRIGGER", "RULE"):
        yield Action("trigger state", table, part.identifier())
    else:
        yield Action("table option", table, text=part.text)


def _force(part: Cursor, table: Name | None) -> Iterable[Action]:
    yield Action("row security" if part.has("SECURITY") else "rewrite table", table)


def _replica(part: Cursor, table: Name | None) -> Iterable[Action]:
    part.take("IDENTITY")
    yield Action("replica identity", table, text=part.text)


def _owner(part: Cursor, table: Name | None) -> Iterable[Action]:
    yield Action("owner", table)


def _inherit(part: Cursor, table: Name | None) -> Iterable[Action]:
    part.take("INHERIT")
    yield Action("inherit", table, other=part.name())


def _option(part: Cursor, table: Name | None) -> Iterable[Action]:
    """An option of the whole table (MySQL), or something that we do not know."""
    rewriting = ("ENGINE", "CONVERT", "ROW_FORMAT", "KEY_BLOCK_SIZE", "ORDER", "TABLESPACE")
    if any(part.sees(word) for word in rewriting):
        yield Action("rewrite table", table, text=part.text)
    elif part.sees("ALGORITHM") or part.sees("LOCK"):
        yield Action("table option", table, text=part.text.replace(" ", ""))
    elif not part.done:
        yield Action("table option", table, text=part.text)


_READERS: dict[str, Callable[[Cursor, Name | None], Iterable[Action]]] = {
    "ADD": _add,
    "DROP": _drop,
    "RENAME": _rename,
    "ALTER": _alter,
    "MODIFY": _modify,
    "CHANGE": _change,
    "VALIDATE": _validate,
    "ATTACH": _attach,
    "DETACH": _detach,
    "SET": _set,
    "ENABLE": _enable,
    "DISABLE": _enable,
    "FORCE": _force,
    "REPLICA": _replica,
    "OWNER": _owner,
    "INHERIT": _inherit,
    "NO": _inherit,
}
