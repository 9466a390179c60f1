from __future__ import annotations

from pathlib import Path

import pytest

from limbeck.errors import ConfigurationError
from limbeck.project.config import Config
from limbeck.project.locate import locate
from limbeck.project.project import Project


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "app").mkdir()
    monkeypatch.chdir(tmp_path / "app")
    return tmp_path


def test_native_settings_are_found_in_a_parent_within_the_repository(repository: Path) -> None:
    (repository / "pyproject.toml").write_text("[tool.limbeck]\n")
    found = locate((), environment={})
    assert found.ini is None
    assert Path(found.toml or "").resolve() == repository / "pyproject.toml"


def test_the_search_stops_at_the_root_of_the_repository(repository: Path) -> None:
    inner = repository / "app" / "inner"
    (inner / ".git").mkdir(parents=True)
    (repository / "pyproject.toml").write_text("[tool.limbeck]\n")
    assert locate((), inner, {}).ini == "alembic.ini"


def test_an_alembic_ini_comes_before_native_settings_of_a_parent(repository: Path) -> None:
    (repository / "app" / "alembic.ini").write_text("[alembic]\n")
    (repository / "pyproject.toml").write_text("[tool.limbeck]\n")
    assert locate((), environment={}).ini == "alembic.ini"


def test_native_settings_come_before_an_alembic_ini_beside_them(repository: Path) -> None:
    (repository / "app" / "alembic.ini").write_text("[alembic]\n")
    (repository / "app" / "pyproject.toml").write_text("[tool.limbeck]\n[tool.alembic]\n")
    assert locate((), environment={}).ini is None
    assert Config.find().native is not None
    assert Config.find(["alembic.ini"]).native is None


def test_naming_a_pyproject_with_native_settings_leaves_the_ini_out(repository: Path) -> None:
    (repository / "app" / "alembic.ini").write_text("[alembic]\n")
    (repository / "pyproject.toml").write_text("[tool.limbeck]\n")
    assert locate(["../pyproject.toml"], environment={}).ini is None


@pytest.mark.parametrize("variable", ["LIMBECK_CONFIG", "ALEMBIC_CONFIG"])
def test_the_environment_names_a_file(repository: Path, variable: str) -> None:
    assert locate((), environment={variable: "conf/my.ini"}).ini == "conf/my.ini"


def test_an_ini_and_a_pyproject_may_be_named_together(repository: Path) -> None:
    found = locate(["a.ini", "conf/pyproject.toml"], environment={})
    assert (found.ini, found.toml) == ("a.ini", "conf/pyproject.toml")


@pytest.mark.parametrize("named", [["a.ini", "b.ini"], ["a/pyproject.toml", "b/pyproject.toml"]])
def test_two_files_of_a_kind_are_refused(repository: Path, named: list[str]) -> None:
    with pytest.raises(ConfigurationError):
        locate(named, environment={})


def test_when_nothing_is_found_the_error_says_where_and_what_to_do(repository: Path) -> None:
    project = Project(Config.find())
    with pytest.raises(ConfigurationError) as caught:
        _ = project.scripts
    message = str(caught.value)
    assert str(repository / "app") in message
    assert f"up to {repository}" in message
    assert "limbeck init" in message
