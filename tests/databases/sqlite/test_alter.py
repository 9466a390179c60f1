"""Each operation on a table with one of everything: nothing changes but what was asked."""

from __future__ import annotations

import re
import sqlite3
from typing import Any

import pytest
import sqlalchemy as sa

from limbeck.dialects.base import Request
from limbeck.errors import DatabaseError, SchemaConflict, UnsupportedOperation
from limbeck.operations import columns as c
from limbeck.operations import constraints as k
from limbeck.operations import indexes as i
from limbeck.operations import tables as t
from limbeck.operations.base import Operation
from limbeck.schema.names import Name
from limbeck.schema.objects import Schema
from tests.databases.sqlite.support import FEATURES, SCOPE, Database, database


def stable_id(value: object) -> str:
    """The value in words, without addresses: workers must agree on the names of the tests."""
    return re.sub(r" object at 0x[0-9a-f]+", "", str(value))


def folded(sql: str | None) -> str | None:
    """Text without the layout, quotes and comments that a rebuild does not keep between parts."""
    if sql is None:
        return None
    sql = re.sub(r"--[^\n]*\n", " ", sql)
    return re.sub(r"\s*([(),])\s*", r"\1", " ".join(sql.split())).replace('"t"', "t")


def parts(db: Database) -> dict[tuple[str, str], Any]:
    """The catalog by object; a table as the set of its parts: their order does not count."""
    found: dict[tuple[str, str], Any] = {}
    for kind, name, sql in db.rows("SELECT type, name, sql FROM sqlite_master WHERE sql NOT NULL"):
        if kind == "table" and name == "t":
            table = db.inspect().table(Name("t"))
            texts = [dict(x.options)["_sqlite_sql"] for x in table.columns.values()]
            texts += [
                dict(x.options)["_sqlite_sql"]
                for x in table.constraints
                if not dict(x.options).get("_sqlite_inline")
            ]
            found[kind, name] = {folded(text) for text in texts} | {str(table.options)}
        else:
            found[kind, name] = folded(sql)
    return found


def changed(db: Database, operation: Operation) -> tuple[Any, Any]:
    """(what the table lost, what it got): of all else nothing may differ, rows included."""
    before, rows = parts(db), db.everything()
    db.run(operation)
    after = parts(db)
    lost, got = before.pop(("table", "t")), after.pop(("table", "t"))
    for key in {*before, *after}:
        if before.get(key) != after.get(key):
            lost, got = lost | {(key, before.get(key))}, got | {(key, after.get(key))}
    now = db.everything()
    for name in ("child", "parent", "log", "sqlite_sequence"):
        assert now[name] == rows[name]
    assert [row[0] for row in now["t"]] == [row[0] for row in rows["t"]]
    assert db.rows("PRAGMA foreign_key_check") == []
    assert db.rows("PRAGMA integrity_check") == [("ok",)]
    return lost - got, got - lost


def columns_of(db: Database) -> list[str]:
    return [row[1] for row in db.rows("PRAGMA table_xinfo(t)")]


