from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine

from limbeck.errors import ConfigurationError, ModelImportError
from limbeck.project.discovery import import_models
from limbeck.project.sources import resolve_metadata, resolve_url


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A module of settings and models, importable under a name of its own."""
    name = f"settings_{tmp_path.name}".replace("-", "_")
    (tmp_path / f"{name}.py").write_text(
        """
from sqlalchemy import URL, MetaData, create_engine
from sqlalchemy.orm import DeclarativeBase

class Base(DeclarativeBase):
    pass

class Secret:
    def get_secret_value(self): return "sqlite:///secret.db"

class Dsn:
    def __str__(self): return "sqlite:///dsn.db"

class Settings:
    url = "sqlite:///attribute.db"
    dsn = Dsn()
    secret = Secret()
    number = 3
    def get_db_url(self): return URL.create("sqlite", database="method.db")
    def fails(self): raise RuntimeError("password=hunter2")
    async def later(self): return "sqlite://"

settings = Settings()
engine = create_engine("sqlite://")
metadata = MetaData()
"""
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    return name


def test_a_plain_url_is_itself() -> None:
    assert resolve_url("postgresql://u:p%40@h/d") == "postgresql://u:p%40@h/d"


@pytest.mark.parametrize("spec", ["$DATABASE_URL", "${DATABASE_URL}"])
def test_a_dollar_names_an_environment_variable(spec: str) -> None:
    assert resolve_url(spec, {"DATABASE_URL": "sqlite:///x"}) == "sqlite:///x"


def test_a_variable_that_is_not_set_is_named() -> None:
    with pytest.raises(ConfigurationError, match="environment variable NOPE is not set"):
        resolve_url("$NOPE", {})


@pytest.mark.parametrize(
    ("attribute", "expected"),
    [
        ("settings.url", "sqlite:///attribute.db"),
        ("settings.dsn", "sqlite:///dsn.db"),
        ("settings.secret", "sqlite:///secret.db"),
        ("settings.get_db_url", URL.create("sqlite", database="method.db")),
    ],
)
def test_a_reference_is_imported_and_called_if_callable(
    module: str, attribute: str, expected: object
) -> None:
    assert resolve_url(f"{module}:{attribute}") == expected


def test_an_engine_is_handed_over_as_it_is(module: str) -> None:
    engine = resolve_url(f"{module}:engine")
    assert engine is sys.modules[module].engine
    assert isinstance(engine, type(create_engine("sqlite://")))


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("{}:settings.nope", "there is no 'nope'"),
        ("{}:settings.number", "gave a int"),
        ("{}:settings.later", "async function"),
        ("no_such_module_anywhere:x", "importing no_such_module_anywhere failed"),
        ("word", "neither a URL"),
    ],
)
def test_what_is_no_url_is_explained(module: str, spec: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        resolve_url(spec.format(module))


def test_what_a_failing_function_says_is_not_shown(module: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        resolve_url(f"{module}:settings.fails")
    assert "RuntimeError" in str(caught.value)
    assert "hunter2" not in str(caught.value)


PYDANTIC = """
from pydantic_settings import BaseSettings

class Settings(BaseSettings):
    DB_PASSWORD: str
    DB_NAME: str

def get_settings(): return Settings()
"""


@pytest.mark.parametrize("text", [f"{PYDANTIC}settings = get_settings()\n", PYDANTIC])
def test_settings_that_are_missing_are_named_and_the_others_not_shown(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pydantic's own message holds all that it read."""
    name = f"pydantic_{tmp_path.name}"
    (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("DB_PASSWORD", "hunter2")
    with pytest.raises(ConfigurationError) as caught:
        resolve_url(f"{name}:get_settings().url")
    assert "ValidationError: DB_NAME: Field required. Set what is missing" in str(caught.value)
    assert "hunter2" not in str(caught.value)
    with pytest.raises(ModelImportError) if "settings =" in text else nullcontext() as models:
        import_models(name)
    assert "hunter2" not in str(models)


def test_metadata_is_found_directly_or_on_a_base_and_counted_once(module: str) -> None:
    found = resolve_metadata([f"{module}:Base", f"{module}:metadata", f"{module}:Base.metadata"])
    assert found == (sys.modules[module].Base.metadata, sys.modules[module].metadata)


def test_what_is_no_metadata_is_refused(module: str) -> None:
    with pytest.raises(ConfigurationError, match="expected a MetaData or a declarative base"):
        resolve_metadata([f"{module}:settings"])
