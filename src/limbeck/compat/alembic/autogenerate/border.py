"""Directives in Alembic's shape, made from ours and read again when the hooks have run."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from limbeck.commands import directives
from limbeck.commands.autogenerate import Difference
from limbeck.compat.alembic.autogenerate.api import AutogenContext
from limbeck.compat.alembic.autogenerate.compare import run_comparators
from limbeck.compat.alembic.autogenerate.render import items
from limbeck.compat.alembic.operations import ops
from limbeck.compat.alembic.operations.from_native import from_native
from limbeck.database.migration import MigrationContext
from limbeck.operations.base import Operation
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

    def found(
        self, difference: Difference, imports: set[str]
    ) -> tuple[ops.UpgradeOps, ops.DowngradeOps]:
        """What was found; operations are made only when somebody looks at them."""
        opts = difference.context.opts
        upgrade = ops.UpgradeOps(upgrade_token=opts.get("upgrade_token") or "upgrades")
        downgrade = ops.DowngradeOps(downgrade_token=opts.get("downgrade_token") or "downgrades")
        before, after = difference.inspected, difference.declared
        models = _collections(opts.get("target_metadata"))
        _lazily(upgrade, difference.upgrade, lambda o: from_native(o, before, after, models))
        _lazily(downgrade, difference.downgrade, lambda o: from_native(o, after, before))
        autogen_context = AutogenContext(difference.context)
        if run_comparators(autogen_context, difference, upgrade):
            upgrade.reverse_into(downgrade)
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


def _lazily(container: ops.OpContainer, operations: tuple[Operation, ...], make: Any) -> None:
    container._unseen = operations
    container._make = lambda: make(operations)


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
