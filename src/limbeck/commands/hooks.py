"""The callables that users give to `configure`, on the values that the comparison works with.

They were written for SQLAlchemy's objects: these are built only where there is a callable.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa

from limbeck.database.migration import MigrationContext
from limbeck.diff.filters import Candidate, Item, Predicate
from limbeck.diff.options import Comparison
from limbeck.errors import ConfigurationError
from limbeck.metadata import build, load
from limbeck.schema.constraints import Check, ForeignKey, Unique
from limbeck.schema.names import Name
from limbeck.schema.objects import Column, Index, Table


def comparison(context: MigrationContext) -> Comparison:
    """`compare_type` and `compare_server_default`, as the comparison asks them."""
    types = context.opts.get("compare_type", True)
    defaults = context.opts.get("compare_server_default", True)
    return Comparison(
        compare_type=_type_question(context, types) if callable(types) else bool(types),
        compare_server_default=(
            _default_question(context, defaults) if callable(defaults) else bool(defaults)
        ),
    )


def _columns(before: Column, after: Column) -> tuple[sa.Column[Any], sa.Column[Any]]:
    return build.column(before), build.column(after)


def _type_question(
    context: MigrationContext, asked: Callable[..., bool | None]
) -> Callable[[Name, Column, Column], bool | None]:
    def question(table: Name, before: Column, after: Column) -> bool | None:
        inspected, declared = _columns(before, after)
        return asked(context, inspected, declared, inspected.type, declared.type)

    return question


def _default_question(
    context: MigrationContext, asked: Callable[..., bool | None]
) -> Callable[[Name, Column, Column], bool | None]:
    compiler = context.interpreter.compiler

    def text(column: Column) -> str | None:
        return None if column.default is None else compiler.default(column.default)

    def question(table: Name, before: Column, after: Column) -> bool | None:
        inspected, declared = _columns(before, after)
        return asked(
            context, inspected, declared, text(before), declared.server_default, text(after)
        )

    return question


def object_filter(context: MigrationContext, metadata: Sequence[sa.MetaData]) -> Predicate | None:
    """`include_object`, asked about values; None where the user gave none.

    A declared object is the user's own, an inspected one is built from what was read.
    """
    asked = context.opts.get("include_object")
    if asked is None:
        return None
    models = {load.name(t, context.dialect): t for m in metadata for t in m.tables.values()}
    built: dict[Name, sa.Table] = {}

    def owner(table: Table, reflected: bool) -> sa.Table:
        if not reflected and table.name in models:
            return models[table.name]
        if table.name not in built:
            built[table.name] = build.table(table)
        return built[table.name]

    def keep(candidate: Candidate) -> bool:
        item = _item(candidate.item, owner(candidate.table, candidate.reflected))
        counterpart = None
        if candidate.compare_to is not None and candidate.compare_table is not None:
            other = owner(candidate.compare_table, not candidate.reflected)
            counterpart = _item(candidate.compare_to, other)
        return bool(asked(item, candidate.name, candidate.kind, candidate.reflected, counterpart))

    return keep


def _item(value: Item, owner: sa.Table) -> Any:
    """The object of that table which the value stands for, None where it cannot be told."""
    match value:
        case Table():
            return owner
        case Column():
            return next((c for c in owner.columns if c.name == value.name), None)
        case Index():
            return next((i for i in owner.indexes if i.name == value.name), None)
        case _:
            kinds = {
                Unique: sa.UniqueConstraint,
                ForeignKey: sa.ForeignKeyConstraint,
                Check: sa.CheckConstraint,
            }
            wanted = kinds.get(type(value), sa.Constraint)
            same = [c for c in owner.constraints if isinstance(c, wanted)]
            return next((c for c in same if c.name == value.name), None)


def plain_types(context: MigrationContext) -> bool:
    """`render_types`, of `configure` or of the settings: ``module`` or ``impl``."""
    config = context.config
    found = context.opts.get("render_types")
    if found is None and config is not None:
        found = config.get_alembic_option("render_types")
    if found not in (None, "module", "impl"):
        raise ConfigurationError(f"render_types must be 'module' or 'impl', not {found!r}")
    return bool(found == "impl")
