"""Random revision graphs and random things to ask of them; the same for the same seed."""

from __future__ import annotations

import random
from dataclasses import replace

from limbeck.revision.graph import Graph, Revision

_ALPHABET = "ab12"


def random_graph(chance: random.Random) -> list[Revision]:
    """Revisions in a random file order: lines, branches, merges, bases, dependencies, labels."""
    size = chance.choice((1, 2, 3, 4, 5, 6, 8, 10, 12, 16))
    style = _Style(chance)
    revisions: list[Revision] = []
    for _ in range(size):
        revisions.append(_next_revision(chance, style, revisions))
    if chance.random() < 0.8:
        chance.shuffle(revisions)
    return revisions


class _Style:
    """How often a graph has what."""

    def __init__(self, chance: random.Random) -> None:
        self.base = chance.choice((0.0, 0.1, 0.3))
        self.branch = chance.choice((0.0, 0.2, 0.5))
        self.merge = chance.choice((0.0, 0.15, 0.4))
        self.depend = chance.choice((0.0, 0.0, 0.2, 0.5))
        self.label = chance.choice((0.0, 0.15, 0.4))
        # What a person would hardly write, but could: a merge of a revision with its own ancestor.
        self.odd = chance.random() < 0.15


def _next_revision(chance: random.Random, style: _Style, before: list[Revision]) -> Revision:
    revision = Revision(_new_id(chance, before))
    if before and chance.random() >= style.base:
        revision = replace(revision, down=_random_down(chance, style, before))
    if before and chance.random() < style.depend:
        revision = replace(
            revision, depends_on=_random_dependencies(chance, style, before, revision)
        )
    if chance.random() < style.label:
        labels = [
            f"{chance.choice('xyz')}br{len(before)}{n}" for n in range(chance.choice((1, 1, 2)))
        ]
        revision = replace(revision, labels=tuple(labels))
    return revision


def _new_id(chance: random.Random, before: list[Revision]) -> str:
    taken = {r.id for r in before}
    while True:
        length = chance.choice((2, 3, 4, 5, 6, 8, 12, 12))
        new = "".join(chance.choice(_ALPHABET) for _ in range(length))
        if new not in taken:
            return new


def _random_down(chance: random.Random, style: _Style, before: list[Revision]) -> tuple[str, ...]:
    graph = Graph(before)
    if chance.random() < style.merge:
        pool = list(graph.ids) if chance.random() < 0.4 else list(graph.heads)
        chosen = chance.sample(pool, min(len(pool), chance.choice((2, 2, 3))))
        return tuple(chosen) if style.odd else _without_ancestors(graph, chosen)
    if chance.random() < style.branch:
        return (chance.choice(list(graph.ids)),)
    return (chance.choice((before[-1].id, *graph.heads)),)


def _random_dependencies(
    chance: random.Random, style: _Style, before: list[Revision], revision: Revision
) -> tuple[str, ...]:
    graph = Graph(before)
    own = graph.ancestors(revision.down)
    pool = [r for r in graph.ids if style.odd or r not in own]
    chosen = chance.sample(pool, min(len(pool), chance.choice((1, 1, 1, 2, 3))))
    if not style.odd:
        chosen = list(_without_ancestors(graph, chosen))
    names = []
    for dependency in chosen:
        labels = [label for label, owner in graph.label_owners.items() if owner == dependency]
        names.append(chance.choice(labels) if labels and chance.random() < 0.5 else dependency)
    return tuple(names)


def _without_ancestors(graph: Graph, ids: list[str]) -> tuple[str, ...]:
    return tuple(
        r for r in ids if not any(r in graph.ancestors((other,)) for other in ids if other != r)
    )


def random_symbol(chance: random.Random, graph: Graph) -> str:
    """A name without an offset: an id or the beginning of one, a symbol, a label."""
    kind = chance.random()
    some_id = chance.choice(list(graph.ids))
    if kind < 0.35:
        return some_id
    if kind < 0.5:
        return some_id[: chance.randint(1, len(some_id))]
    if kind < 0.65 and graph.label_owners:
        return chance.choice(list(graph.label_owners))
    if kind < 0.97:
        return chance.choice(("head", "heads", "heads", "base", "base"))
    return chance.choice(("nothing", "zz"))


def random_label(chance: random.Random, graph: Graph) -> str:
    """What may stand before an @."""
    if graph.label_owners and chance.random() < 0.7:
        return chance.choice(list(graph.label_owners))
    if chance.random() < 0.03:
        return "nothing"
    return chance.choice(list(graph.ids))


def random_target(chance: random.Random, graph: Graph) -> str:
    """Any identifier: `symbol`, `symbol+N`, `+N`, each with or without `label@`."""
    label = f"{random_label(chance, graph)}@" if chance.random() < 0.4 else ""
    sign = chance.choice("+-")
    offset = f"{sign}{chance.choice((1, 1, 1, 2, 2, 3, 5))}"
    form = chance.random()
    if form < 0.5:
        return label + random_symbol(chance, graph)
    if form < 0.75:
        return label + offset
    return label + random_symbol(chance, graph) + offset
