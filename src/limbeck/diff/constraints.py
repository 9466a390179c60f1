"""Constraints and indexes of one table, compared.

Two constraints of one kind and name are the same one. Where a side has no name for it, the one
with the same content is: a server names what the models leave unnamed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import replace

from limbeck.diff.columns import ColumnChanges
from limbeck.diff.options import Comparison
from limbeck.operations.base import Operation
from limbeck.operations.constraints import AddConstraint, DropConstraint, kind_of
from limbeck.operations.indexes import CreateIndex, DropIndex
from limbeck.operations.mentions import uses
from limbeck.operations.renames import ValidateConstraint
from limbeck.schema.constraints import (
    Check,
    Constraint,
    Exclude,
    ForeignKey,
    PrimaryKey,
    Unique,
    content,
    is_valid,
)
from limbeck.schema.names import Name
from limbeck.schema.objects import Index, Table


def compare_constraints(
    before: Table,
    after: Table,
    columns: ColumnChanges,
    new_names: frozenset[Name],
    options: Comparison,
) -> tuple[tuple[DropConstraint, ...], tuple[AddConstraint, ...]]:
    """(drops, additions) of the constraints of a table that is on both sides.

    One that the models leave unnamed makes way where its name in the database is among
    `new_names`, which other objects are to have.
    """
    schema = before.name.schema
    stays = not columns.replaced and not columns.carried
    if stays and _agree(before.constraints, after.constraints, schema, new_names):
        return (), ()
    dropped: list[Constraint] = []
    added: list[Constraint] = []
    for kind in _kinds(options):
        old = [c for c in before.constraints if isinstance(c, kind)]
        new = [c for c in after.constraints if isinstance(c, kind)]
        if not old and not new:
            continue
        for was, is_ in pair(old, new):
            if was is None or is_ is None or _differ(was, is_):
                dropped += [was] if was is not None else []
                added += [is_] if is_ is not None else []
            elif is_.name is None and was.name and Name(was.name, schema) in new_names:
                dropped.append(was)
                added.append(is_)
            elif any(uses(was, column) for column in columns.replaced):
                dropped.append(was)
                added.append(is_ if is_.name is not None else replace(is_, name=was.name))
    carried, taken = list(columns.carried), list(columns.taken)
    return (
        tuple(drop_of(before, c) for c in dropped if not _taken(c, taken)),
        tuple(AddConstraint(after.name, c) for c in added if not _taken(c, carried)),
    )


def _agree(
    before: tuple[Constraint, ...],
    after: tuple[Constraint, ...],
    schema: str | None,
    new_names: frozenset[Name],
) -> bool:
    """Whether they say the same one after the other, and no name has to make way."""
    return len(before) == len(after) and not any(
        _differ(was, is_)
        or (is_.name is None and was.name is not None and Name(was.name, schema) in new_names)
        for was, is_ in zip(before, after, strict=True)
    )


def compare_validity(before: Table, after: Table) -> Iterator[ValidateConstraint]:
    """Constraints that rows of the database may break, and that the models want kept by all.

    The other way round there is nothing to do: NOT VALID is how a constraint is added.
    """
    if all(is_valid(c) for c in before.constraints):
        return
    for kind in (ForeignKey, Check):
        old = [c for c in before.constraints if isinstance(c, kind) and not is_valid(c)]
        new = [c for c in after.constraints if isinstance(c, kind)] if old else []
        for was, is_ in pair(old, new):
            if was is None or is_ is None or was.name is None or _differ(was, is_):
                continue
            if is_valid(is_):
                yield ValidateConstraint(before.name, was.name)


def drop_of(table: Table, constraint: Constraint) -> DropConstraint:
    """The operation that drops that constraint, knowing what it was."""
    return DropConstraint(table.name, constraint.name, kind_of(constraint), constraint=constraint)


def _kinds(options: Comparison) -> Iterator[type[Constraint]]:
    flags: tuple[tuple[bool, type[Constraint]], ...] = (
        (options.primary_keys, PrimaryKey),
        (options.uniques, Unique),
        (options.checks, Check),
        (options.excludes, Exclude),
        (options.foreign_keys, ForeignKey),
    )
    return (kind for wanted, kind in flags if wanted)


def _taken(constraint: Constraint, along: list[Constraint]) -> bool:
    """Whether that constraint comes or goes along with a column; each one counts once."""
    if constraint in along:
        along.remove(constraint)
        return True
    return False


def pair(
    before: Iterable[Constraint], after: Iterable[Constraint]
) -> Iterator[tuple[Constraint | None, Constraint | None]]:
    """Each constraint with its counterpart on the other side, in the order of `after`.

    A primary key is always the counterpart of the other one. Raises nothing; works on one kind.
    """
    left = {c.name: c for c in before if c.name is not None}
    unnamed: dict[Hashable, list[Constraint]] = defaultdict(list)
    result: list[tuple[Constraint | None, Constraint | None]] = []
    wanting: list[Constraint] = []
    for constraint in after:
        same = left.pop(constraint.name, None) if constraint.name is not None else None
        if same is not None:
            result.append((same, constraint))
        else:
            wanting.append(constraint)
    for constraint in before:
        if constraint.name is None or constraint.name in left:
            unnamed[_key(constraint)].append(constraint)
    for constraint in wanting:
        candidates = unnamed[_key(constraint)]
        match = next((c for c in candidates if _may_be(c, constraint)), None)
        if match is not None:
            candidates.remove(match)
        result.append((match, constraint))
    rest = {id(c) for items in unnamed.values() for c in items}
    yield from ((c, None) for c in before if id(c) in rest)
    yield from result


def _key(constraint: Constraint) -> Hashable:
    return PrimaryKey if isinstance(constraint, PrimaryKey) else content(constraint)


def _may_be(before: Constraint, after: Constraint) -> bool:
    return (
        before.name is None
        or after.name is None
        or before.name == after.name
        or isinstance(before, PrimaryKey)
    )


def _differ(before: Constraint, after: Constraint) -> bool:
    renamed = None not in (before.name, after.name) and before.name != after.name
    return renamed or content(before) != content(after)


def compare_indexes(
    before: Table, after: Table, columns: ColumnChanges, options: Comparison
) -> tuple[tuple[DropIndex, ...], tuple[CreateIndex, ...]]:
    """(drops, creations) of the indexes of a table that is on both sides."""
    if not options.indexes or (before.indexes == after.indexes and not columns.replaced):
        return (), ()

    def stays(index: Index, other: Index | None) -> bool:
        return index == other and not any(uses(index, column) for column in columns.replaced)

    dropped = (i for i in before.indexes.values() if not stays(i, after.indexes.get(i.name)))
    created = (i for i in after.indexes.values() if not stays(i, before.indexes.get(i.name)))
    by_name = sorted(dropped, key=_index_name), sorted(created, key=_index_name)
    return (
        tuple(DropIndex(i.name, before.name, index=i) for i in by_name[0]),
        tuple(CreateIndex(after.name, i) for i in by_name[1]),
    )


def _index_name(index: Index) -> str:
    return index.name


def split(
    additions: Iterable[AddConstraint],
) -> tuple[tuple[Operation, ...], tuple[Operation, ...]]:
    """Additions that are no foreign keys, and those that are."""
    items = tuple(additions)
    return (
        tuple(op for op in items if not isinstance(op.constraint, ForeignKey)),
        tuple(op for op in items if isinstance(op.constraint, ForeignKey)),
    )
