from __future__ import annotations

import contextlib
import io
import warnings
from pathlib import Path

import pytest

from limbeck.errors import CommandError, ConfigurationError
from limbeck.project.config import Config


def ini(tmp_path: Path, text: str, encoding: str = "utf-8") -> Config:
    path = tmp_path / "alembic.ini"
    path.write_bytes(text.encode(encoding))
    return Config(path)


def toml(tmp_path: Path, text: str) -> Config:
    path = tmp_path / "pyproject.toml"
    path.write_text(text, encoding="utf-8")
    return Config(toml_file=path)


def test_options_come_from_the_section_with_default_and_here(tmp_path: Path) -> None:
    config = ini(tmp_path, "[DEFAULT]\nshared = s\n[alembic]\nscript_location = %(here)s/m\n")
    assert config.get_main_option("script_location") == f"{tmp_path.as_posix()}/m"
    assert config.get_main_option("shared") == "s"
    assert config.get_main_option("missing") is None
    assert config.get_main_option("missing", "default") == "default"
    assert set(config.get_section("alembic", {})) == {"here", "shared", "script_location"}


def test_another_section_can_be_the_main_one(tmp_path: Path) -> None:
    path = tmp_path / "alembic.ini"
    path.write_text("[alembic]\na = 1\n[tenant]\na = 2\n")
    assert Config(path, ini_section="tenant").get_main_option("a") == "2"


def test_a_missing_section_is_a_default_for_get_section_and_an_error_for_an_option(
    tmp_path: Path,
) -> None:
    config = ini(tmp_path, "[alembic]\n")
    assert config.get_section("nope") is None
    assert config.get_section("nope", {"a": "b"}) == {"a": "b"}
    with pytest.raises(CommandError, match=r"file has no '\[nope\]' section"):
        config.get_section_option("nope", "x")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"No config file '.*missing.ini' found"):
        Config(tmp_path / "missing.ini").get_main_option("script_location")


def test_a_program_can_fill_a_config_without_a_file() -> None:
    config = Config(attributes={"connection": 1})
    config.set_main_option("script_location", "app:migrations")
    config.set_section_option("other", "k", "v")
    config.my_own = "attribute"  # type: ignore[attr-defined]  # applications hang things on it
    assert config.get_main_option("script_location") == "app:migrations"
    assert config.get_section_option("other", "k") == "v"
    assert config.attributes == {"connection": 1}
    config.remove_main_option("script_location")
    assert config.get_main_option("script_location") is None


def test_arguments_of_the_config_can_be_interpolated(tmp_path: Path) -> None:
    path = tmp_path / "alembic.ini"
    path.write_text("[alembic]\nurl = %(driver)s://x\n")
    config = Config(path, config_args={"driver": "sqlite"})
    assert config.get_main_option("url") == "sqlite://x"


def test_a_folder_whose_name_holds_a_percent_sign_is_here(tmp_path: Path) -> None:
    folder = tmp_path / "50%off"
    folder.mkdir()
    config = ini(folder, "[alembic]\nscript_location = %(here)s/m\n")
    assert config.get_main_option("script_location") == f"{folder.as_posix()}/m"


def test_the_ini_file_is_utf8_whatever_the_locale(tmp_path: Path) -> None:
    config = ini(tmp_path, "# миграции\n[alembic]\nname = Zoë\n")
    assert config.get_main_option("name") == "Zoë"


def test_an_ini_file_in_another_encoding_is_read_with_a_warning(tmp_path: Path) -> None:
    config = ini(tmp_path, "# Größe\n[alembic]\na = 1\n", "latin-1")
    with pytest.warns(UserWarning, match="not UTF-8"):
        assert config.get_main_option("a") == "1"


def test_output_goes_to_the_stdout_of_the_moment() -> None:
    config = Config()
    caught = io.StringIO()
    with contextlib.redirect_stdout(caught):
        config.print_stdout("%s is %d%%", "this", 5)
        config.print_stdout("100% as it is")
    assert caught.getvalue() == "this is 5%\n100% as it is\n"


def test_output_goes_to_the_stream_that_was_given_or_assigned() -> None:
    first, second = io.StringIO(), io.StringIO()
    config = Config(stdout=first)
    config.print_stdout("one")
    config.stdout = second
    config.print_stdout("two")
    assert (first.getvalue(), second.getvalue()) == ("one\n", "two\n")


