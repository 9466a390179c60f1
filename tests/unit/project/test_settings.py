from __future__ import annotations

from pathlib import Path

import pytest

from limbeck.errors import ConfigurationError
from limbeck.project.config import Config
from limbeck.project.project import Project


def native(tmp_path: Path, text: str = "") -> Config:
    path = tmp_path / "pyproject.toml"
    path.write_text(f"[tool.limbeck]\n{text}", encoding="utf-8")
    return Config(toml_file=path)


def test_an_empty_table_is_a_project_with_defaults(tmp_path: Path) -> None:
    settings = native(tmp_path).native
    assert settings is not None
    assert settings.script_location == "migrations"
    assert settings.version_table == "alembic_version"
    assert settings.prepend_sys_path == (".",)
    assert settings.compare_server_default is True


def test_a_src_folder_is_put_on_the_path_as_well(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    settings = native(tmp_path).native
    assert settings is not None
    assert settings.prepend_sys_path == (".", "src")


def test_one_metadata_or_several_are_a_tuple(tmp_path: Path) -> None:
    one = native(tmp_path, 'metadata = "app:Base"').native
    two = native(tmp_path, 'metadata = ["a:x", "b:y"]\nmodels = ["app.models"]').native
    assert one is not None
    assert two is not None
    assert one.metadata == ("app:Base",)
    assert two.metadata == ("a:x", "b:y")
    assert two.models == ("app.models",)


def test_an_unknown_key_names_the_nearest_known_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"'metdata'; did you mean 'metadata'\?"):
        _ = native(tmp_path, 'metdata = "x"').native


def test_a_value_of_the_wrong_kind_names_key_and_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"sourceless in .*pyproject.toml must be true or"):
        _ = native(tmp_path, 'sourceless = "yes"').native


def test_a_url_of_the_wrong_kind_is_not_shown(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        _ = native(tmp_path, 'url = ["postgresql://u:secret@h/d"]').native
    assert "secret" not in str(caught.value)


def test_text_is_literal_in_native_settings(tmp_path: Path) -> None:
    config = native(tmp_path, 'file_template = "%(year)d_%(rev)s"')
    assert config.get_alembic_option("file_template") == "%(year)d_%(rev)s"


def test_hooks_may_be_commands(tmp_path: Path) -> None:
    config = native(tmp_path, 'post_write_hooks = ["ruff format"]')
    assert config.get_hooks_list() == [
        {"_hook_name": "ruff format", "type": "exec", "executable": "ruff", "options": "format"}
    ]


def test_paths_start_from_the_pyproject_and_the_folder_need_not_exist(tmp_path: Path) -> None:
    project = Project(native(tmp_path, 'script_location = "db"\nversion_locations = ["db/v"]'))
    assert project.scripts.dir == str(tmp_path / "db")
    assert project.scripts.version_paths == (str(tmp_path / "db" / "v"),)
    assert len(project.scripts.graph) == 0


def test_an_ini_file_that_is_named_keeps_native_mode_out(tmp_path: Path) -> None:
    config = native(tmp_path)
    (tmp_path / "alembic.ini").write_text("[alembic]\n")
    assert Config(tmp_path / "alembic.ini", toml_file=config.toml_file_name).native is None
    both = '[tool.limbeck]\n[tool.alembic]\nscript_location = "x"\n'
    (tmp_path / "pyproject.toml").write_text(both)
    assert Config(toml_file=tmp_path / "pyproject.toml").native is not None


def test_options_set_by_a_program_win_over_native_settings(tmp_path: Path) -> None:
    config = native(tmp_path)
    assert config.get_main_option("sqlalchemy.url") is None
    config.set_main_option("sqlalchemy.url", "sqlite://")
    assert config.get_main_option("sqlalchemy.url") == "sqlite://"
