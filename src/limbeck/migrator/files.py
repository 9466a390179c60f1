"""The project that a program names, as each call of a migrator gets it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import copy, deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL

from limbeck.errors import CommandError, ConfigurationError, ScriptError
from limbeck.project.border import border
from limbeck.project.config import Config
from limbeck.project.environment import runs_env_py
from limbeck.project.given import NOT_GIVEN, GivenDatabase
from limbeck.project.locate import located
from limbeck.project.project import Project
from limbeck.project.settings import Settings, given_settings
from limbeck.script.directory import ScriptDirectory


@dataclass(slots=True)
class Files:
    """A project's configuration, and its revisions once they were read."""

    config: Config
    scripts: ScriptDirectory | None = None

    @classmethod
    def of(
        cls, project: str | os.PathLike[str] | Config | None, settings: Mapping[str, Any]
    ) -> Files:
        """Those of a file, a folder or a Config, of settings, or those that are found.

        Raises ConfigurationError where there are none.
        """
        if settings and project is not None:
            raise CommandError("Give a project, or settings as keywords: not both.")
        if settings:
            return cls(Config.of(given_settings(settings, Path.cwd())))
        if project is None:
            return cls(Config.find())
        return cls(project if isinstance(project, Config) else Config.at(located(Path(project))))

    @property
    def settings(self) -> Settings | None:
        """The settings of native mode."""
        return self.config.native

    def seen(self, database: Any) -> Any:
        """What to connect to: with the setting `schema`, a URL, on which its connections are made.

        Raises ConfigurationError for a connection, whose schema is the caller's to choose.
        """
        if self.settings is None or self.settings.schema is None or database is None:
            return database
        if isinstance(database, sa.Connection):
            raise ConfigurationError(
                "The setting 'schema' needs a URL or an engine. Give the connection itself the "
                "schema (on PostgreSQL with SET search_path), and set 'version_table_schema'."
            )
        return getattr(database, "url", database)

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
