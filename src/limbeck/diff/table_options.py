"""Options of one table, compared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from limbeck.operations.alter_table import AlterTable, is_mapping
from limbeck.schema.constraints import Options
from limbeck.schema.objects import Table


def compare_options(before: Table, after: Table) -> Iterator[AlterTable]:
    """The change of the options and prefixes of a table that is on both sides, if there is one."""
    options = tuple(_changes(before.options, after.options))
    prefixes = after.prefixes if before.prefixes != after.prefixes else None
    if options or prefixes is not None:
        yield AlterTable(after.name, options, prefixes)


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
