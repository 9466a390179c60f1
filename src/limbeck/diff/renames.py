"""Renames: from hints to operations, folded into the schema before the comparison.

A hint that has been carried out (the database has the new name) or has nothing to do (the old name
is not there) is passed over, so that models may keep theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from limbeck.errors import RenameError, SchemaConflict
from limbeck.operations.alter_column import AlterColumn, existing_hints
from limbeck.operations.base import Operation
from limbeck.operations.constraints import kind_of
from limbeck.operations.renames import RenameConstraint, RenameIndex
from limbeck.operations.tables import RenameTable
from limbeck.operations.types import AlterEnum
from limbeck.schema.constraints import Constraint, ForeignKey, content
from limbeck.schema.hints import Hint, subject
from limbeck.schema.names import Name
from limbeck.schema.objects import Schema, Table

T = TypeVar("T")

_RANK = {"table": 0, "enum value": 1, "column": 2, "constraint": 3, "index": 4}


@dataclass(frozen=True, slots=True)
class Renaming:
    """The operations that rename, in their order, and the schema after them."""

    schema: Schema
    operations: tuple[Operation, ...] = ()
    keys_follow: bool = False
    """Whether the server renames foreign keys with their table, those that it has named itself."""

    def then(self, operation: Operation) -> Renaming:
        """One more of them."""
        if isinstance(operation, RenameTable):
            operation = replace(operation, keys_follow=self.keys_follow)
        operations = (*self.operations, operation)
        return replace(self, schema=operation.apply(self.schema), operations=operations)

    def reversed_operations(self, before: Schema) -> tuple[Operation, ...]:
        """What takes them back, last first, given the schema that they started from."""
        found: list[Operation] = []
        for operation in self.operations:
            found.append(operation.reverse(before))
            before = operation.apply(before)
        return tuple(reversed(found))

    @property
    def tables(self) -> frozenset[Name]:
        """Tables that are touched, by their names after it."""
        found: set[Name] = set()
        for operation in self.operations:
            match operation:
                case RenameTable():
                    found = (found - {operation.old}) | {operation.new}
                case AlterEnum():
                    pass
                case _ if operation.table_name is not None:
                    found.add(operation.table_name)
        return frozenset(found)


def renamed(start: Renaming, after: Schema, hints: Iterable[Hint]) -> Renaming:
    """Carries out the hints that fit, tables first.

    Names may be passed on (b becomes c, and a becomes b). Raises RenameError where two hints
    claim one object, where the models still have the old name, and for an `asked` hint that fits
    nothing.
    """
    found = start
    ordered = sorted(hints, key=lambda hint: _RANK[hint.kind])
    for rank in sorted({_RANK[hint.kind] for hint in ordered}):
        found = _of_one_kind(found, after, [h for h in ordered if _RANK[h.kind] == rank])
    return found


def _of_one_kind(found: Renaming, after: Schema, hints: Sequence[Hint]) -> Renaming:
    waiting = [hint for hint in hints if hint.old != hint.new]
    _refuse_two_claims(found.schema, waiting)
    while True:
        due = next((h for h in waiting if _is_due(h, found.schema)), None)
        if due is None:
            break
        waiting.remove(due)
        others = {(h.owner, h.new) for h in waiting if _has(found.schema, h, h.old)}
        if _has(after, due, due.old) and (due.owner, due.old) not in others:
            raise RenameError(
                f"{due.source}: the models still have {subject(due.kind, due.owner, due.old)}. "
                "A rename leaves nothing behind under the old name."
            )
        for operation in _operations(due, found.schema, after):
            found = found.then(operation)
    for hint in waiting:
        if hint.asked and not _is_done(hint, found.schema, after):
            raise RenameError(
                f"{hint.source} fits nothing: there is no "
                f"{subject(hint.kind, hint.owner, hint.old)} in the database to be renamed."
            )
    return found


def _is_due(hint: Hint, schema: Schema) -> bool:
    return _has(schema, hint, hint.old) and not _has(schema, hint, hint.new)


def _is_done(hint: Hint, schema: Schema, after: Schema) -> bool:
    return _has(schema, hint, hint.new) and _has(after, hint, hint.new)


def _refuse_two_claims(schema: Schema, hints: Sequence[Hint]) -> None:
    claimed: dict[tuple[Name, str], Hint] = {}
    for hint in hints:
        if not _is_due(hint, schema):
            continue
        owner = Name("", hint.owner.schema) if hint.kind == "table" else hint.owner
        first = claimed.setdefault((owner, hint.old), hint)
        if first is not hint and (first.new, first.owner) != (hint.new, hint.owner):
            raise RenameError(
                f"Both {first.source} and {hint.source} claim "
                f"{subject(hint.kind, hint.owner, hint.old)}: only one can be it."
            )


def _has(schema: Schema, hint: Hint, name: str) -> bool:
    match hint.kind:
        case "table":
            return schema.find(Name(name, hint.owner.schema)) is not None
        case "enum value":
            enum = schema.enum(hint.owner)
            return enum is not None and name in enum.values
        case _:
            table = schema.find(hint.owner)
            return table is not None and bool(_part(table, hint.kind, name))


def _part(table: Table, kind: str, name: str) -> object:
    match kind:
        case "column":
            return table.columns.get(name)
        case "index":
            return table.indexes.get(name)
        case _:
            return table.constraint(name)


def _operations(hint: Hint, schema: Schema, after: Schema) -> Iterator[Operation]:
    match hint.kind:
        case "table":
            yield RenameTable(Name(hint.old, hint.owner.schema), hint.new)
        case "column":
            column = schema.table(hint.owner).column(hint.old)
            hints = existing_hints(column)
            yield AlterColumn(hint.owner, hint.old, new_name=hint.new, **hints)
        case "index":
            yield RenameIndex(hint.old, hint.new, hint.owner)
        case "constraint":
            table = schema.table(hint.owner)
            found = table.constraint(hint.old)
            assert found is not None  # the hint is due
            yield from _constraint(table, after.table(hint.owner), found, hint.new)
        case "enum value":
            enum = schema.enum(hint.owner)
            assert enum is not None
            yield AlterEnum(hint.owner, (), enum.values, ((hint.old, hint.new),))


def _constraint(
    before: Table, after: Table, found: Constraint, new: str
) -> Iterator[RenameConstraint | RenameIndex]:
    """The rename; the index that MySQL made for a foreign key, and named after it, goes along."""
    old = found.name
    assert old is not None
    if isinstance(found, ForeignKey) and old in before.indexes and old not in after.indexes:
        yield RenameIndex(old, new, before.name)
    yield RenameConstraint(before.name, old, new, kind_of(found))


# -- what follows a rename ------------------------------------------------------------------------


def followed(found: Renaming, after: Schema) -> Renaming:
    """Renames also the constraints and indexes of those tables whose names tell of the old ones.

    A naming convention makes names out of those of tables and columns. One that is the same but
    for its name, and the only one, is renamed rather than made anew. One whose new name is in use
    in the schema is not.
    """
    touched = found.tables
    near = {t.name for t in found.schema for key in t.foreign_keys if key.referred in touched}
    for name in sorted(touched | near, key=lambda name: name.sort_key):
        before, declared = found.schema.find(name), after.find(name)
        if before is None or declared is None:
            continue
        taken = set(_names_in(found.schema, name.schema))
        for operation in same_but_for_name(before, declared):
            if operation.new in taken:
                continue
            try:
                found = found.then(operation)
            except SchemaConflict:
                continue
    return found


def same_but_for_name(before: Table, after: Table) -> Iterator[RenameConstraint | RenameIndex]:
    """What would rename the constraints and indexes that differ in nothing but their names."""
    old = [c for c in before.constraints if c.name and after.constraint(c.name, type(c)) is None]
    new = [c for c in after.constraints if c.name and before.constraint(c.name, type(c)) is None]
    for was, now in _alone(old, new, content):
        assert now.name is not None
        yield from _constraint(before, after, was, now.name)
    gone = [i for i in before.indexes.values() if i.name not in after.indexes]
    come = [i for i in after.indexes.values() if i.name not in before.indexes]
    for was_index, index in _alone(gone, come, lambda i: replace(i, name="")):
        yield RenameIndex(was_index.name, index.name, before.name)


def _alone(
    before: Iterable[T], after: Iterable[T], key: Callable[[T], Hashable]
) -> Iterator[tuple[T, T]]:
    """The pairs of one key that is there once on each side."""
    sides: dict[Hashable, tuple[list[T], list[T]]] = {}
    for number, items in enumerate((before, after)):
        for item in items:
            sides.setdefault(key(item), ([], []))[number].append(item)
    for old, new in sides.values():
        if len(old) == len(new) == 1:
            yield old[0], new[0]


def _names_in(schema: Schema, owner: str | None) -> Iterator[str]:
    for table in schema:
        if table.name.schema == owner:
            yield table.name.name
            yield from table.indexes
            yield from (c.name for c in table.constraints if c.name is not None)
