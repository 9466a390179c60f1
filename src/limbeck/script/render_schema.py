"""Columns and constraints as Python expressions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import conv

from limbeck.metadata import build
from limbeck.schema.constraints import (
    Check,
    Constraint,
    Exclude,
    ForeignKey,
    Options,
    PrimaryKey,
    Unique,
)
from limbeck.schema.named import Named
from limbeck.schema.objects import Column, Table
from limbeck.schema.types import Expression
from limbeck.script import render_checks
from limbeck.script.layout import Atom, Bracket, Keyword, Node, call
from limbeck.script.literals import keywords, literal, string
from limbeck.script.render_context import RenderContext
from limbeck.script.render_expressions import clause, condition, option, server_default
from limbeck.script.render_types import type_


def name(value: str | None, context: RenderContext) -> Node:
    """A constraint's or index's name; ``op.f("…")`` where no naming convention may touch it."""
    if value is None:
        return Atom("None")
    plain = Atom(string(value))
    return call(f"{context.op_prefix}f", plain) if isinstance(value, conv) else plain


def names(values: tuple[str, ...] | list[str]) -> Node:
    """A list of column names."""
    return Bracket("[", tuple(Atom(string(v)) for v in values), "]")


def options(pairs: Options, context: RenderContext) -> tuple[Node, ...]:
    """Dialect keyword arguments."""
    return keywords((k, option(v, context)) for k, v in build.options(pairs).items())


def column(
    value: Column,
    context: RenderContext,
    *,
    autoincrement: bool | None = None,
    extra: tuple[Node, ...] = (),
    flags: tuple[Node, ...] = (),
) -> Node:
    """``sa.Column(…)``.

    `autoincrement` is given where SQLAlchemy's own rule would decide otherwise. `extra` stands
    after the type, `flags` among the keywords.
    """
    positional: list[Node] = [Atom(string(value.name)), type_(value.type.payload, context), *extra]
    pairs: list[Node] = []
    generated = server_default(value.computed or value.identity, context)
    if generated is not None:
        positional.append(generated)
    default = server_default(value.default, context)
    if default is not None:
        pairs.append(Keyword("server_default=", default))
    if autoincrement is not None:
        pairs.append(Keyword("autoincrement=", Atom(repr(autoincrement))))
    pairs += flags
    pairs.append(Keyword("nullable=", Atom(repr(value.nullable))))
    if value.comment is not None:
        pairs.append(Keyword("comment=", Atom(string(value.comment))))
    return call(context.sa("Column"), *positional, *pairs, *options(value.options, context))


def constraint(value: Constraint, context: RenderContext) -> Node:
    """A constraint as it stands in ``create_table``."""
    match value:
        case PrimaryKey():
            return _keyed("PrimaryKeyConstraint", value.columns, value, context)
        case Unique():
            timing = _pairs(deferrable=value.deferrable, initially=value.initially)
            return _keyed("UniqueConstraint", value.columns, value, context, timing)
        case ForeignKey():
            return _foreign_key(value, context)
        case Check():
            return call(
                context.sa("CheckConstraint"),
                condition(value.expression, context),
                *_named(value, context),
                *options(value.options, context),
            )
        case Exclude():
            context.imports.add("from sqlalchemy.dialects import postgresql")
            return call(
                "postgresql.ExcludeConstraint",
                *exclude_elements(value, context),
                *exclude_options(value, context),
                *_named(value, context),
            )


def _keyed(
    kind: str,
    columns: tuple[str, ...],
    value: Constraint,
    context: RenderContext,
    more: tuple[Node, ...] = (),
) -> Node:
    columns_ = (Atom(string(c)) for c in columns)
    return call(
        context.sa(kind),
        *columns_,
        *_named(value, context),
        *more,
        *options(value.options, context),
    )


def _named(value: Constraint, context: RenderContext) -> tuple[Node, ...]:
    return () if value.name is None else (Keyword("name=", name(value.name, context)),)


def _pairs(**given: Any) -> tuple[Node, ...]:
    return keywords((k, literal(v, set())) for k, v in given.items() if v is not None)


def _foreign_key(value: ForeignKey, context: RenderContext) -> Node:
    targets = names([f"{value.referred}.{c}" for c in value.referred_columns])
    return call(
        context.sa("ForeignKeyConstraint"),
        names(value.columns),
        targets,
        *_named(value, context),
        *foreign_key_options(value, context),
    )


def foreign_key_options(value: ForeignKey, context: RenderContext) -> tuple[Node, ...]:
    """Actions and timing."""
    return (
        *_pairs(
            onupdate=value.on_update,
            ondelete=value.on_delete,
            deferrable=value.deferrable,
            initially=value.initially,
            match=value.match,
        ),
        *options(value.options, context),
    )


def column_reference(value: ForeignKey, context: RenderContext) -> Node:
    """A foreign key of one column as ``sa.ForeignKey(…)`` on the column."""
    return call(
        context.sa("ForeignKey"),
        Atom(string(f"{value.referred}.{value.referred_columns[0]}")),
        *_named(value, context),
        *foreign_key_options(value, context),
    )


def exclude_elements(value: Exclude, context: RenderContext) -> Iterator[Node]:
    """``(element, operator)`` pairs of an EXCLUDE."""
    payload = value.definition.payload
    for item, element_name, operator in payload._render_exprs:  # no public reader exists
        plain = isinstance(item, sa.Column) or item is None or isinstance(item, str)
        sql = str(element_name) if plain else context.compiler.clause(item)
        element: Node = (
            call(context.sa("column"), Atom(string(sql)))
            if plain or isinstance(item, sa.ColumnClause)
            else clause(Expression(sql), context)
        )
        yield Bracket("(", (element, Atom(string(operator))), ")")


def exclude_options(value: Exclude, context: RenderContext) -> tuple[Node, ...]:
    """``where``, ``using``, ``ops`` and timing of an EXCLUDE."""
    payload = value.definition.payload
    where = () if payload.where is None else (("where", option(payload.where, context)),)
    using = () if payload.using == "gist" else (("using", literal(payload.using, set())),)
    ops = (("ops", option(dict(payload.ops), context)),) if payload.ops else ()
    return (
        *keywords((*where, *using, *ops)),
        *_pairs(deferrable=payload.deferrable, initially=payload.initially),
    )


def table_items(value: Table, context: RenderContext) -> tuple[Node, ...]:
    """The columns and constraints of ``create_table``, through the user's hook if there is one."""
    numbered = numbered_column(value)
    columns, parts = render_checks.split(
        value.columns.values(), value.constraints, value.name, context
    )

    def our_column(item: Column) -> Node:
        return column(item, context, autoincrement=autoincrement_argument(item, numbered))

    if context.options.render_item is None:
        return (
            *(our_column(item) for item in columns),
            *(constraint(part, context) for part in parts),
        )
    found: list[Node | None] = []
    built = build.table(replace(value, constraints=(), indexes=Named()))
    objects = [_attached(part, built) for part in parts]
    for item in columns:
        rendered = context.user("column", built.columns[item.name])
        found.append(our_column(item) if rendered is False else rendered)
    for part, object_ in zip(parts, objects, strict=True):
        rendered = context.user(_HOOK_KINDS[type(part)], object_)
        found.append(constraint(part, context) if rendered is False else rendered)
    return tuple(node for node in found if node is not None)


