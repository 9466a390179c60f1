"""Rows for a database that is about to become another one, so that no row forbids the change.

A row is forbidden by what no script can help: NULL where NOT NULL is wanted, two that are to be
unique, text that is no number. Rows are made at random; those that are forbidden are left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import TypeAlias

from tests.laws.blueprints import Blueprint, ColumnSpec, IndexSpec, TableSpec
from tests.laws.values import CHECKED, Impossible, Opaque, converted, default_of, key, pool

Row: TypeAlias = dict[str, str | None]
"""By the name of the column, generated ones too; where the server numbers, a number."""

Rows: TypeAlias = dict[str, list[Row]]
"""By the name of the table."""


class New(str):
    """A number that the server gives: which row gets which is not known, so no key points to it."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)


MOST = 4
"""Rows of one table."""


def rows(before: Blueprint, after: Blueprint, random: Random) -> Rows:
    """Rows that are right in `before`, and stay right when it becomes `after`."""
    made = {t.name: list(_made(before, after, t, random)) for t in before.tables}
    for table in before.tables:
        for row in made[table.name]:
            _refer(before, table, row, made, random)
    while True:
        images = {name: _images(before, after, name, given) for name, given in made.items()}
        there = {
            name: [
                r for r, image in zip(made[name], images[name], strict=True) if image is not None
            ]
            for name in made
        }
        then = {
            t.name: [image for image in images[t.name] if image is not None]
            for t in after.tables
            if stays(before, after, t.name)
        }
        bad = {id(r) for r in _violations(before, there)}
        wrong = {id(r) for r in _violations(after, then)}
        kept = {
            name: [
                row
                for row, image in zip(made[name], images[name], strict=True)
                if image is not None and id(row) not in bad and id(image) not in wrong
            ]
            for name in made
        }
        if kept == made:
            return kept
        made = kept


def stays(before: Blueprint, after: Blueprint, name: str) -> bool:
    """Whether the table is there before and after, in one schema."""
    old, new = before.table(name), after.table(name)
    return old is not None and new is not None and old.schema == new.schema


def unchanged(before: Blueprint, after: Blueprint, name: str) -> list[ColumnSpec]:
    """The columns of a table whose values a change has no reason to touch."""
    old, new = before.table(name), after.table(name)
    if old is None or new is None or not stays(before, after, name):
        return []
    pairs = ((c, new.column(c.name)) for c in old.columns)
    return [
        c
        for c, other in pairs
        if other is not None
        and (c.type, c.computed, c.addend) == (other.type, other.computed, other.addend)
    ]


def _made(before: Blueprint, after: Blueprint, table: TableSpec, random: Random) -> Iterator[Row]:
    other = after.table(table.name)
    for number in range(random.randint(0, MOST)):
        row: Row = {}
        for column in table.columns:
            new = other.column(column.name) if other is not None else None
            row[column.name] = _value(before, column, new or column, number, random)
        yield _generated(table, row)


def _value(
    blueprint: Blueprint, column: ColumnSpec, new: ColumnSpec, number: int, random: Random
) -> str | None:
    if column.nullable and new.nullable and random.random() < 0.25:
        return None
    values = pool(blueprint, column)
    return values[(number + random.choice((0, 0, 0, 1, 2))) % len(values)]


def _generated(table: TableSpec, row: Row) -> Row:
    """The row with its computed columns."""
    for column in table.columns:
        if column.computed is not None:
            source = row[column.computed]
            row[column.name] = None if source is None else str(int(source) + column.addend)
    return row


def _refer(before: Blueprint, table: TableSpec, row: Row, made: Rows, random: Random) -> None:
    for fk in table.foreign_keys:
        targets = made[fk.referred]
        nullable = all((c := table.column(n)) is not None and c.nullable for n in fk.columns)
        if not targets or (nullable and random.random() < 0.2):
            row.update(dict.fromkeys(fk.columns) if nullable else {})
            continue
        target = random.choice(targets)
        row.update(zip(fk.columns, (target[c] for c in fk.referred_columns), strict=True))
    _generated(table, row)


