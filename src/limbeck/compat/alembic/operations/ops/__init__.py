"""``alembic.operations.ops``: operations as objects that hooks read and change."""

from limbeck.compat.alembic.operations.ops.base import MigrateOperation
from limbeck.compat.alembic.operations.ops.checks import CreateCheckConstraintOp
from limbeck.compat.alembic.operations.ops.columns import AddColumnOp, AlterColumnOp, DropColumnOp
from limbeck.compat.alembic.operations.ops.constraints import AddConstraintOp, DropConstraintOp
from limbeck.compat.alembic.operations.ops.foreign_keys import CreateForeignKeyOp
from limbeck.compat.alembic.operations.ops.indexes import CreateIndexOp, DropIndexOp
from limbeck.compat.alembic.operations.ops.keys import CreatePrimaryKeyOp, CreateUniqueConstraintOp
from limbeck.compat.alembic.operations.ops.rows import BulkInsertOp, ExecuteSQLOp
from limbeck.compat.alembic.operations.ops.scripts import (
    DowngradeOps,
    MigrationScript,
    ModifyTableOps,
    OpContainer,
    UpgradeOps,
)
from limbeck.compat.alembic.operations.ops.table_changes import (
    AlterTableOp,
    CreateTableCommentOp,
    DropTableCommentOp,
    RenameTableOp,
)
from limbeck.compat.alembic.operations.ops.tables import CreateTableOp, DropTableOp

__all__ = [
    "AddColumnOp",
    "AddConstraintOp",
    "AlterColumnOp",
    "AlterTableOp",
    "BulkInsertOp",
    "CreateCheckConstraintOp",
    "CreateForeignKeyOp",
    "CreateIndexOp",
    "CreatePrimaryKeyOp",
    "CreateTableCommentOp",
    "CreateTableOp",
    "CreateUniqueConstraintOp",
    "DowngradeOps",
    "DropColumnOp",
    "DropConstraintOp",
    "DropIndexOp",
    "DropTableCommentOp",
    "DropTableOp",
    "ExecuteSQLOp",
    "MigrateOperation",
    "MigrationScript",
    "ModifyTableOps",
    "OpContainer",
    "RenameTableOp",
    "UpgradeOps",
]
