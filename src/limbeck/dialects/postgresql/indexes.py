"""Indexes: from rows of the catalog, and in normal form."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import Label, conv

from limbeck.dialects.postgresql import constraints, expressions
from limbeck.metadata import build
from limbeck.operations.compiler import Compiler
from limbeck.schema.constraints import Options
from limbeck.schema.objects import Index, IndexElement
from limbeck.schema.types import Expression

_DESCENDING, _NULLS_FIRST = 1, 2
"""Bits of pg_index.indoption."""


def inspected(row: Any, columns: Mapping[int, str]) -> Index:
    """The index of a row of `catalog.INDEXES`; `columns` are its table's by number."""
    _, name, unique, keys, key_count, flags, method, reloptions, tablespace, where, *rest = row
    nulls_not_distinct, operator_classes, collations, texts = rest
    numbers = [int(n) for n in keys.split()]
    elements: list[IndexElement] = []
    classes: list[tuple[str, str]] = []
    for position, flag in enumerate(flags.split()[:key_count]):
        column = columns.get(numbers[position])
        text = texts[position]
        if column is not None and collations[position] is not None:
            text, column = f'{column} COLLATE "{collations[position]}"', None
        label = f"expr_{position + 1}"
        operator_class = operator_classes[position]
        if operator_class is not None:
            classes.append((column or label, operator_class))
        elements.append(_element(column, text, int(flag), label if operator_class else None))
    found: list[tuple[str, Any]] = []
    if included := tuple(columns[n] for n in numbers[key_count:]):
        found.append(("postgresql_include", included))
    if nulls_not_distinct:
        found.append(("postgresql_nulls_not_distinct", True))
    if classes:
        found.append(("postgresql_ops", tuple(sorted(classes))))
    if tablespace:
        found.append(("postgresql_tablespace", tablespace))
    if method != "btree":
        found.append(("postgresql_using", method))
    if where is not None:
        found.append(("postgresql_where", Expression(where, where, "inspected")))
    if reloptions:
        pairs = (option.partition("=") for option in reloptions)
        found.append(("postgresql_with", tuple(sorted((k, v) for k, _, v in pairs))))
    return Index(conv(name), tuple(elements), unique, tuple(found))


def _element(column: str | None, text: str | None, flag: int, label: str | None) -> IndexElement:
    descending, first = bool(flag & _DESCENDING), bool(flag & _NULLS_FIRST)
    nulls = None if first == descending else "first" if first else "last"
    if column is not None:
        return IndexElement(column, None, descending, nulls)
    assert text is not None
    payload: Any = build.text(text)
    if label is not None:
        payload = sa.literal_column(text.replace(":", "\\:")).label(label)
    return IndexElement(None, Expression(payload, text, "inspected"), descending, nulls)


def normalized(item: Index, columns: Container[str], compiler: Compiler) -> Index:
    """An index in normal form; `columns` are those of its table."""
    options = dict(item.options)
    classes = dict(options.get("postgresql_ops", ()))
    elements, renamed = [], {}
    for position, element in enumerate(item.elements):
        changed = _normalized_element(element, columns, compiler)
        label = getattr(getattr(element.expression, "payload", None), "name", None)
        operator_class = classes.get(element.column or label)
        if operator_class is not None and changed.expression is not None:
            label = f"expr_{position + 1}"
            changed = replace(changed, expression=_labelled(changed.expression, label))
        if operator_class is not None:
            renamed[changed.column or label] = operator_class
        elements.append(changed)
    if "postgresql_ops" in options:
        options["postgresql_ops"] = tuple(sorted(renamed.items()))
    return Index(item.name, tuple(elements), item.unique, _options(options, compiler))


def _labelled(value: Expression, label: str) -> Expression:
    """The expression under that label, by which an operator class refers to it."""
    payload = value.payload
    if isinstance(payload, Label):
        if payload.name == label:
            return value
        payload = payload.element
    clause = build.text(payload) if isinstance(payload, str) else payload
    if isinstance(clause, sa.TextClause):
        clause = sa.literal_column(clause.text)
    return replace(value, payload=clause.label(label))


def _normalized_element(
    element: IndexElement, columns: Container[str], compiler: Compiler
) -> IndexElement:
    value = element.expression
    if value is None or value.origin == "normalized":
        return element
    sql = value.text if value.origin == "inspected" else None
    text = sql if sql is not None else compiler.expression(value)
    canonical, descending, nulls = expressions.index_element(text)
    descending, nulls = descending or element.descending, nulls or element.nulls
    column = expressions.is_identifier(canonical)
    if column is not None and column in columns:
        return IndexElement(column, None, descending, nulls)
    bare = expressions.without_direction(text)
    if bare != text:  # the direction is the element's own from here on
        value = replace(value, payload=build.text(bare))
    return IndexElement(None, value.normalized(canonical), descending, nulls)


def _options(given: Mapping[str, Any], compiler: Compiler) -> Options:
    """Options that are compared; CONCURRENTLY is how an index is made, not what it is."""
    found: list[tuple[str, Any]] = []
    for key in sorted(given):
        value = _option(key, given[key], compiler)
        if value not in (None, (), False):
            found.append((key, value))
    return tuple(found)


def _option(key: str, value: Any, compiler: Compiler) -> Any:
    match key:
        case "postgresql_where":
            value = value if isinstance(value, Expression) else Expression(str(value))
            return constraints.expression(value, compiler)
        case "postgresql_using":
            return None if value.lower() == "btree" else value.lower()
        case "postgresql_with":
            return storage_parameters(value)
        case "postgresql_ops":
            return tuple(sorted((k, str(v)) for k, v in value))
        case "postgresql_include":
            return tuple(value)
        case "postgresql_nulls_not_distinct" | "postgresql_tablespace":
            return value
        case _:
            return None


def storage_parameters(given: Any) -> tuple[tuple[str, str], ...]:
    """Storage parameters as sorted pairs of text, booleans as the server prints them."""
    pairs = ((k, str(v).lower() if isinstance(v, bool) else str(v)) for k, v in given)
    return tuple(sorted(pairs))
