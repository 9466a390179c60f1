"""``alembic.ddl.oracle``."""

from __future__ import annotations

from collections.abc import Sequence

from limbeck.compat.alembic.ddl.impl import DefaultImpl

__all__ = ["OracleImpl"]


class OracleImpl(DefaultImpl):
    """Oracle."""

    __dialect__ = "oracle"
    transactional_ddl = False
    batch_separator = "/"
    command_terminator = ""
    type_synonyms: Sequence[set[str]] = (
        {"NUMERIC", "DECIMAL"},
        {"VARCHAR", "VARCHAR2"},
        {"BIGINT", "INTEGER", "SMALLINT", "DECIMAL", "NUMERIC", "NUMBER"},
        {"DOUBLE", "FLOAT", "DOUBLE_PRECISION"},
    )
    identity_attrs_ignore: Sequence[str] = ()
