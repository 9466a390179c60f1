"""The project whose migrations are tested, and where its test databases may be made."""

from __future__ import annotations

import os
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy.engine import URL, make_url

from limbeck.compat.alembic import install
from limbeck.errors import ConfigurationError
from limbeck.migrator import Migrator
from limbeck.project.config import Config
from limbeck.project.dotenv import environment_of
from limbeck.project.environment import configured_url
from limbeck.project.locate import located
from limbeck.project.project import Project
from limbeck.project.sources import resolve_url
from limbeck.script.module import importing


def project_at(path: Path, database: str = "") -> Config:
    """The configuration of a project, ready to run its code as the command line is.

    `database` is one of several. Raises ConfigurationError where there is none.
    """
    config = Config.at(located(path)).narrowed(database or None)
    if config.native is not None and config.native.databases and not database:
        raise ConfigurationError(
            "The project has several databases: name one as limbeck_database in the options of "
            f"pytest ({', '.join(config.native.databases)})."
        )
    if config.native is None:
        install()
    importing.alembic = install  # a native project may have scripts from when it was Alembic's
    Project(config)  # puts its folders in front of sys.path
    return config


def migrator_on(url: Any, config: Config) -> Migrator:
    """The migrations of a project on a database of a test's, which is no tenant's."""
    settings = config.native
    if settings is not None and (settings.tenants or settings.schema):
        config = copy(config)
        config.native = replace(settings, tenants=None, schema=None)
    return Migrator(url, project=config)


def url_for_tests(config: Config, named: str) -> URL:
    """The URL that is named, else that of `scratch_url`, else the project's own.

    Raises ConfigurationError where there is none.
    """
    settings = config.native
    if named:
        environment = os.environ if settings is None else environment_of(settings.here)
        return _url(resolve_url(named, environment, "limbeck_url"))
    scratch = Project(config).scratch_url()
    if scratch is not None:
        return scratch
    if settings is not None and settings.url is not None:
        return _url(configured_url(settings))
    if settings is None and (url := config.get_alembic_option("sqlalchemy.url")):
        return make_url(str(url))
    raise ConfigurationError(
        "Nothing says where databases for tests may be made: set limbeck_url in the options "
        "of pytest, or give a fixture of that name."
    )


def _url(found: Any) -> URL:
    return make_url(getattr(found, "url", found))
