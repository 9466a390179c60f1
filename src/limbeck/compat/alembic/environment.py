"""``alembic.runtime.environment`` and ``alembic.environment``."""

from limbeck.project.environment import EnvironmentContext

__all__ = ["EnvironmentContext"]
