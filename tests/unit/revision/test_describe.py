from __future__ import annotations

from limbeck.revision.describe import (
    branch_lines,
    current_line,
    head_line,
    history_line,
    log_entry,
    summary,
)
from limbeck.revision.graph import Graph, Revision

GRAPH = Graph(
    [
        Revision("a", doc="first", longdoc="first\n\nmore", path="versions/a.py"),
        Revision("b", ("a",), labels=("billing",), doc="left"),
        Revision("c", ("a",), doc="right"),
        Revision("m", ("b", "c"), depends_on=("d",), doc="join", longdoc="join", path="m.py"),
        Revision("d", doc="other"),
    ]
)


def test_history_lines_show_where_a_revision_comes_from() -> None:
    assert history_line(GRAPH, GRAPH["a"]) == "<base> -> a (branchpoint), first"
    assert history_line(GRAPH, GRAPH["b"]) == "a -> b (billing), left"
    assert history_line(GRAPH, GRAPH["m"], current=("m",)) == (
        "b, c (d) -> m (billing) (head) (current) (mergepoint), join"
    )
    assert history_line(GRAPH, GRAPH["d"]) == "<base> -> d (effective head), other"


def test_head_lines_show_labels_and_current_lines_do_not() -> None:
    assert head_line(GRAPH, GRAPH["m"]) == "m (billing) (head)"
    assert head_line(GRAPH, GRAPH["d"]) == "d (effective head)"
    assert current_line(GRAPH, GRAPH["m"]) == "m (head) (mergepoint)"


def test_branch_lines_list_what_follows() -> None:
    assert branch_lines(GRAPH, GRAPH["a"]) == "a (branchpoint)\n  -> b (billing)\n  -> c\n"
    assert branch_lines(GRAPH, GRAPH["a"], verbose=True).endswith(
        "  -> b (billing), left\n  -> c, right\n"
    )


def test_a_summary_is_one_sentence() -> None:
    assert summary(GRAPH, GRAPH["m"]) == "b, c -> m (head) (mergepoint), join"


def test_a_log_entry_shows_the_whole_header() -> None:
    assert log_entry(GRAPH, GRAPH["a"]) == (
        "Rev: a (branchpoint)\nParent: <base>\nBranches into: b, c\nPath: versions/a.py\n\n"
        "    first\n    \n    more\n"
    )
    assert log_entry(GRAPH, GRAPH["m"], current=("m",)) == (
        "Rev: m (head) (mergepoint) (current)\nMerges: b, c\nAlso depends on: d\n"
        "Branch names: billing\nPath: m.py\n\n    join\n"
    )
