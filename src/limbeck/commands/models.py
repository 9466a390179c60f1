"""Models that the comparison would not see: their tables would be dropped, or never made."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from limbeck.commands.scope import ignore_patterns, is_ignored
from limbeck.database.migration import MigrationContext
from limbeck.errors import UnseenModels
from limbeck.metadata import load
from limbeck.project.discovery import import_models


def require_all_models(context: MigrationContext, metadata: Sequence[sa.MetaData]) -> None:
    """Raises UnseenModels naming each mapped class below the setting `models` that is not seen.

    Either its module was not imported when env.py gave its metadata, or the class belongs to a
    base whose metadata is not compared. One whose table `ignore` names is meant to be left out.
    """
    config = context.config
    packages = config.get_alembic_option("models") if config is not None else None
    if not packages:
        return
    names = packages.split() if isinstance(packages, str) else list(packages)
    seen = [set(collection.tables.values()) for collection in metadata]
    before = set().union(*seen)
    patterns = ignore_patterns(context)
    unseen = {
        f"{where} (table '{table.key}')": table.metadata in metadata
        for where, table in _mapped(import_models(*names))
        if table not in before and not is_ignored(load.name(table, context.dialect), patterns)
    }
    if not unseen:
        return
    late = [where for where, known in unseen.items() if known]
    other = [where for where, known in unseen.items() if not known]
    raise UnseenModels("\n".join((*_late(late), *_other(other))))


def _mapped(modules: Sequence[str]) -> Iterator[tuple[str, sa.Table]]:
    """The mapped classes that are defined in those modules, each with its table."""
    for name in modules:
        for value in list(vars(importlib.import_module(name)).values()):
            if not isinstance(value, type) or value.__module__ != name:
                continue
            mapper: Any = vars(value).get("__mapper__")
            table = getattr(mapper, "local_table", None)
            if isinstance(table, sa.Table):
                yield f"{name}.{value.__qualname__}", table


def _late(classes: Sequence[str]) -> Iterator[str]:
    if classes:
        yield f"env.py does not import these models, so they were not compared: {_list(classes)}."
        yield (
            "Import their modules in env.py before its target_metadata is used; "
            'limbeck.import_models("package") imports all below a package.'
        )


def _other(classes: Sequence[str]) -> Iterator[str]:
    if classes:
        yield f"These models belong to a metadata that is not compared: {_list(classes)}."
        yield (
            "Give the metadata of their base as well (a list of several is possible), or leave "
            "their tables out with the setting 'ignore'."
        )


def _list(items: Sequence[str]) -> str:
    return ", ".join(items)
