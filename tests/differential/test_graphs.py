"""Alembic and Limbeck on the same random graphs: the same answers, but for documented defects.

LIMBECK_GRAPHS sets the number of graphs (2000), LIMBECK_SEED where to begin (0). The report at the
end of the run says how many answers were compared, and how often each difference came up.
"""

from __future__ import annotations

import os
import random
import re
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
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
from limbeck.revision.graph import Graph
from limbeck.revision.identifiers import all_current, resolve
from limbeck.revision.rows import RowChange, after_move, stamp_path
from limbeck.revision.walk import Move, downgrade_path, history, upgrade_path
from tests.differential.alembic_peer import Peer, Rows
from tests.differential.random_graphs import (
    random_graph,
    random_label,
    random_symbol,
    random_target,
)

pytestmark = pytest.mark.differential

GRAPHS = int(os.environ.get("LIMBECK_GRAPHS", "2000"))
FIRST_SEED = int(os.environ.get("LIMBECK_SEED", "0"))


# -- questions and answers ------------------------------------------------------------------


@dataclass(frozen=True)
class Question:
    """One thing asked of both: what, on which rows, with which identifiers."""

    kind: str
    graph: Graph
    rows: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def text(self) -> str:
        return f"{self.kind} {' '.join(self.names)} on {list(self.rows)}"


@dataclass(frozen=True)
class Failure:
    """An error; `reason` is the beginning of what the user is told. Crashes are not for users."""

    reason: str
    is_crash: bool = False


Answer = Any


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


# -- the documented differences -------------------------------------------------------------


@dataclass(frozen=True)
class Difference:
    """Something Limbeck does otherwise on purpose, and how to tell that it is that."""

    name: str
    why: str
    applies: Callable[[Question, Answer, Answer], bool]


def _has_offset(name: str) -> bool:
    return re.search(r"[+-]\d+$", name) is not None


def _label_of(name: str) -> str | None:
    return name.partition("@")[0] if "@" in name else None


def _symbol_of(name: str) -> str:
    return re.sub(r"[+-]\d+$", "", name.rpartition("@")[2])


def _is_crash(question: Question, theirs: Answer, ours: Answer) -> bool:
    return isinstance(theirs, Failure) and theirs.is_crash and theirs.reason != "LookupError"


def _counts_down_from_base(question: Question, theirs: Answer, ours: Answer) -> bool:
    return any(re.fullmatch(r"(.+@)?base-\d+", name) for name in question.names)


def _names_unknown_label(question: Question, theirs: Answer, ours: Answer) -> bool:
    unknown = any(_label_of(name) == "nothing" for name in question.names)
    return unknown and isinstance(ours, Failure) and ours.reason == "Can't locate revision"


def _downgrades_to_head_of_branch(question: Question, theirs: Answer, ours: Answer) -> bool:
    (name, *_) = question.names
    return question.kind == "downgrade" and re.search(r".@heads?$", name) is not None


def _counts_history_from_upper_end(question: Question, theirs: Answer, ours: Answer) -> bool:
    return question.kind == "history" and re.match(r"(.+@)?-\d+$", question.names[0]) is not None


def _starts_history_at_offset(question: Question, theirs: Answer, ours: Answer) -> bool:
    cannot = Failure("Can't locate revision")
    return question.kind == "history" and _has_offset(question.names[0]) and theirs == cannot


def _resolves_prefix_in_branch(question: Question, theirs: Answer, ours: Answer) -> bool:
    """`label@prefix` where the prefix is ambiguous outside of the branch."""
    if question.kind != "stamp" or theirs != Failure("Can't locate revision"):
        return False
    symbols = [_symbol_of(name) for name in question.names if _label_of(name)]
    known = {*question.graph.ids, *question.graph.label_owners, "head", "heads", "base"}
    return not isinstance(ours, Failure) and any(symbol not in known for symbol in symbols)


def _keeps_dependents_on_branch_base(question: Question, theirs: Answer, ours: Answer) -> bool:
    """`stamp A@base` deletes the rows of A; theirs deletes those that depend on A too."""
    (name, *more) = question.names
    if question.kind != "stamp" or more or not name.endswith("@base"):
        return False
    branch = {r.id for r in resolve(question.graph, f"{name[:-5]}@heads")}
    members = question.graph.lineage(r.id for r in resolve(question.graph, name[:-5]))
    extra = _gone(theirs) - _gone(ours)
    return bool(extra) and extra.isdisjoint(members | branch) and _gone(ours) <= _gone(theirs)


def _keeps_stamped_row(question: Question, theirs: Answer, ours: Answer) -> bool:
    """A row that is one of several revisions stamped stays; theirs takes it for the others."""
    asked = _stamped(question)
    if question.kind != "stamp" or len(asked) < 2 or isinstance(ours, Failure):
        return False
    return _rows_after(question, ours) == _rows_wanted(question)


