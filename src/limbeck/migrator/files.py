"""The project that a program names, as each call of a migrator gets it."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy, deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL

from limbeck.database.urls import known
from limbeck.errors import CommandError, ConfigurationError, ScriptError
from limbeck.project.border import border
from limbeck.project.config import Config
from limbeck.project.dotenv import environment_of
from limbeck.project.environment import runs_env_py
from limbeck.project.given import NOT_GIVEN, GivenDatabase
from limbeck.project.locate import located
from limbeck.project.project import Project
from limbeck.project.settings import Settings, given_settings
from limbeck.project.sources import resolve_url
from limbeck.script.directory import ScriptDirectory

_ABOUT_THE_HISTORY = frozenset({"heads", "revision", "verify"})
"""What needs no tenant."""


@dataclass(slots=True)
class Files:
    """A project's configuration, and its revisions once they were read."""

    config: Config
    scripts: ScriptDirectory | None = None

    @classmethod
    def of(
        cls,
        project: str | os.PathLike[str] | Config | None,
        settings: Mapping[str, Any],
        database: str | None = None,
        tenant: str | None = None,
    ) -> Files:
        """Those of a file, a folder or a Config, of settings, or those that are found.

        `database` and `tenant` say about which of several. Raises ConfigurationError where there
        are none, or where something else is missing for that.
        """
        if settings and project is not None:
            raise CommandError("Give a project, or settings as keywords: not both.")
        if settings:
            config = Config.of(given_settings(settings, Path.cwd()))
        elif project is None:
            config = Config.find()
        else:
            config = project if isinstance(project, Config) else Config.at(located(Path(project)))
        if database is not None and "://" in database:
            raise ConfigurationError(
                "database=… is the name of one of the project's databases; a URL is given as the "
                "first argument, without a keyword."
            )
        return cls(config.narrowed(database, tenant))

    @property
    def settings(self) -> Settings | None:
        """The settings of native mode."""
        return self.config.native

    def require_one(self, database: Any, command: str) -> None:
        """Raises ConfigurationError where one of several has to be named, and none is.

        Tenants share a history, and who gives a connection has chosen its schema.
        """
        settings = self.settings
        if settings is None:
            return
        if settings.databases and self.config.database is None:
            names = ", ".join(settings.databases)
            raise ConfigurationError(
                f'The project has several databases ({names}): say which with database="…", or '
                "take a limbeck.Fleet for all of them."
            )
        if command in _ABOUT_THE_HISTORY or isinstance(database, sa.Connection):
            return
        if settings.tenants and settings.schema is None:
            raise ConfigurationError(
                'The project has tenants: say which with tenant="…", or take a limbeck.Fleet for '
                "all of them."
            )

    def seen(self, database: Any) -> Any:
        """What to connect to, for what a program gave.

        A function is called, a ``$VARIABLE`` or ``module:attribute`` is looked up. A tenant that
        is a database of its own is not on the engine that was given, but on a URL like its own.
        Raises ConfigurationError.
        """
        if callable(database):
            database = called(database)
        if isinstance(database, str):
            database = self._looked_up(database)
        if isinstance(database, str | URL):
            database = known(database)
        if self.settings is None or self.settings.schema is None or database is None:
            return database
        if hasattr(database, "dialect") and database.dialect.name == "postgresql":
            return database
        return (
            database if isinstance(database, sa.Connection) else getattr(database, "url", database)
        )

    def _looked_up(self, named: str) -> Any:
        settings = self.settings
        if settings is not None and named in settings.databases:
            raise ConfigurationError(
                f"{named!r} is no URL, and the name of a database: Migrator(database={named!r})."
            )
        environment = os.environ if settings is None else environment_of(settings.here)
        return resolve_url(named, environment, "the database")

    @property
    def runs_env_py(self) -> bool:
        """Whether an env.py runs, and connects as it likes."""
        return runs_env_py(self.project(NOT_GIVEN).scripts, self.settings)

    def project(self, database: GivenDatabase, *, anew: bool = False) -> Project:
        """A project for one call; `anew` reads the revision files again for it.

        What an env.py does to its Config does not reach another call.
        """
        project = Project(
            _own(self.config, database), database=database, prepends=self.settings is None
        )
        if anew:
            return project
        if self.scripts is None:
            self.scripts = project.scripts
        project.scripts = self.scripts
        return project


def _own(config: Config, database: GivenDatabase) -> Config:
    """A copy for one call, with the database where Alembic's users look for it."""
    config = copy(config)
    config.attributes = dict(config.attributes)
    config.file_config = deepcopy(config.file_config)
    url: Any = database.target
    if isinstance(url, sa.Connection):
        config.attributes["connection"] = url
        url = url.engine.url
    if url is not None:
        shown = url.render_as_string(hide_password=False) if isinstance(url, URL) else url
        config.set_main_option("sqlalchemy.url", shown)
    return config


def called(function: Callable[[], Any]) -> Any:
    """What a program's function gives. Raises ConfigurationError for an async one."""
    value = function()
    if inspect.isawaitable(value):
        if inspect.iscoroutine(value):
            value.close()
        raise ConfigurationError(
            f"{function!r} is async: an AsyncMigrator awaits it, a Migrator needs an ordinary one."
        )
    return value


@contextmanager
def explaining_alembic() -> Iterator[None]:
    """Says what is missing where a project's code imports `alembic` and that is not ours."""
    try:
        yield
    except (ImportError, NameError, AttributeError, ScriptError) as error:
        if border.environment is not None or not _means_alembic(error):
            raise
        raise ConfigurationError(
            "env.py or a revision imports 'alembic', and that is not Limbeck here: call "
            "limbeck.compat.alembic.install() when the application starts, or have them import "
            "from limbeck."
        ) from error


def _means_alembic(error: BaseException) -> bool:
    """Whether it comes from a name of Alembic's that is not there, or not ours."""
    cause = error.__cause__ if isinstance(error, ScriptError) else error
    return cause is not None and "alembic" in str(cause).lower()
