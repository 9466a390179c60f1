"""Making a new project: its folder, its env.py and its configuration."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from limbeck.errors import CommandError
from limbeck.project.config import Config
from limbeck.script.template import render_template, write_file


@dataclass(frozen=True, slots=True)
class Action:
    """What was done about one file or folder, and how that is said."""

    path: Path
    done: Literal["made", "extended", "left alone"]
    said: str


@dataclass(frozen=True, slots=True)
class Initialized:
    """What `init` did: one action for each file, and the file to edit next."""

    actions: tuple[Action, ...]
    edit_next: str | None


def init(
    config: Config, directory: str, *, template: str = "generic", package: bool = False
) -> Initialized:
    """Make a script directory from a template, beside its configuration file.

    A configuration file that exists is left alone; a pyproject.toml gets a section added.
    Raises CommandError when `directory` holds anything, or there is no such template.
    """
    source = Path(config.get_template_directory(), template)
    if not source.is_dir():
        raise CommandError(
            f"No such template {template!r}; 'limbeck list_templates' shows those that exist "
            f"(looked in {source.parent})"
        )
    target = Path(directory)
    if target.is_dir() and any(target.iterdir()):
        raise CommandError(f"Directory {directory} already exists and is not empty")
    actions = [_make_directory(target), _make_directory(target / "versions")]
    configuration: Path | None = None
    for file in sorted(source.iterdir()):
        match file.name:
            case "alembic.ini.mako":
                configuration = Path(config.config_file_name or "alembic.ini").absolute()
                actions.append(_write_ini(config, file, configuration, target))
            case "pyproject.toml.mako":
                toml = Path(config.toml_file_name or "pyproject.toml").absolute()
                actions.append(_extend_toml(config, file, toml, target))
            case "__pycache__":
                continue
            case name:
                actions.append(_copy(file, target / name))
    if package:
        for init_file in (target / "__init__.py", target / "versions" / "__init__.py"):
            write_file(init_file.absolute(), "")
            actions.append(_made(init_file.absolute(), "Adding"))
    return Initialized(tuple(actions), str(configuration) if configuration else None)


def _made(path: Path, word: str) -> Action:
    return Action(path, "made", f"{word} {path} ...  done")


def _make_directory(path: Path) -> Action:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandError(f"Can't make the folder {path}: {error.strerror}") from None
    return _made(path.absolute(), "Creating directory")


def _copy(source: Path, target: Path) -> Action:
    write_file(target.absolute(), source.read_text(encoding="utf-8"), replace=True)
    return _made(target.absolute(), "Generating")


def _write_ini(config: Config, source: Path, path: Path, target: Path) -> Action:
    if path.exists():
        return Action(path, "left alone", f"File {path} already exists, skipping")
    location = _script_location(target, path.parent)
    write_file(path, render_template(str(source), _variables(config, location)))
    return _made(path, "Generating")


def _extend_toml(config: Config, source: Path, path: Path, target: Path) -> Action:
    location = _script_location(target, path.parent)
    text = render_template(str(source), _variables(config, location))
    if not path.exists():
        write_file(path, text)
        return _made(path, "Generating")
    existing = path.read_bytes().decode("utf-8")  # with the line ends that it has
    if re.search(r"^\s*\[tool\.alembic\]", existing, re.MULTILINE):
        said = f"File {path} already has a [tool.alembic] section, skipping"
        return Action(path, "left alone", said)
    end = "\r\n" if "\r\n" in existing else "\n"
    text = text.replace("\n", end)
    whole = f"{existing.rstrip()}{end * 3}{text}" if existing.strip() else text
    write_file(path, whole, replace=True)
    return Action(path, "extended", f"Appending to {path} ...  done")


def _variables(config: Config, location: str) -> dict[str, object]:
    return {"script_location": location, "config": config}


def _script_location(target: Path, here: Path) -> str:
    """`target` as the configuration file in `here` names it."""
    try:
        relative = os.path.relpath(target.absolute(), here)
    except ValueError:  # another drive, on Windows
        relative = os.fspath(target.absolute())
    path = Path(target if target.is_absolute() else relative).as_posix().replace("%", "%%")
    return path if Path(path).is_absolute() else f"%(here)s/{path}"
