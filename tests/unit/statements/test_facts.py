"""Facts that depend on the version of the server, and those that no server here can show."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from limbeck.dialects.mysql.hazards import way
from limbeck.dialects.postgresql.hazards import hazards
from limbeck.dialects.postgresql.rewrites import is_volatile, keeps_rows
from limbeck.schema.named import Named
from limbeck.schema.names import Name
from limbeck.schema.objects import Column, Schema, Table
from limbeck.schema.types import SqlType
from limbeck.script.functions import does_something
from limbeck.statements.hazards import Known, Server
from limbeck.statements.reader import actions


def mysql_way(sql: str, *version: int, old: str = "int") -> str:
    column = Column("a", SqlType(sa.Integer(), old, "normalized"))
    before = Schema().with_table(Table(Name("t"), Named([column])))
    found = way(actions(sql, "mysql")[0], Known(Server("mysql", version), before))
    assert found is not None
    return f"{found.algorithm} {found.lock}{' rebuild' if found.rebuilds else ''}"


@pytest.mark.parametrize(
    ("sql", "version", "expected"),
    [
        ("ALTER TABLE t ADD COLUMN x INT", (5, 7), "INPLACE NONE rebuild"),
        ("ALTER TABLE t ADD COLUMN x INT", (8, 0, 12), "INSTANT NONE"),
        ("ALTER TABLE t ADD COLUMN x INT FIRST", (8, 0, 12), "INPLACE NONE rebuild"),
        ("ALTER TABLE t ADD COLUMN x INT FIRST", (8, 0, 29), "INSTANT NONE"),
        ("ALTER TABLE t DROP COLUMN a", (8, 0, 28), "INPLACE NONE rebuild"),
        ("ALTER TABLE t DROP COLUMN a", (8, 0, 29), "INSTANT NONE"),
        ("ALTER TABLE t MODIFY a BIGINT", (8, 4), "COPY SHARED rebuild"),
        ("ALTER TABLE t MODIFY a INT NOT NULL", (8, 4), "INPLACE NONE rebuild"),
    ],
)
def test_mysql_changes_by_version(sql: str, version: tuple[int, ...], expected: str) -> None:
    assert mysql_way(sql, *version) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("varchar(20)", "VARCHAR(60)", "INPLACE NONE"),
        ("varchar(20)", "VARCHAR(64)", "COPY SHARED rebuild"),
        ("varchar(64)", "VARCHAR(200)", "INPLACE NONE"),
        ("varchar(20)", "VARCHAR(10)", "COPY SHARED rebuild"),
        ("enum('a','b')", "ENUM('a', 'b', 'c')", "INSTANT NONE"),
        ("enum('a','b')", "ENUM('b', 'a')", "COPY SHARED rebuild"),
    ],
)
def test_mysql_changes_of_type(old: str, new: str, expected: str) -> None:
    assert mysql_way(f"ALTER TABLE t MODIFY a {new}", 8, 0, 36, old=old) == expected


def test_a_value_of_an_enum_needed_its_own_transaction_before_postgresql_12() -> None:
    action = actions("ALTER TYPE e ADD VALUE 'x'", "postgresql")[0]
    kinds = [
        {h.kind for h in hazards(action, Known(Server("postgresql", (version,))))}
        for version in (11, 12)
    ]
    assert "no transaction" in kinds[0]
    assert "no transaction" not in kinds[1]


@pytest.mark.parametrize(
    ("old", "new", "kept"),
    [
        ("varchar(10)", "character varying(20)", True),
        ("varchar(10)", "text", True),
        ("text", "varchar(10)", False),
        ("numeric(10,2)", "numeric(12,2)", True),
        ("numeric(10,2)", "numeric(12,4)", False),
        ("int4", "integer", True),
        ("integer", "bigint", False),
        ("timestamp(3)", "timestamp", True),
        ("timestamp", "timestamptz", False),
    ],
)
def test_postgresql_keeps_rows(old: str, new: str, kept: bool) -> None:
    assert keeps_rows(old, new) is kept


@pytest.mark.parametrize(
    ("default", "volatile"),
    [
        ("now()", False),
        ("'random()'", False),
        ("'{}'::jsonb", False),
        ("'5'::numeric(10, 2)", False),
        ("random()", True),
        ("my_function(1)", True),
        ("nextval('s')", True),
    ],
)
def test_volatile_defaults(default: str, volatile: bool) -> None:
    assert is_volatile(default) is volatile


def test_a_function_that_only_passes_or_raises_does_nothing(tmp_path: Path) -> None:
    path = tmp_path / "r.py"
    for body, does in (
        ("pass", False),
        ('"""No way back."""', False),
        ("raise NotImplementedError", False),
        ("op.drop_table('t')", True),
    ):
        path.write_text(f"def downgrade():\n    {body}\n", encoding="utf-8")
        assert does_something(str(path), "downgrade") is does
    assert not does_something(str(path), "upgrade")
