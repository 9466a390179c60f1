"""What a shell is offered where a revision or a database is to be named.

Nothing of the project's own is run, and whatever is wrong with it is for the command to say.
"""

from __future__ import annotations

from contextlib import suppress

import click
from click.shell_completion import CompletionItem

from limbeck.project.config import Config
from limbeck.project.project import Project

_SYMBOLS = ("head", "heads", "base")


def revisions(ctx: click.Context, incomplete: str) -> list[CompletionItem]:
    """Revisions by id and by branch label, with their messages."""
    found = [CompletionItem(name) for name in _SYMBOLS]
    with suppress(Exception):
        graph = Project(_config(ctx)).scripts.graph
        for revision in graph:
            found.append(CompletionItem(revision.id, help=revision.doc or None))
            found += (CompletionItem(f"{label}@head") for label in revision.labels)
    return [item for item in found if item.value.startswith(incomplete)]


def databases(ctx: click.Context, incomplete: str) -> list[CompletionItem]:
    """The names of the databases that the settings know."""
    names: list[str] = []
    with suppress(Exception):
        native = _config(ctx).native
        names = [] if native is None else list(native.databases)
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def _config(ctx: click.Context) -> Config:
    given = ctx.find_root().params
    config = Config.find(given.get("config") or (), ini_section=given.get("name") or "alembic")
    config.database = ctx.params.get("database_")
    return config
