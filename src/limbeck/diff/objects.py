"""Objects beside tables, compared: schemas, sequences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import Any

from limbeck.diff.options import Comparison
from limbeck.operations.base import Operation
from limbeck.operations.schemas import CreateSchema
from limbeck.operations.sequences import AlterSequence, CreateSequence, DropSequence
from limbeck.schema.names import Name
from limbeck.schema.objects import Schema, Sequence


def sorted_names(names: Iterable[Name]) -> list[Name]:
    """Names in their own order."""
    return sorted(names, key=lambda name: name.sort_key)


def created(before: Schema, after: Schema) -> Iterator[Operation]:
    """What comes or changes: before the tables, which may use it.

    A schema that holds anything is there, whoever made it. None is dropped: it may hold what is
    not compared.
    """
    there = {*before.schemas, *(name.schema for name in before.tables)}
    for schema in sorted(after.schemas):
        if schema not in there:
            yield CreateSchema(schema)
    yield from _sequences(before, after)


def dropped(before: Schema, after: Schema, options: Comparison) -> Iterator[Operation]:
    """What goes: after the tables that used it."""
    if not options.drops_objects:
        return
    for name in sorted_names(n for n in before.sequences if n not in after.sequences):
        known = before.sequences[name]
        if known.owned_by is None:  # such a one goes with its column
            yield DropSequence(name, sequence=known)


def _sequences(before: Schema, after: Schema) -> Iterator[Operation]:
    for name in sorted_names(after.sequences):
        wanted, known = after.sequences[name], before.sequences.get(name)
        if known is None:
            yield CreateSequence(wanted)
        elif changes := tuple(_changes(known, wanted)):
            yield AlterSequence(name, changes)


def _changes(before: Sequence, after: Sequence) -> Iterator[tuple[str, Any]]:
    for field in sorted(fields(Sequence), key=lambda f: f.name):
        if field.name in ("name", "owned_by"):  # models do not say who owns it
            continue
        old, new = getattr(before, field.name), getattr(after, field.name)
        if old != new:
            yield field.name, new
