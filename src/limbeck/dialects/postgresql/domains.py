"""Domains: from rows of the catalog, from models, and in normal form."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect

from limbeck.dialects.postgresql import constraints, expressions, types
from limbeck.dialects.postgresql.named_types import name_of
from limbeck.metadata import build
from limbeck.operations.compiler import Compiler
from limbeck.schema.constraints import Check
from limbeck.schema.names import Name
from limbeck.schema.objects import Domain
from limbeck.schema.types import Expression, SqlType


def payload(name: Name, row: Sequence[Any]) -> postgresql.DOMAIN:
    """SQLAlchemy's type for the last columns of a row of `catalog.NAMED_TYPES`.

    It holds one check; the others are in the `Domain` alone.
    """
    base, not_null, default, names, checks = row
    return postgresql.DOMAIN(
        name.name,
        types.payload(base),
        schema=name.schema,
        not_null=not_null or None,
        default=None if default is None else build.text(default),
        constraint_name=names[0] if names else None,
        check=build.text(checks[0]) if checks else None,
    )


def inspected(name: Name, data_type: Any, row: Sequence[Any]) -> Domain:
    """The domain of those columns."""
    base, not_null, default, names, checks = row
    return Domain(
        name,
        SqlType(data_type, types.canonical(base), "inspected"),
        None if default is None else Expression(build.text(default), default, "inspected"),
        bool(not_null),
        tuple(
            Check(Expression(build.text(sql), sql, "inspected"), own)
            for own, sql in zip(names or (), checks or (), strict=True)
        ),
    )


def declared(item: postgresql.DOMAIN, dialect: Dialect) -> Domain:
    """The domain of a type that models use."""
    check = item.check
    return Domain(
        name_of(item, dialect),
        SqlType(item.data_type),
        None if item.default is None else Expression(item.default),
        bool(item.not_null),
        () if check is None else (Check(Expression(check), _check_name(item)),),
    )


def _check_name(item: postgresql.DOMAIN) -> str:
    """The name of its check; an unnamed one has what the server gives it."""
    return str(item.constraint_name or f"{item.name}_check")


def normalized(item: Domain, type_of: Callable[[SqlType], SqlType], compiler: Compiler) -> Domain:
    """A domain in normal form."""
    type_ = type_of(item.type)
    default = item.default
    if default is not None and default.origin != "normalized":
        sql = default.text if default.origin == "inspected" else None
        text = expressions.canonical_default(sql or compiler.default(default), type_.text or "")
        default = None if text is None else default.normalized(text)
    checks = (
        replace(c, expression=constraints.expression(c.expression, compiler)) for c in item.checks
    )
    ordered = tuple(sorted(checks, key=lambda c: c.name or ""))
    return replace(item, type=type_, default=default, checks=ordered)


def settled(
    item: Domain,
    row: Sequence[Any] | None,
    type_of: Callable[[SqlType], SqlType],
    compiler: Compiler,
) -> Domain:
    """A declared domain as the server stores it, its payloads kept; `row` None where it refused."""
    if row is None:
        return item
    stored = normalized(inspected(item.name, item.type.payload, row), type_of, compiler)
    texts = {check.name: check.expression.text or "" for check in stored.checks}
    default = item.default
    if default is not None and stored.default is not None:
        default = default.normalized(stored.default.text or "")
    checks = (
        replace(c, expression=c.expression.normalized(texts[c.name])) if c.name in texts else c
        for c in item.checks
    )
    return replace(item, default=default, checks=tuple(checks))
