"""Native settings: the table `[tool.limbeck]` of a pyproject.toml as one typed value."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

from limbeck.database.options import seconds
from limbeck.errors import ConfigurationError

Against: TypeAlias = Literal["database", "history"]
"""What models are compared with."""

Reference: TypeAlias = Any
"""``"module:attribute"``; a program may give the object itself."""

References: TypeAlias = tuple[Reference, ...]

Databases: TypeAlias = tuple[str, ...]
"""Names of tables `[tool.limbeck.databases.<name>]`."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What `[tool.limbeck]` says, with defaults filled in.

    `file` is the pyproject.toml and its folder is what relative paths start from.
    Text is taken literally: there is no interpolation in native settings.
    """

    file: Path
    script_location: str = "migrations"
    metadata: References = ()
    models: tuple[str, ...] = ()
    url: str | None = None
    version_table: str = "alembic_version"
    version_table_schema: str | None = None
    include_schemas: bool | tuple[str, ...] = False
    file_template: str | None = None
    timezone: str | None = None
    truncate_slug_length: int = 40
    version_locations: tuple[str, ...] | None = None
    recursive_version_locations: bool = False
    sourceless: bool = False
    output_encoding: str = "utf-8"
    prepend_sys_path: tuple[str, ...] = (".",)
    include_name: Reference | None = None
    include_object: Reference | None = None
    ignore: tuple[str, ...] = ()
    foreign_objects: str = "keep"
    render_types: str = "module"
    compare_type: bool = True
    compare_server_default: bool = True
    render_as_batch: bool = False
    transaction_per_migration: bool = False
    history: bool = True
    post_write_hooks: tuple[Mapping[str, str], ...] = ()
    env_py: bool = True
    lock: str = "session"
    lock_wait: float = 60
    lock_timeout: float | None = None
    lock_retries: int = 10
    statement_timeout: float = 0
    lint_ignore: tuple[str, ...] = ()
    lint_severities: Mapping[str, str] | None = None
    lint_style: bool = False
    target_version: str | None = None
    small_table_rows: int = 1000
    protect: bool = False
    against: Against = "history"
    verify: bool = True
    online: bool = False
    scratch_url: str | None = None
    databases: Databases = ()
    schema: str | None = None
    tenants: Reference | None = None

    @property
    def here(self) -> Path:
        """The folder of the pyproject.toml."""
        return self.file.parent


def read_toml(file: str | os.PathLike[str]) -> dict[str, Any]:
    """The whole document. Raises ConfigurationError naming file and line."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        with open(file, "rb") as stream:
            document: dict[str, Any] = tomllib.load(stream)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{os.fspath(file)} is not valid TOML: {error}") from None
    return document


def tool_table(document: Mapping[str, Any], name: str, file: str) -> dict[str, Any] | None:
    """`[tool.<name>]`, or None. Raises ConfigurationError when it is not a table."""
    tools = document.get("tool", {})
    table = tools.get(name) if isinstance(tools, dict) else None
    if table is None:
        return None
    if not isinstance(table, dict):
        raise ConfigurationError(
            f"Incorrect TOML format in {file}: expected a table [tool.{name}], "
            f"found {type(table).__name__}"
        )
    return table


def load_settings(file: Path, table: Mapping[str, Any]) -> Settings:
    """Settings of `table`, each value checked.

    Raises ConfigurationError for an unknown key (naming the nearest known one) and for a value
    of the wrong kind.
    """
    values: dict[str, Any] = {}
    for key, value in table.items():
        name = key.replace("-", "_")
        if name not in _READERS:
            raise ConfigurationError(_unknown_key(file, key))
        try:
            values[name] = _READERS[name](value)
        except _WrongKind as wrong:
            raise ConfigurationError(
                f"[tool.limbeck] {key} in {file} must be {wrong}, not {value!r}"
                if name not in ("url", "scratch_url")
                else f"[tool.limbeck] {key} in {file} must be {wrong}"
            ) from None
    if "prepend_sys_path" not in values:
        values["prepend_sys_path"] = (".", "src") if (file.parent / "src").is_dir() else (".",)
    return Settings(file=file, **values)


