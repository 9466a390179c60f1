from __future__ import annotations

import pytest

from limbeck.errors import MultipleHeads, RangeNotAncestorError, ResolutionError, RevisionError
from limbeck.revision.graph import Graph, Revision
from limbeck.revision.walk import downgrade_path, history, upgrade_path

LINE = Graph([Revision("aaaa"), Revision("bbbb", ("aaaa",)), Revision("cccc", ("bbbb",))])
# a1 - a2 - a3   b1 - b2 - b3, where b3 depends on a2
DEPENDENT = Graph(
    [
        Revision("a1", labels=("accounts",)),
        Revision("a2", ("a1",)),
        Revision("a3", ("a2",)),
        Revision("b1", labels=("billing",)),
        Revision("b2", ("b1",)),
        Revision("b3", ("b2",), depends_on=("a2",)),
    ]
)


def up(graph: Graph, rows: tuple[str, ...], target: str) -> list[str]:
    moves = upgrade_path(graph, rows, target)
    assert all(move.direction == "upgrade" for move in moves)
    return [move.revision.id for move in moves]


def down(graph: Graph, rows: tuple[str, ...], target: str | None) -> list[str]:
    moves = downgrade_path(graph, rows, target)
    assert all(move.direction == "downgrade" for move in moves)
    return [move.revision.id for move in moves]


def test_an_upgrade_runs_what_is_missing_oldest_first() -> None:
    assert up(LINE, (), "head") == ["aaaa", "bbbb", "cccc"]
    assert up(LINE, ("aaaa",), "head") == ["bbbb", "cccc"]
    assert up(LINE, ("cccc",), "head") == []
    assert up(LINE, ("cccc",), "aaaa") == []
    assert up(LINE, ("aaaa",), "+1") == ["bbbb"]
    assert up(LINE, (), "base") == []


def test_an_upgrade_runs_dependencies_in_other_branches() -> None:
    assert up(DEPENDENT, (), "billing@head") == ["a1", "a2", "b1", "b2", "b3"]
    assert up(DEPENDENT, ("a1",), "billing@+1") == ["b1"]
    assert up(DEPENDENT, ("b3",), "accounts@+1") == ["a3"]


def test_a_downgrade_takes_back_newest_first() -> None:
    assert down(LINE, ("cccc",), "base") == ["cccc", "bbbb", "aaaa"]
    assert down(LINE, ("cccc",), "-1") == ["cccc"]
    assert down(LINE, ("cccc",), "cccc") == []
    assert down(LINE, ("cccc",), None) == ["cccc", "bbbb", "aaaa"]


def test_a_downgrade_of_a_branch_takes_its_dependents_along() -> None:
    assert down(DEPENDENT, ("a3", "b3"), "accounts@base") == ["a3", "b3", "a2", "a1"]
    assert down(DEPENDENT, ("a3", "b3"), "billing@base") == ["b3", "b2", "b1"]


def test_a_downgrade_to_what_is_not_below_is_an_error() -> None:
    with pytest.raises(RangeNotAncestorError) as error:
        downgrade_path(LINE, ("aaaa",), "cccc")
    assert error.value.lower == "cccc"


@pytest.mark.parametrize("target", ["+1", "-2"])
def test_a_step_beyond_the_ends_is_an_error(target: str) -> None:
    with pytest.raises(RevisionError, match=r"Relative revision .\d didn't produce \d migrations"):
        upgrade_path(LINE, ("cccc",), target)
    with pytest.raises(RevisionError, match=r"Relative revision .\d didn't produce \d migrations"):
        downgrade_path(LINE, ("aaaa",), target)


def test_an_upgrade_beyond_head_is_an_error() -> None:
    with pytest.raises(RevisionError, match=r"Relative revision \+1 didn't produce 1 migrations"):
        upgrade_path(LINE, (), "head+1")


def test_a_downgrade_below_base_walked_too_far() -> None:
    with pytest.raises(RevisionError, match=r"^Walked too far"):
        downgrade_path(LINE, ("cccc",), "aaaa-2")


