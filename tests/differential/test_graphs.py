"""Alembic and Limbeck on the same random graphs: the same answers, but for documented defects.

LIMBECK_GRAPHS sets the number of graphs (2000), LIMBECK_SEED where to begin (0). The report at the
end of the run says how many answers were compared, and how often each difference came up.
"""

from __future__ import annotations

import os
import random
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

pytest.importorskip("alembic")

from alembic.util import CommandError as PeerCommandError

from limbeck.errors import (
    CommandError,
    MultipleHeads,
    RangeNotAncestorError,
    ResolutionError,
    RevisionError,
)
from limbeck.revision.describe import (
    current_line,
    head_line,
    history_line,
    log_entry,
    summary,
)
from limbeck.revision.graph import Graph
from limbeck.revision.identifiers import all_current, resolve
from limbeck.revision.rows import RowChange, after_move, stamp_path
from limbeck.revision.walk import Move, downgrade_path, history, upgrade_path
from tests.differential.alembic_peer import Peer, Rows
from tests.differential.graph_differences import DIFFERENCES, Answer, Failure, Question
from tests.differential.random_graphs import (
    random_graph,
    random_label,
    random_symbol,
    random_target,
)

pytestmark = pytest.mark.differential

GRAPHS = int(os.environ.get("LIMBECK_GRAPHS", "2000"))
FIRST_SEED = int(os.environ.get("LIMBECK_SEED", "0"))


# -- answers -----------------------------------------------------------------------------

REASONS = (
    "Can't locate revision",
    "Multiple heads are present; please",
    "Multiple head revisions",
    "Destination",
    "Requested range",
    "Requested revision",
    "Relative revision",
    "Ambiguous walk",
    "Ambiguous upgrade",
    "Walked too far",
    "Not a valid downgrade target",
)


def reason_of(message: str) -> str:
    return next((reason for reason in REASONS if message.startswith(reason)), message)


def their_answer(ask: Callable[[], Answer]) -> Answer:
    try:
        return ask()
    except PeerCommandError as error:
        return Failure(reason_of(str(error)))
    except Exception as error:
        return Failure(type(error).__name__, is_crash=True)


def our_answer(kind: str, ask: Callable[[], Answer]) -> Answer:
    """Only errors that are meant for users count as an answer; a crash ends the test."""
    try:
        return ask()
    except ResolutionError:
        return Failure("Can't locate revision")
    except MultipleHeads:
        stamp = "Multiple heads are present; please"
        return Failure(stamp if kind == "stamp" else "Multiple head revisions")
    except RangeNotAncestorError:
        return Failure("Requested range" if kind == "history" else "Destination")
    except (RevisionError, CommandError) as error:
        return Failure(reason_of(str(error)))


# -- asking ---------------------------------------------------------------------------------

Step = tuple[Any, ...]


def our_change(change: RowChange) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    gone = frozenset((*change.deletes, *(old for old, _ in change.updates)))
    new = frozenset((*change.inserts, *(new for _, new in change.updates)))
    return gone, new, frozenset(change.after)


def our_steps(graph: Graph, rows: tuple[str, ...], moves: Sequence[Move]) -> list[Step]:
    steps = []
    for move in moves:
        change = after_move(graph, rows, move)
        steps.append((move.revision.id, *our_change(change)))
        rows = change.after
    return steps


def their_steps(rows: tuple[str, ...], steps: Sequence[Any]) -> list[Step]:
    table = Rows(rows)
    return [(step.revision.revision, *table.run(step)) for step in steps]


def our_stamps(graph: Graph, rows: tuple[str, ...], names: tuple[str, ...]) -> list[Step]:
    moves = stamp_path(graph, rows, names)
    return [
        (set(m.from_ids) if n == 0 else None, m.to_ids, m.is_upgrade, *our_change(m.change))
        for n, m in enumerate(moves)
    ]


def their_stamps(peer: Peer, rows: tuple[str, ...], names: tuple[str, ...]) -> list[Step]:
    table = Rows(rows)
    steps = peer.stamp(rows, names[0] if len(names) == 1 else names)
    # After the first step, theirs names rows that are there no more.
    return [
        (
            set(s.from_revisions) if n == 0 else None,
            tuple(s.to_revisions),
            s.is_upgrade,
            *table.run(s),
        )
        for n, s in enumerate(steps)
    ]


