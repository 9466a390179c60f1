from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limbeck.project.config import Config
from limbeck.project.interpolation import interpolate, interpolate_tree

KNOWN = {"here": "/srv/app", "nested": "%(here)s/x", "percent": "a%%b"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain", "plain"),
        ("a%%b", "a%b"),
        ("%(here)s/migrations", "/srv/app/migrations"),
        ("%(nested)s/y", "/srv/app/x/y"),
        ("%(percent)s", "a%b"),
        ("%%(here)s", "%(here)s"),
    ],
)
def test_valid_interpolation_means_what_it_means_to_configparser(value: str, expected: str) -> None:
    assert interpolate(value, KNOWN.get) == expected


@pytest.mark.parametrize(
    "value", ["p%40x", "100%", "%(unknown)s", "%", "p%40%%", "%(", "%(here)", "%s"]
)
def test_a_value_that_is_not_valid_interpolation_is_taken_as_it_is(value: str) -> None:
    assert interpolate(value, KNOWN.get) == value


def test_known_keys_are_replaced_even_beside_a_lone_percent_sign() -> None:
    assert interpolate("sqlite:///%(here)s/a%20b.db", KNOWN.get) == "sqlite:////srv/app/a%20b.db"


def test_a_key_that_refers_to_itself_comes_to_an_end() -> None:
    assert "%(loop)s" in interpolate("%(loop)s", {"loop": "x%(loop)s"}.get)


def test_toml_lists_and_tables_are_interpolated_and_numbers_are_not() -> None:
    value = {"a": ["%(here)s", 3], "b": "%%"}
    assert interpolate_tree(value, KNOWN) == {"a": ["/srv/app", 3], "b": "%"}


@given(st.text(alphabet="%()s4abz:/@#?", max_size=12))
def test_a_url_as_sqlalchemy_renders_it_goes_through_set_main_option(password: str) -> None:
    from sqlalchemy import URL

    url = URL.create("postgresql", "user", password, "host", database="db")
    text = url.render_as_string(hide_password=False)
    config = Config()
    config.set_main_option("sqlalchemy.url", text)
    assert config.get_main_option("sqlalchemy.url") == text
    assert config.get_section("alembic", {})["sqlalchemy.url"] == text
