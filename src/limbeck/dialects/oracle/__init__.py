"""Oracle Database: its SQL; the catalog is read through SQLAlchemy."""

from __future__ import annotations

from limbeck.dialects.base import Dialect
from limbeck.dialects.oracle.compile import OVERRIDES
from limbeck.dialects.reflection import inspect, normalize

DIALECT = Dialect(
    name="oracle",
    transactional_ddl=False,
    overrides=OVERRIDES,
    inspect=inspect,
    normalize=normalize,
)