class Comparison:
    """Asks both, and collects what differs."""

    def __init__(self) -> None:
        self.graphs: Counter[str] = Counter()
        self.compared: Counter[str] = Counter()
        self.documented: Counter[str] = Counter()
        self.undocumented: list[str] = []

    def check(self, seed: int, question: Question, theirs: Answer, ours: Answer) -> bool:
        self.compared[question.kind] += 1
        if theirs == ours:
            return True
        for difference in DIFFERENCES:
            if difference.applies(question, theirs, ours):
                self.documented[difference.name] += 1
                return False
        self.undocumented.append(
            f"seed {seed}: {question.text}\n    Alembic: {theirs}\n    Limbeck: {ours}"
        )
        return False

    def count(self, graph: Graph) -> None:
        self.graphs["graphs"] += 1
        self.graphs["with branches"] += any(graph.is_branch_point(r.id) for r in graph)
        self.graphs["with merges"] += any(r.is_merge_point for r in graph)
        self.graphs["with several bases"] += len(graph.bases) > 1
        self.graphs["with depends_on"] += any(r.depends_on for r in graph)
        self.graphs["with labels"] += bool(graph.label_owners)

    def report(self) -> Iterator[str]:
        yield _counts(self.graphs)
        yield f"{sum(self.compared.values())} answers compared: {_counts(self.compared)}"
        yield f"differences, all documented: {_counts(self.documented)}"


def _counts(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counter.items()))


def compare_structure(comparison: Comparison, seed: int, graph: Graph, peer: Peer) -> None:
    def same(kind: str, name: str, theirs: Any, ours: Any) -> None:
        comparison.check(seed, Question(kind, graph, (), (name,)), theirs, ours)

    same("heads", "heads", peer.map.heads, graph.heads)
    same("heads", "bases", peer.map.bases, graph.bases)
    same("heads", "real heads", peer.map._real_heads, graph.real_heads)
    same("heads", "real bases", peer.map._real_bases, graph.real_bases)
    for revision in graph:
        r, their = revision.id, peer.map.get_revision(revision.id)
        same("edges", r, their._normalized_down_revisions, graph.parents(r))
        same("edges", r, (their.nextrev, their._all_nextrev), _followers(graph, r))
        same("labels", r, their.branch_labels, set(graph.labels(r)))
        same("kind", r, _their_kind(their), _our_kind(graph, r))


def _followers(graph: Graph, revision_id: str) -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(graph.children(revision_id)), frozenset(graph.all_children(revision_id))


def _their_kind(revision: Any) -> tuple[bool, ...]:
    return (
        revision.is_head,
        revision._is_real_head,
        revision.is_base,
        revision.is_branch_point,
        revision._is_real_branch_point,
        revision.is_merge_point,
    )


def _our_kind(graph: Graph, revision_id: str) -> tuple[bool, ...]:
    return (
        graph.is_head(revision_id),
        graph.is_real_head(revision_id),
        graph.is_base(revision_id),
        graph.is_branch_point(revision_id),
        graph.is_real_branch_point(revision_id),
        graph.is_merge_point(revision_id),
    )


def compare_names(
    comparison: Comparison, chance: random.Random, seed: int, graph: Graph, peer: Peer
) -> None:
    for _ in range(4):
        label = f"{random_label(chance, graph)}@" if chance.random() < 0.4 else ""
        name = label + random_symbol(chance, graph)
        question = Question("resolve", graph, (), (name,))
        theirs = their_answer(lambda name=name: peer.resolve(name))
        ours = our_answer("resolve", lambda name=name: [r.id for r in resolve(graph, name)])
        comparison.check(seed, question, theirs, ours)


def compare_histories(
    comparison: Comparison,
    chance: random.Random,
    seed: int,
    graph: Graph,
    peer: Peer,
    rows: tuple[str, ...],
) -> None:
    ends: list[tuple[Any, Any]] = [("base", "heads"), ("base", rows), (rows, "heads")]
    for _ in range(4):
        lower = chance.choice(("base", random_target(chance, graph), random_symbol(chance, graph)))
        upper = chance.choice(("heads", random_target(chance, graph), random_symbol(chance, graph)))
        ends.append((lower, upper))
    for lower, upper in ends:
        question = Question("history", graph, rows, (str(lower), str(upper)))
        theirs = their_answer(lambda lower=lower, upper=upper: peer.history(lower, upper))
        ours = our_answer(
            "history",
            lambda lower=lower, upper=upper: [r.id for r in history(graph, lower, upper)],
        )
        comparison.check(seed, question, theirs, ours)