ALTERED: list[tuple[dict[str, Any], str, str, str]] = [
    (
        {"nullable": False},
        "qty",
        "[qty] INTEGER DEFAULT(1+1)CHECK(qty >= 0)",
        "[qty] INTEGER NOT NULL DEFAULT(1+1)CHECK(qty >= 0)",
    ),
    (
        {"nullable": True},
        "name",
        "name VARCHAR(50)COLLATE NOCASE NOT NULL ON CONFLICT IGNORE CONSTRAINT nm "
        "CHECK(length(name)> 1)",
        "name VARCHAR(50)COLLATE NOCASE CONSTRAINT nm CHECK(length(name)> 1)",
    ),
    (
        {"type_": sa.String(80)},
        "name",
        "name VARCHAR(50)COLLATE NOCASE NOT NULL ON CONFLICT IGNORE CONSTRAINT nm "
        "CHECK(length(name)> 1)",
        'name VARCHAR(80)COLLATE "NOCASE" NOT NULL ON CONFLICT IGNORE CONSTRAINT nm '
        "CHECK(length(name)> 1)",
    ),
    (
        {"server_default": "7"},
        "price",
        "price NUMERIC(10,2)DEFAULT 9.5",
        "price NUMERIC(10,2)DEFAULT '7'",
    ),
    (
        {"server_default": None},
        "price",
        "price NUMERIC(10,2)DEFAULT 9.5",
        "price NUMERIC(10,2)",
    ),
    (
        {"server_default": sa.text("1 + 2")},
        "flag",
        "flag BOOLEAN DEFAULT 1 NOT NULL",
        "flag BOOLEAN DEFAULT(1 + 2)NOT NULL",
    ),
    (
        {"server_default": sa.Computed("qty * 3", persisted=True)},
        "twice",
        "twice INTEGER GENERATED ALWAYS AS(qty * 2)STORED",
        "twice INTEGER GENERATED ALWAYS AS(qty * 3)STORED",
    ),
    (
        {"type_": sa.Text(), "existing_type": sa.String(50, collation="NOCASE")},
        "name",
        "name VARCHAR(50)COLLATE NOCASE NOT NULL ON CONFLICT IGNORE CONSTRAINT nm "
        "CHECK(length(name)> 1)",
        "name TEXT NOT NULL ON CONFLICT IGNORE CONSTRAINT nm CHECK(length(name)> 1)",
    ),
]


@pytest.mark.parametrize(("change", "column", "old", "new"), ALTERED, ids=stable_id)
def test_altering_a_column_changes_that_part_alone(
    features: Database, change: dict[str, Any], column: str, old: str, new: str
) -> None:
    lost, got = changed(features, c.alter_column(SCOPE, "t", column, **change))
    assert (lost, got) == ({old}, {new})


@pytest.mark.parametrize(
    "change",
    [
        {"nullable": True},
        {"type_": sa.Integer()},
        {"server_default": sa.text("(1 +1)")},
        {"comment": "SQLite has none"},
    ],
    ids=stable_id,
)
def test_a_change_that_changes_nothing_runs_nothing(
    features: Database, change: dict[str, Any]
) -> None:
    assert features.statements(c.alter_column(SCOPE, "t", "qty", **change)) == []


def test_a_rename_is_native_and_reaches_views_and_triggers(features: Database) -> None:
    operation = c.alter_column(SCOPE, "t", "name", new_column_name="title")
    assert features.statements(operation) == ["ALTER TABLE t RENAME COLUMN name TO title"]
    features.run(operation)
    assert features.rows("SELECT title FROM v") == [("alpha",)]
    features.script("INSERT INTO t (title, qty) VALUES ('new', 1)")
    assert features.rows("SELECT msg FROM log") == [("t:new",)]


def test_a_rename_with_another_change_keeps_views_and_triggers(features: Database) -> None:
    operation = c.alter_column(SCOPE, "t", "name", new_column_name="title", type_=sa.Text())
    features.run(operation)
    assert features.rows("SELECT title FROM v") == [("alpha",)]
    features.script("INSERT INTO t (title, qty) VALUES ('new', 1)")
    assert features.rows("SELECT msg FROM log") == [("t:new",)]
    assert "COLLATE" in features.rows("SELECT sql FROM sqlite_master WHERE name = 't'")[0][0]


def test_a_changed_type_converts_what_it_can_and_loses_nothing(empty: Database) -> None:
    empty.script("CREATE TABLE t (a TEXT, d TEXT, n INTEGER)")
    empty.script("INSERT INTO t VALUES ('12', '2020-01-02', 1), ('not a number', NULL, 2)")
    empty.run(
        c.alter_column(SCOPE, "t", "a", type_=sa.Integer()),
        c.alter_column(SCOPE, "t", "d", type_=sa.Date()),
        c.alter_column(SCOPE, "t", "n", type_=sa.Text()),
    )
    assert empty.rows("SELECT * FROM t") == [(12, "2020-01-02", "1"), ("not a number", None, "2")]


