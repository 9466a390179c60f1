"""What a comparison leaves out is said."""

from __future__ import annotations

import pytest

from limbeck.diff.coverage import in_short, uncompared


@pytest.mark.parametrize("name", ["postgresql", "mysql", "mariadb", "sqlite", "unheard of"])
def test_each_kind_is_named_once_with_a_reason_of_one_line(name: str) -> None:
    found = uncompared(name)
    assert len({item.kind for item in found}) == len(found)
    assert all(item.reason and "\n" not in str(item) for item in found)
    assert "views" in {item.kind for item in found}


def test_each_dialect_has_its_own() -> None:
    assert "rules" in {item.kind for item in uncompared("postgresql")}
    assert "rules" not in {item.kind for item in uncompared("mysql")}


@pytest.mark.parametrize("name", ["postgresql", "mysql", "sqlite"])
def test_in_short_it_is_one_line_with_every_kind_and_each_reason_once(name: str) -> None:
    found = uncompared(name)
    line = in_short(found)
    assert "\n" not in line
    assert all(item.kind in line for item in found)
    assert all(line.count(f"({reason})") == 1 for reason in {item.reason for item in found})