def compare_runs(
    comparison: Comparison, chance: random.Random, seed: int, graph: Graph, peer: Peer
) -> tuple[str, ...]:
    """A random life of one database; answers the rows at its end."""
    rows: tuple[str, ...] = ()
    for _ in range(10):
        kind = chance.choice(("upgrade",) * 5 + ("downgrade",) * 3 + ("stamp",) * 2)
        names = _random_names(chance, graph, kind)
        ask_them, ask_us = _askers(kind, graph, peer, rows, names)
        ours = our_answer(kind, ask_us)
        question = Question(kind, graph, rows, names)
        same = comparison.check(seed, question, their_answer(ask_them), ours)
        if same and ours and not isinstance(ours, Failure):
            after = ours[-1][-1]
            rows = tuple(r for r in rows if r in after) + graph.in_file_order(after - set(rows))
        their_tips = {r.revision for r in peer.map._get_all_current(rows)}
        tips = Question("current", graph, rows, ())
        comparison.check(seed, tips, their_tips, set(all_current(graph, rows)))
    return rows


def _random_names(chance: random.Random, graph: Graph, kind: str) -> tuple[str, ...]:
    if kind != "stamp":
        return (random_target(chance, graph),)
    names = [random_symbol(chance, graph)]
    if chance.random() < 0.4:
        names = [f"{random_label(chance, graph)}@{names[0]}"]
    if chance.random() < 0.3:
        names.append(random_symbol(chance, graph))
    if len(names) > 1 and all(name.endswith("base") for name in names):
        names.pop()  # the order in which rows go would be all that is left to compare
    return tuple(names)


def _askers(
    kind: str, graph: Graph, peer: Peer, rows: tuple[str, ...], names: tuple[str, ...]
) -> tuple[Callable[[], Answer], Callable[[], Answer]]:
    if kind == "upgrade":
        return (
            lambda: their_steps(rows, peer.upgrade(rows, names[0])),
            lambda: our_steps(graph, rows, upgrade_path(graph, rows, names[0])),
        )
    if kind == "downgrade":
        return (
            lambda: their_steps(rows, peer.downgrade(rows, names[0])),
            lambda: our_steps(graph, rows, downgrade_path(graph, rows, names[0])),
        )
    return (
        lambda: their_stamps(peer, rows, names),
        lambda: our_stamps(graph, rows, names),
    )


# -- the test -------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:downgrade -")
def test_random_graphs_give_the_same_history_paths_and_rows_as_alembic(
    tmp_path: Any, record_property: Callable[[str, object], None], capsys: Any
) -> None:
    comparison = Comparison()
    for seed in range(FIRST_SEED, FIRST_SEED + GRAPHS):
        chance = random.Random(seed)
        revisions = random_graph(chance)
        graph, peer = Graph(revisions), Peer(revisions, str(tmp_path))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            comparison.count(graph)
            compare_structure(comparison, seed, graph, peer)
            compare_names(comparison, chance, seed, graph, peer)
            rows = compare_runs(comparison, chance, seed, graph, peer)
            compare_histories(comparison, chance, seed, graph, peer, rows)
    report = list(comparison.report())
    record_property("compared", "; ".join(report))
    with capsys.disabled():
        print("\n" + "\n".join(report))
    assert all(count > GRAPHS / 10 for count in comparison.graphs.values()), comparison.graphs
    assert not comparison.undocumented, "\n".join(comparison.undocumented[:10])


def test_revisions_are_described_in_the_same_words_as_by_alembic(tmp_path: Any) -> None:
    for seed in range(200):
        chance = random.Random(seed)
        revisions = [
            replace(r, path=f"/versions/{r.id}.py", doc="first line", longdoc="first line\n\nmore")
            for r in random_graph(chance)
        ]
        graph, peer = Graph(revisions), Peer(revisions, str(tmp_path))
        current = chance.sample(list(graph.ids), 1)
        for revision in graph:
            theirs = peer.script.get_revision(revision.id)
            theirs._db_current_indicator = revision.id in current
            assert _unordered(history_line(graph, revision, current=current)) == _unordered(
                theirs.cmd_format(
                    False, include_branches=True, include_doc=True, include_parents=True
                )
            )
            assert _unordered(log_entry(graph, revision, current=current)) == _unordered(
                theirs.cmd_format(True)
            )
            assert summary(graph, revision) == str(theirs)
            theirs._db_current_indicator = False
            assert current_line(graph, revision) == theirs.cmd_format(False)
            assert _unordered(head_line(graph, revision)) == _unordered(
                theirs.cmd_format(False, include_branches=True, tree_indicators=False)
            )


def _unordered(text: str) -> list[list[str]]:
    """Theirs lists branch labels and followers in the order of a set."""
    return [
        sorted(line.replace(",", " ").replace("(", "( ").replace(")", " )").split())
        for line in text.splitlines()
    ]
