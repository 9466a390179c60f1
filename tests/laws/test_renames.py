"""On real servers: what models say of renames keeps the rows' values, through any other change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from random import Random

import pytest
import sqlalchemy as sa
from hypothesis import note

from limbeck.commands.autogenerate import Difference, compared, database_side
from limbeck.commands.renames import Renames
from limbeck.database.migration import MigrationContext
from tests.laws import examples
from tests.laws.blueprints import Blueprint, TableSpec, metadata
from tests.laws.rows import Rows, rows, unchanged
from tests.laws.server import Server, empty_mysql, empty_postgresql, empty_sqlite, server
from tests.laws.strategies import OTHER_SCHEMA

EXAMPLES = 15


@dataclass(frozen=True)
class NewNames:
    """What the models call things from now on; all that has no entry keeps its name."""

    tables: Mapping[str, str]
    columns: Mapping[tuple[str, str], str]
    others: Mapping[str, str]
    """Indexes and named constraints."""

    def column(self, table: str, name: str) -> str:
        return self.columns.get((table, name), name)

    def blueprint(self, models: Blueprint) -> Blueprint:
        return replace(models, tables=tuple(self._table(t) for t in models.tables))

    def _table(self, t: TableSpec) -> TableSpec:
        def names(columns: tuple[str, ...], table: str = t.name) -> tuple[str, ...]:
            return tuple(self.column(table, c) for c in columns)

        def other(name: str | None) -> str | None:
            return None if name is None else self.others.get(name, name)

        return replace(
            t,
            name=self.tables.get(t.name, t.name),
            columns=tuple(
                replace(
                    c,
                    name=self.column(t.name, c.name),
                    computed=None if c.computed is None else self.column(t.name, c.computed),
                )
                for c in t.columns
            ),
            primary_key=names(t.primary_key),
            uniques=tuple(
                replace(u, columns=names(u.columns), name=other(u.name)) for u in t.uniques
            ),
            checks=tuple(
                replace(c, column=self.column(t.name, c.column), name=other(c.name))
                for c in t.checks
            ),
            indexes=tuple(
                replace(i, columns=names(i.columns), name=self.others.get(i.name, i.name))
                for i in t.indexes
            ),
            foreign_keys=tuple(
                replace(
                    k,
                    columns=names(k.columns),
                    referred=self.tables.get(k.referred, k.referred),
                    referred_columns=names(k.referred_columns, k.referred),
                    name=other(k.name),
                )
                for k in t.foreign_keys
            ),
        )

    def rows(self, given: Rows) -> Rows:
        return {
            self.tables.get(table, table): [
                {self.column(table, name): value for name, value in row.items()} for row in some
            ]
            for table, some in given.items()
        }

    def told(self, models: sa.MetaData) -> sa.MetaData:
        """Those models with hints."""
        old_tables = {new: old for old, new in self.tables.items()}
        old_others = {new: old for old, new in self.others.items()}
        for table in models.tables.values():
            was = old_tables.get(table.name, table.name)
            old_columns = {new: old for (t, old), new in self.columns.items() if t == was}
            _tell(table, old_tables.get(table.name))
            for column in table.columns:
                _tell(column, old_columns.get(column.name))
            for item in (*table.indexes, *table.constraints):
                _tell(item, old_others.get(str(item.name)))
        return models


def _tell(item: sa.schema.SchemaItem, old: str | None) -> None:
    if old is not None:
        item.info["renamed_from"] = old


def new_names(models: Blueprint, random: Random) -> NewNames:
    tables: dict[str, str] = {}
    columns: dict[tuple[str, str], str] = {}
    others: dict[str, str] = {}
    for table in models.tables:
        if random.random() < 0.5:
            tables[table.name] = f"{table.name} now"
        for column in table.columns:
            if random.random() < 0.4:
                columns[table.name, column.name] = f"{column.name}_now"
        named = (*table.uniques, *table.checks, *table.foreign_keys, *table.indexes)
        for name in (item.name for item in named):
            if name is not None and random.random() < 0.3:
                others[name] = f"{name}_now"
    return NewNames(tables, columns, others)


def difference(found: Server, models: sa.MetaData) -> Difference:
    with found.engine.connect() as connection:
        schemas = [OTHER_SCHEMA] if found.name == "postgresql" else False
        opts = {"target_metadata": models, "include_schemas": schemas}
        context = MigrationContext.configure(connection, opts=opts)
        return compared(context, database_side(context), Renames())


def values(
    found: Server, start: Blueprint, end: Blueprint, names: NewNames | None
) -> dict[str, list[tuple[str, ...]]]:
    """What is in the columns that the change has no reason to touch, by the old name of a table."""
    seen = {}
    for table in start.tables:
        columns = unchanged(start, end, table.name)
        if columns:
            spec = table if names is None else names._table(table)
            shown = [
                c if names is None else replace(c, name=names.column(table.name, c.name))
                for c in columns
            ]
            seen[table.name] = found.values(spec, shown)
    found.kept += sum(map(len, seen.values()))
    return seen


def keeps(found: Server, pair: tuple[Blueprint, Blueprint], way: str, random: Random) -> None:
    """Up and down again, with rows each time."""
    before, after = pair
    names = new_names(before, random)
    then = names.blueprint(after)
    models = names.told(metadata(then))
    note(f"{names}")
    found.examples += 1
    found.empty(found.engine)
    metadata(before).create_all(found.engine)
    changes = difference(found, models)
    found.operations.update(type(op).__name__ for op in changes.upgrade)
    up = rows(before, after, random)
    found.fill(before, up)
    was = values(found, before, after, None)
    found.run(changes.upgrade, way)
    assert difference(found, models).as_diffs() == []
    assert values(found, before, after, names) == was
    down = rows(after, before, random)
    found.fill(then, names.rows(down))
    was = values(found, after, before, names)
    found.run(changes.downgrade, way)
    assert difference(found, metadata(before)).as_diffs() == []
    assert values(found, after, before, None) == was


def holds(found: Server, record_property: Callable[[str, object], None]) -> None:
    examples.holds(keeps, found, record_property, EXAMPLES)
    assert found.operations["RenameTable"] > 0
    assert found.kept > 0


def test_renames_keep_rows_on_sqlite(record_property: Callable[[str, object], None]) -> None:
    with server("sqlite", "sqlite://", empty_sqlite) as found:
        holds(found, record_property)


@pytest.mark.postgresql
def test_renames_keep_rows_on_postgresql(
    postgresql_database: str, record_property: Callable[[str, object], None]
) -> None:
    with server("postgresql", postgresql_database, empty_postgresql) as found:
        holds(found, record_property)


@pytest.mark.mysql
def test_renames_keep_rows_on_mysql(
    mysql_database: str, record_property: Callable[[str, object], None]
) -> None:
    with server("mysql", mysql_database, empty_mysql) as found:
        holds(found, record_property)
