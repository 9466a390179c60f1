"""Foreign keys that point in a circle between tables that are created, or dropped, together."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from limbeck.operations.base import Operation
from limbeck.operations.constraints import AddConstraint, DropConstraint
from limbeck.operations.tables import CreateTable, DropTable
from limbeck.schema.constraints import ForeignKey, PrimaryKey, Unique
from limbeck.schema.names import Name
from limbeck.schema.objects import Table


@dataclass(frozen=True, slots=True)
class Node:
    """An operation to be ordered; `seen` is what the graph sees in its place."""

    operation: Operation
    seen: Operation


def without_cycles(operations: Sequence[Operation], *, adds_foreign_keys: bool) -> list[Node]:
    """The operations, with the foreign keys that close a circle taken out of their tables.

    They are added after the tables are there, and dropped before the tables go. Where a dialect
    cannot add foreign keys they stay inline, which it then allows, and only the graph forgets them.
    """
    created = {op.table.name: op.table for op in operations if isinstance(op, CreateTable)}
    dropped = {
        op.name: op.table for op in operations if isinstance(op, DropTable) and op.table is not None
    }
    late = closing_keys(created)
    if adds_foreign_keys:
        late |= {n: (*late.get(n, ()), *_early(t)) for n, t in created.items() if _early(t)}
    early = closing_keys(dropped)
    nodes: list[Node] = []
    for operation in operations:
        seen, parts = _parts(operation, late, early)
        if adds_foreign_keys:
            nodes += [Node(part, part) for part in parts]
        else:
            nodes.append(Node(operation, seen))
    return nodes


def _parts(
    operation: Operation,
    late: Mapping[Name, tuple[ForeignKey, ...]],
    early: Mapping[Name, tuple[ForeignKey, ...]],
) -> tuple[Operation, tuple[Operation, ...]]:
    """The operation without the keys that close a circle, and all that it is split into."""
    match operation:
        case CreateTable(table=table) if table.name in late:
            keys = late[table.name]
            created = replace(operation, table=_without(table, keys))
            return created, (created, *(AddConstraint(table.name, key) for key in keys))
        case DropTable(name=name, table=Table() as table) if name in early:
            keys = early[name]
            drops = (DropConstraint(name, k.name, "foreignkey", constraint=k) for k in keys)
            dropped = replace(operation, table=_without(table, keys))
            return dropped, (*drops, dropped)
        case _:
            return operation, (operation,)


def _without(table: Table, keys: Sequence[ForeignKey]) -> Table:
    for key in keys:
        table = table.without_constraint(key)
    return table


def _early(table: Table) -> tuple[ForeignKey, ...]:
    """Keys of a table to itself whose target is a unique index, which comes after the table."""
    own = [k for k in table.foreign_keys if k.referred == table.name]
    if not own:
        return ()
    keys = {frozenset(c.columns) for c in table.constraints if isinstance(c, PrimaryKey | Unique)}
    return tuple(k for k in own if frozenset(k.referred_columns) not in keys)


def closing_keys(tables: Mapping[Name, Table]) -> dict[Name, tuple[ForeignKey, ...]]:
    """For each table, those of its foreign keys without which no circle is left."""
    targets = {
        name: tuple(
            dict.fromkeys(
                k.referred
                for k in table.foreign_keys
                if k.referred in tables and k.referred != name
            )
        )
        for name, table in tables.items()
    }
    found: dict[Name, tuple[ForeignKey, ...]] = {}
    for group in circles(targets):
        for name, others in _cut(group, targets).items():
            keys = tuple(k for k in tables[name].foreign_keys if k.referred in others)
            found[name] = keys
    return found


def _cut(
    group: Sequence[Name], targets: Mapping[Name, Sequence[Name]]
) -> dict[Name, frozenset[Name]]:
    """Takes the tables of one group apart, cutting where no table is free of the others."""
    members = set(group)
    waiting = {name: {t for t in targets[name] if t in members} for name in group}
    waited_for: dict[Name, list[Name]] = {name: [] for name in group}
    for name, others in waiting.items():
        for other in others:
            waited_for[other].append(name)
    heap = [(len(others), name.sort_key, name) for name, others in waiting.items()]
    heapq.heapify(heap)
    cut: dict[Name, frozenset[Name]] = {}
    while heap:
        count, _, name = heapq.heappop(heap)
        if name not in waiting or count != len(waiting[name]):
            continue  # an entry that a shorter wait has replaced
        left = waiting.pop(name)
        if left:
            cut[name] = frozenset(left)
        for other in waited_for[name]:
            if other in waiting:
                waiting[other].discard(name)
                heapq.heappush(heap, (len(waiting[other]), other.sort_key, other))
    return cut


def circles(edges: Mapping[Name, Sequence[Name]]) -> Iterator[list[Name]]:
    """Groups of names that reach each other, each sorted (Tarjan, without recursion)."""
    number: dict[Name, int] = {}
    low: dict[Name, int] = {}
    stack: list[Name] = []
    on_stack: set[Name] = set()
    for root in edges:
        if root in number:
            continue
        path: list[tuple[Name, Iterator[Name]]] = []
        _enter(root, edges, number, low, stack, on_stack, path)
        while path:
            name, following = path[-1]
            target = next(following, None)
            if target is None:
                path.pop()
                if path:
                    above = path[-1][0]
                    low[above] = min(low[above], low[name])
                if low[name] == number[name]:
                    group = _pop(name, stack, on_stack)
                    if len(group) > 1:
                        yield sorted(group, key=lambda n: n.sort_key)
            elif target not in number:
                _enter(target, edges, number, low, stack, on_stack, path)
            elif target in on_stack:
                low[name] = min(low[name], number[target])


def _enter(
    name: Name,
    edges: Mapping[Name, Sequence[Name]],
    number: dict[Name, int],
    low: dict[Name, int],
    stack: list[Name],
    on_stack: set[Name],
    path: list[tuple[Name, Iterator[Name]]],
) -> None:
    number[name] = low[name] = len(number)
    stack.append(name)
    on_stack.add(name)
    path.append((name, iter(edges[name])))


def _pop(name: Name, stack: list[Name], on_stack: set[Name]) -> list[Name]:
    group: list[Name] = []
    while not group or group[-1] != name:
        group.append(stack.pop())
        on_stack.discard(group[-1])
    return group
