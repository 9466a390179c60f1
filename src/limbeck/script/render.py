"""From operations to the Python text of a migration script."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from sqlalchemy.engine import Dialect

from limbeck.operations.alter_column import AlterColumn
from limbeck.operations.base import Call, Operation
from limbeck.operations.batch import Batch
from limbeck.operations.columns import AddColumn
from limbeck.operations.renames import ValidateConstraint
from limbeck.schema.names import Name
from limbeck.script.layout import INDENT, Bracket, lines
from limbeck.script.render_calls import TABLE_ARGUMENT, calls, node, within_batch
from limbeck.script.render_context import BODY_WIDTH, RenderContext, RenderOptions, comment

__all__ = ["Remark", "RenderContext", "RenderOptions", "Rendered", "Source", "render"]

BATCH = "batch_op"
"""What a ``with`` block calls its batch."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment among operations, such as why a step cannot be taken back."""

    text: str


@dataclass(frozen=True, slots=True)
class Source:
    """Statements that were rendered elsewhere, not indented, and the imports that they need."""

    text: str
    imports: tuple[str, ...] = ()


Item: TypeAlias = Operation | Remark | Source


@dataclass(frozen=True, slots=True)
class Rendered:
    """The body of ``upgrade()`` or ``downgrade()``, not indented, and the imports it needs.

    `imports` come beside ``from limbeck import op`` and ``import sqlalchemy as sa``, sorted.
    """

    text: str
    imports: tuple[str, ...] = ()

    @property
    def indented(self) -> str:
        """The text for a template whose own line is indented: all lines but the first moved in."""
        return self.text.replace("\n", f"\n{INDENT}")


def render(operations: Sequence[Item], options: RenderOptions, dialect: Dialect) -> Rendered:
    """The statements that make those operations again when the script runs.

    The text is what black and `ruff format` leave as it is, four columns to the right, in lines
    of 88. It is ``pass`` where there is nothing to do. Running it in an `op` for the same dialect
    gives operations with the same SQL.
    """
    context = RenderContext(options, dialect)
    items = _batched(operations) if options.render_as_batch else operations
    found = _Body()
    for item in items:
        _add(item, context, found)
    if not found.statements:
        found.lines.append("pass")
    return Rendered("\n".join(found.lines), tuple(sorted(context.imports)))


class _Body:
    """Lines so far, and how many statements they hold: comments alone are no body."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.statements = 0

    def add(self, expression: Bracket, context: RenderContext, room: int) -> None:
        self.lines += context.take_remarks(room)
        self.lines += lines(expression, room)
        self.statements += 1


def _add(item: Item, context: RenderContext, body: _Body) -> None:
    match item:
        case Remark():
            body.lines += comment(item.text)
        case Source():
            body.lines += item.text.splitlines()
            body.statements += 1
            context.imports.update(item.imports)
        case Batch():
            _add_batch(item, context, body)
        case ValidateConstraint(apart=True):
            _add_apart(item, context, body)
        case _:
            for made in calls(item, context):
                body.add(node(made, context), context, BODY_WIDTH)


def _add_batch(batch: Batch, context: RenderContext, body: _Body) -> None:
    """``with op.batch_alter_table(…) as batch_op:`` and its block."""
    made = batch.call()
    head = node(Call(made.verb, made.args, made.kwargs), context)
    inner, outside = _Body(), context.op_prefix
    context.op_prefix = f"{BATCH}."
    for operation in batch.operations:
        for part in calls(operation, context):
            placed = _placed(part, operation, batch)
            inner.add(node(within_batch(placed), context), context, BODY_WIDTH - len(INDENT))
    context.op_prefix = outside
    opened = Bracket(f"with {head.opening}", head.items, f") as {BATCH}:")
    body.add(opened, context, BODY_WIDTH)
    block = inner.lines if inner.statements else [*inner.lines, "pass"]
    body.lines += [INDENT + line for line in block]


def _add_apart(item: Operation, context: RenderContext, body: _Body) -> None:
    """``with op.get_context().autocommit_block():`` and the operation in it."""
    body.lines.append(f"with {context.op_prefix}get_context().autocommit_block():")
    inner = _Body()
    for made in calls(item, context):
        inner.add(node(made, context), context, BODY_WIDTH - len(INDENT))
    body.lines += [INDENT + line for line in inner.lines]
    body.statements += 1


def _placed(made: Call, operation: Operation, batch: Batch) -> Call:
    """The call with the place that the batch wants for its column."""
    match operation:
        case AddColumn() if made.verb == "add_column":
            column = operation.column.name
        case AlterColumn():
            column = operation.new_name or operation.column
        case _:
            return made
    wanted = next((p for p in batch.placements if p.column == column), None)
    if wanted is None:
        return made
    places = (("insert_before", wanted.before), ("insert_after", wanted.after))
    return replace(made, kwargs=(*made.kwargs, *((k, v) for k, v in places if v is not None)))


def _batched(operations: Sequence[Item]) -> Iterator[Item]:
    """Operations where neighbours that change one table are one batch, below their remarks."""
    held: list[Operation] = []
    remarks: list[Item] = []
    waiting: list[Item] = []
    table: Name | None = None
    for item in operations:
        if isinstance(item, Remark):
            waiting.append(item)
            continue
        own = _batch_table(item)
        if held and own != table and table is not None:
            yield from (*remarks, Batch(table, tuple(held)))
            held, remarks = [], []
        table = own
        if own is None or not isinstance(item, Operation):
            yield from (*waiting, item)
        else:
            remarks += waiting
            held.append(item)
        waiting = []
    if held and table is not None:
        yield from (*remarks, Batch(table, tuple(held)))
    yield from waiting


def _batch_table(item: Item) -> Name | None:
    """The table in whose batch an item may stand, None where it stands alone."""
    if isinstance(item, Remark | Source) or item.call().verb not in TABLE_ARGUMENT:
        return None
    return None if _leaves_transaction(item) else item.table_name


def _leaves_transaction(item: Operation) -> bool:
    """Whether it cannot be run together with others of its table."""
    if isinstance(item, ValidateConstraint):
        return item.apart
    return ("postgresql_concurrently", True) in item.call().kwargs
