"""What the settings of native mode stand for, where no env.py says it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial
from typing import Any

import sqlalchemy as sa

from limbeck.errors import ConfigurationError, ModelImportError
from limbeck.project.discovery import import_models
from limbeck.project.settings import Reference, Settings
from limbeck.project.sources import load_reference, resolve_metadata

log = logging.getLogger("alembic.runtime.migration")


def native_options(settings: Settings, needs_metadata: bool) -> dict[str, Any]:
    """The keywords of `configure` that the settings of native mode stand for.

    Raises ConfigurationError and ModelImportError where the metadata is needed and not to be had.
    """
    options: dict[str, Any] = {
        "compare_type": settings.compare_type,
        "compare_server_default": settings.compare_server_default,
        "render_as_batch": settings.render_as_batch,
        "transaction_per_migration": settings.transaction_per_migration,
        "include_schemas": settings.include_schemas,
        "include_name": _function(settings.include_name, "include_name"),
        "include_object": _function(settings.include_object, "include_object"),
        "version_table": settings.version_table,
        "version_table_schema": settings.version_table_schema,
    }
    if needs_metadata:
        options["target_metadata"] = native_metadata(settings)
    elif settings.metadata:
        options["load_metadata"] = partial(_metadata_if_there, settings)
    return options


def _metadata_if_there(settings: Settings) -> Sequence[sa.MetaData]:
    """The metadata for a run that can do without: where there is none to import, it says so."""
    try:
        return native_metadata(settings)
    except (ModelImportError, ConfigurationError) as error:
        log.warning(
            "What scripts leave unnamed gets the names of the database, and not those of the "
            "models' naming convention: %s",
            error,
        )
        return ()


def _function(spec: Reference | None, setting: str) -> Any:
    """The function that a setting names. Raises ConfigurationError when it is none."""
    found = load_reference(spec, setting) if isinstance(spec, str) else spec
    if found is not None and not callable(found):
        raise ConfigurationError(f"{setting} = {spec!r} is a {type(found).__name__}, no function")
    return found


def native_metadata(settings: Settings) -> Sequence[sa.MetaData]:
    """The metadata of native mode, with all models imported.

    Raises ConfigurationError when none is named, ModelImportError when a module fails.
    """
    if not settings.metadata:
        raise ConfigurationError(
            f"{settings.file}: [tool.limbeck] has no 'metadata'. Name your declarative base, "
            'as in metadata = "app.db.base:Base".'
        )
    import_models(*settings.models)
    return resolve_metadata(settings.metadata)
