"""Makes a blueprint one that a server accepts, by leaving out or adjusting what does not fit."""

from __future__ import annotations

from dataclasses import replace

from tests.laws.blueprints import (
    CHECKS,
    INDEX_OPTIONS,
    TYPES,
    Blueprint,
    ColumnSpec,
    ForeignKeySpec,
    IndexSpec,
    TableSpec,
    family,
)


def repaired(blueprint: Blueprint) -> Blueprint:
    """The blueprint without contradictions, for its dialect. Idempotent."""
    for _ in range(8):
        after = _once(blueprint)
        if after == blueprint:
            return after
        blueprint = after
    return replace(blueprint, tables=tuple(replace(t, foreign_keys=()) for t in blueprint.tables))


def _once(blueprint: Blueprint) -> Blueprint:
    blueprint = replace(blueprint, tables=tuple(_table(blueprint, t) for t in blueprint.tables))
    blueprint = replace(
        blueprint, tables=tuple(_foreign_keys(blueprint, t) for t in blueprint.tables)
    )
    return _unique_names(blueprint)


def _table(blueprint: Blueprint, table: TableSpec) -> TableSpec:
    enums = dict(blueprint.enums)
    columns = tuple(
        _column(blueprint, table, c)
        for c in table.columns
        if ":" not in c.type or c.type.split(":")[1] in enums
    )
    columns = columns or (ColumnSpec("a", "integer"),)
    tuned = table.tuned and (blueprint.dialect != "sqlite" or bool(table.primary_key))
    table = replace(table, tuned=tuned)  # SQLite has WITHOUT ROWID with a primary key only
    schema = table.schema if blueprint.dialect == "postgresql" else None
    table = replace(table, columns=columns, schema=schema)
    computed = {c.name for c in columns if c.computed is not None}
    keyable = {c.name for c in columns if _keyable(c) and c.name not in computed}
    primary_key = tuple(c for c in table.primary_key if c in keyable)
    if table.primary_key_name is None:
        primary_key = tuple(c.name for c in columns if c.name in primary_key)
    return replace(
        table,
        primary_key=primary_key,
        primary_key_name=table.primary_key_name if primary_key else None,
        uniques=_distinct(
            replace(u, deferrable=u.deferrable and blueprint.dialect == "postgresql")
            for u in table.uniques
            if set(u.columns) <= keyable and u.columns and set(u.columns) != set(primary_key)
        ),
        checks=tuple(
            dict.fromkeys(
                c
                for c in table.checks
                if (column := table.column(c.column)) is not None
                and c.form in CHECKS.get(family(column), {})
                and not (blueprint.dialect == "mysql" and primary_key == (c.column,))
            )
        ),
        indexes=tuple(
            _index(blueprint, table, i)
            for i in table.indexes
            if set(i.columns) <= keyable and i.columns
        ),
    )


def _distinct(uniques: object) -> tuple:
    """Each set of columns once: no server keeps two of the same."""
    found: dict[frozenset[str], object] = {}
    for unique in uniques:
        found.setdefault(frozenset(unique.columns), unique)
    return tuple(found.values())


def _keyable(column: ColumnSpec) -> bool:
    return ":" in column.type or TYPES[column.type].keyable


def _column(blueprint: Blueprint, table: TableSpec, column: ColumnSpec) -> ColumnSpec:
    if ":" not in column.type and TYPES[column.type].dialect not in (None, blueprint.dialect):
        column = replace(column, type="string")
    enums = dict(blueprint.enums)
    default = column.default
    if ":" in column.type:
        values = enums[column.type.split(":")[1]]
        default = default if default in values else None
    elif default not in TYPES[column.type].defaults:
        default = None
    if column.computed is not None:
        source = table.column(column.computed)
        if (
            source is None
            or family(source) != "number"
            or source.computed is not None
            or source.identity is not None
            or source.name == column.name
            or source.name in table.primary_key
        ):
            column = replace(column, computed=None)
        else:
            column = replace(column, type="bigint", nullable=True, identity=None)
    if blueprint.dialect != "postgresql" or family(column) != "number":
        column = replace(column, identity=None)
    if column.identity is not None:
        column = replace(column, nullable=False)
    column = replace(
        column, stored=column.stored or blueprint.dialect == "postgresql" or not column.computed
    )
    single = table.primary_key == (column.name,) and family(column) == "number"
    if column.computed is not None or column.identity is not None or single:
        default = None
    return replace(
        column,
        default=default,
        nullable=column.nullable and column.name not in table.primary_key,
        comment=column.comment if blueprint.dialect != "sqlite" else None,
    )


