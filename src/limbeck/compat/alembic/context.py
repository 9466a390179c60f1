"""``alembic.context``: what an env.py calls."""

from __future__ import annotations

from typing import Any

from limbeck.context import (
    begin_transaction,
    configure,
    execute,
    get_bind,
    get_context,
    get_head_revision,
    get_head_revisions,
    get_impl,
    get_revision_argument,
    get_starting_revision_argument,
    get_tag_argument,
    get_x_argument,
    is_offline_mode,
    is_transactional_ddl,
    requires_connection,
    run_migrations,
    static_output,
)
from limbeck.project.environment import current_environment

__all__ = [
    "begin_transaction",
    "configure",
    "execute",
    "get_bind",
    "get_context",
    "get_head_revision",
    "get_head_revisions",
    "get_impl",
    "get_revision_argument",
    "get_starting_revision_argument",
    "get_tag_argument",
    "get_x_argument",
    "is_offline_mode",
    "is_transactional_ddl",
    "requires_connection",
    "run_migrations",
    "static_output",
]


def __getattr__(name: str) -> Any:
    """``config`` and ``script`` of the command that is under way, and ``_proxy``, all of it."""
    if name in ("config", "script"):
        return getattr(current_environment(name), name)
    if name == "_proxy":
        return current_environment(name)
    raise AttributeError(f"module 'alembic.context' has no attribute '{name}'")
