"""A table under a new name of one of its columns, in the texts that it carries too."""

from __future__ import annotations

from dataclasses import replace

from limbeck.dialects.sqlite import forms
from limbeck.dialects.sqlite.inspect import SQL, TRIGGERS
from limbeck.dialects.sqlite.tokens import renamed
from limbeck.operations.compiler import Compiler
from limbeck.schema.constraints import (
    Check,
    Constraint,
    ForeignKey,
    Options,
    PrimaryKey,
    Unique,
)
from limbeck.schema.named import Named
from limbeck.schema.names import Name
from limbeck.schema.objects import Column, Index, Table
from limbeck.schema.types import Expression


def _renamed_options(pairs: Options, old: str, new: str, compiler: Compiler) -> Options:
    """Options with the column renamed in expressions, and in the texts that were read."""

    def changed(key: str, value: object) -> object:
        if isinstance(value, Expression):
            return _renamed_expression(value, old, new, compiler)
        if key == SQL and isinstance(value, str):
            return renamed(value, old, new)
        if key == TRIGGERS and isinstance(value, tuple):
            return tuple(renamed(sql, old, new) for sql in value)
        return value

    return tuple((key, changed(key, value)) for key, value in pairs)


def _renamed_expression(item: Expression, old: str, new: str, compiler: Compiler) -> Expression:
    changed = renamed(forms.expression_text(item, compiler), old, new)
    return Expression(changed, None if item.text is None else changed, item.origin)


def _names(columns: tuple[str, ...], old: str, new: str) -> tuple[str, ...]:
    return tuple(new if c == old else c for c in columns)


def renamed_index(item: Index, old: str, new: str, compiler: Compiler) -> Index:
    elements = tuple(
        replace(
            e,
            column=new if e.column == old else e.column,
            expression=(
                None
                if e.expression is None
                else _renamed_expression(e.expression, old, new, compiler)
            ),
        )
        for e in item.elements
    )
    return replace(
        item, elements=elements, options=_renamed_options(item.options, old, new, compiler)
    )


def _renamed_constraint(
    item: Constraint, owner: Name, old: str, new: str, compiler: Compiler
) -> Constraint:
    item = replace(item, options=_renamed_options(item.options, old, new, compiler))
    match item:
        case PrimaryKey() | Unique():
            return replace(item, columns=_names(item.columns, old, new))
        case ForeignKey():
            referred = item.referred_columns
            if item.referred == owner:
                referred = _names(referred, old, new)
            return replace(item, columns=_names(item.columns, old, new), referred_columns=referred)
        case Check():
            return replace(
                item, expression=_renamed_expression(item.expression, old, new, compiler)
            )
        case _:
            return item


def _renamed_column(item: Column, old: str, new: str, compiler: Compiler) -> Column:
    computed = item.computed
    if computed is not None:
        expression = _renamed_expression(computed.expression, old, new, compiler)
        computed = replace(computed, expression=expression)
    options = _renamed_options(item.options, old, new, compiler)
    name = new if item.name == old else item.name
    return replace(item, name=name, computed=computed, options=options)


def renamed_table(table: Table, old: str, new: str, compiler: Compiler) -> Table:
    """The table with one column renamed, in the texts that it carries too."""
    return replace(
        table,
        columns=Named(_renamed_column(c, old, new, compiler) for c in table.columns.values()),
        constraints=tuple(
            _renamed_constraint(c, table.name, old, new, compiler) for c in table.constraints
        ),
        indexes=Named(renamed_index(i, old, new, compiler) for i in table.indexes.values()),
        options=_renamed_options(table.options, old, new, compiler),
    )
