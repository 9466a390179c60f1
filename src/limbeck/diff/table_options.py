"""Options of one table, compared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from limbeck.operations.alter_table import AlterTable, is_mapping
from limbeck.schema.constraints import Options, content
from limbeck.schema.objects import Table


def compare_options(before: Table, after: Table) -> Iterator[AlterTable]:
    """The change of the options and prefixes of a table that is on both sides, if there is one."""
    if _loses_key_without_rowid(before, after):
        yield AlterTable(after.name, ((_ROWID, None),))
        yield AlterTable(after.name, ((_ROWID, False),))
    options = tuple(_changes(before.options, after.options))
    prefixes = after.prefixes if before.prefixes != after.prefixes else None
    if options or prefixes is not None:
        yield AlterTable(after.name, options, prefixes)


_ROWID = "sqlite_with_rowid"


def _loses_key_without_rowid(before: Table, after: Table) -> bool:
    """Whether SQLite needs rowids for a moment: the table has none, and gets another key."""
    was, is_ = before.primary_key, after.primary_key
    both = (_ROWID, False) in before.options and (_ROWID, False) in after.options
    return both and was is not None and is_ is not None and content(was) != content(is_)


def _changes(before: Options, after: Options) -> Iterator[tuple[str, Any]]:
    old, new = dict(before), dict(after)
    for key in sorted({*old, *new}):
        was, is_ = old.get(key), new.get(key)
        if key.startswith("_") or was == is_:
            continue
        if is_mapping(key, is_ if is_ is not None else was):
            yield key, tuple(_pairs(dict(was or ()), dict(is_ or ())))
        else:
            yield key, is_


def _pairs(was: dict[str, Any], is_: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The keys of a mapping that differ; None for one that goes."""
    for key in sorted({*was, *is_}):
        if was.get(key) != is_.get(key):
            yield key, is_.get(key)
