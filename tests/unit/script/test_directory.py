from __future__ import annotations

import py_compile
import warnings
from pathlib import Path

import pytest

from limbeck.errors import CommandError, ConfigurationError, ScriptError
from limbeck.script.directory import ScriptDirectory


def write(folder: Path, revision: str, down: str | None = None, name: str | None = None) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / (name or f"{revision}.py")
    path.write_text(f"revision = {revision!r}\ndown_revision = {down!r}\n")
    return path


def ids(directory: ScriptDirectory) -> list[str]:
    return [revision.id for revision in directory.revisions()]


def test_a_missing_folder_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"Path doesn't exist: .*'init' command"):
        ScriptDirectory(tmp_path / "nope")


def test_a_missing_versions_folder_means_no_revisions(tmp_path: Path) -> None:
    assert ids(ScriptDirectory(tmp_path)) == []


def test_files_are_read_in_order_of_their_names(tmp_path: Path) -> None:
    for name in ("c", "a", "b"):
        write(tmp_path / "versions", name)
    assert ids(ScriptDirectory(tmp_path)) == ["a", "b", "c"]


def test_what_is_no_revision_file_is_left_out(tmp_path: Path) -> None:
    versions = tmp_path / "versions"
    write(versions, "a")
    for name in ("__init__.py", ".#a.py", "a.py~", "README", "a.pyc"):
        (versions / name).write_text("not python {")
    assert ids(ScriptDirectory(tmp_path)) == ["a"]


def test_several_locations_are_read_in_the_order_given(tmp_path: Path) -> None:
    write(tmp_path / "two", "a")
    write(tmp_path / "one", "b")
    directory = ScriptDirectory(tmp_path, version_locations=[tmp_path / "one", tmp_path / "two"])
    assert ids(directory) == ["b", "a"]


def test_locations_may_be_assigned_after_the_revisions_were_read(tmp_path: Path) -> None:
    write(tmp_path / "versions", "a")
    write(tmp_path / "other", "b")
    directory = ScriptDirectory(tmp_path)
    assert directory.graph.heads == ("a",)
    directory.version_locations = [str(tmp_path / "other")]
    assert directory.graph.heads == ("b",)


def test_folders_below_a_location_count_only_when_asked_for(tmp_path: Path) -> None:
    write(tmp_path / "versions", "a")
    write(tmp_path / "versions" / "2026" / "01", "b")
    assert ids(ScriptDirectory(tmp_path)) == ["a"]
    assert ids(ScriptDirectory(tmp_path, recursive_version_locations=True)) == ["a", "b"]


def test_a_file_that_is_reached_twice_counts_once_with_a_warning(tmp_path: Path) -> None:
    write(tmp_path / "versions", "a")
    (tmp_path / "link").symlink_to(tmp_path / "versions")
    directory = ScriptDirectory(
        tmp_path, version_locations=[tmp_path / "versions", tmp_path / "link"]
    )
    with pytest.warns(UserWarning, match="loaded twice! ignoring"):
        assert ids(directory) == ["a"]


def test_a_linked_file_counts_once_with_a_warning(tmp_path: Path) -> None:
    path = write(tmp_path / "versions", "a")
    (path.parent / "b.py").symlink_to(path)
    with pytest.warns(UserWarning, match="loaded twice"):
        assert ids(ScriptDirectory(tmp_path)) == ["a"]


def test_a_location_may_be_inside_an_installed_package(tmp_path: Path) -> None:
    directory = ScriptDirectory("limbeck:templates", version_locations=["limbeck:script"])
    assert Path(directory.dir).name == "templates"
    assert directory.version_paths == (str(Path(directory.dir).parent / "script"),)


def test_a_package_that_is_not_there_is_named() -> None:
    with pytest.raises(ConfigurationError, match="Can't find package 'no_such_package'"):
        ScriptDirectory("no_such_package:migrations")


def test_compiled_files_count_only_without_sources(tmp_path: Path) -> None:
    versions = tmp_path / "versions"
    source = write(versions, "a")
    py_compile.compile(str(source), str(versions / "a.pyc"), doraise=True)
    other = write(versions, "b")
    py_compile.compile(str(other), str(versions / "b.pyc"), doraise=True)
    other.unlink()
    third = write(versions, "c")
    py_compile.compile(str(third), doraise=True)  # to __pycache__
    third.unlink()
    assert ids(ScriptDirectory(tmp_path)) == ["a"]
    assert ids(ScriptDirectory(tmp_path, sourceless=True)) == ["a", "b", "c"]


def test_a_module_is_run_once(tmp_path: Path) -> None:
    write(tmp_path / "versions", "a")
    directory = ScriptDirectory(tmp_path)
    assert directory.module("a").revision == "a"
    assert directory.module("a") is directory.module(directory.graph["a"])


def test_a_file_that_fails_to_import_is_named_with_its_line(tmp_path: Path) -> None:
    path = write(tmp_path / "versions", "a")
    path.write_text(f"{path.read_text()}import no_such_module_anywhere\n")
    directory = ScriptDirectory(tmp_path)
    assert directory.graph.heads == ("a",)  # nothing is imported for that
    with pytest.raises(ScriptError, match=r"a\.py, line 3: ModuleNotFoundError"):
        directory.module("a")


def test_modules_do_not_enter_sys_modules(tmp_path: Path) -> None:
    import sys

    write(tmp_path / "versions", "a", name="a_migration_of_its_own.py")
    before = set(sys.modules)
    ScriptDirectory(tmp_path).module("a")
    assert not any("a_migration_of_its_own" in name for name in set(sys.modules) - before)


def test_an_invalid_escape_in_a_script_does_not_disturb_a_listing(tmp_path: Path) -> None:
    path = write(tmp_path / "versions", "a")
    path.write_text(f"{path.read_text()}pattern = '\\d'\n")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert ids(ScriptDirectory(tmp_path)) == ["a"]