def table_of_database(file: Path, table: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The settings of one of several databases: its own, and what stands above them.

    Its revisions have a folder of their own. Raises ConfigurationError where there is no such name.
    """
    databases = table.get("databases")
    if not isinstance(databases, dict) or not isinstance(databases.get(name), dict):
        known = ", ".join(databases) if isinstance(databases, dict) else "none"
        raise ConfigurationError(
            f"{file} has no table [tool.limbeck.databases.{name}]; databases: {known}"
        )
    shared = {key: value for key, value in table.items() if key != "databases"}
    folder = f"{shared.get('script_location', 'migrations')}/{name}"
    return {**shared, "script_location": folder, **databases[name]}


_REFERENCES = frozenset({"metadata", "include_name", "include_object", "tenants"})


def given_settings(values: Mapping[str, Any], here: Path) -> Settings:
    """Settings that a program gives: as in the file, and objects where the file names some.

    Raises ConfigurationError as `load_settings` does.
    """
    texts: dict[str, Any] = {}
    objects: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, os.PathLike):
            texts[name] = os.fspath(value)
        elif name not in _REFERENCES or isinstance(value, str):
            texts[name] = list(value) if isinstance(value, tuple) else value
        elif name == "metadata":
            objects[name] = tuple(value) if isinstance(value, list | tuple) else (value,)
        else:
            objects[name] = value
    return replace(load_settings(here / "pyproject.toml", texts), **objects)


def _unknown_key(file: Path, key: str) -> str:
    near = difflib.get_close_matches(key, _READERS, n=1)
    advice = f"did you mean '{near[0]}'?" if near else f"known keys: {', '.join(_READERS)}"
    return f"[tool.limbeck] in {file} has an unknown key '{key}'; {advice}"


class _WrongKind(Exception):
    """The message says which kind was expected."""


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise _WrongKind("a non-empty string")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _WrongKind("true or false")
    return value


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise _WrongKind("a whole number")
    return value


def _seconds(value: Any) -> float:
    try:
        return seconds(value)
    except ValueError as wrong:
        raise _WrongKind(str(wrong)) from None


def _texts(value: Any) -> tuple[str, ...]:
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise _WrongKind("a string or a list of strings")
    return tuple(items)


def _databases(value: Any) -> Databases:
    if not isinstance(value, dict) or not all(isinstance(table, dict) for table in value.values()):
        raise _WrongKind("tables such as [tool.limbeck.databases.billing]")
    return tuple(value)


def _against(value: Any) -> str:
    if value not in ("database", "history"):
        raise _WrongKind("'database' or 'history'")
    return str(value)


def _schemas(value: Any) -> bool | tuple[str, ...]:
    return value if isinstance(value, bool) else _texts(value)


def _hooks(value: Any) -> tuple[Mapping[str, str], ...]:
    """A list of tables as Alembic has them, or of commands, which get the file appended."""
    expected = "a list of commands or of tables with 'name' and 'type'"
    if not isinstance(value, list):
        raise _WrongKind(expected)
    hooks: list[Mapping[str, str]] = []
    for item in value:
        if isinstance(item, str) and item.strip():
            executable, _, options = item.strip().partition(" ")
            hooks.append(
                {"name": item, "type": "exec", "executable": executable, "options": options}
            )
        elif isinstance(item, dict) and isinstance(item.get("name"), str):
            hooks.append({key: str(option) for key, option in item.items()})
        else:
            raise _WrongKind(expected)
    return tuple(hooks)


def _pairs(value: Any) -> Mapping[str, str]:
    if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
        raise _WrongKind('a table such as { create-index = "warning" }')
    return dict(value)


_KINDS: Mapping[str, Callable[[Any], Any]] = {
    "str": _text,
    "str | None": _text,
    "int": _count,
    "float": _seconds,
    "float | None": _seconds,
    "bool": _flag,
    "tuple[str, ...]": _texts,
    "tuple[str, ...] | None": _texts,
    "bool | tuple[str, ...]": _schemas,
    "Reference | None": _text,
    "References": _texts,
    "Databases": _databases,
    "Against": _against,
    "tuple[Mapping[str, str], ...]": _hooks,
    "Mapping[str, str] | None": _pairs,
}
_READERS: Mapping[str, Callable[[Any], Any]] = {
    field.name: _KINDS[str(field.type)] for field in fields(Settings) if field.name != "file"
}
