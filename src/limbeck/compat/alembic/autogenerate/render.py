"""``alembic.autogenerate.render``: operations as Python text, those of third parties included."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from limbeck.compat.alembic.operations import ops
from limbeck.compat.alembic.operations.to_native import Unknown, to_native
from limbeck.compat.alembic.util.langhelpers import Dispatcher
from limbeck.metadata import load
from limbeck.operations.base import UNSET, Operation, Scope
from limbeck.operations.columns import alter_column
from limbeck.script import render_expressions, render_schema, render_types
from limbeck.script.layout import Node, flat, lines
from limbeck.script.render import Item, Source, render
from limbeck.script.render_calls import calls, node, within_batch
from limbeck.script.render_context import BODY_WIDTH, RenderContext, RenderOptions

if TYPE_CHECKING:
    from limbeck.compat.alembic.autogenerate.api import AutogenContext

MAX_PYTHON_ARGS = 255

default_renderers = renderers = Dispatcher()
"""Functions ``(autogen_context, op)`` that give one text or several, by class of operation."""


# -- a rendering context of ours for one of Alembic's -------------------------------------------


def render_options(autogen_context: AutogenContext) -> RenderOptions:
    """How scripts are written; hooks get the context that Alembic's users know."""
    opts = autogen_context.opts
    hook = opts.get("render_item")

    def ask(kind: str, item: Any, _: Any) -> Any:
        return None if hook is None else hook(kind, item, autogen_context)

    return RenderOptions(
        op_prefix=_alembic_autogenerate_prefix(autogen_context),
        sqlalchemy_prefix=_sqlalchemy_autogenerate_prefix(autogen_context),
        user_module_prefix=opts.get("user_module_prefix"),
        render_as_batch=bool(opts.get("render_as_batch", False)),
        render_item=ask if hook else None,
        migration_context=autogen_context.migration_context,
        opts=opts,
    )


@contextmanager
def _rendering(autogen_context: AutogenContext) -> Iterator[RenderContext]:
    context = RenderContext(render_options(autogen_context), autogen_context.dialect)
    yield context
    autogen_context.imports.update(context.imports)


def _scope(autogen_context: AutogenContext) -> Scope:
    found: Scope = autogen_context.migration_context.interpreter.scope
    return found


def _text(autogen_context: AutogenContext, render_one: Callable[[RenderContext], Node]) -> str:
    with _rendering(autogen_context) as context:
        return flat(render_one(context))


# -- operations ---------------------------------------------------------------------------------


def render_op(autogen_context: AutogenContext, op: Any) -> list[str]:
    """The statements of one operation.

    Raises ValueError where nobody knows how to write it.
    """
    found = renderers.dispatch(op)(autogen_context, op)
    return [found] if isinstance(found, str) else list(found)


def render_op_text(autogen_context: AutogenContext, op: Any) -> str:
    """The statements of one operation as one text."""
    return "\n".join(render_op(autogen_context, op))


def _render_native(autogen_context: AutogenContext, op: Any) -> list[str]:
    """The statements of one of Alembic's own operations, through our values."""
    found: list[str] = []
    with _rendering(autogen_context) as context:
        for operation in to_native(op, _scope(autogen_context)):
            for made in calls(operation, context):
                placed = within_batch(made) if autogen_context._has_batch else made
                found += context.take_remarks(BODY_WIDTH)
                found.append("\n".join(lines(node(placed, context), BODY_WIDTH)))
    return found


def _one(autogen_context: AutogenContext, op: Any) -> str:
    return "\n".join(_render_native(autogen_context, op))


@renderers.dispatch_for(ops.CreateTableOp)
def _add_table(autogen_context: AutogenContext, op: ops.CreateTableOp) -> str:
    return _one(autogen_context, op)


@renderers.dispatch_for(ops.DropTableOp)
def _drop_table(autogen_context: AutogenContext, op: ops.DropTableOp) -> str:
    return _one(autogen_context, op)


@renderers.dispatch_for(ops.CreateIndexOp)
def _add_index(autogen_context: AutogenContext, op: ops.CreateIndexOp) -> str:
    return _one(autogen_context, op)


