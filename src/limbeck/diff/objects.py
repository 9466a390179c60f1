"""Objects beside tables, compared: schemas, extensions, domains, sequences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import Any

from limbeck.diff.options import Comparison
from limbeck.operations.base import UNSET, Operation
from limbeck.operations.domains import AlterDomain, CreateDomain, DropDomain
from limbeck.operations.extensions import CreateExtension
from limbeck.operations.schemas import CreateSchema
from limbeck.operations.sequences import AlterSequence, CreateSequence, DropSequence
from limbeck.schema.names import Name
from limbeck.schema.objects import Domain, Schema, Sequence


def sorted_names(names: Iterable[Name]) -> list[Name]:
    """Names in their own order."""
    return sorted(names, key=lambda name: name.sort_key)


def created(before: Schema, after: Schema) -> Iterator[Operation]:
    """What comes or changes: before the tables, which may use it.

    A schema that holds anything is there, whoever made it. No schema and no extension is dropped:
    they may hold what is not compared, and be another's.
    """
    there = {*before.schemas, *(name.schema for name in before.tables)}
    used = {name.schema for names in (after.tables, after.sequences) for name in names}
    for schema in sorted(after.schemas):
        if schema in used and schema not in there:
            yield CreateSchema(schema)
    for extension in sorted(n for n in after.extensions if n not in before.extensions):
        yield CreateExtension(after.extensions[extension], if_not_exists=True)
    yield from _domains(before, after)
    yield from _sequences(before, after)


def dropped(before: Schema, after: Schema, options: Comparison) -> Iterator[Operation]:
    """What goes: after the tables that used it."""
    if not options.drops_objects:
        return
    for name in sorted_names(n for n in before.sequences if n not in after.sequences):
        known = before.sequences[name]
        if known.owned_by is None:  # such a one goes with its column
            yield DropSequence(name, sequence=known)
    for name in sorted_names(n for n in before.domains if n not in after.domains):
        yield DropDomain(name, domain=before.domains[name])


def _domains(before: Schema, after: Schema) -> Iterator[Operation]:
    for name in sorted_names(after.domains):
        wanted, known = after.domains[name], before.domains.get(name)
        if known is None:
            yield CreateDomain(wanted)
        elif known != wanted:
            yield from _domain_changes(known, wanted)


def _domain_changes(before: Domain, after: Domain) -> Iterator[AlterDomain]:
    """What ALTER DOMAIN can do: no server changes the type of one."""
    default = after.default if before.default != after.default else UNSET
    not_null = after.not_null if before.not_null != after.not_null else None
    if default is not UNSET or not_null is not None:
        yield AlterDomain(after.name, default, not_null)
    old = {check.name: check for check in before.checks}
    new = {check.name: check for check in after.checks}
    for name in sorted({*old, *new}, key=str):
        if old.get(name) != new.get(name):
            gone = name if name in old else None
            yield AlterDomain(after.name, dropped=gone, added=new.get(name))


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
