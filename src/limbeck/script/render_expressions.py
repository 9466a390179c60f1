"""SQL expressions as Python: defaults, checks, generated columns, elements of an index.

Whatever SQLAlchemy construct a model uses, a script holds its SQL text: the script must not
change when the model does.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement, Label

from limbeck.metadata import build
from limbeck.schema.names import Name
from limbeck.schema.objects import Column, Computed, Identity, Index, IndexElement
from limbeck.schema.types import Expression, SqlType
from limbeck.script.layout import Atom, Bracket, Chain, Keyword, Node, call
from limbeck.script.literals import keywords, literal, string
from limbeck.script.render_context import RenderContext

_PARAMETER = re.compile(r"(?<![:\w\\]):(?=\w)")
"""A colon that `sqlalchemy.text` would read as the start of a bound parameter."""


def escaped(sql: str) -> str:
    """SQL such that `sqlalchemy.text` gives exactly it, with as few backslashes as can be."""
    if ":" not in sql:
        return sql
    candidate = _PARAMETER.sub(r"\\:", sql)
    return candidate if str(sa.text(candidate)) == sql else sql.replace(":", "\\:")


def text(sql: str, context: RenderContext) -> Node:
    """``sa.text("…")``."""
    return call(context.sa("text"), Atom(string(escaped(sql))))


def sql_of(expression: Expression, context: RenderContext) -> str:
    """The expression as SQL text for the dialect, its values written out."""
    payload = expression.payload
    return payload if isinstance(payload, str) else context.compiler.clause(payload)


def condition(expression: Expression, context: RenderContext) -> Node:
    """SQL text as a plain string, where SQLAlchemy takes one for `text`."""
    return Atom(string(escaped(sql_of(expression, context))))


def clause(expression: Expression, context: RenderContext) -> Node:
    """SQL text as ``sa.text("…")``."""
    return text(sql_of(expression, context), context)


def default(expression: Expression, context: RenderContext) -> Node:
    """A server default: a string for a literal, ``sa.text("…")`` for SQL."""
    payload = expression.payload
    if isinstance(payload, sa.DefaultClause):
        payload = payload.arg
    if isinstance(payload, sa.FetchedValue):
        return call(context.sa("FetchedValue"))
    if isinstance(payload, str):
        return Atom(string(payload))
    sql = context.compiler.clause(payload)
    if isinstance(payload, ColumnElement):
        sql = _kept(sql, payload, lambda item: _defaulted(item, context))
    return text(sql, context)


def _defaulted(payload: Any, context: RenderContext) -> str:
    column = Column("c", SqlType(sa.Integer()), default=Expression(payload))
    return context.compiler.column(Name("t"), column)


def _kept(sql: str, payload: Any, compiled: Callable[[Any], str]) -> str:
    """`sql`, in brackets where this dialect's compiler would put them around `payload`."""
    wanted = compiled(payload)
    for candidate in (sql, f"({sql})"):
        if compiled(build.text(candidate)) == wanted:
            return candidate
    return sql


def computed(value: Computed, context: RenderContext) -> Node:
    """``sa.Computed("…")``."""
    persisted = () if value.persisted is None else (("persisted", value.persisted),)
    return call(
        context.sa("Computed"),
        condition(value.expression, context),
        *keywords((k, literal(v, context.imports)) for k, v in persisted),
    )


def identity(value: Identity, context: RenderContext) -> Node:
    """``sa.Identity(…)`` with what is not the default."""
    pairs = [*([("always", True)] if value.always else []), *value.options]
    return call(
        context.sa("Identity"), *keywords((k, literal(v, context.imports)) for k, v in pairs)
    )


def server_default(
    value: Expression | Computed | Identity | None, context: RenderContext
) -> Node | None:
    """What stands in a column's place for defaults, through the user's hook; None to leave out."""
    if value is None:
        return None
    if context.options.render_item is not None:
        rendered = context.user("server_default", _built_default(value))
        if rendered is not False:
            return rendered
    match value:
        case Computed():
            return computed(value, context)
        case Identity():
            return identity(value, context)
        case Expression():
            return default(value, context)


def _built_default(value: Expression | Computed | Identity) -> Any:
    """SQLAlchemy's object for it."""
    probe = Column("c", SqlType(sa.types.NullType()))
    match value:
        case Computed():
            column = build.column(Column("c", probe.type, computed=value))
        case Identity():
            column = build.column(Column("c", probe.type, identity=value))
        case Expression():
            column = build.column(Column("c", probe.type, default=value))
    return column.server_default


def element(item: IndexElement, table: Name, context: RenderContext) -> Node:
    """One element of an index: a name, a column with its direction, or SQL."""
    links: list[Bracket] = []
    if item.descending:
        links.append(Bracket(".desc(", (), ")"))
    if item.nulls is not None:
        links.append(Bracket(f".nulls_{item.nulls}(", (), ")"))
    if item.column is not None:
        if not links:
            return Atom(string(item.column))
        base: Node = call(context.sa("column"), Atom(string(item.column)))
        return Chain(base, tuple(links))
    assert item.expression is not None
    sql = _element_sql(item.expression, table, context)
    if isinstance(item.expression.payload, Label):  # an operator class refers to it
        label = Atom(string(str(item.expression.payload.name)))
        links.insert(0, Bracket(".label(", (label,), ")"))
    if not links:
        return text(sql, context)
    return Chain(call(context.sa("literal_column"), Atom(string(sql))), tuple(links))


def _element_sql(expression: Expression, table: Name, context: RenderContext) -> str:
    sql = sql_of(expression, context)
    payload = expression.payload
    if not isinstance(payload, ColumnElement):
        return sql

    def compiled(item: Any) -> str:
        index = Index("i", (IndexElement(None, Expression(item)),))
        return context.compiler.create_index(table, index)

    return _kept(sql, payload, compiled)


def option(value: Any, context: RenderContext) -> Node:
    """A dialect's keyword argument: plain values, and SQL as ``sa.text("…")``."""
    match value:
        case sa.TextClause():
            return text(context.compiler.clause(value), context)
        case sa.sql.ClauseElement():
            return text(context.compiler.clause(value), context)
        case list():
            return Bracket("[", tuple(option(v, context) for v in value), "]")
        case dict():
            return Bracket(
                "{",
                tuple(Keyword(f"{string(k)}: ", option(v, context)) for k, v in value.items()),
                "}",
            )
        case _:
            return literal(value, context.imports)
