"""Every setting of a project, with the place it came from. Nothing of the project is run."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from limbeck.project.config import Config
from limbeck.project.dotenv import read_dotenv
from limbeck.project.settings import Settings

DEFAULT = "default"

_HEADER = re.compile(r"\s*\[\s*([^\[\]]+?)\s*\]")
_KEY = re.compile(r"""\s*["']?([\w.-]+)["']?\s*[=:]""")
_VARIABLE = re.compile(r"\$\{?(\w+)\}?")


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as it applies. `source` is ``default``, or a file with the line."""

    name: str
    value: Any
    source: str


def settings(config: Config) -> list[Setting]:
    """The settings in use: of `[tool.limbeck]`, or of the files of an Alembic project.

    Those of several databases follow as ``databases.<name>.<setting>``, where they have their own.
    """
    native = config.native
    if native is None:
        return [*_alembic(config)]
    places = _places(native.file)
    found = [*_native(native, config, places)]
    if config.database is None:
        shared = {setting.name: setting.value for setting in found}
        for database in native.databases:
            one = config.narrowed(database)
            assert one.native is not None
            for own in _native(one.native, one, places):
                if own.name != "databases" and own.value != shared[own.name]:
                    found.append(replace(own, name=f"databases.{database}.{own.name}"))
    return found


def _native(
    native: Settings, config: Config, places: Mapping[tuple[str, str], str]
) -> Iterator[Setting]:
    tables = ["tool.limbeck"]
    if config.database is not None:
        tables.insert(0, f"tool.limbeck.databases.{config.database}")
    for field in fields(Settings):
        if field.name == "file":
            continue
        value = getattr(native, field.name)
        spellings = (field.name, field.name.replace("_", "-"))
        found = (places.get((table, name)) for table in tables for name in spellings)
        source = next(filter(None, found), None)
        if field.name == "databases" and value:
            source = source or native.file.name
        if field.name == "schema" and config.tenant is not None:
            source = "--tenant"
        if source is None:
            source = DEFAULT if value == field.default else f"{DEFAULT} here"
        yield Setting(field.name, value, f"{source}{_variable(value, native.here)}")


def _variable(value: Any, here: Path) -> str:
    """Where the environment variable that a setting names has its value from."""
    named = _VARIABLE.fullmatch(value) if isinstance(value, str) else None
    if named is None:
        return ""
    if os.environ.get(named[1]):
        return f", which is set in the environment (${named[1]})"
    if named[1] in read_dotenv(here / ".env"):
        return f", which is set in .env (${named[1]})"
    return f", which is not set (${named[1]})"


def _alembic(config: Config) -> Iterator[Setting]:
    seen: set[str] = set()
    ini, section = config.config_file_name, config.config_ini_section
    if ini is not None and os.path.exists(ini):
        places = _places(Path(ini))
        for name, value in config.get_section(section, {}).items():
            if name != "here":
                seen.add(name)
                place = places.get((section, name)) or places.get(("DEFAULT", name))
                yield Setting(name, value, place or Path(ini).name)
    toml = config.toml_file_name
    if config.toml_alembic_config and toml is not None:
        places = _places(Path(toml))
        for name in config.toml_alembic_config:
            if name not in seen:
                seen.add(name)
                place = places.get(("tool.alembic", name), Path(toml).name)
                yield Setting(name, config.get_alembic_option(name), place)
    for field in fields(Settings):
        if field.name not in {*seen, "file", "url", "metadata", "models"}:
            value = config.get_alembic_option(field.name)
            if value is not None:
                yield Setting(field.name, value, DEFAULT)


def _places(file: Path) -> dict[tuple[str, str], str]:
    """``file:line`` by table or section, and key."""
    table = ""
    places: dict[tuple[str, str], str] = {}
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    for number, line in enumerate(lines, start=1):
        if header := _HEADER.match(line):
            table = header[1].replace('"', "")
        elif key := _KEY.match(line):
            places.setdefault((table, key[1]), f"{file.name}:{number}")
    return places
