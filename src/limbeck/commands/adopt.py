"""From an Alembic project to the settings of native mode that say the same."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from limbeck.errors import CommandError, ScriptError
from limbeck.project.config import Config
from limbeck.project.env_file import EnvFile, Obstacle, read_env_file
from limbeck.project.project import Project
from limbeck.project.pyproject import write_table
from limbeck.project.settings import Settings

URL_VARIABLE = "$DATABASE_URL"
"""Where a URL with a password is to be taken from: settings hold no secrets."""

_DEFAULTS: Mapping[str, Any] = {f.name: f.default for f in fields(Settings)}


@dataclass(frozen=True, slots=True)
class Proposal:
    """`[tool.limbeck]` for a project: its values, where each comes from, and what is in the way.

    `file` is the pyproject.toml that it would be written to. `notes` say what a reader of the
    values should know.
    """

    file: Path
    values: Mapping[str, Any]
    sources: Mapping[str, str]
    obstacles: tuple[Obstacle, ...]
    notes: tuple[str, ...]


def adopt(project: Project) -> Proposal:
    """Writes the proposal into pyproject.toml; the old files are left alone.

    Raises CommandError where the project is native already, or where env.py does what no setting
    says: nothing is written then.
    """
    proposal = propose(project)
    if proposal.obstacles:
        listed = "\n".join(f"  line {o.line}: {o.what}" for o in proposal.obstacles)
        raise CommandError(
            f"{project.scripts.env_py} does what settings cannot say:\n{listed}\n"
            "Nothing was written. Limbeck runs the folder as it is; to adopt native mode, move "
            "these into your application or drop them."
        )
    write_table(proposal.file, proposal.values)
    return proposal


def propose(project: Project) -> Proposal:
    """What `adopt` would write. Nothing of the project is run.

    Raises CommandError for a native project, ScriptError where env.py is not Python.
    """
    config = project.config
    if config.native is not None:
        raise CommandError(f"{config.native.file} has [tool.limbeck]: the project is native.")
    file = _pyproject(config)
    env = _env_file(project.scripts.env_py)
    origin = os.fspath(config.config_file_name or "alembic.ini")
    if config.toml_alembic_config:
        origin = f"{file.name} [tool.alembic]"
    values = _from_options(project, file.parent)
    sources = dict.fromkeys(values, origin)
    for name, value in env.settings.items():
        if value != _DEFAULTS.get(name):
            values[name] = value
            sources[name] = f"env.py, line {env.lines[name]}"
    notes: list[str] = []
    if "url" not in values:
        notes += _url_of_file(config, values, sources, origin)
    if "metadata" not in values:
        notes.append(
            "No metadata was found: 'revision --autogenerate' and 'check' need "
            '`metadata = "module:Base"`.'
        )
    values["env_py"] = False
    sources["env_py"] = "these settings take the place of env.py"
    order = {f.name: number for number, f in enumerate(fields(Settings))}
    ordered = dict(sorted(values.items(), key=lambda item: order[item[0]]))
    return Proposal(file, ordered, sources, tuple(env.obstacles), tuple(notes))


def _pyproject(config: Config) -> Path:
    ini = config.config_file_name
    if config.toml_alembic_config and config.toml_file_name is not None:
        return Path(config.toml_file_name).absolute()
    return (Path(ini).absolute().parent if ini is not None else Path.cwd()) / "pyproject.toml"


def _env_file(path: str) -> EnvFile:
    if not os.path.exists(path):
        raise CommandError(f"There is no {path}: this is not an Alembic project.")
    try:
        return read_env_file(Path(path).read_text(encoding="utf-8"))
    except (SyntaxError, UnicodeDecodeError) as error:
        line = getattr(error, "lineno", None)
        raise ScriptError(f"{path}{f', line {line}' if line else ''}: {error}") from None


def _from_options(project: Project, here: Path) -> dict[str, Any]:
    """The values that stand in the configuration file, where they are not the default."""
    config, scripts = project.config, project.scripts
    found: dict[str, Any] = {
        "script_location": _relative(scripts.dir, here),
        "file_template": config.get_alembic_option("file_template"),
        "timezone": scripts.timezone,
        "truncate_slug_length": scripts.truncate_slug_length,
        "recursive_version_locations": scripts.recursive_version_locations,
        "sourceless": scripts.sourceless,
        "output_encoding": scripts.output_encoding,
        "post_write_hooks": [_hook(hook) for hook in scripts.hooks] or None,
    }
    if scripts.version_locations:
        found["version_locations"] = [_relative(path, here) for path in scripts.version_paths]
    folders = config.get_prepend_sys_paths_list()
    if folders:
        found["prepend_sys_path"] = [_relative(folder, here) for folder in folders]
    defaults = {**_DEFAULTS, "script_location": None, "prepend_sys_path": ["."]}
    return {
        name: value
        for name, value in found.items()
        if value is not None and value != defaults[name]
    }


def _relative(path: str, here: Path) -> str:
    try:
        return Path(os.path.relpath(os.path.abspath(path), here)).as_posix()
    except ValueError:  # another drive, on Windows
        return Path(path).as_posix()


def _hook(hook: Mapping[str, str]) -> dict[str, str]:
    options = dict(hook)
    return {"name": options.pop("_hook_name"), **options}


def _url_of_file(
    config: Config, values: dict[str, Any], sources: dict[str, str], origin: str
) -> list[str]:
    """The URL of the ini file, where it may stand in another file; else where it would come from.

    Text is looked at only as far as the parts of a URL go: a password is never shown.
    """
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    text = config.get_main_option("sqlalchemy.url")
    if not text or text.startswith("driver://"):
        values["url"] = URL_VARIABLE
        sources["url"] = "no URL was found"
        return [f'The URL comes from the environment ({URL_VARIABLE}); name another in "url".']
    try:
        secret = make_url(text).password is not None
    except ArgumentError:
        secret = True
    values["url"] = URL_VARIABLE if secret else text
    sources["url"] = origin
    if not secret:
        return []
    return [f"{origin} holds a password: set {URL_VARIABLE[1:]} in the environment instead."]
