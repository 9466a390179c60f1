"""``alembic.ddl.mssql``."""

from __future__ import annotations

from collections.abc import Sequence

from limbeck.compat.alembic.ddl.impl import DefaultImpl

__all__ = ["MSSQLImpl"]


class MSSQLImpl(DefaultImpl):
    """SQL Server."""

    __dialect__ = "mssql"
    transactional_ddl = True
    batch_separator = "GO"
    type_synonyms: Sequence[set[str]] = ({"NUMERIC", "DECIMAL"}, {"VARCHAR", "NVARCHAR"})
    identity_attrs_ignore: Sequence[str] = (
        "order",
        "on_null",
        "minvalue",
        "maxvalue",
        "nominvalue",
        "nomaxvalue",
        "cycle",
        "cache",
    )
