"""``alembic.autogenerate``."""

from limbeck.compat.alembic.autogenerate import api, compare, render, rewriter
from limbeck.compat.alembic.autogenerate.api import (
    AutogenContext,
    RevisionContext,
    _render_migration_diffs,
    compare_metadata,
    produce_migrations,
    render_python_code,
)
from limbeck.compat.alembic.autogenerate.compare import _produce_net_changes, comparators
from limbeck.compat.alembic.autogenerate.render import render_op_text, renderers
from limbeck.compat.alembic.autogenerate.rewriter import Rewriter

__all__ = [
    "AutogenContext",
    "RevisionContext",
    "Rewriter",
    "_produce_net_changes",
    "_render_migration_diffs",
    "api",
    "comparators",
    "compare",
    "compare_metadata",
    "produce_migrations",
    "render",
    "render_op_text",
    "render_python_code",
    "renderers",
    "rewriter",
]
