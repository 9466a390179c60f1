"""What a comparison leaves out is said."""

from __future__ import annotations

import pytest

from limbeck.diff.coverage import uncompared


@pytest.mark.parametrize("name", ["postgresql", "mysql", "mariadb", "sqlite", "unheard of"])
def test_each_kind_is_named_once_with_a_reason_of_one_line(name: str) -> None:
    found = uncompared(name)
    assert len({item.kind for item in found}) == len(found)
    assert all(item.reason and "\n" not in str(item) for item in found)
    assert "views" in {item.kind for item in found}


def test_each_dialect_has_its_own() -> None:
    assert "extensions" in {item.kind for item in uncompared("postgresql")}
    assert "extensions" not in {item.kind for item in uncompared("mysql")}
