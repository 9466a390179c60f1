"""Random databases, and pairs of them where the second is the first after some changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from tests.laws.blueprints import (
    CHECKS,
    TYPES,
    Blueprint,
    CheckSpec,
    ColumnSpec,
    ForeignKeySpec,
    IndexSpec,
    TableSpec,
    UniqueSpec,
    family,
)
from tests.laws.repair import repaired

Draw = Callable[[st.SearchStrategy[Any]], Any]

OTHER_SCHEMA = "Other"
TABLES = ("users", "orders", "item", "order", "Group", "größe", "my table", "select", 'q"uote', "z")
COLUMNS = (
    "id",
    "a",
    "b",
    "name",
    "total",
    "order",
    "Key",
    "größe",
    "my col",
    "from",
    "camelCase",
    "per%cent",
    "c",
    "d",
)
ENUMS = ("mood", "Color")
VALUES = ("a", "b", "sad", "ok", "happy", "it's", "Größe", "x y")
COMMENTS = ("a comment", "it's 100% : fine", 'größe \\ "q"')
NAMES = tuple(f"{kind}_{n}" for n in (1, 2, 3, 4) for kind in ("uq", "ck", "fk", "ix", "Odd name"))


@st.composite
def blueprints(draw: Draw, dialect: str, max_tables: int = 5) -> Blueprint:
    """A database of up to `max_tables` tables for that dialect (postgresql, mysql, sqlite)."""
    names = draw(st.lists(st.sampled_from(TABLES), max_size=max_tables, unique=True))
    enums = tuple((name, draw(_values())) for name in ENUMS)
    blueprint = Blueprint(dialect, tuple(draw(_tables(dialect, name)) for name in names), enums)
    for name in names:
        for _ in range(draw(st.integers(0, 2))):
            blueprint = _with_foreign_key(draw, blueprint, name)
    return repaired(blueprint)


def _values() -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(VALUES), min_size=1, max_size=4, unique=True).map(tuple)


@st.composite
def _tables(draw: Draw, dialect: str, name: str) -> TableSpec:
    names = draw(st.lists(st.sampled_from(COLUMNS), min_size=1, max_size=6, unique=True))
    columns = tuple(draw(_columns(dialect, n, names)) for n in names)
    schema = draw(st.sampled_from((None, None, None, OTHER_SCHEMA)))
    tuned = draw(st.integers(0, 5)) == 0
    table = TableSpec(name, columns, comment=draw(_comments(dialect)), schema=schema, tuned=tuned)
    kind = draw(st.sampled_from(("id", "id", "single", "composite", "none")))
    if kind == "id":
        number = ColumnSpec("id", draw(st.sampled_from(("integer", "integer", "bigint"))), False)
        others = tuple(c for c in columns if c.name != "id")
        table = replace(table, columns=(number, *others), primary_key=("id",))
    elif kind != "none":
        count = 1 if kind == "single" else 2
        table = replace(
            table,
            primary_key=tuple(names[:count]),
            primary_key_name=draw(st.sampled_from((None, None, f"pk_{name}"))),
        )
    for _ in range(draw(st.integers(0, 2))):
        table = replace(table, uniques=(*table.uniques, draw(_uniques(names))))
    for _ in range(draw(st.integers(0, 2))):
        table = replace(table, indexes=(*table.indexes, draw(_indexes(names))))
    for _ in range(draw(st.integers(0, 2))):
        table = _with_check(draw, table)
    return table


def _comments(dialect: str) -> st.SearchStrategy[str | None]:
    if dialect == "sqlite":
        return st.none()
    return st.one_of(st.none(), st.none(), st.sampled_from(COMMENTS))


def _types() -> st.SearchStrategy[str]:
    own = (f"{kind}:{name}" for kind in ("enum", "choice") for name in ENUMS)
    return st.sampled_from(("integer", "string", *TYPES, *own))


@st.composite
def _columns(draw: Draw, dialect: str, name: str, names: list[str]) -> ColumnSpec:
    chosen = draw(_types())
    column = ColumnSpec(
        name, chosen, draw(st.booleans()), draw(_defaults(chosen)), draw(_comments(dialect))
    )
    match draw(st.integers(0, 11)):
        case 0:
            source, stored = draw(st.sampled_from(names)), draw(st.booleans())
            return replace(column, type="bigint", computed=source, stored=stored)
        case 1 if dialect == "postgresql":
            return replace(column, type="integer", identity=draw(st.sampled_from((1, 5))))
        case _:
            return column


def _defaults(chosen: str) -> st.SearchStrategy[Any]:
    choices = VALUES if ":" in chosen else TYPES[chosen].defaults
    return st.one_of(st.none(), st.sampled_from(choices)) if choices else st.none()


def _some(names: list[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True).map(tuple)


def _names() -> st.SearchStrategy[str | None]:
    return st.one_of(st.none(), st.sampled_from(NAMES))


def _uniques(names: list[str]) -> st.SearchStrategy[UniqueSpec]:
    rarely = st.integers(0, 5).map(lambda n: n == 0)
    return st.builds(UniqueSpec, _some(names), _names(), rarely)


def _indexes(names: list[str]) -> st.SearchStrategy[IndexSpec]:
    rarely = st.integers(0, 3).map(lambda n: n == 0)
    return st.builds(
        IndexSpec,
        st.sampled_from(NAMES),
        _some(names),
        rarely,
        rarely,
        rarely,
        st.sampled_from((None, None, "include", "hash", "fill", "nulls")),
        rarely,
    )


def _with_check(draw: Draw, table: TableSpec) -> TableSpec:
    column = draw(st.sampled_from(table.columns))
    forms = CHECKS.get(family(column))
    if not forms:
        return table
    check = CheckSpec(column.name, draw(st.sampled_from(sorted(forms))), draw(_names()))
    return replace(table, checks=(*table.checks, check))


def _with_foreign_key(draw: Draw, blueprint: Blueprint, name: str) -> Blueprint:
    """A foreign key to some table, on columns of its own or on columns that are there."""
    table = blueprint.table(name)
    assert table is not None
    referred = draw(st.sampled_from(blueprint.tables))
    if not referred.keys:
        return blueprint
    target = draw(st.sampled_from(referred.keys))
    nullable = draw(st.booleans())
    columns: list[str] = []
    for other in target:
        free = [c for c in COLUMNS if table.column(c) is None]
        column = referred.column(other)
        if not free or column is None:
            return blueprint
        own = ColumnSpec(draw(st.sampled_from(free)), column.type, nullable)
        table = replace(table, columns=(*table.columns, own))
        columns.append(own.name)
    key = ForeignKeySpec(
        tuple(columns),
        referred.name,
        target,
        draw(_names()),
        draw(st.sampled_from((None, None, "CASCADE", "SET NULL", "RESTRICT"))),
        draw(st.integers(0, 5)) == 0,
    )
    return blueprint.with_table(replace(table, foreign_keys=(*table.foreign_keys, key)))


@st.composite
def pairs(draw: Draw, dialect: str, max_tables: int = 4) -> tuple[Blueprint, Blueprint]:
    """Two databases: mostly the second is the first after one to five changes."""
    before = draw(blueprints(dialect, max_tables))
    if draw(st.integers(0, 9)) == 0:
        return before, draw(blueprints(dialect, max_tables))
    after = before
    for _ in range(draw(st.integers(1, 5))):
        after = repaired(draw(st.sampled_from(MUTATIONS))(draw, after))
    return before, after


def _a_table(draw: Draw, blueprint: Blueprint) -> TableSpec | None:
    return draw(st.sampled_from(blueprint.tables)) if blueprint.tables else None


def _changing_table(change: Callable[[Draw, Blueprint, TableSpec], TableSpec]) -> Any:
    def mutation(draw: Draw, blueprint: Blueprint) -> Blueprint:
        table = _a_table(draw, blueprint)
        if table is None:
            return blueprint
        return blueprint.with_table(change(draw, blueprint, table))

    mutation.__name__ = change.__name__
    return mutation


def _changing_column(change: Callable[[Draw, Blueprint, ColumnSpec], ColumnSpec]) -> Any:
    def changed(draw: Draw, blueprint: Blueprint, table: TableSpec) -> TableSpec:
        old = draw(st.sampled_from(table.columns))
        new = change(draw, blueprint, old)
        return replace(table, columns=tuple(new if c is old else c for c in table.columns))

    return _changing_table(changed)


def add_table(draw: Draw, blueprint: Blueprint) -> Blueprint:
    free = [n for n in TABLES if blueprint.table(n) is None]
    name = draw(st.sampled_from(free))
    added = replace(blueprint, tables=(*blueprint.tables, draw(_tables(blueprint.dialect, name))))
    return _with_foreign_key(draw, added, name)


def drop_table(draw: Draw, blueprint: Blueprint) -> Blueprint:
    table = _a_table(draw, blueprint)
    return replace(blueprint, tables=tuple(t for t in blueprint.tables if t is not table))


def add_foreign_key(draw: Draw, blueprint: Blueprint) -> Blueprint:
    table = _a_table(draw, blueprint)
    return blueprint if table is None else _with_foreign_key(draw, blueprint, table.name)


def change_enum(draw: Draw, blueprint: Blueprint) -> Blueprint:
    name = draw(st.sampled_from(ENUMS))
    values = draw(_values())
    return replace(
        blueprint, enums=tuple((n, values if n == name else v) for n, v in blueprint.enums)
    )


def add_column(draw: Draw, blueprint: Blueprint, table: TableSpec) -> TableSpec:
    free = [c for c in COLUMNS if table.column(c) is None]
    if not free:
        return table
    names = [c.name for c in table.columns]
    column = draw(_columns(blueprint.dialect, draw(st.sampled_from(free)), names))
    return replace(table, columns=(*table.columns, column))


def drop_column(draw: Draw, blueprint: Blueprint, table: TableSpec) -> TableSpec:
    gone = draw(st.sampled_from(table.columns))
    return replace(table, columns=tuple(c for c in table.columns if c is not gone))


def change_nullable(draw: Draw, blueprint: Blueprint, column: ColumnSpec) -> ColumnSpec:
    return replace(column, nullable=not column.nullable)


def change_type(draw: Draw, blueprint: Blueprint, column: ColumnSpec) -> ColumnSpec:
    alike = [k for k, t in TYPES.items() if t.family == family(column)]
    if not alike or draw(st.integers(0, 4)) == 0:
        return replace(column, type=draw(_types()), default=None)
    chosen = draw(st.sampled_from(alike))
    return replace(column, type=chosen, default=draw(_defaults(chosen)))


def change_default(draw: Draw, blueprint: Blueprint, column: ColumnSpec) -> ColumnSpec:
    return replace(column, default=draw(_defaults(column.type)))


def change_comment(draw: Draw, blueprint: Blueprint, column: ColumnSpec) -> ColumnSpec:
    return replace(column, comment=draw(_comments(blueprint.dialect)))


def change_computed(draw: Draw, blueprint: Blueprint, column: ColumnSpec) -> ColumnSpec:
    if column.computed is None:
        return column
    return replace(column, addend=column.addend + 1)


def change_identity(draw: Draw, blueprint: Blueprint, column: ColumnSpec) -> ColumnSpec:
    return replace(column, identity=draw(st.sampled_from((None, 1, 7))), default=None)


def change_table_options(draw: Draw, blueprint: Blueprint, table: TableSpec) -> TableSpec:
    return replace(table, tuned=not table.tuned)


def change_table_comment(draw: Draw, blueprint: Blueprint, table: TableSpec) -> TableSpec:
    return replace(table, comment=draw(_comments(blueprint.dialect)))


def change_primary_key(draw: Draw, blueprint: Blueprint, table: TableSpec) -> TableSpec:
    names = [c.name for c in table.columns]
    key = draw(st.one_of(st.just(()), _some(names)))
    return replace(table, primary_key=key, primary_key_name=None)


def change_uniques(draw: Draw, blueprint: Blueprint, table: TableSpec) -> TableSpec:
    added = draw(_uniques([c.name for c in table.columns]))
    kept = draw(st.sampled_from((table.uniques, table.uniques[1:])))
    return replace(table, uniques=(*kept, added)[: draw(st.integers(0, 3))])


def change_indexes(draw: Draw, blueprint: Blueprint, table: TableSpec) -> TableSpec:
    added = draw(_indexes([c.name for c in table.columns]))
    kept = draw(st.sampled_from((table.indexes, table.indexes[1:])))
    if kept and draw(st.booleans()):
        added = replace(added, name=kept[0].name)
        kept = kept[1:]
    return replace(table, indexes=(*kept, added)[: draw(st.integers(0, 3))])


def change_checks(draw: Draw, blueprint: Blueprint, table: TableSpec) -> TableSpec:
    kept = replace(table, checks=draw(st.sampled_from((table.checks, table.checks[1:]))))
    return _with_check(draw, kept)


def change_foreign_keys(draw: Draw, blueprint: Blueprint, table: TableSpec) -> TableSpec:
    keys = draw(st.sampled_from((table.foreign_keys, table.foreign_keys[1:])))
    action = draw(st.sampled_from((None, "CASCADE", "SET NULL")))
    return replace(table, foreign_keys=tuple(replace(k, on_delete=action) for k in keys))


MUTATIONS = (
    add_table,
    drop_table,
    add_foreign_key,
    add_foreign_key,
    change_enum,
    *map(
        _changing_table,
        (
            add_column,
            add_column,
            drop_column,
            change_table_comment,
            change_table_options,
            change_primary_key,
            change_uniques,
            change_indexes,
            change_checks,
            change_foreign_keys,
        ),
    ),
    *map(
        _changing_column,
        (
            change_nullable,
            change_type,
            change_default,
            change_comment,
            change_computed,
            change_identity,
        ),
    ),
)
