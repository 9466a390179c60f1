"""Which constraint of a table is meant: by name, by content, or by the name of a convention."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from limbeck.dialects.sqlite import forms
from limbeck.metadata import build, load
from limbeck.operations.compiler import Compiler
from limbeck.operations.constraints import KINDS, DropConstraint
from limbeck.operations.names import by_default_name
from limbeck.schema.constraints import Check, Constraint
from limbeck.schema.objects import Table


def is_same(
    found: Constraint, wanted: Constraint, table: Table, compiler: Compiler, *, named: bool = False
) -> bool:
    """Whether two constraints say the same; their names count only where both have one."""
    if type(found) is not type(wanted):
        return False
    if named and None not in (found.name, wanted.name) and found.name != wanted.name:
        return False
    return _content(found, table, compiler) == _content(wanted, table, compiler)


def _content(constraint: Constraint, table: Table, compiler: Compiler) -> Constraint | None:
    content = forms.constraint(constraint, table, compiler)
    if isinstance(content, Check):
        content = replace(content, type_bound=False)
    return None if content is None else replace(content, name=None)


def find(change: DropConstraint, table: Table, compiler: Compiler) -> Constraint | None:
    """The constraint that is to be dropped, or None."""
    kind = KINDS[change.kind] if change.kind is not None else None
    if change.name is not None:
        found = table.constraint(change.name, kind)
        if found is not None:
            return found
    content = change.constraint
    if content is not None:
        same = (c for c in table.constraints if is_same(c, content, table, compiler, named=True))
        found = next(same, None)
        if found is not None:
            return found
    unnamed = [c for c in table.constraints if c.name is None and isinstance(c, kind or object)]
    for constraint in unnamed:
        if change.name is not None and change.name == _by_convention(
            constraint, table, change.naming_convention, compiler
        ):
            return constraint
    if change.name is not None:
        found = by_default_name(table, change.name, kind)
        if found is not None:
            return found
    return table.primary_key if change.kind == "primary" else None


def _by_convention(
    constraint: Constraint, table: Table, convention: Any, compiler: Compiler
) -> str | None:
    """The name that a naming convention gives an unnamed constraint; None where it gives none."""
    if not convention:
        return None
    bare = replace(table, constraints=(), indexes=type(table.indexes)(), options=())
    built = build.table(bare, sa.MetaData(naming_convention=dict(convention)))
    item = build.constraint(constraint)
    try:
        built.append_constraint(item)
        build.add_referred(built)
        return load.constraint_name(item, compiler.dialect)
    except sa.exc.InvalidRequestError:
        return None  # the convention asks for a name that this one does not have
