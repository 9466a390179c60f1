"""Where a batch wants the columns of a table that is made anew."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from limbeck.dialects.sqlite.draft import Draft
from limbeck.errors import SchemaConflict
from limbeck.operations.batch import Batch, Placement
from limbeck.schema.named import Named
from limbeck.schema.objects import Table


def placed(draft: Draft, operation: Batch) -> Table:
    """The draft's table with its columns in the order that the batch asks for.

    Raises SchemaConflict for a column that there is not, or an order that contradicts itself.
    """
    names = list(draft.table.columns)
    for placement in operation.placements:
        _place(names, placement, draft)
    pairs = [
        (_known(names, draft, first), _known(names, draft, second))
        for group in operation.partial_reordering
        for first, second in pairwise(group)
    ]
    if pairs:
        names = _sorted(names, pairs, draft.table)
    return replace(draft.table, columns=Named(draft.table.columns[n] for n in names))


def _known(names: list[str], draft: Draft, name: str) -> str:
    """The name until the renames of a column that the script calls `name`, old or new."""
    for found in (draft.old(name), name):
        if found in names:
            return found
    raise SchemaConflict(
        f"Column '{name}' is asked to be placed, and table '{draft.table.name}' has none such."
    )


def _place(names: list[str], placement: Placement, draft: Draft) -> None:
    column = _known(names, draft, placement.column)
    names.remove(column)
    if placement.before is not None:
        names.insert(names.index(_known(names, draft, placement.before)), column)
    elif placement.after is not None:
        names.insert(names.index(_known(names, draft, placement.after)) + 1, column)
    else:
        names.append(column)


def _sorted(names: list[str], pairs: list[tuple[str, str]], table: Table) -> list[str]:
    """The names so that the first of each pair stands before the second, else as they were."""
    left, found = list(names), []
    while left:
        free = next((n for n in left if not any(b == n and a in left for a, b in pairs)), None)
        if free is None:
            raise SchemaConflict(
                f"partial_reordering of '{table.name}' contradicts itself: {', '.join(left)}."
            )
        found.append(free)
        left.remove(free)
    return found