@pytest.mark.parametrize("text", ["true", "True", "yes", "1", "on"])
def test_every_spelling_of_true_is_true(tmp_path: Path, text: str) -> None:
    config = ini(tmp_path, f"[alembic]\nsourceless = {text}\n")
    assert config.get_alembic_boolean_option("sourceless") is True


def test_a_boolean_that_is_neither_is_an_error(tmp_path: Path) -> None:
    config = ini(tmp_path, "[alembic]\nsourceless = perhaps\n")
    with pytest.raises(ConfigurationError, match="'sourceless' must be true or false"):
        config.get_alembic_boolean_option("sourceless")


@pytest.mark.parametrize(
    ("separator", "value", "expected"),
    [
        ("path_separator = ;", "a b;c", ["a b", "c"]),
        ("path_separator = space", "a  b", ["a", "b"]),
        ("path_separator = newline", "\n  a b\n  c", ["a b", "c"]),
        ("version_path_separator = :", "a:b", ["a", "b"]),
        ("version_path_separator = space  # the old one", "a b", ["a", "b"]),
    ],
)
def test_version_locations_are_split_by_their_separator(
    tmp_path: Path, separator: str, value: str, expected: list[str]
) -> None:
    config = ini(tmp_path, f"[alembic]\n{separator}\nversion_locations = {value}\n")
    assert config.get_version_locations_list() == expected


def test_version_locations_without_a_separator_are_split_with_a_deprecation(
    tmp_path: Path,
) -> None:
    config = ini(tmp_path, "[alembic]\nversion_locations = a b, c\n")
    with pytest.warns(DeprecationWarning, match="path_separator"):
        assert config.get_version_locations_list() == ["a", "b", "c"]


def test_one_path_without_a_separator_needs_no_warning(tmp_path: Path) -> None:
    config = ini(tmp_path, "[alembic]\nprepend_sys_path = .\n")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert config.get_prepend_sys_paths_list() == ["."]


def test_an_unknown_separator_is_an_error(tmp_path: Path) -> None:
    config = ini(tmp_path, "[alembic]\npath_separator = |\nversion_locations = a|b\n")
    with pytest.raises(ConfigurationError, match=r"'\|' is not a valid value for path_separator"):
        config.get_version_locations_list()


def test_hooks_of_the_ini_file(tmp_path: Path) -> None:
    config = ini(
        tmp_path,
        "[alembic]\n[post_write_hooks]\nhooks = a, b\na.type = exec\na.executable = x\n"
        "b.type = module\n",
    )
    assert config.get_hooks_list() == [
        {"_hook_name": "a", "type": "exec", "executable": "x"},
        {"_hook_name": "b", "type": "module"},
    ]


def test_pyproject_options_are_interpolated_and_keep_their_types(tmp_path: Path) -> None:
    config = toml(
        tmp_path,
        '[tool.alembic]\nscript_location = "%(here)s/m"\nfile_template = "%%(rev)s"\n'
        'version_locations = ["%(here)s/a", "b"]\ntruncate_slug_length = 5\n'
        '[[tool.alembic.post_write_hooks]]\nname = "x"\ntype = "exec"\n',
    )
    assert config.get_alembic_option("script_location") == f"{tmp_path.as_posix()}/m"
    assert config.get_alembic_option("file_template") == "%(rev)s"
    assert config.get_version_locations_list() == [f"{tmp_path.as_posix()}/a", "b"]
    assert config.get_alembic_option("truncate_slug_length") == 5
    assert config.get_hooks_list() == [{"_hook_name": "x", "type": "exec"}]
    assert config.get_main_option("script_location") is None


def test_the_ini_file_wins_over_pyproject_key_by_key(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[tool.alembic]\nscript_location = "toml"\ntimezone = "UTC"\n'
    )
    (tmp_path / "alembic.ini").write_text("[alembic]\nscript_location = ini\n")
    config = Config(tmp_path / "alembic.ini", toml_file=tmp_path / "pyproject.toml")
    assert config.get_alembic_option("script_location") == "ini"
    assert config.get_alembic_option("timezone") == "UTC"


def test_broken_toml_names_its_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"pyproject.toml is not valid TOML.*line 1"):
        toml(tmp_path, "= nothing").get_alembic_option("x")


def test_a_subclass_may_bring_its_own_templates() -> None:
    class Mine(Config):
        def get_template_directory(self) -> str:
            return "/mine"

    assert Mine().get_template_directory() == "/mine"
