from __future__ import annotations

import warnings

import pytest

from limbeck.errors import RevisionError
from limbeck.revision.graph import Graph, Revision


def test_a_line_has_one_head_and_one_base() -> None:
    graph = Graph([Revision("b", ("a",)), Revision("a"), Revision("c", ("b",))])
    assert (graph.heads, graph.bases) == (("c",), ("a",))
    assert graph.children("a") == ("b",)
    assert [r.id for r in graph] == ["b", "a", "c"]


def test_heads_and_children_come_in_file_order() -> None:
    graph = Graph(
        [Revision("z", ("a",)), Revision("a"), Revision("m", ("a",)), Revision("b", ("a",))]
    )
    assert graph.heads == ("z", "m", "b")
    assert graph.children("a") == ("z", "m", "b")
    assert graph.is_branch_point("a")


def test_no_revisions_have_no_heads() -> None:
    graph = Graph(())
    assert (graph.heads, graph.bases, graph.real_heads, len(graph)) == ((), (), (), 0)


def test_a_head_that_another_branch_depends_on_is_an_effective_head() -> None:
    graph = Graph([Revision("a1"), Revision("b1", (), depends_on=("a1",))])
    assert graph.heads == ("a1", "b1")
    assert graph.real_heads == ("b1",)
    assert graph.is_effective_head("a1")
    assert not graph.is_effective_head("b1")
    assert (graph.bases, graph.real_bases) == (("a1", "b1"), ("a1",))


def test_a_dependency_may_be_named_by_branch_label() -> None:
    graph = Graph([Revision("a1", labels=("accounts",)), Revision("b1", depends_on=("accounts",))])
    assert graph.dependencies("b1") == ("a1",)


def test_a_dependency_that_an_earlier_revision_has_is_not_needed_again() -> None:
    graph = Graph(
        [
            Revision("a1"),
            Revision("b1", depends_on=("a1",)),
            Revision("b2", ("b1",), depends_on=("a1",)),
        ]
    )
    assert graph.parents("b1") == ("a1",)
    assert graph.parents("b2") == ("b1",)


def test_parents_are_named_once_when_also_depended_on() -> None:
    graph = Graph([Revision("a"), Revision("b", ("a",), depends_on=("a",))])
    assert graph.parents("b") == ("a",)
    assert graph.all_children("a") == ("b",)


def test_a_label_holds_for_the_whole_line_it_stands_on() -> None:
    graph = Graph(
        [Revision("a"), Revision("b", ("a",), labels=("accounts",)), Revision("c", ("b",))]
    )
    assert [graph.labels(r) for r in "abc"] == [("accounts",)] * 3


def test_a_label_stops_at_the_branch_point_below() -> None:
    graph = Graph(
        [
            Revision("base"),
            Revision("a1", ("base",)),
            Revision("a2", ("a1",), labels=("accounts",)),
            Revision("b1", ("base",)),
        ]
    )
    assert [graph.labels(r) for r in ("base", "a1", "a2", "b1")] == [
        (),
        ("accounts",),
        ("accounts",),
        (),
    ]


def test_a_label_does_not_spread_down_when_its_branch_parts_above() -> None:
    graph = Graph(
        [
            Revision("a"),
            Revision("b", ("a",), labels=("accounts",)),
            Revision("c", ("b",)),
            Revision("d", ("b",)),
        ]
    )
    assert [graph.labels(r) for r in "abcd"] == [(), *[("accounts",)] * 3]


@pytest.mark.parametrize("attribute", ["down", "depends_on"])
def test_a_missing_parent_is_named_with_the_file_that_refers_to_it(attribute: str) -> None:
    revision = Revision("b", path="versions/b.py", **{attribute: ("gone",)})
    with pytest.raises(RevisionError) as error:
        Graph([revision])
    assert "Revision b (versions/b.py) refers to gone, which is not in" in str(error.value)


def test_of_two_revisions_with_one_id_the_last_counts_and_both_files_are_named() -> None:
    first = Revision("a", path="versions/one.py")
    second = Revision("a", path="versions/two.py")
    with pytest.warns(UserWarning, match="Revision a is present more than once") as caught:
        graph = Graph([first, second])
    assert "versions/one.py" in str(caught[0].message)
    assert "versions/two.py" in str(caught[0].message)
    assert graph["a"] is second
    assert graph.heads == ("a",)


def test_a_label_that_two_revisions_declare_is_an_error() -> None:
    with pytest.raises(RevisionError, match=r"Branch name 'q' in revision b already used by .* a"):
        Graph([Revision("a", labels=("q",)), Revision("b", ("a",), labels=("q",))])


def test_a_label_that_is_a_revision_id_is_an_error() -> None:
    with pytest.raises(RevisionError, match="Branch name 'a' in revision b already used by"):
        Graph([Revision("a"), Revision("b", ("a",), labels=("a",))])


@pytest.mark.parametrize("bad", ["a-b", "a+b", "a@b", "a:b"])
def test_an_id_with_a_character_of_the_symbol_syntax_is_refused(bad: str) -> None:
    with pytest.raises(RevisionError, match="not allowed in revision identifier"):
        Revision(bad)


def test_a_long_line_and_a_deep_ladder_need_no_recursion() -> None:
    line = [Revision(f"r{n}", (f"r{n - 1}",) if n else ()) for n in range(20_000)]
    assert Graph(line).heads == ("r19999",)
    assert len(Graph(line).ancestors(("r19999",))) == 20_000


def test_building_a_graph_warns_of_nothing_when_all_is_well() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Graph([Revision("a"), Revision("b", ("a",))])