_HOOK_KINDS: dict[type[Constraint], str] = {
    PrimaryKey: "primary_key",
    Unique: "unique",
    ForeignKey: "foreign_key",
    Check: "check",
    Exclude: "exclude",
}
"""What `render_item` calls them."""


def _attached(value: Constraint, built: sa.Table) -> sa.Constraint:
    """SQLAlchemy's object for a constraint, on its table, as hooks look at it."""
    item = build.constraint(value)
    built.append_constraint(item)
    build.add_referred(built)
    return item


def numbered_column(value: Table) -> str | None:
    """The column that SQLAlchemy would number if nothing were said about it."""
    key = value.primary_key
    if key is None:
        return None
    kept = tuple(k for k in value.foreign_keys if not set(key.columns).isdisjoint(k.columns))
    involved = dict.fromkeys((*key.columns, *(c for k in kept for c in k.columns)))
    plain = Named(replace(value.column(c), autoincrement="auto", options=()) for c in involved)
    built = build.table(Table(value.name, plain, (key, *kept)))
    found = built.autoincrement_column
    return None if found is None else found.name


def autoincrement_argument(value: Column, numbered: str | None) -> bool | None:
    """What must be said about a column's numbering; None where nothing need be."""
    if value.identity is not None:
        return None  # SQLAlchemy takes no autoincrement beside it
    if value.autoincrement is True:
        return None if numbered == value.name else True
    if value.autoincrement is False:
        return False if numbered == value.name else None
    return None
