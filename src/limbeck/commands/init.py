"""Making a new project: its folder, its env.py and its configuration."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from limbeck.errors import CommandError
from limbeck.project.config import Config
from limbeck.script.template import render_template, write_file


@dataclass(frozen=True, slots=True)
class Initialized:
    """What `init` did: one line for each file, and the file to edit next."""

    actions: tuple[str, ...]
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
            actions.append(f"Adding {init_file.absolute()} ...  done")
    return Initialized(tuple(actions), str(configuration) if configuration else None)


def _make_directory(path: Path) -> str:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandError(f"Can't make the folder {path}: {error.strerror}") from None
    return f"Creating directory {path.absolute()} ...  done"


def _copy(source: Path, target: Path) -> str:
    write_file(target.absolute(), source.read_text(encoding="utf-8"), replace=True)
    return f"Generating {target.absolute()} ...  done"


def _write_ini(config: Config, source: Path, path: Path, target: Path) -> str:
    if path.exists():
        return f"File {path} already exists, skipping"
    location = _script_location(target, path.parent)
    write_file(path, render_template(str(source), _variables(config, location)))
    return f"Generating {path} ...  done"


def _extend_toml(config: Config, source: Path, path: Path, target: Path) -> str:
    location = _script_location(target, path.parent)
    text = render_template(str(source), _variables(config, location))
    if not path.exists():
        write_file(path, text)
        return f"Generating {path} ...  done"
    existing = path.read_text(encoding="utf-8")
    if re.search(r"^\s*\[tool\.alembic\]", existing, re.MULTILINE):
        return f"File {path} already has a [tool.alembic] section, skipping"
    write_file(path, f"{existing.rstrip()}\n\n\n{text}" if existing.strip() else text, replace=True)
    return f"Appending to {path} ...  done"


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
