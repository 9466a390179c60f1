"""Operations as calls: one operation is one statement of a script, or a few."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import CompileError
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import conv

from limbeck.metadata import build
from limbeck.operations.alter_column import AlterColumn
from limbeck.operations.base import Call, Operation
from limbeck.operations.columns import AddColumn
from limbeck.operations.constraints import AddConstraint, DropConstraint
from limbeck.operations.indexes import CreateIndex
from limbeck.operations.tables import CreateTable
from limbeck.schema.constraints import Constraint, Exclude, ForeignKey, PrimaryKey
from limbeck.schema.named import Named
from limbeck.schema.objects import Computed, Identity, Table
from limbeck.schema.types import Expression, SqlType
from limbeck.script import render_checks
from limbeck.script import render_schema as schema
from limbeck.script.layout import Atom, Bracket, Chain, Keyword, Node, call
from limbeck.script.literals import keywords, literal, string
from limbeck.script.render_context import RenderContext
from limbeck.script.render_expressions import (
    condition,
    element,
    escaped,
    option,
    server_default,
    text,
)
from limbeck.script.render_types import type_

TABLE_ARGUMENT = {
    "add_column": 0,
    "alter_column": 0,
    "drop_column": 0,
    "create_primary_key": 1,
    "create_unique_constraint": 1,
    "create_foreign_key": 1,
    "create_check_constraint": 1,
    "create_exclude_constraint": 1,
    "drop_constraint": 1,
    "create_index": 1,
    "drop_index": 1,
    "rename_index": 2,
    "rename_constraint": 2,
    "validate_constraint": 1,
    "create_table_comment": 0,
    "drop_table_comment": 0,
}
"""Verbs that a batch has too, and which of their arguments it leaves out: the table."""

_BATCH_LEAVES_OUT = ("schema", "source_schema", "table_name")


def within_batch(made: Call) -> Call:
    """The call as a method of the batch, which knows its table."""
    at = TABLE_ARGUMENT.get(made.verb)
    if at is None:
        return made
    return replace(
        made,
        args=made.args[:at] + made.args[at + 1 :],
        kwargs=tuple((k, v) for k, v in made.kwargs if k not in _BATCH_LEAVES_OUT),
    )


def calls(operation: Operation, context: RenderContext) -> Iterator[Call]:
    """The calls that say an operation; some of their arguments are expressions already."""
    match operation:
        case CreateTable():
            made = operation.call()
            items = schema.table_items(operation.table, context)
            yield replace(made, args=(made.args[0], *items))
            for index in operation.table.indexes.values():
                following = CreateIndex(operation.table.name, index, operation.if_not_exists)
                yield from calls(following, context)
        case AddColumn():
            yield from _add_column(operation, context)
        case CreateIndex(table=table):
            made = operation.call()
            elements = tuple(element(e, table, context) for e in operation.index.elements)
            yield replace(made, args=(*made.args[:2], Bracket("[", elements, "]")))
        case AddConstraint(constraint=Exclude() as exclude):
            made = operation.call()
            items = tuple(schema.exclude_elements(exclude, context))
            settings = tuple(schema.exclude_options(exclude, context))
            yield replace(made, args=(*made.args[:2], *items, *settings))
        case AlterColumn():
            yield _without_checks(operation).call()
        case DropConstraint(name=None):
            context.remark(_unnamed(operation))
            yield operation.call()
        case _:
            yield operation.call()


def _without_checks(operation: AlterColumn) -> AlterColumn:
    """The operation whose types bring only the checks that it knows of."""
    changed, existing = operation.type, operation.existing_type
    if changed is not None and not operation.type_checks:
        changed = render_checks.plain(changed)
    if existing is not None and not operation.existing_type_checks:
        existing = render_checks.plain(existing)
    return replace(operation, type=changed, existing_type=existing)


def _unnamed(operation: DropConstraint) -> str:
    columns = ", ".join(getattr(operation.constraint, "columns", ()))
    where = f" on ({columns})" if columns else ""
    kind = {"foreignkey": "foreign key", "primary": "primary key"}.get(
        operation.kind or "", f"{operation.kind or ''} constraint".strip()
    )
    return (
        f"The {kind}{where} of '{operation.table}' has no name here: write the name that the "
        "database gave it in place of None."
    )


def _add_column(operation: AddColumn, context: RenderContext) -> Iterator[Call]:
    """ADD COLUMN; what cannot stand on the column follows as calls of its own."""
    (column,), constraints = render_checks.split(
        (operation.column,), operation.constraints, operation.table, context
    )
    operation = replace(operation, column=column, constraints=constraints)
    inline = operation.inline_constraints
    shaping = [c for c in constraints if isinstance(c, PrimaryKey) and c.columns == (column.name,)]
    node = _hooked_column(operation, context)
    if node is None:
        return
    if node is False:
        alone = Table(operation.table, Named([column]), tuple(shaping))
        node = schema.column(
            column,
            context,
            autoincrement=schema.autoincrement_argument(column, schema.numbered_column(alone)),
            extra=tuple(_on_column(c, context) for c in inline if not isinstance(c, PrimaryKey)),
            flags=tuple(Keyword("primary_key=", Atom("True")) for _ in shaping),
        )
    made = operation.call()
    yield replace(made, args=(made.args[0], node))
    for constraint in constraints:
        if constraint not in inline and constraint not in shaping:
            yield from calls(AddConstraint(operation.table, constraint), context)
    for index in operation.indexes:
        yield from calls(CreateIndex(operation.table, index), context)


def _on_column(constraint: Constraint, context: RenderContext) -> Node:
    if isinstance(constraint, ForeignKey):
        return schema.column_reference(constraint, context)
    return schema.constraint(constraint, context)


def _hooked_column(operation: AddColumn, context: RenderContext) -> Any:
    """What `render_item` makes of the column; False where there is no such hook."""
    if context.options.render_item is None:
        return False
    owner = build.table(Table(operation.table, Named([operation.column])))
    return context.user("column", owner.columns[operation.column.name])


def node(made: Call, context: RenderContext) -> Bracket:
    """A call as an expression."""
    positional = (argument(value, context) for value in made.args)
    named = tuple(
        (key, keyword_argument(key, value, context))
        for key, value in made.kwargs
        if not (key == "unique" and value is False)
    )
    return call(f"{context.op_prefix}{made.verb}", *positional, *keywords(named))


def argument(value: Any, context: RenderContext) -> Node:
    """An argument by its kind."""
    match value:
        case Atom() | Bracket() | Keyword() | Chain():
            return value
        case conv():
            return schema.name(value, context)
        case SqlType():
            return type_(value.payload, context)
        case Expression():
            return condition(value, context)
        case Computed() | Identity():
            return server_default(value, context) or Atom("None")
        case sa.TableClause():
            return _table_clause(value, context)
        case sa.sql.ClauseElement():
            return Atom(string(_statement(value, context)))
        case dict() if any(isinstance(v, sa.sql.ClauseElement) for v in value.values()):
            pairs = ((string(key), _filling(item, context)) for key, item in value.items())
            return Bracket("{", tuple(Keyword(f"{key}: ", item) for key, item in pairs), "}")
        case list() if all(isinstance(v, str) for v in value):
            return schema.names(value)
        case _:
            return literal(value, context.imports)


def _filling(value: Any, context: RenderContext) -> Node:
    """What `backfill` gives a column: a value, or SQL as ``sa.text("…")``."""
    if isinstance(value, sa.sql.ClauseElement):
        return text(context.compiler.clause(value), context)
    return literal(value, context.imports)


def keyword_argument(key: str, value: Any, context: RenderContext) -> Node:
    """A keyword argument: server defaults and dialect options have rules of their own."""
    if key.endswith("server_default") and value is not None:
        return server_default(value, context) or Atom("None")
    if isinstance(value, tuple | Expression):
        return option(build.options(((key, value),))[key], context)
    return argument(value, context)


def _statement(value: sa.sql.ClauseElement, context: RenderContext) -> str:
    """An Executable as text for ``op.execute``, its values written out where that is possible."""
    binds = (b for b in visitors.iterate(value) if isinstance(b, sa.BindParameter))
    if not any(bind.required for bind in binds):
        with suppress(CompileError):
            settings = {"literal_binds": True}
            compiled = value.compile(dialect=context.dialect, compile_kwargs=settings)
            return escaped(context.compiler.plain(str(compiled)))
    context.remark("Parameters of this statement cannot be written out: give it their values.")
    return value.text if isinstance(value, sa.TextClause) else str(value)


def _table_clause(value: sa.TableClause, context: RenderContext) -> Node:
    """``sa.table("t", sa.column("c", type))``: a table as `bulk_insert` needs it."""
    columns = (
        call(context.sa("column"), Atom(string(c.name)), type_(c.type, context))
        for c in value.columns
    )
    owner = getattr(value, "schema", None)
    extra = () if owner is None else (Keyword("schema=", Atom(string(owner))),)
    return call(context.sa("table"), Atom(string(value.name)), *columns, *extra)
