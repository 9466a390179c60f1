"""``alembic.ddl.sqlite``."""

from __future__ import annotations

from limbeck.compat.alembic.ddl.impl import DefaultImpl

__all__ = ["SQLiteImpl"]


class SQLiteImpl(DefaultImpl):
    """SQLite."""

    __dialect__ = "sqlite"
    transactional_ddl = False