ADDED: list[tuple[k.AddConstraint, str]] = [
    (
        k.create_foreign_key(SCOPE, "fk", "t", "parent", ["qty"], ["id"], ondelete="CASCADE"),
        "CONSTRAINT fk FOREIGN KEY(qty)REFERENCES parent(id)ON DELETE CASCADE",
    ),
    (
        k.create_unique_constraint(SCOPE, None, "t", ["price", "id"]),
        "UNIQUE(price,id)",
    ),
    (
        k.create_check_constraint(SCOPE, "ck", "t", "price < 100 AND name <> ':x'"),
        "CONSTRAINT ck CHECK(price < 100 AND name <> ':x')",
    ),
]


@pytest.mark.parametrize(("operation", "text"), ADDED, ids=lambda v: str(v)[:20])
def test_adding_a_constraint_and_taking_it_back(
    features: Database, operation: k.AddConstraint, text: str
) -> None:
    features.script("UPDATE t SET qty = 2")
    before = parts(features)
    reverse = operation.reverse(features.inspect())
    assert changed(features, operation) == (set(), {text})
    assert changed(features, reverse) == ({text}, set())
    assert parts(features) == before


@pytest.mark.parametrize(
    ("name", "kind", "text"),
    [
        ("nm", "check", "CONSTRAINT nm CHECK(length(name)> 1)"),
        ("fk_up", "foreignkey", "CONSTRAINT fk_up REFERENCES t(id)"),
    ],
)
def test_dropping_a_constraint_of_a_column_leaves_the_column(
    features: Database, name: str, kind: str, text: str
) -> None:
    operation = k.drop_constraint(SCOPE, name, "t", kind)
    before = features.inspect()
    lost, got = changed(features, operation)
    assert {part.replace(text, "").strip() for part in lost} == got
    changed(features, operation.reverse(before))
    restored = features.inspect().table(Name("t")).constraint(name)
    assert restored is not None


def test_dropping_a_named_unique_constraint(features: Database) -> None:
    lost, got = changed(features, k.drop_constraint(SCOPE, "uq", "t", "unique"))
    text = "CONSTRAINT uq UNIQUE(name COLLATE NOCASE DESC,qty)ON CONFLICT FAIL"
    assert (lost, got) == ({text}, set())


def test_an_unnamed_constraint_is_found_by_its_content(features: Database) -> None:
    check = next(x for x in features.normal().table(Name("t")).checks if x.name is None)
    operation = k.DropConstraint(Name("t"), None, "check", constraint=check)
    lost, _ = changed(features, operation)
    assert len(lost) == 1


def test_a_constraint_that_is_not_there_is_named(features: Database) -> None:
    with pytest.raises(SchemaConflict, match=r"no constraint 'nix'.*naming_convention"):
        features.statements(k.drop_constraint(SCOPE, "nix", "t"))
    assert features.statements(k.drop_constraint(SCOPE, "nix", "t", if_exists=True)) == []


def test_columns_are_added_natively_where_sqlite_can(features: Database) -> None:
    column = sa.Column("new", sa.Integer, server_default="5", nullable=False, index=True)
    assert features.statements(c.add_column(SCOPE, "t", column)) == [
        "ALTER TABLE t ADD COLUMN new INTEGER DEFAULT '5' NOT NULL",
        "CREATE INDEX ix_t_new ON t (new)",
    ]
    reference = sa.ForeignKey("parent.id", name="fk", ondelete="CASCADE")
    assert features.statements(
        c.add_column(SCOPE, "t", sa.Column("new", sa.Integer, reference))
    ) == [
        "ALTER TABLE t ADD COLUMN new INTEGER CONSTRAINT fk REFERENCES parent (id) "
        "ON DELETE CASCADE"
    ]


