from __future__ import annotations

import itertools
from pathlib import Path

import pytest

import limbeck
from limbeck.errors import ModelImportError

_names = itertools.count()


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An importable, empty package with a name of its own."""
    folder = tmp_path / f"discovered_{next(_names)}"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    return folder


def test_every_module_below_a_package_is_imported_parents_first(package: Path) -> None:
    (package / "b.py").write_text("")
    (package / "a").mkdir()
    (package / "a" / "c.py").write_text("")  # no __init__.py: a namespace package
    (package / "__main__.py").write_text("raise SystemExit")
    (package / "data").mkdir()
    (package / "data" / "x.txt").write_text("")
    name = package.name
    assert limbeck.import_models(name) == (name, f"{name}.a", f"{name}.a.c", f"{name}.b")


def test_a_plain_module_is_imported_by_itself(package: Path) -> None:
    (package / "models.py").write_text("")
    assert limbeck.import_models(f"{package.name}.models") == (f"{package.name}.models",)


def test_a_module_that_fails_is_named_with_line_and_reason(package: Path) -> None:
    (package / "bad.py").write_text("\n\n1 / 0\n")
    with pytest.raises(ModelImportError) as caught:
        limbeck.import_models(package.name)
    message = str(caught.value)
    assert f"{package.name}.bad" in message
    assert "bad.py, line 3" in message
    assert "ZeroDivisionError" in message


def test_a_syntax_error_is_named_with_its_line(package: Path) -> None:
    (package / "bad.py").write_text("x = 1\ndef f(:\n")
    with pytest.raises(ModelImportError, match=r"bad\.py, line 2"):
        limbeck.import_models(package.name)


def test_an_error_in_a_library_is_said_of_the_users_line(package: Path) -> None:
    text = "import sqlalchemy as sa\n\nsa.Column(quote=True)\n"
    (package / "bad.py").write_text(text, encoding="utf-8")
    with pytest.raises(ModelImportError, match=r"bad\.py, line 3\): ArgumentError"):
        limbeck.import_models(package.name)


def test_a_package_that_is_not_on_the_path_says_so() -> None:
    with pytest.raises(ModelImportError, match=r"no module 'no_such_package_here' on sys\.path"):
        limbeck.import_models("no_such_package_here.models")