def test_a_step_down_in_a_branch_that_is_not_applied_is_an_error() -> None:
    with pytest.raises(RevisionError, match="nothing of branch 'accounts' is applied"):
        downgrade_path(DEPENDENT, ("b1",), "accounts@-1")


def test_a_step_down_from_several_rows_warns_and_takes_the_first() -> None:
    with pytest.warns(UserWarning, match="downgrade -1 from multiple heads is ambiguous"):
        assert down(DEPENDENT, ("b1", "a2"), "-1") == ["b1"]


def test_a_step_up_from_several_rows_is_ambiguous() -> None:
    with pytest.raises(RevisionError, match="Ambiguous upgrade from multiple current revisions"):
        upgrade_path(DEPENDENT, ("a1", "b1"), "+1")


def test_head_is_ambiguous_with_several_heads() -> None:
    with pytest.raises(MultipleHeads):
        upgrade_path(DEPENDENT, (), "head")


def test_a_row_without_a_file_is_named() -> None:
    for path in (upgrade_path, downgrade_path):
        with pytest.raises(ResolutionError, match="'gone': the version table names it") as error:
            path(LINE, ("gone",), "head")
        assert error.value.argument == "gone"


def test_an_unknown_branch_is_an_error_also_where_there_is_one_way_only() -> None:
    with pytest.raises(ResolutionError, match="No such branch: 'nothing'"):
        downgrade_path(LINE, ("cccc",), "nothing@base")


def test_rows_that_imply_each_other_are_an_error_that_says_which_row_to_delete() -> None:
    with pytest.raises(RevisionError, match=r"revision cccc overlaps .* revisions aaaa: .* delete"):
        upgrade_path(LINE, ("aaaa", "cccc"), "head")


def test_history_shows_both_ends_newest_first() -> None:
    def shown(lower: str, upper: str, current: tuple[str, ...] | None = None) -> list[str]:
        return [r.id for r in history(LINE, lower, upper, current)]

    assert shown("base", "heads") == ["cccc", "bbbb", "aaaa"]
    assert shown("bbbb", "heads") == ["cccc", "bbbb"]
    assert shown("base", "aaaa+1") == ["bbbb", "aaaa"]
    assert shown("bbbb", "+9") == ["cccc", "bbbb"]
    assert shown("cccc-1", "heads") == ["cccc", "bbbb"]
    assert shown("-1", "current", ("bbbb",)) == ["bbbb", "aaaa"]
    assert shown("current", "+1", ("aaaa",)) == ["bbbb", "aaaa"]
    assert shown("-9", "heads") == ["cccc", "bbbb", "aaaa"]


def test_history_between_branches_is_an_error_also_where_one_depends_on_the_other() -> None:
    for lower, upper in [("a3", "b3"), ("a1", "b3"), ("b3", "b1")]:
        with pytest.raises(RangeNotAncestorError):
            history(DEPENDENT, lower, upper)


def test_history_from_a_branch_shows_that_branch_only() -> None:
    assert [r.id for r in history(DEPENDENT, "accounts@base", "heads")] == ["a3", "a2", "a1"]
    assert [r.id for r in history(DEPENDENT, "a2", "heads")] == ["a3", "a2"]


def test_history_from_an_effective_head_shows_it() -> None:
    graph = Graph([Revision("a1"), Revision("b1", depends_on=("a1",))])
    assert [r.id for r in history(graph, "a1", "heads")] == ["a1"]


def test_a_long_line_with_branches_needs_no_recursion() -> None:
    revisions = [Revision(f"r{n}", (f"r{n - 1}",) if n else ()) for n in range(5_000)]
    revisions += [Revision(f"s{n}", (f"r{n}",)) for n in range(0, 5_000, 50)]
    graph = Graph(revisions)
    moves = upgrade_path(graph, (), "heads")
    assert len(moves) == 5_100
    assert len(downgrade_path(graph, graph.heads, "base")) == 5_100
