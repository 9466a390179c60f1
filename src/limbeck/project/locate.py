"""Which configuration files are in use: named ones, the environment's, or those found."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from limbeck.errors import ConfigurationError
from limbeck.project.settings import read_toml, tool_table

INI_NAME = "alembic.ini"
TOML_NAME = "pyproject.toml"
ENVIRONMENT_NAMES = ("LIMBECK_CONFIG", "ALEMBIC_CONFIG")
_REPOSITORY_MARKS = (".git", ".hg", ".svn")


@dataclass(frozen=True, slots=True)
class ConfigFiles:
    """The files to read; either may be missing on disk.

    `searched` names, for an error message, what was looked for where nothing was found.
    """

    ini: str | None
    toml: str | None
    searched: tuple[str, ...] = ()


def locate(
    named: Sequence[str] = (),
    directory: Path | None = None,
    environment: Mapping[str, str] = os.environ,
) -> ConfigFiles:
    """The configuration files for `named` (`-c`, repeatable), seen from `directory`.

    Nothing named: the environment's LIMBECK_CONFIG or ALEMBIC_CONFIG; else a pyproject.toml of
    `directory` with `[tool.limbeck]`, which nobody else reads; else its alembic.ini and
    pyproject.toml; else the nearest pyproject.toml with `[tool.limbeck]` from there up to the
    root of the repository.
    Raises ConfigurationError when two files of one kind are named.
    """
    directory = directory or Path.cwd()
    if not named:
        named = [environment[name] for name in ENVIRONMENT_NAMES if environment.get(name)][:1]
    if named:
        return _from_names(named)
    return _from_directory(directory)


def located(path: Path) -> ConfigFiles:
    """The files that a program means: a pyproject.toml, an ini file, or the folder of either.

    Raises ConfigurationError where there is none.
    """
    folder = path if path.is_dir() else path.parent
    ini, toml = str(folder / INI_NAME), str(folder / TOML_NAME)
    if not path.is_dir():
        if not path.exists():
            raise ConfigurationError(f"There is no {path}: name a {TOML_NAME} or an {INI_NAME}.")
        return ConfigFiles(None if path.name == TOML_NAME else str(path), toml)
    if _has_table(toml, "limbeck"):
        return ConfigFiles(None, toml)
    if os.path.exists(ini) or _has_table(toml, "alembic"):
        return ConfigFiles(ini, toml)
    raise ConfigurationError(
        f"{folder} holds no {INI_NAME}, and no {TOML_NAME} with [tool.limbeck] or [tool.alembic]."
    )


def _from_names(named: Sequence[str]) -> ConfigFiles:
    tomls = [name for name in named if os.path.basename(name) == TOML_NAME]
    inis = [name for name in named if os.path.basename(name) != TOML_NAME]
    if len(inis) > 1:
        raise ConfigurationError(f"only one ini file may be indicated, not {', '.join(inis)}")
    if len(tomls) > 1:
        raise ConfigurationError(f"pyproject.toml indicated more than once: {', '.join(tomls)}")
    toml = tomls[0] if tomls else TOML_NAME
    if inis:
        return ConfigFiles(inis[0], toml)
    if _has_table(toml, "limbeck"):
        return ConfigFiles(None, toml)
    return ConfigFiles(INI_NAME, toml)


def _from_directory(directory: Path) -> ConfigFiles:
    native = _has_table(directory / TOML_NAME, "limbeck")
    alembic = (directory / INI_NAME).exists() or _has_table(directory / TOML_NAME, "alembic")
    if alembic and not native:
        return ConfigFiles(INI_NAME, TOML_NAME)
    parents = tuple(_up_to_repository(directory))
    for parent in parents:
        if _has_table(parent / TOML_NAME, "limbeck"):
            return ConfigFiles(None, os.path.relpath(parent / TOML_NAME, directory))
    searched = (
        f"{INI_NAME} and [tool.alembic] of {TOML_NAME} in {directory}",
        f"[tool.limbeck] of {TOML_NAME} in {directory}"
        + (f" and the folders above it up to {parents[-1]}" if len(parents) > 1 else ""),
    )
    return ConfigFiles(INI_NAME, TOML_NAME, searched)


def _up_to_repository(directory: Path) -> list[Path]:
    """`directory` and its parents up to the root of its repository.

    Outside a repository that is `directory` and all of its parents.
    """
    found: list[Path] = []
    for folder in (directory, *directory.parents):
        found.append(folder)
        if any((folder / mark).exists() for mark in _REPOSITORY_MARKS):
            break
    return found


def _has_table(file: str | Path, name: str) -> bool:
    if not os.path.isfile(file):
        return False
    return tool_table(read_toml(file), name, str(file)) is not None
