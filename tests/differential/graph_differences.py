"""What Limbeck answers otherwise than Alembic, on purpose: the whole list, each with its sign.

A sign (`applies`) is as narrow as it can be: it recognises the defect in the question and in both
answers, and, where theirs is wrong, holds ours against first principles.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from limbeck.errors import RevisionError
from limbeck.revision.graph import Graph
from limbeck.revision.identifiers import resolve

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
    """Theirs is no answer and no message; ours is a message, or an answer that makes sense."""
    if not isinstance(theirs, Failure) or not theirs.is_crash:
        return False
    if isinstance(ours, Failure):
        return True
    if question.kind == "history":
        return _stands_before_all_it_needs(question.graph, ours)
    # An offset that leads to base: nothing to upgrade.
    return question.kind == "upgrade" and ours == [] and _has_offset(question.names[0])


def _stands_before_all_it_needs(graph: Graph, newest_first: list[str]) -> bool:
    after = set(newest_first)
    for revision_id in newest_first:
        after.remove(revision_id)
        if not after.isdisjoint(graph.descendants((revision_id,))):
            return False
    return len(set(newest_first)) == len(newest_first)


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
    # `label@` may take the rest of its branch along, as it does in theirs.
    wanted = [_rows_wanted(question, of_label) for of_label in (True, False)]
    theirs_wrong = isinstance(theirs, Failure) or _rows_after(question, theirs) not in wanted
    return theirs_wrong and _rows_after(question, ours) in wanted


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


def _rows_wanted(question: Question, of_label: bool) -> frozenset[str]:
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
            found += owner if of_label else []
            touched |= graph.lineage(found, dependencies=True)
        else:
            touched |= graph.lineage(owner) if label else set(question.rows)
    wanted = asked | (set(question.rows) - touched)
    return frozenset(wanted - graph.ancestors(p for r in wanted for p in graph.parents(r)))


def _parents_overlap(graph: Graph, revision_id: str) -> bool:
    parents = graph.parents(revision_id)
    return not graph.ancestors(p for r in parents for p in graph.parents(r)).isdisjoint(parents)
