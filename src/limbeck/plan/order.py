"""Operations in an order that a server accepts."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence

from limbeck.operations.base import Operation
from limbeck.plan.column_edges import Edge
from limbeck.plan.cycles import without_cycles
from limbeck.plan.detach import detached
from limbeck.plan.edges import edges
from limbeck.plan.leftovers import left_behind
from limbeck.plan.names import named
from limbeck.schema.objects import Schema


def order(
    operations: Sequence[Operation],
    before: Schema,
    *,
    adds_foreign_keys: bool = True,
    pins_foreign_keys: bool = False,
) -> tuple[Operation, ...]:
    """The operations so that each finds what it needs, otherwise in the order that was given.

    `before` is the schema that they start from. Foreign keys that close a circle of new tables
    are added after them, those of dropped tables are dropped first; foreign keys that stand in
    the way of a change are dropped and added again. `adds_foreign_keys` False (SQLite) leaves
    all of these where they are; `pins_foreign_keys` True (MySQL) means that columns and indexes
    below a foreign key cannot be changed at all. Constraints that are added without a name get
    one, so that the way back can drop them. The result depends on nothing but the arguments, and
    takes time in proportion to the operations.
    """
    sorted_ = _sorted(operations, before, adds_foreign_keys, pins_foreign_keys)
    return named(sorted_, before, additions=True)


def _sorted(
    operations: Sequence[Operation],
    before: Schema,
    adds_foreign_keys: bool,
    pins_foreign_keys: bool,
) -> tuple[Operation, ...]:
    given = tuple(operations)
    if adds_foreign_keys:
        given = detached(given, before, pins_foreign_keys=pins_foreign_keys)
    nodes = without_cycles(given, adds_foreign_keys=adds_foreign_keys)
    positions = sort(len(nodes), edges([node.seen for node in nodes], before))
    return tuple(nodes[position].operation for position in positions)


def sort(count: int, pairs: Iterable[Edge]) -> list[int]:
    """The numbers below `count`, each after those that precede it in a pair, else ascending.

    Pairs that contradict each other are broken at the smallest number.
    """
    following: list[set[int]] = [set() for _ in range(count)]
    waiting = [0] * count
    for first, second in pairs:
        if second not in following[first]:
            following[first].add(second)
            waiting[second] += 1
    ready = [number for number in range(count) if not waiting[number]]
    left = dict.fromkeys(range(count))
    result: list[int] = []
    while left:
        number = heapq.heappop(ready) if ready else next(iter(left))
        if number not in left:
            continue
        del left[number]
        result.append(number)
        for other in following[number]:
            waiting[other] -= 1
            if not waiting[other]:
                heapq.heappush(ready, other)
    return result


def reversed_operations(
    operations: Iterable[Operation],
    before: Schema,
    *,
    adds_foreign_keys: bool = True,
    pins_foreign_keys: bool = False,
) -> tuple[Operation, ...]:
    """What takes the operations back, in order for a downgrade.

    `before` is the schema that they start from; the settings are those of `order`, for the way
    back has its own dependencies. Raises NotReversible for an operation that cannot be reversed.
    """
    result: list[Operation] = []
    start = before
    for operation in operations:
        if pins_foreign_keys:
            result += left_behind(operation, before, start)
        result.append(operation.reverse(before))
        before = operation.apply(before)
    sorted_ = _sorted(result[::-1], before, adds_foreign_keys, pins_foreign_keys)
    return named(sorted_, before, additions=False)
