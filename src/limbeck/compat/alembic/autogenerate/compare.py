"""``alembic.autogenerate.compare``: comparators of third parties, run after our comparison."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from limbeck.compat.alembic.operations import ops
from limbeck.compat.alembic.runtime.plugins import Plugin
from limbeck.compat.alembic.util.langhelpers import DispatchPriority, PriorityDispatcher
from limbeck.metadata import build
from limbeck.schema.names import Name

if TYPE_CHECKING:
    from limbeck.commands.autogenerate import Difference
    from limbeck.compat.alembic.autogenerate.api import AutogenContext

log = logging.getLogger("alembic.autogenerate.compare")

comparators = PriorityDispatcher()
"""Targets: ``autogenerate``, ``schema``, ``table``, ``column``."""


def in_force(context: Any) -> PriorityDispatcher:
    """The comparators for a migration context: registered ones, and those of its plugins."""
    found = comparators.branch()
    patterns: Sequence[str] = context.opts.get("autogenerate_plugins") or (
        "alembic.autogenerate.*",
    )
    Plugin.populate_autogenerate_priority_dispatch(found, patterns)
    return found


def run_comparators(
    autogen_context: AutogenContext,
    difference: Difference,
    upgrade_ops: ops.UpgradeOps,
    found: Callable[[], list[ops.MigrateOperation]],
) -> bool:
    """Lets them add to what was found; False where there are none.

    What was found is put in after those of the first and of medium priority, which add to an
    empty list, as they do with Alembic.
    """
    dispatcher = autogen_context.comparators
    if not dispatcher._registry:
        return False
    dialect = autogen_context.dialect.name
    sides = (difference.inspected, difference.declared)
    schemas = {table.name.schema for side in sides for table in side} | {None}
    early, late = dispatcher.parted(DispatchPriority.LAST)
    for part in (early, late):
        part.dispatch("autogenerate", qualifier=dialect)(autogen_context, upgrade_ops)
        part.dispatch("schema", qualifier=dialect)(autogen_context, upgrade_ops, schemas)
        if part is early:
            upgrade_ops.ops.extend(found())
    if any(dispatcher.functions(target, dialect) for target in ("table", "column")):
        for name in sorted({t.name for side in sides for t in side}, key=lambda n: n.sort_key):
            _compare_table(autogen_context, difference, upgrade_ops, name)
    return True


def _compare_table(
    autogen_context: AutogenContext,
    difference: Difference,
    upgrade_ops: ops.UpgradeOps,
    name: Name,
) -> None:
    dispatcher, dialect = autogen_context.comparators, autogen_context.dialect.name
    inspected = difference.inspected.find(name)
    declared = autogen_context.table_key_to_table.get(str(name))
    conn_table = build.table(inspected) if inspected is not None else None
    both = conn_table is not None and declared is not None
    known = next(_of_table(upgrade_ops, name), None) if both else None
    modify = known or ops.ModifyTableOps(name.name, [], schema=name.schema)
    if conn_table is not None and declared is not None:
        _compare_columns(autogen_context, modify, name, conn_table, declared)
    dispatcher.dispatch("table", qualifier=dialect)(
        autogen_context, modify, name.schema, name.name, conn_table, declared
    )
    if known is None and not modify.is_empty():
        upgrade_ops.ops.append(modify)


def _of_table(container: ops.OpContainer, name: Name) -> Iterator[ops.ModifyTableOps]:
    for op in container.ops:
        if isinstance(op, ops.ModifyTableOps) and (op.table_name, op.schema) == (
            name.name,
            name.schema,
        ):
            yield op


def _compare_columns(
    autogen_context: AutogenContext,
    modify: ops.ModifyTableOps,
    name: Name,
    conn_table: sa.Table,
    declared: sa.Table,
) -> None:
    dispatcher, dialect = autogen_context.comparators, autogen_context.dialect.name
    if not dispatcher.functions("column", dialect):
        return
    compare = dispatcher.dispatch("column", qualifier=dialect)
    for conn_column in conn_table.columns:
        column = declared.columns.get(conn_column.name)
        if column is None:
            continue
        known = next(
            (
                op
                for op in modify.ops
                if isinstance(op, ops.AlterColumnOp) and op.column_name == column.name
            ),
            None,
        )
        op = known or ops.AlterColumnOp(
            name.name,
            column.name,
            schema=name.schema,
            existing_type=conn_column.type,
            existing_nullable=conn_column.nullable,
            existing_server_default=conn_column.server_default or False,
            existing_comment=conn_column.comment,
        )
        compare(autogen_context, op, name.schema, name.name, column.name, conn_column, column)
        if known is None and op.has_changes():
            modify.ops.append(op)


def _produce_net_changes(autogen_context: AutogenContext, upgrade_ops: ops.UpgradeOps) -> None:
    from limbeck.compat.alembic.autogenerate.api import produce_migrations

    context = autogen_context.migration_context
    script = produce_migrations(context, autogen_context.metadata)
    upgrade_ops.ops.extend(script.upgrade_ops.ops if script.upgrade_ops is not None else ())
