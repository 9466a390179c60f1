"""``alembic.runtime.migration`` and ``alembic.migration``."""

from limbeck.database.migration import MigrationContext
from limbeck.database.steps import MigrationInfo, MigrationStep

__all__ = ["MigrationContext", "MigrationInfo", "MigrationStep"]
