"""Which dialect keyword arguments the installed SQLAlchemy takes: newer ones know more."""

from __future__ import annotations

from functools import cache

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from limbeck.schema.constraints import Options


def accepted(kind: type[sa.schema.SchemaItem], options: Options) -> Options:
    """Those of the options that can be written on an object of that kind."""
    known = _names().get(kind.__name__, frozenset())
    return tuple(option for option in options if option[0] in known)


@cache
def _names() -> dict[str, frozenset[str]]:
    arguments = postgresql.dialect.construct_arguments or ()
    return {
        kind.__name__: frozenset(f"postgresql_{name}" for name in names)
        for kind, names in arguments
    }
