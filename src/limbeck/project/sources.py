"""Where a native project's URL and metadata come from: a module, the environment, plain text."""

from __future__ import annotations

import importlib
import inspect
import os
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from limbeck.errors import ConfigurationError, invalid, said

if TYPE_CHECKING:
    from sqlalchemy import URL, Engine, MetaData
    from sqlalchemy.ext.asyncio import AsyncEngine

    from limbeck.project.settings import Reference

_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
_NAME = r"[A-Za-z_]\w*(?:\(\))?"
_REFERENCE = re.compile(rf"[A-Za-z_][\w.]*:{_NAME}(?:\.{_NAME})*")


def resolve_url(
    spec: str, environment: Mapping[str, str] = os.environ, setting: str = "url"
) -> str | URL | Engine | AsyncEngine:
    """The database that the setting `url` (or another) means.

    `"$NAME"` is an environment variable, `"module:attribute"` is imported (and called when it is
    callable; `"module:get_settings().url"` calls on the way), anything else is a URL. An object
    with `get_secret_value`, or whose text is a URL (as pydantic has them), counts as its text.
    ``postgres://`` counts as ``postgresql://``.
    Raises ConfigurationError when there is no such thing; the message never shows a value.
    """
    from sqlalchemy import URL

    from limbeck.database.urls import known

    found = _meant(spec, environment, setting)
    return known(found) if isinstance(found, str | URL) else found


def _meant(
    spec: str, environment: Mapping[str, str], setting: str
) -> str | URL | Engine | AsyncEngine:
    if variable := _VARIABLE.fullmatch(spec):
        name = variable[1] or variable[2]
        if not environment.get(name):
            raise ConfigurationError(
                f"{setting} = {spec!r}: the environment variable {name} is not set"
            )
        return environment[name]
    if not _REFERENCE.fullmatch(spec):
        if "://" not in spec:
            raise ConfigurationError(
                f"{setting} is neither a URL (driver://…), nor 'module:attribute', nor '$VARIABLE'"
            )
        return spec
    value = load_reference(spec, setting)
    if callable(value):
        value = _called(value, spec, setting)
    url: str | URL | Engine | AsyncEngine = _as_url(value, spec)
    return url


def resolve_metadata(specs: Sequence[Reference]) -> tuple[MetaData, ...]:
    """The metadata that the setting `metadata` names; a declarative base counts as its metadata.

    Raises ConfigurationError when one of them is no metadata.
    """
    from sqlalchemy import MetaData

    found: list[MetaData] = []
    for spec in specs:
        value = load_reference(spec, "metadata") if isinstance(spec, str) else spec
        metadata = value if isinstance(value, MetaData) else getattr(value, "metadata", None)
        if not isinstance(metadata, MetaData):
            raise ConfigurationError(
                f"metadata = {spec!r} is a {type(value).__name__}; expected a MetaData or a "
                "declarative base"
            )
        if metadata not in found:
            found.append(metadata)
    return tuple(found)


def load_reference(spec: str, setting: str) -> Any:
    """The object that `module:attribute.attribute` names; ``name()`` on the way is called.

    Raises ConfigurationError naming the setting, and why the module or attribute is not there.
    """
    module_name, _, path = spec.partition(":")
    if not module_name or not path:
        raise ConfigurationError(f"{setting} = {spec!r} must have the form 'module:attribute'")
    try:
        value: Any = importlib.import_module(module_name)
    except Exception as error:
        raise ConfigurationError(
            f"{setting} = {spec!r}: importing {module_name} failed: {said(error)}"
        ) from error
    for step in path.split("."):
        name = step.removesuffix("()")
        try:
            value = getattr(value, name)
        except AttributeError:
            raise ConfigurationError(f"{setting} = {spec!r}: there is no '{name}'") from None
        if step != name:
            value = _called(value, spec, setting)
    return value


def _called(function: Any, spec: str, setting: str) -> Any:
    try:
        value = function()
    except Exception as error:
        what = said(error) if invalid(error) else type(error).__name__
        raise ConfigurationError(f"{setting} = {spec!r}: calling it failed: {what}") from error
    if inspect.iscoroutine(value):
        value.close()
        raise ConfigurationError(f"{setting} = {spec!r} is an async function; name an ordinary one")
    return value


def _as_url(value: Any, spec: str) -> Any:
    from sqlalchemy import URL, Engine

    if hasattr(value, "get_secret_value"):
        value = value.get_secret_value()
    if isinstance(value, str | URL | Engine) or hasattr(value, "sync_engine"):
        return value
    if "://" in str(value):
        return str(value)
    raise ConfigurationError(
        f"url = {spec!r} gave a {type(value).__name__}; expected text, a URL or an engine"
    )
