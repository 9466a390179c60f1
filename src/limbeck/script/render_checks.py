"""Checks that a type brings along (Boolean and Enum with `create_constraint`).

A script must not make one twice: it stays with its type where the operation has it too, and the
type is written without it where the operation has not.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from limbeck.metadata import build, load
from limbeck.schema.constraints import Check, Constraint
from limbeck.schema.names import Name
from limbeck.schema.objects import Column
from limbeck.schema.types import SqlType
from limbeck.script.render_context import RenderContext


def split(
    columns: Iterable[Column],
    constraints: Iterable[Constraint],
    table: Name,
    context: RenderContext,
) -> tuple[tuple[Column, ...], tuple[Constraint, ...]]:
    """The columns and constraints of a table as a script has to say them."""
    given = tuple(constraints)
    kept_columns: list[Column] = []
    with_types: set[str] = set()
    for column in columns:
        brought = _brought(column, table, context)
        known = brought & {_sql(c, context) for c in given if isinstance(c, Check)}
        with_types |= known
        kept_columns.append(column if brought == known else without_check(column))
    return tuple(kept_columns), tuple(
        c
        for c in given
        if not (isinstance(c, Check) and (c.type_bound or _sql(c, context) in with_types))
    )


def without_check(column: Column) -> Column:
    """The column with a type that brings no check."""
    return replace(column, type=plain(column.type))


def plain(type_: SqlType) -> SqlType:
    """The type without its check."""
    return replace(type_, payload=build.type_(type_))


def _sql(check: Check, context: RenderContext) -> str:
    return context.compiler.expression(check.expression)


def _brought(column: Column, table: Name, context: RenderContext) -> frozenset[str]:
    """The checks, as SQL, that come with the column's type in this dialect."""
    payload = column.type.payload
    if not _may_bring(payload):
        return frozenset()
    parent = sa.Table(
        table.name, sa.MetaData(), sa.Column(column.name, copy(payload)), schema=table.schema
    )
    checks = load.table(parent, context.dialect).checks
    return frozenset(_sql(check, context) for check in checks)


def _may_bring(payload: Any) -> bool:
    inner = getattr(payload, "impl_instance", None)
    return any(getattr(item, "create_constraint", False) for item in (payload, inner))