@pytest.mark.parametrize(
    ("column", "values"),
    [
        (sa.Column("new", sa.Integer, unique=True), [None, None]),
        (sa.Column("new", sa.Integer, sa.Computed("qty + 1", persisted=True)), [4, 1]),
        (sa.Column("new", sa.Integer, server_default=sa.text("(2 * 3)"), nullable=False), [6, 6]),
        (
            sa.Column("new", sa.Integer, sa.ForeignKey("parent.id"), server_default=sa.text("1")),
            [1, 1],
        ),
    ],
    ids=stable_id,
)
def test_columns_that_alter_table_refuses_are_added_all_the_same(
    features: Database, column: sa.Column[Any], values: list[Any]
) -> None:
    operation = c.add_column(SCOPE, "t", column)
    before, reverse = parts(features), operation.reverse(features.inspect())
    lost, got = changed(features, operation)
    assert not lost
    assert got
    assert [row[0] for row in features.rows("SELECT new FROM t")] == values
    changed(features, reverse)
    assert parts(features) == before


def test_a_column_goes_with_what_needs_it_and_comes_back_whole(features: Database) -> None:
    features.script("DROP TRIGGER tr; DROP VIEW v; DROP TRIGGER tr_child")
    for name in ("note", "up", "price"):
        before, state = parts(features), features.inspect()
        operation = c.drop_column(SCOPE, "t", name)
        features.run(operation)
        assert name not in columns_of(features)
        features.run(operation.reverse(state))
        assert columns_of(features)[-1] == name
        assert parts(features) == before


def test_a_column_that_a_trigger_uses_cannot_go(features: Database) -> None:
    before = features.everything()
    for name in ("price", "qty"):
        with pytest.raises(sqlite3.OperationalError, match=rf"no such column: (new\.)?{name}"):
            features.run(c.drop_column(SCOPE, "t", name))
        assert features.everything() == before


def test_conditions_are_answered_from_the_table(features: Database) -> None:
    column = sa.Column("note", sa.Text)
    assert features.statements(c.add_column(SCOPE, "t", column, if_not_exists=True)) == []
    assert features.statements(c.drop_column(SCOPE, "t", "nix", if_exists=True)) == []
    with pytest.raises(SchemaConflict, match="no column 'nix'"):
        features.statements(c.drop_column(SCOPE, "t", "nix"))
    with pytest.raises(SchemaConflict, match="a column 'note' already"):
        features.statements(c.add_column(SCOPE, "t", sa.Column("note", sa.Text)))


def test_a_dropped_table_comes_back_with_its_own_text(features: Database) -> None:
    operation = t.drop_table(SCOPE, "t")
    before, state = parts(features), features.inspect()
    features.script("DELETE FROM child")
    features.run(operation)
    features.run(operation.reverse(state))
    assert parts(features) == before


def test_comments_do_nothing(features: Database) -> None:
    assert features.statements(t.create_table_comment(SCOPE, "t", "x")) == []
    assert features.statements(t.drop_table_comment(SCOPE, "t")) == []


def test_indexes_are_native(features: Database) -> None:
    features.run(i.create_index(SCOPE, "ix_new", "t", [sa.text("price desc"), "qty"]))
    features.run(i.drop_index(SCOPE, "ix_desc", "t"))
    names = [n for (n,) in features.rows("SELECT name FROM sqlite_master WHERE sql LIKE '%INDEX%'")]
    assert names == ["ix_part", "ix_expr", "ix_new"]


