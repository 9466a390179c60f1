"""How PostgreSQL says operations, where it is not the standard way."""

from __future__ import annotations

from collections.abc import Mapping

from limbeck.operations.base import Operation
from limbeck.operations.compiler import Override

OVERRIDES: Mapping[type[Operation], Override] = {}
