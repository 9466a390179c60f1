"""The project whose migrations are tested, and where its test databases may be made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy.engine import URL, make_url

from limbeck.errors import ConfigurationError
from limbeck.project.config import Config
from limbeck.project.locate import located
from limbeck.project.project import Project
from limbeck.project.sources import resolve_url


def project_at(path: Path) -> Config:
    """The configuration of a project, ready to run its code as the command line is.

    Raises ConfigurationError where there is none.
    """
    config = Config.at(located(path))
    if config.native is None:
        from limbeck.compat.alembic import install

        install()
    Project(config)  # puts its folders in front of sys.path
    return config


def url_for_tests(config: Config, named: str) -> URL:
    """The URL that is named, else that of `scratch_url`, else the project's own.

    Raises ConfigurationError where there is none.
    """
    spec: Any = named or config.get_alembic_option("scratch_url")
    if not spec and config.native is not None:
        spec = config.native.url
    elif not spec:
        spec = config.get_alembic_option("sqlalchemy.url")
    if not spec:
        raise ConfigurationError(
            "Nothing says where databases for tests may be made: set limbeck_url in the options "
            "of pytest, or give a fixture of that name."
        )
    found: Any = resolve_url(str(spec), setting="limbeck_url")
    return make_url(getattr(found, "url", found))
