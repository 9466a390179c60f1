"""Comments above steps of a script that lose something, or that may be meant otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from limbeck.commands.narrowing import narrows
from limbeck.commands.renames import OPTION_COMMAND
from limbeck.diff.candidates import Candidate
from limbeck.diff.costs import Added, added_columns, cost
from limbeck.diff.rename_options import option
from limbeck.operations.alter_column import AlterColumn
from limbeck.operations.base import Operation
from limbeck.operations.batch import Batch
from limbeck.operations.columns import AddColumn, DropColumn
from limbeck.operations.constraints import AddConstraint, DropConstraint
from limbeck.operations.indexes import DropIndex
from limbeck.operations.tables import DropTable
from limbeck.operations.types import AlterEnum
from limbeck.schema.constraints import Check
from limbeck.schema.hints import Hint
from limbeck.schema.names import Name
from limbeck.schema.objects import Column
from limbeck.script.render import Item, Remark


def remarked(items: Sequence[Item], doubts: Sequence[Candidate] = ()) -> tuple[Item, ...]:
    """The steps of an upgrade, each with a remark before it where there is something to say."""
    added = added_columns(_flat(items))
    filled = {_filled(operation) for operation in _flat(items)}
    found: list[Item] = []
    for item in items:
        for operation in _flat([item]):
            if isinstance(operation, AlterColumn):
                is_filled = (operation.table, f"{operation.column} IS NOT NULL") in filled
                found += (Remark(text) for text in _of_column(operation, is_filled))
            found += (Remark(text) for text in _remarks(operation, added, doubts))
        found.append(item)
    return tuple(found)


def _flat(items: Iterable[Item]) -> Iterator[Operation]:
    for item in items:
        if isinstance(item, Batch):
            yield from item.operations
        elif isinstance(item, Operation):
            yield item


def _remarks(operation: Operation, added: Added, doubts: Sequence[Candidate]) -> Iterator[str]:
    sentence = cost(operation, added)
    if sentence is not None:
        yield sentence
    match operation:
        case DropTable(name=name):
            yield f"Loses the rows of '{name}': downgrade() makes it again without them."
        case DropColumn(table=table, column=column) if (table, column) not in added:
            if not _is_computed(operation):
                yield f"Loses the values of '{table}.{column}': downgrade() adds it without them."
        case AddColumn(table=table, column=column) if _is_required(column):
            yield (
                f"Rows that are there have no value for '{table}.{column.name}' and stop it: give "
                "it a server default, or fill it before it is NOT NULL."
            )
        case AlterEnum(name=name) if gone := _removed(operation):
            values = ", ".join(f"'{value}'" for value in gone)
            yield f"Takes {values} out of '{name}': a row that still holds it stops this."
        case _:
            pass
    for doubt in doubts:
        if _drops(operation, doubt.hint):
            yield (
                f"If '{doubt.hint.old}' is now called '{doubt.hint.new}', this is a rename: "
                f"{OPTION_COMMAND} {option(doubt.hint)}"
            )


def _filled(operation: Operation) -> tuple[Name, str] | None:
    """The table and text of a check, such as one that no row has NULL in a column."""
    match operation:
        case AddConstraint(table=table, constraint=Check(expression=expression)):
            return table, str(expression.text or expression.payload).replace('"', "")
        case _:
            return None


def _of_column(operation: AlterColumn, is_filled: bool) -> Iterator[str]:
    column = f"{operation.table}.{operation.column}"
    if operation.nullable is False and not is_filled:
        yield f"A row with NULL in '{column}' stops it."
    if narrows(operation):
        yield f"Values of '{column}' that do not fit the new type stop it, or are cut."


def _is_required(column: Column) -> bool:
    """Whether an INSERT has to name it."""
    filled = (column.default, column.computed, column.identity)
    is_numbered = column.autoincrement is True
    return not column.nullable and not is_numbered and all(part is None for part in filled)


def _is_computed(operation: DropColumn) -> bool:
    return operation.added is not None and operation.added.column.computed is not None


def _removed(operation: AlterEnum) -> tuple[str, ...]:
    if not operation.values:
        return ()
    return tuple(v for v in operation.renamed(operation.existing) if v not in operation.values)


def _drops(operation: Operation, hint: Hint) -> bool:
    """Whether the operation drops the old object of a possible rename."""
    match operation, hint.kind:
        case DropTable(name=name), "table":
            return name == Name(hint.old, hint.owner.schema)
        case DropColumn(table=table, column=column), "column":
            return (table, column) == (hint.owner, hint.old)
        case DropConstraint(table=table, name=name), "constraint":
            return (table, name) == (hint.owner, hint.old)
        case DropIndex(table=table, name=name), "index":
            return (table, name) == (hint.owner, hint.old)
        case AlterEnum(name=name), "enum value":
            return name == hint.owner and hint.old in _removed(operation)
        case _:
            return False
