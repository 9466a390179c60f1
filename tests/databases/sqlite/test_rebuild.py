"""Random tables, random changes: nothing is lost but what was asked."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from limbeck.operations.base import Operation
from limbeck.operations.batch import Batch
from limbeck.schema.constraints import sort_key
from limbeck.schema.names import Name
from tests.databases.sqlite.blueprint import TablePart, changes, tables
from tests.databases.sqlite.support import Database, database

T = Name("t")


def facts(db: Database) -> dict[str, Any]:
    """All that SQLite says of the table, and all that inspection reads of it."""
    table = db.normal().table(T)
    indexes = {}
    for _, name, unique, origin, partial in db.rows("PRAGMA index_list(t)"):
        parts = db.rows(
            f"SELECT cid, name, \"desc\", upper(coll), key FROM pragma_index_xinfo('{name}')"
        )
        key = name if origin == "c" else str(parts)
        indexes[key] = (unique, origin, partial, parts)
    keys = db.rows("PRAGMA foreign_key_list(t)")
    return {
        "columns": [
            tuple(None if value == "NULL" else value for value in row)  # DEFAULT NULL is none
            for row in db.rows("PRAGMA table_xinfo(t)")
        ],
        "collations": {name: x.type.text for name, x in table.columns.items()},
        "computed": {name: x.computed for name, x in table.columns.items()},
        "constraints": sorted(table.constraints, key=lambda x: (sort_key(x), str(x))),
        "autoincrement": table.options,
        "indexes": indexes,
        "index values": dict(table.indexes),
        "foreign keys": sorted(row[2:] for row in keys),
        "list": db.rows("SELECT type, wr, strict FROM pragma_table_list WHERE name = 't'"),
    }


def filled(db: Database, table: TablePart, rows: int) -> list[Any]:
    """Rows in the table; what the trigger wrote is taken away."""
    columns = [x for x in table.columns if not x.generated and x.key != "id"]
    names = ", ".join(table.names[x.key] for x in columns)
    for number in range(1, rows + 1):
        values = ", ".join(_value(x.type, number) for x in columns)
        db.script(f"INSERT INTO t (id, {names}) VALUES ({number * 10}, {values})")
    db.script(
        f"DELETE FROM t WHERE id = {rows * 10}; DELETE FROM log; INSERT INTO child VALUES (10)"
    )
    return db.rows("SELECT * FROM t ORDER BY id")


def _value(type_: str, number: int) -> str:
    return f"'text {number}'" if type_ in ("TEXT", "VARCHAR(50)", "ANY") else str(number)


def by_key(db: Database, table: TablePart) -> dict[str, list[str]]:
    """The stored values of each column, by key, as text: a change of type may convert them."""
    found = {}
    for column in table.columns:
        if not column.generated:
            rows = db.rows(f"SELECT {table.names[column.key]} FROM t ORDER BY id")
            found[column.key] = [str(value).removesuffix(".0") for (value,) in rows]
    return found


@pytest.mark.parametrize("together", [True, False])
@settings(max_examples=60)
@given(data=st.data())
def test_nothing_is_lost_but_what_was_asked(together: bool, data: st.DataObject) -> None:
    table = data.draw(tables())
    with database(table.sql()) as db:
        filled(db, table, 4)
        rows, counters = by_key(db, table), _counters(db)
        operations: list[Operation] = []
        wanted = table
        for number in range(data.draw(st.integers(1, 5))):
            outcome = changes(data.draw, wanted, number)
            operations.append(outcome.operation)
            wanted = outcome.table
        if together:
            recreate = data.draw(st.sampled_from(("auto", "always")))
            db.run(Batch(T, tuple(operations), recreate=recreate))
        else:
            db.run(*operations)
        with database(wanted.sql()) as expected:
            found = facts(db)
            for key, value in facts(expected).items():
                assert found[key] == value, key
        now = by_key(db, wanted)
        assert {k: v for k, v in now.items() if k in rows} == {
            k: v for k, v in rows.items() if k in now
        }
        assert _counters(db) == counters
        _uses(db, wanted)


def _counters(db: Database) -> list[Any]:
    found = db.rows("SELECT name FROM sqlite_master WHERE name = 'sqlite_sequence'")
    return db.rows("SELECT * FROM sqlite_sequence") if found else []


def _uses(db: Database, table: TablePart) -> None:
    """The view reads, the trigger fires, the other table points to it, and nothing is broken."""
    assert len(db.rows("SELECT * FROM v")) == 3
    columns = [x for x in table.columns if not x.generated and x.key != "id"]
    names = ", ".join(table.names[x.key] for x in columns)
    values = ", ".join(_value(x.type, 77) for x in columns)
    db.script(f"INSERT INTO t (id, {names}) VALUES (770, {values})")
    assert db.rows("SELECT count(*) FROM log") == [(1,)]
    assert db.rows("SELECT * FROM child") == [(10,)]
    assert db.rows("PRAGMA integrity_check") == [("ok",)]
    assert {row[1] for row in db.rows("SELECT * FROM sqlite_master")} >= {"t", "v", "tr", "child"}
    assert not db.rows("SELECT 1 FROM sqlite_master WHERE name LIKE '%tmp%'")


@settings(max_examples=100)
@given(data=st.data())
def test_the_text_of_a_table_is_read_as_sqlite_reads_it(data: st.DataObject) -> None:
    table = data.draw(tables())
    with database(table.sql()) as db:
        found = db.inspect().table(T)
        rows = db.rows("PRAGMA table_xinfo(t)")
        assert [row[1] for row in rows] == list(found.columns)
        for _, name, type_, not_null, default, _, hidden in rows:
            column = found.columns[name]
            text = column.default.text if column.default is not None else None
            assert (text.strip("()") if text else text) == (
                default.strip("()") if default else None
            )
            assert not_null == (not column.nullable) or "WITHOUT ROWID" in table.options
            assert (column.computed is not None) == (hidden in (2, 3))
            declared = (column.type.text or "").partition(" COLLATE ")[0]
            assert declared.replace(" ", "") == type_.upper().replace(" ", "")
        keys = db.rows("PRAGMA foreign_key_list(t)")
        assert sorted((row[3], row[2]) for row in keys) == sorted(
            (x.columns[0], x.referred.name) for x in found.foreign_keys
        )