def _images(before: Blueprint, after: Blueprint, name: str, given: list[Row]) -> list[Row | None]:
    """What becomes of each row: None where a change forbids it. Of a table that goes, nothing."""
    old, new = before.table(name), after.table(name)
    assert old is not None
    if new is None or not stays(before, after, name):
        return [dict(row) for row in given]
    return [_image(old, new, after, row, number) for number, row in enumerate(given)]


def _image(old: TableSpec, new: TableSpec, after: Blueprint, row: Row, number: int) -> Row | None:
    image: Row = {}
    for column in new.columns:
        was = old.column(column.name)
        if column.computed is not None:
            continue
        if was is None or was.computed is not None:
            numbered = is_numbered(new, column, after.dialect)
            first = column.identity or 1
            image[column.name] = New(str(first + number)) if numbered else default_of(column)
            continue
        try:
            image[column.name] = converted(row[column.name], was, column, after)
        except Impossible:
            return None
        begins = after.dialect == "mysql" and (
            is_numbered(new, column, "mysql") and not is_numbered(old, was, "mysql")
        )
        if begins and Decimal(image[column.name] or 0) == 0:
            return None  # refused, with a word on what to do
    try:
        return _generated(new, image)
    except (KeyError, ValueError):
        return None


def is_numbered(table: TableSpec, column: ColumnSpec, dialect: str) -> bool:
    """Whether the server numbers the rows by that column."""
    if column.identity is not None:
        return True
    if dialect == "sqlite" and table.tuned:
        return False  # WITHOUT ROWID
    refers = any(column.name in k.columns for k in table.foreign_keys)
    whole = column.type in ("smallint", "integer", "bigint")
    return table.primary_key == (column.name,) and whole and not refers


def _violations(blueprint: Blueprint, found: Rows) -> Iterator[Row]:
    """The rows that the database would refuse."""
    for table in blueprint.tables:
        given = found.get(table.name, [])
        for row in given:
            if any(not _fits(blueprint, table, c, row[c.name]) for c in table.columns):
                yield row
        for unique in _uniques(table):
            yield from _doubles(table, unique, given)
        for fk in table.foreign_keys:
            known = {tuple(r[c] for c in fk.referred_columns) for r in found.get(fk.referred, [])}
            for row in given:
                values = tuple(row[c] for c in fk.columns)
                if None not in values and values not in known:
                    yield row


def _fits(blueprint: Blueprint, table: TableSpec, column: ColumnSpec, value: str | None) -> bool:
    if value is None:
        return column.nullable and column.name not in table.primary_key
    if column.type.startswith("choice:") and value not in pool(blueprint, column):
        return False
    if column.type == "flag" and value not in ("0", "1"):
        return False
    checks = [c for c in table.checks if c.column == column.name]
    return not (checks and isinstance(value, Opaque)) and all(
        CHECKED[c.form](value) for c in checks
    )


@dataclass(frozen=True)
class _Unique:
    columns: tuple[str, ...]
    distinct_nulls: bool = True


def _uniques(table: TableSpec) -> Iterator[_Unique]:
    if table.primary_key:
        yield _Unique(table.primary_key)
    for unique in table.uniques:
        yield _Unique(unique.columns)
    for index in table.indexes:
        if index.unique:
            yield _Unique(_columns(index), index.extra != "nulls")


def _columns(index: IndexSpec) -> tuple[str, ...]:
    return index.columns[:1] if index.expression else index.columns


def _doubles(table: TableSpec, unique: _Unique, given: list[Row]) -> Iterator[Row]:
    """All rows but the first of each value."""
    columns = [c for c in (table.column(n) for n in unique.columns) if c is not None]
    seen: Counter[tuple[object, ...]] = Counter()
    for row in given:
        values = tuple(key(row[c.name], c) for c in columns)
        if None in values and unique.distinct_nulls:
            continue
        seen[values] += 1
        if seen[values] > 1:
            yield row
