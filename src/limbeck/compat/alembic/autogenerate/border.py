"""Directives in Alembic's shape, made from ours and read again when the hooks have run."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from limbeck.commands import directives
from limbeck.commands.autogenerate import Difference
from limbeck.compat.alembic.autogenerate.api import AutogenContext
from limbeck.compat.alembic.autogenerate.compare import in_force, run_comparators
from limbeck.compat.alembic.autogenerate.render import items
from limbeck.compat.alembic.operations import ops
from limbeck.compat.alembic.operations.from_native import from_native
from limbeck.database.migration import MigrationContext
from limbeck.operations.base import Operation
from limbeck.operations.types import AlterEnum
from limbeck.script.render import Item


class AlembicDirectives:
    """Hooks see `MigrationScript` objects whose operations they may change in place."""

    def script(self, script: directives.MigrationScript) -> ops.MigrationScript:
        """A new script in Alembic's shape."""
        return ops.MigrationScript(
            script.rev_id,
            ops.UpgradeOps(),
            ops.DowngradeOps(),
            message=script.message,
            imports=script.imports,
            head=script.head,
            splice=script.splice,
            branch_label=script.branch_label,
            version_path=script.version_path,
            depends_on=script.depends_on,
        )

    def asks_server(self, context: MigrationContext) -> bool:
        """Whether comparators of third parties will look at the database."""
        return bool(in_force(context)._registry)

    def found(
        self, difference: Difference, imports: set[str]
    ) -> tuple[ops.UpgradeOps, ops.DowngradeOps]:
        """What was found; operations are made only when somebody looks at them."""
        opts = difference.context.opts
        upgrade = ops.UpgradeOps(upgrade_token=opts.get("upgrade_token") or "upgrades")
        downgrade = ops.DowngradeOps(downgrade_token=opts.get("downgrade_token") or "downgrades")
        before, after = difference.inspected, difference.declared
        models = _collections(opts.get("target_metadata"))
        autogen_context = AutogenContext(difference.context)

        going_up, going_down = _left(difference.upgrade), _left(difference.downgrade)

        def upgrades() -> list[ops.MigrateOperation]:
            return from_native(going_up, before, after, models)

        if run_comparators(autogen_context, difference, upgrade, upgrades):
            upgrade.reverse_into(downgrade)
        else:
            _lazily(upgrade, going_up, upgrades)
            _lazily(downgrade, going_down, lambda: from_native(going_down, after, before))
        imports.update(autogen_context.imports)
        return upgrade, downgrade

    def written(self, script: Any, context: MigrationContext | None) -> directives.MigrationScript:
        """The script in our shape."""
        autogen_context = None
        if context is not None:
            autogen_context = AutogenContext(context, autogenerate=False)
            autogen_context.imports = script.imports
        made = directives.MigrationScript(
            script.rev_id,
            directives.UpgradeOps(),
            directives.DowngradeOps(),
            message=script.message,
            head="head" if script.head is None else script.head,
            splice=bool(script.splice),
            branch_label=script.branch_label,
            version_path=script.version_path,
            depends_on=script.depends_on,
        )
        made.upgrade_ops_list[:] = [
            directives.UpgradeOps(_items(container, autogen_context), container.upgrade_token)
            for container in script.upgrade_ops_list
        ]
        made.downgrade_ops_list[:] = [
            directives.DowngradeOps(_items(container, autogen_context), container.downgrade_token)
            for container in script.downgrade_ops_list
        ]
        made.imports = set(script.imports)
        return made


DIRECTIVES = AlembicDirectives()

ENUM_PLUGINS = ("alembic_postgresql_enum", "alembic_autogenerate_enums")
"""Programs that compare the values of enum types themselves: where one is in use, ours would say
the same again."""


def _left(operations: tuple[Operation, ...]) -> tuple[Operation, ...]:
    if not any(name in sys.modules for name in ENUM_PLUGINS):
        return operations
    return tuple(o for o in operations if not isinstance(o, AlterEnum))


def _lazily(
    container: ops.OpContainer,
    operations: tuple[Operation, ...],
    make: Callable[[], list[ops.MigrateOperation]],
) -> None:
    container._unseen = operations
    container._make = make


def _items(container: ops.OpContainer, autogen_context: AutogenContext | None) -> list[Item]:
    """What a container holds; what nobody has looked at is as we found it."""
    if container._make is not None:
        return list(container._unseen)
    if autogen_context is None:
        return []
    return list(items(autogen_context, container))


def _collections(target: Any) -> list[sa.MetaData]:
    if target is None:
        return []
    return [target] if isinstance(target, sa.MetaData) else list(target)
