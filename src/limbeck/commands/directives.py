"""What `process_revision_directives` hooks get and may change before a script is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from limbeck.commands.autogenerate import Difference
from limbeck.database.migration import MigrationContext
from limbeck.diff.tuples import as_tuples
from limbeck.operations.base import Operation
from limbeck.project.border import border
from limbeck.schema.objects import Schema

if TYPE_CHECKING:
    from limbeck.script.render import Item


class _Operations:
    """A list of operations under the name that the template knows it by."""

    def __init__(
        self,
        ops: Sequence[Item] = (),
        token: str = "",
        before: Schema | None = None,
        after: Schema | None = None,
    ) -> None:
        self.ops: list[Item] = list(ops)
        self.token = token
        self.before = before or Schema()
        self.after = after or Schema()

    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not self.ops

    def as_diffs(self) -> list[Any]:
        """The operations in the field's tuple form."""
        found = (item for item in self.ops if isinstance(item, Operation))
        return as_tuples(found, self.before, self.after)


class UpgradeOps(_Operations):
    """The operations of ``upgrade()``."""

    def __init__(
        self,
        ops: Sequence[Item] = (),
        upgrade_token: str = "upgrades",
        before: Schema | None = None,
        after: Schema | None = None,
    ) -> None:
        super().__init__(ops, upgrade_token, before, after)

    @property
    def upgrade_token(self) -> str:
        """The template's variable for them."""
        return self.token


class DowngradeOps(_Operations):
    """The operations of ``downgrade()``."""

    def __init__(
        self,
        ops: Sequence[Item] = (),
        downgrade_token: str = "downgrades",
        before: Schema | None = None,
        after: Schema | None = None,
    ) -> None:
        super().__init__(ops, downgrade_token, before, after)

    @property
    def downgrade_token(self) -> str:
        """The template's variable for them."""
        return self.token


class MigrationScript:
    """A script that is about to be written. Hooks change it in place."""

    def __init__(
        self,
        rev_id: str | None,
        upgrade_ops: UpgradeOps,
        downgrade_ops: DowngradeOps,
        *,
        message: str | None = None,
        imports: set[str] | None = None,
        head: Any = None,
        splice: bool = False,
        branch_label: Any = None,
        version_path: Any = None,
        depends_on: Any = None,
    ) -> None:
        self.rev_id = rev_id
        self.message = message
        self.imports: set[str] = set(imports or ())
        self.head = head
        self.splice = splice
        self.branch_label = branch_label
        self.version_path = version_path
        self.depends_on = depends_on
        self.upgrade_ops_list: list[UpgradeOps] = [upgrade_ops]
        self.downgrade_ops_list: list[DowngradeOps] = [downgrade_ops]

    @property
    def upgrade_ops(self) -> UpgradeOps:
        """The first list of ``upgrade()`` operations; there are more with several databases."""
        return self.upgrade_ops_list[0]

    @upgrade_ops.setter
    def upgrade_ops(self, ops: UpgradeOps) -> None:
        self.upgrade_ops_list[:] = [ops]

    @property
    def downgrade_ops(self) -> DowngradeOps:
        """The first list of ``downgrade()`` operations."""
        return self.downgrade_ops_list[0]

    @downgrade_ops.setter
    def downgrade_ops(self, ops: DowngradeOps) -> None:
        self.downgrade_ops_list[:] = [ops]


class Directives(Protocol):
    """In which shape hooks see what was found, and how it is read again when they have run."""

    def script(self, script: MigrationScript) -> Any:
        """A new script for hooks: the attributes of `MigrationScript`."""

    def asks_server(self, context: MigrationContext) -> bool:
        """Whether somebody else's comparison wants to look at the database that is compared."""

    def found(self, difference: Difference, imports: set[str]) -> tuple[Any, Any]:
        """What was found, for ``upgrade()`` and ``downgrade()``: `UpgradeOps` and `DowngradeOps`.

        What hooks of the comparison want imported is added to `imports`.
        """

    def written(self, script: Any, context: MigrationContext | None) -> MigrationScript:
        """The script as hooks left it, to be written."""


class _Native:
    """Our own shape."""

    def script(self, script: MigrationScript) -> Any:
        return script

    def asks_server(self, context: MigrationContext) -> bool:
        return False

    def found(self, difference: Difference, imports: set[str]) -> tuple[Any, Any]:
        opts = difference.context.opts
        before, after = difference.inspected, difference.declared
        up_token = opts.get("upgrade_token") or "upgrades"
        down_token = opts.get("downgrade_token") or "downgrades"
        return (
            UpgradeOps(difference.upgrade, up_token, before, after),
            DowngradeOps(difference.downgrade, down_token, after, before),
        )

    def written(self, script: Any, context: MigrationContext | None) -> MigrationScript:
        made: MigrationScript = script
        return made


def directives_in_force() -> Directives:
    """Ours, or those of the room above that has put its own in their place."""
    if border.directives is None:
        return _Native()
    made: Directives = border.directives()
    return made
