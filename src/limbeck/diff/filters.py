"""Which objects take part in a comparison."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias, TypeVar

from limbeck.diff.constraints import pair
from limbeck.schema.constraints import (
    Check,
    Constraint,
    Exclude,
    ForeignKey,
    PrimaryKey,
    Unique,
    content,
)
from limbeck.schema.named import Named
from limbeck.schema.names import Name
from limbeck.schema.objects import Column, Index, Schema, Table

Kind: TypeAlias = Literal[
    "table",
    "column",
    "index",
    "unique_constraint",
    "foreign_key_constraint",
    "check_constraint",
]
"""The field's words for what a filter is asked about."""

Item: TypeAlias = Table | Column | Index | Constraint

_KINDS: tuple[tuple[type[Constraint], Kind], ...] = (
    (Unique, "unique_constraint"),
    (ForeignKey, "foreign_key_constraint"),
    (Check, "check_constraint"),
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An object that a filter decides on, with the table it belongs to.

    `reflected` says that it comes from the database. `compare_to` is its counterpart there, where
    the models have it too, and `compare_table` that one's table.
    """

    kind: Kind
    name: str | None
    item: Item
    table: Table
    reflected: bool
    compare_to: Item | None = None
    compare_table: Table | None = None


Predicate: TypeAlias = Callable[[Candidate], bool]

T = TypeVar("T", Column, Index)


def without_tables(schema: Schema, names: Iterable[Name]) -> Schema:
    """The schema without those tables (the version table)."""
    gone = set(names)
    return replace(schema, tables=Named(t for t in schema if t.name not in gone))


def keep(before: Schema, after: Schema, predicate: Predicate) -> tuple[Schema, Schema]:
    """Both schemas without what the predicate turns down, which is then not compared.

    It is asked once about what both sides have, with the models' object; for a foreign key that
    differs it is asked about each side. Of a table that is on one side only, it is asked for
    the table and its indexes.
    """
    tables_before: list[Table] = []
    tables_after: list[Table] = []
    for table in before:
        if table.name not in after.tables and _asked(predicate, "table", table, table, True):
            tables_before.append(_kept_indexes(table, predicate, reflected=True))
    for table in after:
        old = before.find(table.name)
        if old is None:
            if _asked(predicate, "table", table, table, False):
                tables_after.append(_kept_indexes(table, predicate, reflected=False))
        elif predicate(Candidate("table", table.name.name, table, table, False, old, old)):
            was, is_ = _kept(old, table, predicate)
            tables_before.append(was)
            tables_after.append(is_)
    return (
        replace(before, tables=Named(tables_before)),
        replace(after, tables=Named(tables_after)),
    )


def _asked(predicate: Predicate, kind: Kind, item: Item, table: Table, reflected: bool) -> bool:
    name = item.name.name if isinstance(item, Table) else item.name
    return predicate(Candidate(kind, name, item, table, reflected))


def _kept_indexes(table: Table, predicate: Predicate, *, reflected: bool) -> Table:
    kept = (i for i in table.indexes.values() if _asked(predicate, "index", i, table, reflected))
    return replace(table, indexes=Named(kept))


def _kept(before: Table, after: Table, predicate: Predicate) -> tuple[Table, Table]:
    columns = _named("column", before, after, before.columns, after.columns, predicate)
    indexes = _named("index", before, after, before.indexes, after.indexes, predicate)
    gone = {id(c) for c in _unwanted(before, after, predicate)}
    return (
        replace(
            before,
            columns=columns[0],
            indexes=indexes[0],
            constraints=tuple(c for c in before.constraints if id(c) not in gone),
        ),
        replace(
            after,
            columns=columns[1],
            indexes=indexes[1],
            constraints=tuple(c for c in after.constraints if id(c) not in gone),
        ),
    )


def _named(
    kind: Kind,
    before: Table,
    after: Table,
    old: Named[T],
    new: Named[T],
    predicate: Predicate,
) -> tuple[Named[T], Named[T]]:
    gone: set[str] = set()
    for item in old.values():
        if item.name not in new and not _asked(predicate, kind, item, before, True):
            gone.add(item.name)
    for item in new.values():
        was = old.get(item.name)
        candidate = Candidate(
            kind, item.name, item, after, False, was, before if was is not None else None
        )
        if not predicate(candidate):
            gone.add(item.name)
    return (
        Named(i for i in old.values() if i.name not in gone),
        Named(i for i in new.values() if i.name not in gone),
    )


def _unwanted(before: Table, after: Table, predicate: Predicate) -> Iterator[Constraint]:
    for constraint_type, kind in _KINDS:
        old = [c for c in before.constraints if isinstance(c, constraint_type)]
        new = [c for c in after.constraints if isinstance(c, constraint_type)]
        for was, is_ in pair(old, new):
            if was is not None and (is_ is None or _is_two(was, is_)):
                candidate = Candidate(
                    kind, was.name, was, before, True, is_, after if is_ is not None else None
                )
                if not predicate(candidate):
                    yield was
            if is_ is not None:
                candidate = Candidate(
                    kind, is_.name, is_, after, False, was, before if was is not None else None
                )
                if not predicate(candidate):
                    yield is_
                    if was is not None and not _is_two(was, is_):
                        yield was


def _is_two(before: Constraint, after: Constraint) -> bool:
    """A foreign key that changes is one that goes and one that comes."""
    match before:
        case ForeignKey():
            return content(before) != content(after)
        case PrimaryKey() | Unique() | Check() | Exclude():
            return False
