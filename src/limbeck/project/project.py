"""One project: its configuration, and the scripts that it leads to."""

from __future__ import annotations

import os
import sys
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from limbeck.errors import ConfigurationError
from limbeck.project.border import border
from limbeck.project.config import Config
from limbeck.project.dotenv import environment_of
from limbeck.project.given import NOT_GIVEN, GivenDatabase
from limbeck.project.settings import Settings
from limbeck.project.sources import resolve_url
from limbeck.script.directory import DEFAULT_FILE_TEMPLATE, DEFAULT_SLUG_LENGTH, ScriptDirectory

if TYPE_CHECKING:
    from sqlalchemy.engine import URL


class Project:
    """What every command works on.

    Making one puts the configured folders in front of `sys.path`, so that the application's
    modules can be imported, unless it is the application itself that makes it (`prepends`); files
    are read when they are first asked for. A `database` takes the place of the configured one.
    """

    def __init__(
        self,
        config: Config,
        *,
        database: GivenDatabase = NOT_GIVEN,
        prepends: bool = True,
    ) -> None:
        self.config = config
        self.database = database
        if prepends:
            self._prepend_sys_path()

    @property
    def settings(self) -> Settings | None:
        """The settings of native mode, or None in an Alembic-style project."""
        return self.config.native

    @cached_property
    def scripts(self) -> ScriptDirectory:
        """The project's revision files.

        Raises ConfigurationError when no project is configured, and CommandError when its
        folder does not exist.
        """
        if border.scripts is not None:
            return border.scripts(self.config)
        return ScriptDirectory(**self.script_options())

    def script_options(self) -> dict[str, Any]:
        """The arguments of `ScriptDirectory` that the configuration stands for."""
        option = self.config.get_alembic_option
        location = option("script_location")
        if location is None:
            self.config.require_found()
            raise ConfigurationError(_no_location(self.config))
        options: dict[str, Any] = {
            "dir": self._from_here(location),
            "file_template": option("file_template", DEFAULT_FILE_TEMPLATE),
            "truncate_slug_length": _whole_number(
                "truncate_slug_length", option("truncate_slug_length", DEFAULT_SLUG_LENGTH)
            ),
            "version_locations": self._version_locations(),
            "sourceless": self.config.get_alembic_boolean_option("sourceless"),
            "output_encoding": option("output_encoding", "utf-8"),
            "timezone": option("timezone"),
            "hooks": self.config.get_hooks_list(),
            "recursive_version_locations": self.config.get_alembic_boolean_option(
                "recursive_version_locations"
            ),
            "messaging_opts": self.config.messaging_opts,
        }
        if self.settings is not None:
            # in native mode a project needs no file but its pyproject.toml
            templates = self.config.get_template_directory()
            options["default_template"] = os.path.join(templates, "script.py.mako")
        return options

    @property
    def runs_env_for_revisions(self) -> bool:
        """Whether `revision` and `merge` run env.py even without autogenerate."""
        return self.config.get_alembic_boolean_option("revision_environment")

    @property
    def against(self) -> str:
        """What models are compared with: ``database`` or ``history``.

        Raises ConfigurationError for any other word.
        """
        word = str(self.config.get_alembic_option("against", "database"))
        if word not in ("database", "history"):
            raise ConfigurationError(f"'against' must be database or history, not {word!r}")
        return word

    @property
    def online(self) -> bool:
        """Whether generated scripts take the steps that make nobody wait for long."""
        return self.config.get_alembic_boolean_option("online")

    @property
    def verify(self) -> bool | None:
        """Whether generated scripts are proven; None leaves it to what that costs."""
        if self.config.get_alembic_option("verify") is None:
            return None
        return self.config.get_alembic_boolean_option("verify")

    def scratch_url(self) -> URL | None:
        """Where scratch databases may be made, if the user says where.

        Raises ConfigurationError where the setting cannot be read as a URL.
        """
        setting = self.config.get_alembic_option("scratch_url")
        if setting is None:
            return None
        from sqlalchemy.engine import make_url
        from sqlalchemy.exc import ArgumentError

        here = self.settings.here if self.settings is not None else Path.cwd()
        found: Any = resolve_url(str(setting), environment_of(here), "scratch_url")
        try:
            return make_url(getattr(found, "url", found))
        except ArgumentError:
            raise ConfigurationError("'scratch_url' cannot be read as a URL") from None

    def _version_locations(self) -> list[str] | None:
        locations = self.config.get_version_locations_list()
        return [self._from_here(location) for location in locations] if locations else None

    def _from_here(self, location: str) -> str:
        """In native mode, relative paths start from the folder of the pyproject.toml."""
        if self.settings is None or (":" in location and not os.path.isabs(location)):
            return location
        return os.path.join(self.settings.here, location)

    def _prepend_sys_path(self) -> None:
        paths = self.config.get_prepend_sys_paths_list() or []
        wanted = [os.path.abspath(self._from_here(path)) for path in paths]
        if sys.path[: len(wanted)] != wanted:
            sys.path[:0] = wanted


def _whole_number(name: str, value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        raise ConfigurationError(f"'{name}' must be a whole number, not {value!r}") from None


def _no_location(config: Config) -> str:
    names = [name for name in (config.config_file_name, config.toml_file_name) if name is not None]
    found = [os.fspath(name) for name in names if os.path.exists(name)]
    if names and not found:
        missing = " and no ".join(repr(os.fspath(name)) for name in names)
        return f"No 'script_location' key found in configuration: there is no {missing}."
    return "No 'script_location' key found in configuration" + (
        f" (read: {', '.join(found)})." if found else "."
    )
