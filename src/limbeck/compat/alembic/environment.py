"""``alembic.environment``: the old name of ``alembic.runtime.environment``."""

from limbeck.compat.alembic.runtime.environment import EnvironmentContext

__all__ = ["EnvironmentContext"]
