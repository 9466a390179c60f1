"""Defaults in normal form: what SQLite stores alike is written alike."""

from __future__ import annotations

import pytest

from limbeck.dialects.sqlite.forms import canonical_default


@pytest.mark.parametrize(
    ("first", "second", "type_text"),
    [
        ("'5'", "5", "INTEGER"),
        ("'5'", "(5)", "NUMERIC(10,2)"),
        ("'1.5'", "1.5", "FLOAT"),
        ("'5'", "5", "VARCHAR"),
        ("true", "1", "BOOLEAN"),
        ("(CURRENT_TIMESTAMP)", "current_timestamp", "DATETIME"),
        ('"x"', "'x'", "TEXT"),
        ("x", "'x'", "TEXT"),
        ("(-5)", "- 5", "INTEGER"),
        ("+5", "5", "INTEGER"),
        ("( datetime( 'now' ) )", "DATETIME('now')", "DATETIME"),
    ],
)
def test_two_spellings_of_one_default_are_equal(first: str, second: str, type_text: str) -> None:
    assert canonical_default(first, type_text) == canonical_default(second, type_text)


@pytest.mark.parametrize(
    ("first", "second", "type_text"),
    [
        ("'5'", "5", ""),
        ("'5'", "5", "BLOB"),
        ("'a'", "'A'", "TEXT"),
        ("''", "NULL", "TEXT"),
        ("CURRENT_DATE", "'CURRENT_DATE'", "TEXT"),
        ("datetime('now')", "'now'", "DATETIME"),
    ],
)
def test_different_defaults_differ(first: str, second: str, type_text: str) -> None:
    assert canonical_default(first, type_text) != canonical_default(second, type_text)