def test_a_table_in_an_attached_database(empty: Database) -> None:
    script = FEATURES.replace("DELETE FROM t WHERE id = 9;", "")
    empty.script("ATTACH ':memory:' AS x; CREATE TABLE t (other); CREATE INDEX o ON t (other)")
    for kind in ("TABLE", "INDEX", "UNIQUE INDEX"):
        script = re.sub(rf'CREATE {kind} "?(\w+)"?', rf"CREATE {kind} x.\1", script)
    script = re.sub("INSERT INTO (parent|child|t) ", r"INSERT INTO x.\1 ", script)
    script = script[: script.index("CREATE TRIGGER")] + script[script.index("INSERT INTO x.par") :]
    empty.script(script.replace("DELETE FROM log;", ""))
    empty.script("CREATE TRIGGER x.tr AFTER INSERT ON t BEGIN INSERT INTO log VALUES (1); END")
    compiler_state = empty.inspect(Request(schemas=(None, "x")))
    operations = [
        c.alter_column(SCOPE, "t", "qty", nullable=False, schema="x"),
        k.create_foreign_key(
            SCOPE, "fk", "t", "parent", ["up"], ["id"], source_schema="x", referent_schema="x"
        ),
    ]
    for operation in operations:
        for sql in empty.statements(operation, compiler_state):
            empty.script(sql)
        compiler_state = empty.inspect(Request(schemas=(None, "x")))
    table = empty.normal(Request(schemas=("x",))).table(Name("t", "x"))
    assert not table.columns["qty"].nullable
    assert {"ix_desc", "ix_part", "ix_expr"} == set(table.indexes)
    assert len(table.foreign_keys) == 3
    assert len(empty.rows("SELECT * FROM x.t")) == 3
    assert empty.rows("SELECT name FROM x.sqlite_master WHERE type = 'trigger'") == [("tr",)]
    assert empty.rows("SELECT seq FROM x.sqlite_sequence") == [(9,)]


FAILURES = [
    (c.alter_column(SCOPE, "t", "up", nullable=False), sqlite3.IntegrityError, "NOT NULL"),
    (
        k.create_unique_constraint(SCOPE, None, "t", ["flag"]),
        sqlite3.IntegrityError,
        "UNIQUE constraint failed",
    ),
    (
        k.create_foreign_key(SCOPE, "fk", "t", "parent", ["qty"], ["id"]),
        DatabaseError,
        r"violate the foreign key \(qty\)",
    ),
    (
        k.create_unique_constraint(SCOPE, None, "t", ["flag"], sqlite_on_conflict="IGNORE"),
        DatabaseError,
        "would lose rows",
    ),
]


@pytest.mark.parametrize(("operation", "error", "message"), FAILURES, ids=lambda v: str(v)[:20])
def test_a_rebuild_that_fails_leaves_everything_as_it_was(
    features: Database, operation: Operation, error: type[Exception], message: str
) -> None:
    before = features.everything()
    with pytest.raises(error, match=message):
        features.run(operation)
    assert features.everything() == before


def test_a_rebuild_that_is_cut_off_anywhere_leaves_everything_as_it_was() -> None:
    operation = c.alter_column(SCOPE, "t", "name", new_column_name="title", type_=sa.Text())
    with database(FEATURES) as db:
        before = db.everything()
        steps = len(db.statements(operation))
        assert steps > 10
        for step in range(steps):
            with pytest.raises(InterruptedError):
                db.run(operation, stop_after=step)
            assert db.everything() == before
            db.script("PRAGMA legacy_alter_table=OFF")


def test_a_key_that_others_point_to_must_stay_one(features: Database) -> None:
    features.script(
        "CREATE TABLE user (code REFERENCES parent(code)); INSERT INTO user VALUES ('a')"
    )
    unique = features.inspect().table(Name("parent")).uniques[0]
    operation = k.DropConstraint(Name("parent"), None, "unique", constraint=unique)
    before = features.everything()
    with pytest.raises(sqlite3.OperationalError, match="foreign key mismatch"):
        features.run(operation)
    assert features.everything() == before


def test_foreign_keys_that_are_enforced_stop_a_rebuild_that_would_cascade(
    features: Database,
) -> None:
    features.script("PRAGMA foreign_keys=ON")
    before = features.everything()
    with pytest.raises(DatabaseError, match="Foreign keys are enforced"):
        features.run(c.alter_column(SCOPE, "t", "qty", nullable=False))
    assert features.everything() == before
    features.run(c.alter_column(SCOPE, "child", "t_id", nullable=False))
    assert len(features.rows("SELECT * FROM child")) == 2


