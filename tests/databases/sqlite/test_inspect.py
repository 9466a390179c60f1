"""Reading the catalog."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.sql.elements import conv

from limbeck.dialects.base import Request
from limbeck.errors import UnsupportedOperation
from limbeck.schema.constraints import ForeignKey
from limbeck.schema.names import Name
from tests.databases.sqlite.support import Database


def names(db: Database, request: Request | None = None) -> list[str]:
    return [str(name) for name in db.inspect(request).tables]


def test_virtual_tables_and_what_carries_them_are_left_out(empty: Database) -> None:
    empty.script(
        "CREATE TABLE docs (id INTEGER PRIMARY KEY AUTOINCREMENT, body);"
        "CREATE VIRTUAL TABLE search USING fts5(body);"
        "CREATE VIRTUAL TABLE boxes USING rtree(id, a, b);"
        "CREATE TABLE search_log (x); CREATE VIEW v AS SELECT * FROM docs;"
    )
    assert names(empty) == ["docs", "search_log"]


@pytest.mark.parametrize("tables", [1, 60])
def test_the_number_of_queries_does_not_grow_with_the_tables(empty: Database, tables: int) -> None:
    for number in range(tables):
        empty.script(f"CREATE TABLE t{number} (id INTEGER PRIMARY KEY, a UNIQUE)")
    queries: list[str] = []

    @sa.event.listens_for(empty.connection, "before_cursor_execute")
    def _count(*args: object) -> None:
        queries.append(str(args[2]))

    assert len(names(empty)) == tables
    assert len(queries) == 1


def test_an_attached_database_is_a_schema(empty: Database) -> None:
    empty.script(
        "ATTACH ':memory:' AS x; CREATE TABLE t (id INTEGER PRIMARY KEY);"
        "CREATE TABLE x.t (id INTEGER PRIMARY KEY, up REFERENCES t); CREATE INDEX x.ix ON t (up);"
    )
    found = empty.normal(Request(schemas=(None, "x")))
    assert list(found.tables) == [Name("t"), Name("t", "x")]
    table = found.table(Name("t", "x"))
    assert list(table.indexes) == ["ix"]
    assert table.foreign_keys[0].referred == Name("t", "x")


def test_a_reference_without_columns_points_to_the_primary_key(empty: Database) -> None:
    empty.script(
        "CREATE TABLE P (a TEXT, B TEXT, PRIMARY KEY (a, B));"
        "CREATE TABLE c (x, y, FOREIGN KEY (X, y) REFERENCES p); CREATE TABLE d (x REFERENCES nix);"
    )
    found = empty.normal()
    assert found.table(Name("c")).foreign_keys == (ForeignKey(("x", "y"), Name("P"), ("a", "B")),)
    assert found.table(Name("d")).foreign_keys == (ForeignKey(("x",), Name("nix"), ()),)


def test_only_the_tables_that_are_asked_for_are_read(features: Database) -> None:
    assert names(features, Request(tables=(Name("child"),))) == ["child"]
    assert names(features, Request(exclude=(Name("child"), Name("log")))) == ["parent", "t"]


def test_include_name_is_asked_for_all_kinds(features: Database) -> None:
    asked: list[tuple[str | None, str, object]] = []

    def include(name: str | None, kind: str, parents: object) -> bool:
        asked.append((name, kind, parents))
        return name not in ("log", "note", "ix_desc", "uq", "fk_up", "nm")

    found = features.inspect(Request(include_name=include))
    assert Name("log") not in found.tables
    table = found.table(Name("t"))
    assert "note" not in table.columns
    assert "ix_desc" not in table.indexes
    assert {c.name for c in table.constraints} == {None}
    assert (None, "schema", {}) in asked
    parents = {"schema_name": None, "table_name": "t", "schema_qualified_table_name": "t"}
    assert ("ix_part", "index", parents) in asked


def test_names_that_were_read_are_final(features: Database) -> None:
    table = features.inspect().table(Name("t"))
    assert all(isinstance(name, conv) for name in table.indexes)
    assert all(isinstance(c.name, conv) for c in table.constraints if c.name is not None)


def test_a_type_that_sqlite_cannot_have_is_named(empty: Database) -> None:
    metadata = sa.MetaData()
    sa.Table("t", metadata, sa.Column("c", sa.ARRAY(sa.Integer)))
    with pytest.raises(UnsupportedOperation, match=r"'t\.c'.*with_variant"):
        empty.declared(metadata)
