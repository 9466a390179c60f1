"""Renames as a command is told them: ``users.name=full_name``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from limbeck.diff.renames import Renaming
from limbeck.errors import RenameError
from limbeck.operations.tables import RenameTable
from limbeck.schema.hints import Hint, Renamed
from limbeck.schema.names import Name
from limbeck.schema.objects import Schema

OPTION = "--rename"

_KINDS: dict[str, Renamed] = {
    "table": "table",
    "column": "column",
    "index": "index",
    "constraint": "constraint",
    "value": "enum value",
}


def option(hint: Hint) -> str:
    """The option that says so, as one types it."""
    owner = str(Name(hint.old, hint.owner.schema)) if hint.kind == "table" else None
    return f"{OPTION} {owner or f'{hint.owner}.{hint.old}'}={hint.new}"


def table_hints(texts: Sequence[str], before: Schema, after: Schema) -> tuple[Hint, ...]:
    """Those of the options that are about tables."""
    return tuple(
        hint
        for text in texts
        for hint in _read(text, Renaming(before), after, found_in=before)
        if hint.kind == "table"
    )


def other_hints(
    texts: Sequence[str], found: Renaming, before: Schema, after: Schema
) -> tuple[Hint, ...]:
    """Those of the options that are not about tables, with the tables as renamed by `found`.

    A table may be named as it was or as it is now. `before` is the database as it is. Raises
    RenameError for an option that fits nothing or more than one thing.
    """
    hints: list[Hint] = []
    for text in texts:
        fitting = {(h.kind, h.owner): h for h in _read(text, found, after, found_in=before)}
        if not fitting:
            raise RenameError(_fits_nothing(text, before, after))
        if len(fitting) > 1:
            words = {kind: word for word, kind in _KINDS.items()}
            ways = ", or ".join(f"{OPTION} {words[h.kind]}:{text}" for h in fitting.values())
            raise RenameError(
                f"{OPTION} {text} fits more than one thing"
                + (f": write {ways}." if ":" not in text else "; name the table as well.")
            )
        hints += (h for h in fitting.values() if h.kind != "table")
    return tuple(hints)


def _read(text: str, found: Renaming, after: Schema, found_in: Schema) -> Iterator[Hint]:
    """What an option may mean: the old name is in the database, and the new one in the models."""
    kind, old, new = _parts(text)
    path = tuple(old.split("."))
    new = new.rsplit(".", 1)[-1]
    source = f"{OPTION} {text}"
    if kind in (None, "table") and len(path) <= 2:
        name = Name(path[-1], path[0] if len(path) == 2 else None)
        owner = Name(new, name.schema)
        if owner in after.tables and (name in found_in.tables or owner in found_in.tables):
            yield Hint("table", owner, name.name, new, source, asked=True)
    if kind != "table":
        yield from _parts_of_tables(kind, path, new, source, found, after)
        yield from _values(kind, path, new, source, found.schema, after)


def _parts(text: str) -> tuple[Renamed | None, str, str]:
    rest = text
    kind: Renamed | None = None
    word, colon, after = text.partition(":")
    if colon and word in _KINDS:
        kind, rest = _KINDS[word], after
    old, _, new = rest.partition("=")
    if not old.strip() or not new.strip():
        raise RenameError(
            f"{OPTION} {text}: write {OPTION} old=new for a table and {OPTION} table.old=new for "
            "a column, an index or a constraint of it."
        )
    return kind, old.strip(), new.strip()


def _parts_of_tables(
    kind: Renamed | None,
    path: tuple[str, ...],
    new: str,
    source: str,
    found: Renaming,
    after: Schema,
) -> Iterator[Hint]:
    old = path[-1]
    for owner in _owners(path[:-1], found, after):
        before, declared = found.schema.table(owner), after.table(owner)
        if (
            kind in (None, "column")
            and len(path) > 1
            and new in declared.columns
            and (old in before.columns or new in before.columns)
        ):
            yield Hint("column", owner, old, new, source, asked=True)
        if (
            kind in (None, "index")
            and new in declared.indexes
            and (old in before.indexes or new in before.indexes)
        ):
            yield Hint("index", owner, old, new, source, asked=True)
        if (
            kind in (None, "constraint")
            and declared.constraint(new) is not None
            and (before.constraint(old) or before.constraint(new)) is not None
        ):
            yield Hint("constraint", owner, old, new, source, asked=True)


def _owners(path: tuple[str, ...], found: Renaming, after: Schema) -> Iterator[Name]:
    """The tables that may be meant, by their new names; all of them where none is named."""
    both = [t.name for t in found.schema if t.name in after.tables]
    if not path:
        yield from both
        return
    named = Name(path[-1], path[0] if len(path) == 2 else None)
    for operation in found.operations:
        if isinstance(operation, RenameTable) and operation.old == named:
            named = operation.new
    if named in both:
        yield named


def _values(
    kind: Renamed | None,
    path: tuple[str, ...],
    new: str,
    source: str,
    before: Schema,
    after: Schema,
) -> Iterator[Hint]:
    if kind not in (None, "enum value") or len(path) < 2:
        return
    owner = Name(path[-2], path[0] if len(path) == 3 else None)
    old_type, new_type = before.enum(owner), after.enum(owner)
    if old_type is None or new_type is None or new not in new_type.values:
        return
    if path[-1] in old_type.values or new in old_type.values:
        yield Hint("enum value", owner, path[-1], new, source, asked=True)


def _fits_nothing(text: str, before: Schema, after: Schema) -> str:
    _, old, new = _parts(text)
    near = get_close_matches(old, sorted(_names(before)), n=1) or [""]
    if near[0] == old:
        known = sorted(_names(after))
        near = get_close_matches(f"{old.rpartition('.')[0]}.{new}".strip("."), known, n=1) or [""]
        where, what = "the models have no such name", near[0]
    else:
        where, what = "the database has no such name", near[0]
    advice = f" Did you mean '{what}'?" if what else ""
    return f"{OPTION} {text} fits nothing: {where}.{advice}"


def _names(schema: Schema) -> Iterator[str]:
    for table in schema:
        yield str(table.name)
        yield from (f"{table.name}.{column}" for column in table.columns)
        yield from (f"{table.name}.{index}" for index in table.indexes)
        yield from (f"{table.name}.{c.name}" for c in table.constraints if c.name is not None)
    for enum in schema.enums.values():
        yield from (f"{enum.name}.{value}" for value in enum.values)
