"""Declared types: text, SQLAlchemy's type for it, affinity."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from limbeck.dialects.sqlite.types import (
    DeclaredType,
    affinity,
    canonical_type,
    inspected_type,
)


@pytest.mark.parametrize(
    ("sql", "payload"),
    [
        ("integer", "INTEGER()"),
        ("INT", "INTEGER()"),
        ("VARCHAR(50)", "VARCHAR(length=50)"),
        ("numeric ( 10 , 2 )", "NUMERIC(precision=10, scale=2)"),
        ("DECIMAL(5)", "DECIMAL(precision=5)"),
        ("DOUBLE PRECISION", "DOUBLE_PRECISION()"),
        ("TIMESTAMP", "TIMESTAMP()"),
        ("JSON", "JSON()"),
        ("BOOL", "BOOLEAN()"),
        ("CHAR(3)", "CHAR(length=3)"),
        ("TEXT", "TEXT()"),
    ],
)
def test_known_types_are_sqlalchemys(sql: str, payload: str) -> None:
    assert repr(inspected_type(sql).payload) == payload


@pytest.mark.parametrize("sql", ["", "INTEGER(11)", "MEDIUMINT UNSIGNED", '"odd one"', "TEXT(1,2)"])
def test_other_types_compile_back_to_their_text(sql: str) -> None:
    found = inspected_type(sql)
    assert isinstance(found.payload, DeclaredType)
    compiled = sqlite.dialect().type_compiler_instance.process(found.payload)
    assert compiled == sql
    assert canonical_type(compiled) == found.text


def test_a_collation_belongs_to_the_type() -> None:
    found = inspected_type("VARCHAR(5)", "nocase")
    assert found.text == "VARCHAR(5) COLLATE NOCASE"
    assert isinstance(found.payload, sa.VARCHAR)
    assert found.payload.collation == "nocase"
    assert inspected_type("TEXT", "binary").text == "TEXT"
    assert inspected_type("INTEGER", "rtrim").text == "INTEGER COLLATE RTRIM"


def test_the_text_of_sqlalchemys_types_is_canonical() -> None:
    assert canonical_type('VARCHAR(5) COLLATE "NOCASE"') == "VARCHAR(5) COLLATE NOCASE"
    assert canonical_type("NUMERIC(10, 2)") == "NUMERIC(10,2)"


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("CHARINT", "INTEGER"),
        ("VARCHAR(5) COLLATE NOCASE", "TEXT"),
        ("", "BLOB"),
        ("DOUBLE", "REAL"),
        ("DATETIME", "NUMERIC"),
        ("BOOLEAN", "NUMERIC"),
    ],
)
def test_affinity_follows_sqlites_rules(sql: str, expected: str) -> None:
    assert affinity(sql) == expected