def _rows_without_implied(question: Question, theirs: Answer, ours: Answer) -> bool:
    """Theirs leaves a row that another one implies, or fails on one, when parents imply another."""
    if question.kind not in ("upgrade", "downgrade") or isinstance(ours, Failure):
        return False
    if theirs == Failure("LookupError", is_crash=True):
        return any(_parents_overlap(question.graph, step[0]) for step in ours)
    if isinstance(theirs, Failure) or [s[0] for s in theirs] != [s[0] for s in ours]:
        return False
    differing = next(
        n for n, pair in enumerate(zip(theirs, ours, strict=True)) if pair[0] != pair[1]
    )
    extra = theirs[differing][3] - ours[differing][3]
    implied = question.graph.ancestors(
        p for row in ours[differing][3] for p in question.graph.parents(row)
    )
    return bool(extra) and extra <= implied and _parents_overlap(question.graph, ours[differing][0])


def _one_of_two_reasons(question: Question, theirs: Answer, ours: Answer) -> bool:
    """Both ends of a range are wrong, or a wrong end meets several heads: either may be named."""
    return (
        question.kind in ("history", "stamp")
        and len(question.names) > 1
        and isinstance(theirs, Failure)
        and isinstance(ours, Failure)
    )


DIFFERENCES = (
    Difference("no crash", "an error or an answer where theirs is an AssertionError", _is_crash),
    Difference(
        "base-N",
        "an error: there is nothing below base (theirs counts from the heads)",
        _counts_down_from_base,
    ),
    Difference(
        "unknown label",
        "an error wherever it stands (theirs downgrades all the same)",
        _names_unknown_label,
    ),
    Difference(
        "downgrade label@head",
        "the head of that branch (theirs looks at all heads)",
        _downgrades_to_head_of_branch,
    ),
    Difference(
        "history -N:upper",
        "counts from the upper end (theirs from all heads, unless that leads too far)",
        _counts_history_from_upper_end,
    ),
    Difference(
        "history REV-N:",
        "offsets work at the lower end too (theirs cannot locate them)",
        _starts_history_at_offset,
    ),
    Difference(
        "stamp label@prefix",
        "the prefix is looked up in that branch (theirs must be unique among all)",
        _resolves_prefix_in_branch,
    ),
    Difference(
        "stamp label@base",
        "rows of other branches that depend on it stay (theirs deletes them)",
        _keeps_dependents_on_branch_base,
    ),
    Difference(
        "stamp several",
        "afterwards the rows say what was asked (theirs loses or doubles some, or crashes)",
        _keeps_stamped_row,
    ),
    Difference(
        "implied rows",
        "a row that another row implies is never kept (theirs keeps it, or crashes on it)",
        _rows_without_implied,
    ),
    Difference("which error", "of two reasons to fail, another one is named", _one_of_two_reasons),
)


# -- what the predicates look at ------------------------------------------------------------


def _gone(steps: Answer) -> set[str]:
    return set() if isinstance(steps, Failure) else {r for step in steps for r in step[3]}


def _stamped(question: Question) -> list[str | None]:
    """Each revision that a stamp asks for; None for base."""
    found: list[str | None] = []
    for name in question.names if question.kind == "stamp" else ():
        try:
            found.extend([r.id for r in resolve(question.graph, name)] or [None])
        except RevisionError:
            return []
    return found


def _rows_after(question: Question, steps: Answer) -> frozenset[str]:
    return steps[-1][5] if steps else frozenset(question.rows)


def _rows_wanted(question: Question) -> frozenset[str]:
    """From first principles: the revisions asked for, and the rows that have nothing to do with
    them; of both, only what no other one implies."""
    graph = question.graph
    asked = {r for r in _stamped(question) if r is not None}
    touched: set[str] = set()
    for name in question.names:
        label = _label_of(name)
        found = [r.id for r in resolve(graph, name)]
        owner = [r.id for r in resolve(graph, label)] if label else []
        if found:
            touched |= graph.lineage([*found, *owner], dependencies=True)
        else:
            touched |= graph.lineage(owner) if label else set(question.rows)
    wanted = asked | (set(question.rows) - touched)
    return frozenset(wanted - graph.ancestors(p for r in wanted for p in graph.parents(r)))


def _parents_overlap(graph: Graph, revision_id: str) -> bool:
    parents = graph.parents(revision_id)
    return not graph.ancestors(p for r in parents for p in graph.parents(r)).isdisjoint(parents)


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
    return [(m.from_ids, m.to_ids, m.is_upgrade, *our_change(m.change)) for m in moves]


def their_stamps(peer: Peer, rows: tuple[str, ...], names: tuple[str, ...]) -> list[Step]:
    table = Rows(rows)
    steps = peer.stamp(rows, names[0] if len(names) == 1 else names)
    return [
        (tuple(s.from_revisions), tuple(s.to_revisions), s.is_upgrade, *table.run(s)) for s in steps
    ]


class Comparison:
    """Asks both, and collects what differs."""

    def __init__(self) -> None:
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

    def report(self) -> Iterator[str]:
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
            compare_structure(comparison, seed, graph, peer)
            compare_names(comparison, chance, seed, graph, peer)
            rows = compare_runs(comparison, chance, seed, graph, peer)
            compare_histories(comparison, chance, seed, graph, peer, rows)
    report = [f"{GRAPHS} random graphs", *comparison.report()]
    record_property("compared", "; ".join(report))
    with capsys.disabled():
        print("\n" + "\n".join(report))
    assert not comparison.undocumented, "\n".join(comparison.undocumented[:10])
