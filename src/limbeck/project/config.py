"""`Config`: the settings of one project, in the shape that Alembic's users know."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from configparser import ConfigParser
from copy import copy
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TextIO, overload

from limbeck.errors import CommandError, ConfigurationError
from limbeck.project.ini import (
    ini_hooks,
    read_ini,
    separator_character,
    split_paths,
    split_unseparated,
)
from limbeck.project.interpolation import TolerantInterpolation, interpolate_tree
from limbeck.project.locate import TOML_NAME, ConfigFiles, locate
from limbeck.project.settings import (
    Settings,
    load_settings,
    read_toml,
    table_of_database,
    tool_table,
)

_TRUE = frozenset({"true", "yes", "on", "y", "t", "1"})
_FALSE = frozenset({"false", "no", "off", "n", "f", "0", "", "none"})


class Config:
    """One project's configuration: an ini file, `[tool.alembic]`, `[tool.limbeck]`, or a program.

    `Config("alembic.ini")` reads a file; `Config()` is filled with `set_main_option`;
    `Config.find()` looks for a project as the command line does. Files are read when they are
    first asked for. Attributes of one's own may be set, and the class may be subclassed.

    A value is interpolated when it is valid interpolation (`%%`, `%(here)s`) and taken as it is
    otherwise, so a URL with a percent-encoded password goes through `set_main_option` unharmed;
    see `limbeck.project.interpolation` for the whole rule.
    """

    config_file_name: str | os.PathLike[str] | None
    toml_file_name: str | os.PathLike[str] | None
    config_ini_section: str
    output_buffer: TextIO | None
    cmd_opts: Any
    config_args: Mapping[str, Any]
    database: str | None = None
    """Which of the native settings' databases is meant, where there are several."""
    tenant: str | None = None
    """The schema that is meant, where each tenant has one."""
    ask: Callable[[str], bool] | None = None
    """Puts a question to the user and gives the answer; None where nobody is there to answer."""
    choose: Callable[[str, Sequence[str]], int] | None = None
    """Asks which of several things is meant, and gives its index; None as for `ask`."""

    def __init__(
        self,
        file_: str | os.PathLike[str] | None = None,
        toml_file: str | os.PathLike[str] | None = None,
        ini_section: str = "alembic",
        output_buffer: TextIO | None = None,
        stdout: TextIO | None = None,
        cmd_opts: Any = None,
        config_args: Mapping[str, Any] | None = None,
        attributes: dict[str, Any] | None = None,
    ) -> None:
        if file_ is not None and toml_file is None and os.path.basename(file_) == TOML_NAME:
            file_, toml_file = None, file_
        self.config_file_name = file_
        self.toml_file_name = toml_file
        self.config_ini_section = ini_section
        self.output_buffer = output_buffer
        self._stdout = stdout
        self.cmd_opts = cmd_opts
        self.config_args = dict(config_args or {})
        self.searched: tuple[str, ...] = ()
        if attributes:
            self.attributes.update(attributes)

    @classmethod
    def find(
        cls,
        named: Sequence[str] = (),
        *,
        directory: Path | None = None,
        ini_section: str = "alembic",
        cmd_opts: Any = None,
    ) -> Config:
        """The configuration that the command line would use, seen from `directory`."""
        files = locate(named, directory)
        config = cls(files.ini, files.toml, ini_section, cmd_opts=cmd_opts)
        config.searched = files.searched
        return config

    @classmethod
    def at(cls, files: ConfigFiles) -> Config:
        """The configuration that stands in those files."""
        config = cls(files.ini, files.toml)
        config.searched = files.searched
        return config

    @classmethod
    def of(cls, settings: Settings) -> Config:
        """Native settings of a program, without a file."""
        config = cls()
        config.native = settings
        return config

    def require_found(self) -> None:
        """Raises ConfigurationError, which says where was looked, if nothing is configured here."""
        if self.searched:
            places = "".join(f"  {place}\n" for place in self.searched)
            raise ConfigurationError(
                f"No configuration found. Looked for:\n{places}"
                "Run 'limbeck init' to set up the project here, or name a file with -c."
            )

    def narrowed(self, database: str | None = None, tenant: str | None = None) -> Config:
        """The same about one of its databases, one of its tenants, or both.

        Raises ConfigurationError where the project has no native settings.
        """
        config = copy(self)
        if database is None and tenant is None:
            return config
        settings = self.native
        if settings is None:
            raise ConfigurationError("'database' and 'tenant' need native settings.")
        config.database = database or self.database
        config.tenant = tenant or self.tenant
        if self._toml_path is not None:
            config.__dict__.pop("native", None)
            config.native  # noqa: B018  # raises where there is no such name
        elif database is not None:
            raise ConfigurationError(
                f"database={database!r} names one of the databases in a pyproject.toml, "
                "and there is none."
            )
        else:
            config.native = replace(settings, schema=tenant)
        return config

    @cached_property
    def attributes(self) -> dict[str, Any]:
        """Anything that a program hands to env.py, such as a connection."""
        return {}

    # -- the terminal -------------------------------------------------------------------------

    @property
    def stdout(self) -> TextIO:
        """Where results go: the stream that was given, else `sys.stdout` as it is now."""
        return self._stdout if self._stdout is not None else sys.stdout

    @stdout.setter
    def stdout(self, stream: TextIO | None) -> None:
        self._stdout = stream

    @property
    def messaging_opts(self) -> Mapping[str, bool]:
        return {"quiet": bool(getattr(self.cmd_opts or SimpleNamespace(), "quiet", False))}

    def print_stdout(self, text: str, *arg: Any) -> None:
        """Write one line of a command's result, unless `--quiet` was given."""
        if not self.messaging_opts["quiet"]:
            stream = self.stdout
            line = f"{str(text) % arg if arg else text}\n"
            encoding = getattr(stream, "encoding", None) or "utf-8"
            stream.write(line.encode(encoding, "replace").decode(encoding))

    # -- the ini file -------------------------------------------------------------------------

    @cached_property
    def file_config(self) -> ConfigParser:
        """The ini file, or an empty one; always has the main section when there is no file."""
        path = self._ini_path
        here = path.absolute().parent.as_posix() if path else Path().absolute().as_posix()
        arguments = {key: str(value) for key, value in self.config_args.items()}
        parser = ConfigParser(
            {**arguments, "here": here.replace("%", "%%")}, interpolation=TolerantInterpolation()
        )
        if path is not None and path.exists():
            parser.read_string(read_ini(path), source=os.fspath(path))
        elif path is None:
            parser.add_section(self.config_ini_section)
        return parser

    @property
    def _ini_path(self) -> Path | None:
        return Path(self.config_file_name) if self.config_file_name is not None else None

    @overload
    def get_section(self, name: str, default: None = ...) -> dict[str, str] | None: ...
    @overload
    def get_section(self, name: str, default: dict[str, str]) -> dict[str, str]: ...
    def get_section(
        self, name: str, default: dict[str, str] | None = None
    ) -> dict[str, str] | None:
        """All of one ini section, with `[DEFAULT]` and `here`; `default` when it is missing."""
        if not self.file_config.has_section(name):
            return default
        return dict(self.file_config.items(name))

    @overload
    def get_section_option(self, section: str, name: str, default: None = ...) -> str | None: ...
    @overload
    def get_section_option(self, section: str, name: str, default: str) -> str: ...
    def get_section_option(self, section: str, name: str, default: str | None = None) -> str | None:
        """One option of one ini section.

        Raises CommandError when there is no such section.
        """
        if not self.file_config.has_section(section):
            raise CommandError(
                f"No config file {os.fspath(self.config_file_name or '')!r} found, "
                f"or file has no '[{section}]' section"
            )
        if not self.file_config.has_option(section, name):
            return default
        return self.file_config.get(section, name)

    def set_section_option(self, section: str, name: str, value: str) -> None:
        """Set an option, in memory; every value is accepted. Makes the section if need be."""
        if not self.file_config.has_section(section):
            self.file_config.add_section(section)
        self.file_config.set(section, name, value)

    @overload
    def get_main_option(self, name: str, default: str) -> str: ...
    @overload
    def get_main_option(self, name: str, default: str | None = None) -> str | None: ...
    def get_main_option(self, name: str, default: str | None = None) -> str | None:
        """One option of the main ini section (`config_ini_section`); never looks at TOML."""
        if self.native is not None and not self.file_config.has_section(self.config_ini_section):
            return default
        if default is None:
            return self.get_section_option(self.config_ini_section, name)
        return self.get_section_option(self.config_ini_section, name, default)

    def set_main_option(self, name: str, value: str) -> None:
        """Set an option of the main section, in memory; every value is accepted."""
        self.set_section_option(self.config_ini_section, name, value)

    def remove_main_option(self, name: str) -> None:
        self.file_config.remove_option(self.config_ini_section, name)

    # -- pyproject.toml -----------------------------------------------------------------------

    @property
    def _toml_path(self) -> Path | None:
        return Path(self.toml_file_name) if self.toml_file_name is not None else None

    @cached_property
    def _toml_document(self) -> Mapping[str, Any]:
        path = self._toml_path
        return read_toml(path) if path is not None and path.is_file() else {}

    @cached_property
    def toml_alembic_config(self) -> Mapping[str, Any]:
        """`[tool.alembic]` of pyproject.toml, not interpolated; empty when there is none."""
        return tool_table(self._toml_document, "alembic", str(self._toml_path)) or {}

    @cached_property
    def native(self) -> Settings | None:
        """The settings of `[tool.limbeck]` when it is in use.

        It is in use when no ini file is, whether or not there is a `[tool.alembic]` too.
        """
        path, ini = self._toml_path, self._ini_path
        if path is None or (ini is not None and ini.exists()):
            return None
        table = tool_table(self._toml_document, "limbeck", str(path))
        if table is None:
            return None
        file = path.absolute()
        if self.database is not None:
            table = table_of_database(file, table, self.database)
        settings = load_settings(file, table)
        return settings if self.tenant is None else replace(settings, schema=self.tenant)

    # -- options from wherever they stand -----------------------------------------------------

    @overload
    def get_alembic_option(self, name: str, default: str) -> str: ...
    @overload
    def get_alembic_option(self, name: str, default: Any = None) -> Any: ...
    def get_alembic_option(self, name: str, default: Any = None) -> Any:
        """One option: from the main ini section, else from pyproject.toml, else `default`."""
        section = self.config_ini_section
        if self.file_config.has_option(section, name):
            return self.file_config.get(section, name)
        if self.native is not None:
            value = getattr(self.native, name, None)
            return default if value is None else value
        if name in self.toml_alembic_config:
            return self._toml_option(name)
        if self.config_file_name is not None and not self.toml_alembic_config:
            self._require_main_section()
        return default

    def _require_main_section(self) -> None:
        """An ini file without the section is an error; no file at all only lacks options."""
        path = self._ini_path
        if (path is not None and path.exists()) or self.config_ini_section != "alembic":
            self.get_section_option(self.config_ini_section, "here")

    def _toml_option(self, name: str) -> Any:
        path = self._toml_path or Path()
        value = self.toml_alembic_config[name]
        if not isinstance(value, str | list | dict | int):
            raise ConfigurationError(
                f"[tool.alembic] {name} in {path} has a value of an unsupported type "
                f"({type(value).__name__})"
            )
        here = path.absolute().parent.as_posix().replace("%", "%%")
        return interpolate_tree(value, {**self.config_args, "here": here})

    def get_alembic_boolean_option(self, name: str) -> bool:
        """One option as a truth value: `true`, `yes`, `on` and `1` are true in any case.

        Raises ConfigurationError for a value that is neither true nor false.
        """
        value = self.get_alembic_option(name, False)
        text = str(value).strip().lower()
        if text not in _TRUE | _FALSE:
            raise ConfigurationError(f"'{name}' must be true or false, not {value!r}")
        return text in _TRUE

    def get_version_locations_list(self) -> list[str] | None:
        """The folders of revision files as written, or None where none are configured."""
        return self._path_list("version_locations", ("path_separator", "version_path_separator"))

    def get_prepend_sys_paths_list(self) -> list[str] | None:
        """What to put in front of `sys.path`, or None."""
        return self._path_list("prepend_sys_path", ("path_separator",))

    def _path_list(self, name: str, separators: tuple[str, ...]) -> list[str] | None:
        value = self.get_alembic_option(name)
        if value is None:
            return None
        if not isinstance(value, str):
            return [str(item) for item in value]
        for separator in separators:
            choice = self.get_alembic_option(separator)
            if choice is not None:
                return split_paths(value, separator, str(choice))
        return split_unseparated(name, value)

    def _get_file_separator_char(self, *names: str) -> str | None:
        """The character of the first of those options that is set; programs split with it."""
        choices = ((name, self.get_alembic_option(name)) for name in names)
        return next((separator_character(n, str(c)) for n, c in choices if c is not None), None)

    def get_hooks_list(self) -> list[dict[str, str]]:
        """The post-write hooks, each a dict of its options with `_hook_name`.

        Raises ConfigurationError for a hook in pyproject.toml that has no name.
        """
        if self.native is None and self.file_config.has_section("post_write_hooks"):
            return ini_hooks(self.get_section("post_write_hooks", {}))
        hooks = []
        for table in self.get_alembic_option("post_write_hooks", ()):
            options = dict(table)
            if "name" not in options:
                raise ConfigurationError(f"A post write hook in {self._toml_path} has no 'name'")
            hooks.append({"_hook_name": options.pop("name"), **options})
        return hooks

    def get_template_directory(self) -> str:
        """The folder that holds the templates of `init`; a subclass may name another."""
        return str(Path(__file__).parent.parent / "templates")
