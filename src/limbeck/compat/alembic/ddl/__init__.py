"""``alembic.ddl``."""

from __future__ import annotations

from typing import Any

from limbeck.compat.alembic.ddl.impl import DefaultImpl, _impls

__all__ = ["DefaultImpl", "mssql", "mysql", "oracle", "postgresql", "sqlite"]


def load_impl(context: Any) -> DefaultImpl:
    """The dialect's side of a migration context."""
    from limbeck.compat.alembic.ddl import mssql, mysql, oracle, postgresql, sqlite

    del mssql, mysql, oracle, postgresql, sqlite  # importing them registers their classes
    made_by = _impls.get(context.dialect.name, DefaultImpl)
    return made_by(
        context.dialect,
        context.connection,
        context.as_sql,
        context.opts.get("transactional_ddl"),
        context.output_buffer,
        context.opts,
    )


def __getattr__(name: str) -> object:
    import importlib

    if name in __all__:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module 'alembic.ddl' has no attribute '{name}'")
