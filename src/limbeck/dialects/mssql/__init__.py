"""Microsoft SQL Server: its SQL; the catalog is read through SQLAlchemy."""

from __future__ import annotations

from limbeck.dialects.base import Dialect
from limbeck.dialects.mssql.compile import OVERRIDES
from limbeck.dialects.reflection import inspect, normalize

DIALECT = Dialect(
    name="mssql",
    transactional_ddl=True,
    overrides=OVERRIDES,
    inspect=inspect,
    normalize=normalize,
)
