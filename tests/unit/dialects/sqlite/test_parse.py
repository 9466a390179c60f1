"""CREATE TABLE and CREATE INDEX, read from text that SQLite accepts."""

from __future__ import annotations

import sqlite3

import pytest

from limbeck.dialects.sqlite import parse
from limbeck.dialects.sqlite.texts import Clause, ClauseKind, TableText

NASTY = """
CREATE TABLE "ta ble" (  -- a comment with ) and "quote
  id INTEGER CONSTRAINT pk PRIMARY KEY ASC ON CONFLICT ABORT AUTOINCREMENT,
  [a b] CHARACTER VARYING (50) NOT NULL ON CONFLICT IGNORE DEFAULT 'x,''y)' COLLATE "nocase"
    CONSTRAINT ck CHECK ("a b" <> '(' /* ) */),
  `select` DOUBLE PRECISION DEFAULT -5.5e3 NULL,
  'str' DECIMAL(10, -2) DEFAULT (abs(1) + (2)),
  fk INT REFERENCES "ta ble" ("id") ON UPDATE SET DEFAULT ON DELETE NO ACTION MATCH full
    NOT DEFERRABLE INITIALLY IMMEDIATE,
  fk2 REFERENCES other ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED UNIQUE ON CONFLICT ROLLBACK,
  bare,
  g INT GENERATED ALWAYS AS (id * 2) STORED NOT NULL,
  v AS (id || ','),
  d DEFAULT current_timestamp,
  CONSTRAINT "u q" UNIQUE ([a b] COLLATE rtrim DESC, bare ASC) ON CONFLICT REPLACE
  CHECK (bare > 0 AND (fk IN (1, 2)))
  , FOREIGN KEY (fk, bare) REFERENCES other (x, "y y") ON DELETE CASCADE
)
"""


@pytest.fixture
def nasty() -> TableText:
    connection = sqlite3.connect(":memory:")
    connection.execute(NASTY)
    row = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'ta ble'").fetchone()
    return parse.table(row[0])


def clause(table: TableText, column: str, kind: ClauseKind) -> Clause:
    found = next(c for c in table.columns if c.name == column).clause(kind)
    assert found is not None
    return found


def test_columns_and_their_types_are_read_whatever_their_quotes(nasty: TableText) -> None:
    assert [(c.name, c.type_sql) for c in nasty.columns] == [
        ("id", "INTEGER"),
        ("a b", "CHARACTER VARYING (50)"),
        ("select", "DOUBLE PRECISION"),
        ("str", "DECIMAL(10, -2)"),
        ("fk", "INT"),
        ("fk2", ""),
        ("bare", ""),
        ("g", "INT"),
        ("v", ""),
        ("d", ""),
    ]


def test_clauses_of_columns_come_in_any_order(nasty: TableText) -> None:
    key = clause(nasty, "id", "primary key")
    assert (key.name, key.autoincrement, key.conflict) == ("pk", True, None)
    assert clause(nasty, "a b", "not null").conflict == "IGNORE"
    assert clause(nasty, "a b", "default").expression == "'x,''y)'"
    assert clause(nasty, "a b", "collate").expression == "nocase"
    check = clause(nasty, "a b", "check")
    assert (check.name, check.expression) == ("ck", "\"a b\" <> '('")
    assert clause(nasty, "select", "default").expression == "-5.5e3"
    assert clause(nasty, "str", "default").expression == "(abs(1) + (2))"
    assert clause(nasty, "g", "generated").stored
    assert not clause(nasty, "v", "generated").stored
    assert clause(nasty, "v", "generated").expression == "id || ','"
    assert clause(nasty, "fk2", "unique").conflict == "ROLLBACK"


def test_references_keep_actions_match_and_deferral(nasty: TableText) -> None:
    own = clause(nasty, "fk", "foreign key")
    assert (own.target, own.target_columns) == ("ta ble", ("id",))
    assert (own.on_update, own.on_delete, own.match) == ("SET DEFAULT", "NO ACTION", "FULL")
    assert (own.deferrable, own.initially) == (None, "IMMEDIATE")
    other = clause(nasty, "fk2", "foreign key")
    assert (other.target, other.target_columns) == ("other", ())
    assert (other.deferrable, other.initially) == (True, "DEFERRED")


def test_table_constraints_need_no_commas(nasty: TableText) -> None:
    unique, check, key = nasty.constraints
    assert (unique.name, unique.conflict) == ("u q", "REPLACE")
    assert [(e.column, e.collation, e.descending) for e in unique.elements] == [
        ("a b", "rtrim", True),
        ("bare", None, False),
    ]
    assert check.expression == "bare > 0 AND (fk IN (1, 2))"
    assert (key.columns, key.target_columns) == (("fk", "bare"), ("x", "y y"))


def test_every_clause_keeps_its_own_text(nasty: TableText) -> None:
    for column in nasty.columns:
        assert parse.column(column.sql) == column
    for constraint in nasty.constraints:
        assert parse.clause(constraint.sql) == constraint


@pytest.mark.parametrize(
    ("end", "options"),
    [
        ("", ()),
        (" STRICT", ("STRICT",)),
        (" WITHOUT ROWID, STRICT", ("WITHOUT ROWID", "STRICT")),
        ("without rowid", ("WITHOUT ROWID",)),
    ],
)
def test_table_options(end: str, options: tuple[str, ...]) -> None:
    assert parse.table(f"CREATE TABLE t (id INT PRIMARY KEY) {end}").options == options


def test_an_index_with_expressions_directions_and_where() -> None:
    found = parse.index(
        'CREATE UNIQUE INDEX "i x" ON t (lower(a || \',\') DESC, b COLLATE "NOCASE", (c), "d" ASC)'
        " WHERE a > 5 AND b IS NOT NULL"
    )
    assert found.unique
    assert found.where == "a > 5 AND b IS NOT NULL"
    assert [(e.column, e.collation, e.descending) for e in found.elements] == [
        (None, None, True),
        ("b", "NOCASE", False),
        ("c", None, False),
        ("d", None, False),
    ]
    assert found.elements[0].sql == "lower(a || ',')"


def test_the_place_of_an_objects_name() -> None:
    sql = "CREATE TRIGGER tr AFTER INSERT ON t BEGIN SELECT 1; END"
    assert sql[parse.name_start(sql) :].startswith("tr AFTER")
    sql = 'CREATE UNIQUE INDEX "create" ON t (a)'
    assert sql[parse.name_start(sql) :].startswith('"create"')
