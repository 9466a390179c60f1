"""``alembic.command``: the commands as functions, giving Alembic's `Script` objects."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Sequence
from typing import Any

from limbeck import command as native
from limbeck.command import (
    branches,
    check,
    current,
    downgrade,
    edit,
    ensure_version,
    heads,
    history,
    init,
    list_templates,
    show,
    stamp,
    upgrade,
)
from limbeck.compat.alembic import util
from limbeck.compat.alembic.script.base import Script, ScriptDirectory
from limbeck.errors import CommandError
from limbeck.project.config import Config

__all__ = [
    "CommandError",
    "ScriptDirectory",
    "branches",
    "check",
    "current",
    "downgrade",
    "edit",
    "ensure_version",
    "heads",
    "history",
    "init",
    "list_templates",
    "merge",
    "revision",
    "show",
    "stamp",
    "upgrade",
    "util",
]


def _scripts(config: Config, written: Any) -> Any:
    """What was written as `Script` objects: one, or a list."""
    several = isinstance(written, list)
    directory = ScriptDirectory.from_config(config)
    found: list[Script | None] = [
        directory.get_revision(one.revision) for one in (written if several else [written])
    ]
    return found if several else found[0]


def revision(
    config: Config,
    message: str | None = None,
    autogenerate: bool = False,
    sql: bool = False,
    head: str | Sequence[str] = "head",
    splice: bool = False,
    branch_label: str | Sequence[str] | None = None,
    version_path: str | os.PathLike[str] | None = None,
    rev_id: str | None = None,
    depends_on: str | Sequence[str] | None = None,
    process_revision_directives: Callable[..., Any] | None = None,
) -> Any:
    """Create a new revision file."""
    written = native.revision(
        config,
        message,
        autogenerate,
        sql,
        head,
        splice,
        branch_label,
        version_path,
        rev_id,
        depends_on,
        process_revision_directives,
    )
    return _scripts(config, written)


def merge(
    config: Config,
    revisions: str | Sequence[str],
    message: str | None = None,
    branch_label: str | Sequence[str] | None = None,
    rev_id: str | None = None,
    splice: bool = False,
) -> Any:
    """Merge two revisions together. Creates a new migration file."""
    written = native.merge(config, revisions, message, branch_label, rev_id, splice)
    return _scripts(config, written)


def __getattr__(name: str) -> Any:
    if name == "autogen":
        return importlib.import_module("limbeck.compat.alembic.autogenerate")
    if name == "EnvironmentContext":
        module = importlib.import_module("limbeck.compat.alembic.runtime.environment")
        return module.EnvironmentContext
    raise AttributeError(f"module 'alembic.command' has no attribute '{name}'")