@renderers.dispatch_for(ops.DropIndexOp)
def _drop_index(autogen_context: AutogenContext, op: ops.DropIndexOp) -> str:
    return _one(autogen_context, op)


@renderers.dispatch_for(ops.AddColumnOp)
def _add_column(autogen_context: AutogenContext, op: ops.AddColumnOp) -> str:
    return _one(autogen_context, op)


@renderers.dispatch_for(ops.DropColumnOp)
def _drop_column(autogen_context: AutogenContext, op: ops.DropColumnOp) -> str:
    return _one(autogen_context, op)


@renderers.dispatch_for(ops.AlterColumnOp)
def _alter_column(autogen_context: AutogenContext, op: ops.AlterColumnOp) -> str:
    return _one(autogen_context, op)


@renderers.dispatch_for(ops.AddConstraintOp)
def _add_constraint(autogen_context: AutogenContext, op: ops.AddConstraintOp) -> list[str]:
    return _render_native(autogen_context, op)


@renderers.dispatch_for(ops.CreateUniqueConstraintOp)
def _add_unique_constraint(
    autogen_context: AutogenContext, op: ops.CreateUniqueConstraintOp
) -> list[str]:
    return _render_native(autogen_context, op)


@renderers.dispatch_for(ops.CreateForeignKeyOp)
def _add_fk_constraint(autogen_context: AutogenContext, op: ops.CreateForeignKeyOp) -> str:
    return _one(autogen_context, op)


@renderers.dispatch_for(ops.CreateCheckConstraintOp)
def _add_check_constraint(autogen_context: AutogenContext, op: ops.CreateCheckConstraintOp) -> str:
    return _one(autogen_context, op)


@renderers.dispatch_for(ops.DropConstraintOp)
def _drop_constraint(autogen_context: AutogenContext, op: ops.DropConstraintOp) -> list[str]:
    return _render_native(autogen_context, op)


@renderers.dispatch_for(ops.CreateTableCommentOp)
def _render_create_table_comment(
    autogen_context: AutogenContext, op: ops.CreateTableCommentOp
) -> str:
    return _one(autogen_context, op)


@renderers.dispatch_for(ops.DropTableCommentOp)
def _render_drop_table_comment(autogen_context: AutogenContext, op: ops.DropTableCommentOp) -> str:
    return _one(autogen_context, op)


@renderers.dispatch_for(ops.RenameTableOp)
def _rename_table(autogen_context: AutogenContext, op: ops.RenameTableOp) -> str:
    return _one(autogen_context, op)


@renderers.dispatch_for(ops.BulkInsertOp)
def _bulk_insert(autogen_context: AutogenContext, op: ops.BulkInsertOp) -> str:
    return _one(autogen_context, op)


@renderers.dispatch_for(ops.ExecuteSQLOp)
def _execute_sql(autogen_context: AutogenContext, op: ops.ExecuteSQLOp) -> str:
    return _one(autogen_context, op)


@renderers.dispatch_for(ops.OpContainer)
def _render_container(autogen_context: AutogenContext, op: ops.OpContainer) -> list[str]:
    return [text for inner in op.ops for text in render_op(autogen_context, inner)]


@renderers.dispatch_for(ops.ModifyTableOps)
def _render_modify_table(autogen_context: AutogenContext, op: ops.ModifyTableOps) -> list[str]:
    if autogen_context.opts.get("render_as_batch", False):
        text = _render_cmd_body(op, autogen_context)
        return [] if text == "pass" else [text]
    return _render_container(autogen_context, op)


_OURS = frozenset(renderers._registry.values())


# -- whole bodies -------------------------------------------------------------------------------


def items(autogen_context: AutogenContext, container: Any) -> Iterator[Item]:
    """What a container holds: our operations, and text where a third party writes it."""
    for op in container.ops:
        if isinstance(op, ops.OpContainer) and renderers.find(op) in _OURS:
            yield from items(autogen_context, op)
            continue
        yield from _item(autogen_context, op)


