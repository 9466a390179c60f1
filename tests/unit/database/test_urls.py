"""URLs as they are read and shown."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from limbeck.database.connect import engine_of, run_connected
from limbeck.database.urls import known, shown
from limbeck.errors import DatabaseError


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("postgres://u@h/d", "postgresql://u@h/d"),
        ("postgres+asyncpg://u@h/postgres", "postgresql+asyncpg://u@h/postgres"),
        ("postgresql://u@postgres/postgres", "postgresql://u@postgres/postgres"),
        ("sqlite:///postgres://x", "sqlite:///postgres://x"),
    ],
)
def test_the_short_name_of_postgresql_is_known(given: str, expected: str) -> None:
    assert known(given) == expected
    assert known(sa.make_url(given)) == sa.make_url(expected)
    if expected.startswith("postgresql:"):
        assert engine_of(given).dialect.name == "postgresql"


@pytest.mark.parametrize("password", ["p@ss/w%rd", "p@ss", "p@s/s@w", "/p@", "plain"])
def test_no_part_of_a_password_is_shown(password: str) -> None:
    """Also not where the URL was put together by hand, and what follows is read as a host."""
    text = shown(f"postgresql+psycopg://me:{password}@127.0.0.1:5432/shop")
    assert text.endswith("@127.0.0.1:5432/shop")
    assert not any(part in text for part in password.split("@") if len(part) > 1)
    url = sa.URL.create("postgresql", "me", password, "127.0.0.1", database="shop")
    assert shown(url) == "postgresql://me:***@127.0.0.1/shop"


def test_a_password_that_was_not_quoted_is_named_as_the_reason() -> None:
    url = "mysql+pymysql://me:p@ss/w%rd@127.0.0.1:1/shop"
    with pytest.raises(
        DatabaseError, match=r"\*\*\*@127\.0\.0\.1:1/shop: .*quote the pass"
    ) as found:
        run_connected(url, lambda connection: None)
    assert "w%rd" not in str(found.value)
