"""Native settings: the table `[tool.limbeck]` of a pyproject.toml as one typed value."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Callable, Mapping, Sequence
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

    # -- Where things are --

    url: str | None = None
    """Where the database is: a URL, `$VARIABLE`, or `module:attribute` that gives one."""
    metadata: References = ()
    """`"module:name"` of a `MetaData`, or of anything that has a `metadata`, such as a declarative
    base; a list for several."""
    models: tuple[str, ...] = ()
    """Packages and modules whose models are imported, with every module below them;
    `"apps.*.models"` is that module of every package in `apps`."""
    script_location: str = "migrations"
    """The folder of revisions."""
    version_locations: tuple[str, ...] | None = None
    """Other folders of revision files than `versions` in `script_location`."""
    recursive_version_locations: bool = False
    """Whether folders below those are searched too."""
    prepend_sys_path: tuple[str, ...] = (".",)
    """Folders in front of `sys.path`; without it also `src`, if there is one."""
    env_py: bool = True
    """Whether an `env.py` in `script_location` runs, where there is one; `false` where these
    settings say all of it."""

    # -- Revision files --

    file_template: str | None = None
    """How files are named, without doubled percent signs; without it `"%(rev)s_%(slug)s"`."""
    truncate_slug_length: int = 40
    """How much of the message goes into the name of a file."""
    timezone: str | None = None
    """The time zone of dates in files, such as `"UTC"`; without it the machine's."""
    output_encoding: str = "utf-8"
    """The encoding of files."""
    sourceless: bool = False
    """Whether compiled files count as revisions where there is no source."""
    post_write_hooks: tuple[Mapping[str, str], ...] = ()
    """Commands that run over each new file, whose path is appended; or tables with `name`, `type`
    and `options`, as Alembic has them."""
    render_types: str = "module"
    """Whether a script imports types of your own (`"module"`), or has what they store
    (`"impl"`)."""
    render_as_batch: bool = False
    """Whether generated scripts use `batch_alter_table`."""
    online: bool = False
    """Whether generated scripts take steps that make nobody wait for long."""
    verify: bool = True
    """Whether generated scripts are proven on a scratch database before they are kept."""
    scratch_url: str | None = None
    """An empty database, or a server without one, for scratch databases; written like `url`."""

    # -- What is compared --

    against: Against = "history"
    """What models are compared with: `"history"` or `"database"`."""
    include_schemas: bool | tuple[str, ...] = False
    """Whether other schemas than the default one are compared, or the names of those."""
    include_name: Reference | None = None
    """`"module:function"` that says for each name in the database whether it is read."""
    include_object: Reference | None = None
    """`"module:function"` that says for each object whether it is compared."""
    ignore: tuple[str, ...] = ()
    """Patterns of tables that are left out, such as `"legacy_*"` and `"audit.*"`."""
    foreign_objects: str = "keep"
    """Whether tables that no model names and no revision made are left alone (`"keep"`), or dropped
    (`"drop"`)."""
    compare_type: bool = True
    """Whether types of columns are compared."""
    compare_server_default: bool = True
    """Whether server defaults are compared."""

    # -- How migrations run --

    version_table: str = "alembic_version"
    """The table that holds the current revisions."""
    version_table_schema: str | None = None
    """Its schema, where it is not the default one."""
    history: bool = True
    """Whether the database keeps a history of what was run; `false` by default in `alembic.ini`."""
    transaction_per_migration: bool = False
    """One transaction for each migration instead of one for all."""
    lock: str = "session"
    """The mutex of runs: `"session"`, `"lease"` (behind any pooler) or `"none"`."""
    lock_wait: float = 60
    """How many seconds to wait for another runner; text such as `"5min"` is understood, here and
    in the times below."""
    lock_timeout: float | None = None
    """How many seconds a statement waits for a lock; without it 2, and on SQLite the driver's."""
    lock_retries: int = 10
    """How often a statement is tried again that got no lock."""
    statement_timeout: float = 0
    """How many seconds a statement may take; 0 is no limit."""
    protect: bool = False
    """Whether `upgrade` refuses what loses data and is not allowed by name."""

    # -- Lint --

    lint_ignore: tuple[str, ...] = ()
    """Rules that do not run."""
    lint_severities: Mapping[str, str] | None = None
    """Other severities of rules: `{ create-index = "warning" }`; in an ini file
    `create-index = warning`, one a line."""
    lint_style: bool = False
    """Whether matters of style are looked for; a rule that `lint_severities` names runs anyway."""
    lint_names: Mapping[str, str] | None = None
    """Regular expressions that whole names have to match: `{ table = "[a-z_]+", index = "ix_.*" }`,
    for `schema`, `table`, `column`, `type`, `sequence`, `index`, `primary_key`, `unique`,
    `foreign_key` and `check`; in an ini file `index = ix_.*`, one a line."""
    target_version: str | None = None
    """The server's version to judge for, such as `"15"` or `"mariadb 10.11"`; without it that of
    the database."""
    small_table_rows: int = 1000
    """Up to how many rows a table is small, and rules about scans and locks leave it alone."""

    # -- Several databases and tenants --

    databases: Databases = ()
    """Tables `[tool.limbeck.databases.<name>]`, each with the keys of this page."""
    schema: str | None = None
    """The schema that the history runs in, where it is one tenant's."""
    tenants: Reference | None = None
    """`"module:function"`, or a list, that gives the names of all tenants' schemas."""

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
        known = list(databases) if isinstance(databases, dict) else []
        raise ConfigurationError(
            f"{file} has no table [tool.limbeck.databases.{name}]; {_nearest(name, known)}"
            f"databases: {', '.join(known) or 'none'}"
        )
    shared = {key: value for key, value in table.items() if key != "databases"}
    folder = f"{shared.get('script_location', 'migrations')}/{name}"
    return {**shared, "script_location": folder, **databases[name]}


def _nearest(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"did you mean '{near[0]}'? " if near else ""


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
