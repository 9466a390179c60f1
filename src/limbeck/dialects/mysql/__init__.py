"""MySQL and MariaDB."""

from __future__ import annotations

from limbeck.dialects.base import Dialect
from limbeck.dialects.mysql.compile import OVERRIDES
from limbeck.dialects.mysql.inspect import inspect
from limbeck.dialects.mysql.normalize import normalize

DIALECT = Dialect(
    name="mysql",
    transactional_ddl=False,
    overrides=OVERRIDES,
    inspect=inspect,
    normalize=normalize,
    pins_foreign_keys=True,
)