def test_leftovers_do_not_disturb(features: Database) -> None:
    features.script("CREATE TABLE _limbeck_tmp_t (x); CREATE TABLE _alembic_tmp_t (x)")
    features.run(c.alter_column(SCOPE, "t", "qty", nullable=False))
    tables = [n for (n,) in features.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
    assert "_limbeck_tmp_t" not in tables
    assert "_alembic_tmp_t" in tables


def test_a_table_that_only_an_interrupted_batch_still_has_is_named(features: Database) -> None:
    features.script("ALTER TABLE log RENAME TO _alembic_tmp_log")
    with pytest.raises(SchemaConflict, match=r"_alembic_tmp_log.*rename it"):
        features.statements(c.alter_column(SCOPE, "log", "msg", nullable=False))


@pytest.mark.parametrize(
    "operation",
    [
        c.alter_column(SCOPE, "t", "a", nullable=False),
        k.create_unique_constraint(SCOPE, "uq", "t", ["a"]),
        c.add_column(SCOPE, "t", sa.Column("b", sa.Integer, unique=True)),
        c.add_column(SCOPE, "t", sa.Column("b", sa.Integer), if_not_exists=True),
    ],
    ids=lambda o: type(o).__name__,
)
def test_a_table_that_is_not_known_cannot_be_rebuilt(empty: Database, operation: Operation) -> None:
    with pytest.raises(UnsupportedOperation, match=r"not known here"):
        empty.statements(operation, Schema())


def test_what_alter_table_can_do_needs_no_knowledge(empty: Database) -> None:
    operations = [
        c.add_column(SCOPE, "t", sa.Column("b", sa.Integer)),
        c.alter_column(SCOPE, "t", "b", new_column_name="d", comment="x"),
        c.drop_column(SCOPE, "t", "d"),
        t.rename_table(SCOPE, "t", "u"),
    ]
    assert [sql for o in operations for sql in empty.statements(o, Schema())] == [
        "ALTER TABLE t ADD COLUMN b INTEGER",
        "ALTER TABLE t RENAME COLUMN b TO d",
        "ALTER TABLE t DROP COLUMN d",
        "ALTER TABLE t RENAME TO u",
    ]


def test_rowids_stay(empty: Database) -> None:
    empty.script("CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('x'), ('y'), ('z')")
    empty.script("DELETE FROM t WHERE a = 'y'")
    empty.run(c.alter_column(SCOPE, "t", "a", nullable=False))
    assert empty.rows("SELECT rowid, a FROM t") == [(1, "x"), (3, "z")]


def test_an_older_server_gets_a_rebuild_for_what_it_cannot_alter(features: Database) -> None:
    operation = c.drop_column(SCOPE, "t", "virt")
    assert features.statements(operation) == ["ALTER TABLE t DROP COLUMN virt"]
    features.connection.dialect.server_version_info = (3, 34)
    assert any(sql.startswith("CREATE TABLE") for sql in features.statements(operation))
    features.run(operation)
    assert "virt" not in columns_of(features)


def test_a_type_of_its_own_name_is_written_back(empty: Database) -> None:
    empty.script("CREATE TABLE t (a MEDIUMINT UNSIGNED, b, c INTEGER)")
    before = empty.inspect()
    dropped = [c.drop_column(SCOPE, "t", name) for name in ("a", "b")]
    empty.run(*dropped, c.alter_column(SCOPE, "t", "c", nullable=False))
    empty.run(*(operation.reverse(before) for operation in dropped))
    types = [row[2] for row in empty.rows("PRAGMA table_info(t)")]
    assert types == ["INTEGER", "MEDIUMINT UNSIGNED", ""]