def _index(blueprint: Blueprint, table: TableSpec, index: IndexSpec) -> IndexSpec:
    first = table.column(index.columns[0])
    assert first is not None
    functions = blueprint.dialect != "mysql"
    extra = index.extra if index.extra in INDEX_OPTIONS[blueprint.dialect] else None
    single = len(index.columns) == 1 and not index.unique and not index.descending
    if (
        (extra == "hash" and not (single and ":" not in first.type))
        or (extra == "nulls" and not index.unique)
        or (extra == "include" and (table.columns[-1].name in index.columns))
    ):
        extra = None
    index = replace(index, extra=extra)
    expression = index.expression and functions and family(first) == "text"
    if expression:
        index = replace(index, columns=index.columns[:1], descending=False)
    return replace(index, expression=expression, where=index.where and functions)


def _foreign_keys(blueprint: Blueprint, table: TableSpec) -> TableSpec:
    columns = {c.name: c for c in table.columns}
    kept: dict[object, ForeignKeySpec] = {}
    for given in table.foreign_keys:
        key = given
        referred = blueprint.table(key.referred)
        if (
            referred is None
            or not set(key.columns) <= set(columns)
            or key.referred_columns not in _keys(referred, key.referred == table.name)
            or any(columns[c].computed or columns[c].identity for c in key.columns)
            or (key.referred == table.name and set(key.columns) & set(key.referred_columns))
        ):
            continue
        for own, other in zip(key.columns, key.referred_columns, strict=True):
            target = referred.column(other)
            assert target is not None
            if columns[own].type != target.type:
                columns[own] = replace(columns[own], type=target.type, default=None)
        if key.on_delete == "SET NULL" and not all(columns[c].nullable for c in key.columns):
            key = replace(key, on_delete=None)
        if blueprint.dialect == "mysql" and key.on_delete == "SET NULL":
            # MariaDB refuses a check on a column that a foreign key sets to NULL
            typed = {c for c in columns if columns[c].type.startswith(("choice:", "flag"))}
            checked = typed | {c.column for c in table.checks}
            key = replace(key, on_delete=None) if checked & set(key.columns) else key
        if blueprint.dialect == "mysql":
            key = replace(key, deferrable=False)
        kept.setdefault((key.columns, key.referred), key)
    return replace(table, columns=tuple(columns.values()), foreign_keys=tuple(kept.values()))


def _keys(table: TableSpec, to_itself: bool) -> list[tuple[str, ...]]:
    """Keys to point to; SQLAlchemy cannot create a table that points to its own unique index."""
    return (replace(table, indexes=()) if to_itself else table).keys


def _unique_names(blueprint: Blueprint) -> Blueprint:
    """Names of indexes and constraints once in the whole database; later ones give way."""
    taken = {t.name for t in blueprint.tables}

    def free(name: str | None) -> bool:
        if name is None:
            return True
        if name in taken:
            return False
        taken.add(name)
        return True

    tables = []
    for table in blueprint.tables:
        tables.append(
            replace(
                table,
                primary_key_name=n if free(n := table.primary_key_name) else None,
                uniques=tuple(u if free(u.name) else replace(u, name=None) for u in table.uniques),
                checks=tuple(c if free(c.name) else replace(c, name=None) for c in table.checks),
                indexes=tuple(i for i in table.indexes if free(i.name)),
                foreign_keys=tuple(
                    k if free(k.name) else replace(k, name=None) for k in table.foreign_keys
                ),
            )
        )
    return replace(blueprint, tables=tuple(tables))