def _item(autogen_context: AutogenContext, op: Any) -> Iterator[Item]:
    function = renderers.find(op)
    if function is None or function in _OURS:
        try:
            found: list[Operation] = list(to_native(op, _scope(autogen_context)))
        except Unknown:
            pass
        else:
            yield from found
            return
    yield Source("\n".join(render_op(autogen_context, op)))


def _render_cmd_body(op_container: Any, autogen_context: AutogenContext) -> str:
    """The body of ``upgrade()`` or ``downgrade()``, not indented."""
    made = list(items(autogen_context, op_container))
    rendered = render(made, render_options(autogen_context), autogen_context.dialect)
    autogen_context.imports.update(rendered.imports)
    return rendered.text


# -- pieces -------------------------------------------------------------------------------------


def _alembic_autogenerate_prefix(autogen_context: AutogenContext) -> str:
    if autogen_context._has_batch:
        return "batch_op."
    return autogen_context.opts.get("alembic_module_prefix", "op.") or ""


def _sqlalchemy_autogenerate_prefix(autogen_context: AutogenContext) -> str:
    return autogen_context.opts.get("sqlalchemy_module_prefix", "sa.") or ""


def _user_autogenerate_prefix(autogen_context: AutogenContext, target: Any) -> str:
    prefix = autogen_context.opts.get("user_module_prefix")
    if prefix is None:
        return f"{type(target).__module__}."
    return str(prefix)


def _user_defined_render(type_: str, object_: Any, autogen_context: AutogenContext) -> Any:
    hook = autogen_context.opts.get("render_item")
    return hook(type_, object_, autogen_context) if hook else False


def _indent(text: str) -> str:
    return text.replace("\n", "\n    ")


def _render_column(column: sa.Column[Any], autogen_context: AutogenContext) -> str:
    rendered = _user_defined_render("column", column, autogen_context)
    if rendered is not False:
        return str(rendered)
    return _text(
        autogen_context, lambda context: render_schema.column(load.column(column), context)
    )


def _repr_type(type_: Any, autogen_context: AutogenContext, _skip_variants: bool = False) -> str:
    return _text(autogen_context, lambda context: render_types.type_(type_, context))


def _render_server_default(
    default: Any, autogen_context: AutogenContext, repr_: bool = True
) -> str | None:
    rendered = _user_defined_render("server_default", default, autogen_context)
    if rendered is not False:
        return None if rendered is None else str(rendered)
    if default is None:
        return None
    altered = alter_column(_scope(autogen_context), "t", "c", server_default=default)
    given = (altered.default, altered.computed, altered.identity)
    found = next((value for value in given if value is not UNSET), None)
    if found is None:
        return None
    made: Any = found
    with _rendering(autogen_context) as context:
        item = render_expressions.server_default(made, context)
        return None if item is None else flat(item)


def _render_constraint(
    constraint: Any, autogen_context: AutogenContext, namespace_metadata: Any = None
) -> str | None:
    kinds = {
        sa.PrimaryKeyConstraint: "primary_key",
        sa.UniqueConstraint: "unique",
        sa.ForeignKeyConstraint: "foreign_key",
        sa.CheckConstraint: "check",
    }
    rendered = _user_defined_render(
        kinds.get(type(constraint), "constraint"), constraint, autogen_context
    )
    if rendered is not False:
        return None if rendered is None else str(rendered)
    value = load.constraint(constraint, autogen_context.dialect)
    if value is None:
        return None
    return _text(autogen_context, lambda context: render_schema.constraint(value, context))


def _render_potential_expr(
    value: Any, autogen_context: AutogenContext, *, wrap_in_element: bool = True, **kw: Any
) -> str:
    if not isinstance(value, sa.sql.ClauseElement):
        return repr(value)
    return _text(autogen_context, lambda context: render_expressions.option(value, context))


def _render_gen_name(autogen_context: AutogenContext, name: Any) -> Any:
    if not isinstance(name, sa.sql.elements.conv):
        return name
    return _text(autogen_context, lambda context: render_schema.name(name, context))


def _ident(name: Any) -> str | None:
    return None if name is None else str(name)
