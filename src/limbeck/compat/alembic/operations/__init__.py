"""``alembic.operations``."""

from limbeck.compat.alembic.operations import batch, ops, schemaobj, toimpl
from limbeck.compat.alembic.operations.base import (
    AbstractOperations,
    BatchOperations,
    Operations,
)
from limbeck.compat.alembic.operations.ops import MigrateOperation, MigrationScript

__all__ = [
    "AbstractOperations",
    "BatchOperations",
    "MigrateOperation",
    "MigrationScript",
    "Operations",
    "batch",
    "ops",
    "schemaobj",
    "toimpl",
]
