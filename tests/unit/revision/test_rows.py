from __future__ import annotations

import pytest

from limbeck.errors import MultipleHeads, ResolutionError, RevisionError
from limbeck.revision.graph import Graph, Revision
from limbeck.revision.rows import RowChange, after_move, stamp_path
from limbeck.revision.walk import Move, upgrade_path

# root - a1 - a2 \
#      - b1 ------ merged;   c1 depends on a1
GRAPH = Graph(
    [
        Revision("root"),
        Revision("a1", ("root",), labels=("accounts",)),
        Revision("a2", ("a1",)),
        Revision("b1", ("root",), labels=("billing",)),
        Revision("merged", ("a2", "b1")),
        Revision("c1", labels=("customers",), depends_on=("a1",)),
        Revision("c2", ("c1",)),
    ]
)


def upgrade(rows: tuple[str, ...], revision_id: str) -> RowChange:
    return after_move(GRAPH, rows, Move(GRAPH[revision_id], "upgrade"))


def downgrade(rows: tuple[str, ...], revision_id: str) -> RowChange:
    return after_move(GRAPH, rows, Move(GRAPH[revision_id], "downgrade"))


def stamp(rows: tuple[str, ...], *targets: str) -> tuple[str, ...]:
    moves = stamp_path(GRAPH, rows, targets)
    return moves[-1].change.after if moves else rows


def test_the_first_revision_inserts_its_row() -> None:
    assert upgrade((), "root") == RowChange(inserts=("root",), after=("root",))


def test_the_next_revision_of_a_line_updates_the_row() -> None:
    assert upgrade(("root",), "a1") == RowChange(updates=(("root", "a1"),), after=("a1",))


def test_a_second_branch_inserts_a_row() -> None:
    assert upgrade(("a1",), "b1") == RowChange(inserts=("b1",), after=("a1", "b1"))


def test_a_merge_deletes_all_rows_but_one_and_updates_that() -> None:
    assert upgrade(("a2", "b1"), "merged") == RowChange(
        deletes=("a2",), updates=(("b1", "merged"),), after=("merged",)
    )


def test_a_merge_taken_back_inserts_rows_and_updates_one() -> None:
    assert downgrade(("merged",), "merged") == RowChange(
        updates=(("merged", "b1"),), inserts=("a2",), after=("b1", "a2")
    )


def test_a_branch_taken_back_deletes_its_row_as_the_other_branch_implies_the_rest() -> None:
    assert downgrade(("a2", "b1"), "b1") == RowChange(deletes=("b1",), after=("a2",))
    assert downgrade(("a1", "b1"), "a1") == RowChange(deletes=("a1",), after=("b1",))


def test_a_dependency_gives_up_its_row_to_what_depends_on_it() -> None:
    assert upgrade(("a1",), "c1") == RowChange(updates=(("a1", "c1"),), after=("c1",))
    assert downgrade(("c1",), "c1") == RowChange(updates=(("c1", "a1"),), after=("a1",))


def test_a_parent_that_another_parent_implies_gets_no_row() -> None:
    graph = Graph([Revision("a"), Revision("b", ("a",)), Revision("m", ("a", "b")), Revision("x")])
    move = Move(graph["m"], "downgrade")
    assert after_move(graph, ("m", "x"), move).after == ("b", "x")
    assert after_move(graph, ("m",), move).after == ("b",)


def test_a_revision_without_a_row_cannot_be_taken_back() -> None:
    with pytest.raises(RevisionError, match="no row for it"):
        downgrade(("a2",), "a1")


def test_the_same_step_answers_the_same_however_often_it_is_asked() -> None:
    first = downgrade(("merged", "c2"), "merged")
    assert downgrade(("merged", "c2"), "merged") == first
    assert downgrade(("a2", "b1", "c2"), "a2") == RowChange(deletes=("a2",), after=("b1", "c2"))


def test_all_rows_go_on_the_way_up_and_down_again() -> None:
    rows: tuple[str, ...] = ()
    moves = upgrade_path(GRAPH, rows, "heads")
    for move in moves:
        rows = after_move(GRAPH, rows, move).after
    assert set(rows) == {"merged", "c2"}
    for move in reversed(moves):
        rows = after_move(GRAPH, rows, Move(move.revision, "downgrade")).after
    assert rows == ()


def test_a_stamp_on_an_empty_table_inserts() -> None:
    (move,) = stamp_path(GRAPH, (), "merged")
    assert (move.from_ids, move.to_ids, move.is_upgrade) == ((), ("merged",), True)
    assert move.is_branch_move
    assert move.change == RowChange(inserts=("merged",), after=("merged",))


def test_a_stamp_replaces_rows_below_and_rows_above() -> None:
    (above,) = stamp_path(GRAPH, ("a1", "b1"), "merged")
    assert (above.from_ids, above.is_upgrade) == (("a1", "b1"), True)
    assert above.change.after == ("merged",)
    (both,) = stamp_path(GRAPH, ("a2", "b1"), "root")
    assert both.change == RowChange(deletes=("a2",), updates=(("b1", "root"),), after=("root",))
    (below,) = stamp_path(GRAPH, ("merged",), "a1")
    assert (below.is_upgrade, below.change.after) == (False, ("a1",))


def test_a_stamp_of_what_is_there_does_nothing() -> None:
    assert stamp_path(GRAPH, ("a1",), "a1") == ()


def test_a_stamp_of_base_deletes_all_rows() -> None:
    graph = Graph([Revision("a"), Revision("b")])
    assert [m.change.deletes for m in stamp_path(graph, ("a", "b"), "base")] == [("a",), ("b",)]
    assert stamp_path(graph, ("a", "b"), None)[-1].change.after == ()


def test_a_stamp_of_one_branch_to_base_keeps_rows_of_branches_that_depend_on_it() -> None:
    assert stamp(("a2", "c2"), "accounts@base") == ("c2",)
    assert stamp(("c2",), "accounts@base") == ("c2",)
    assert stamp(("a2", "c2"), "customers@base") == ("a2",)


def test_a_stamp_of_several_leaves_just_those() -> None:
    assert set(stamp((), "heads")) == {"merged", "c2"}
    assert set(stamp(("c2",), "heads")) == {"merged", "c2"}
    assert set(stamp(("a1", "c1"), "merged", "c1")) == {"merged", "c1"}
    assert stamp((), "a1", "a1") == ("a1",)
    assert set(stamp(("a2",), "a1", "b1")) == {"a1", "b1"}


def test_a_stamp_gives_no_row_to_what_another_of_its_targets_implies() -> None:
    assert stamp((), "a1", "merged") == ("merged",)
    assert stamp(("a2",), "a1", "c1") == ("c1",)


def test_a_stamp_carries_out_base_among_other_targets() -> None:
    assert stamp(("c2", "b1"), "customers@base", "a1") == ("a1", "b1")


def test_a_stamp_with_purge_counts_on_an_empty_table() -> None:
    (move,) = stamp_path(GRAPH, ("unknown",), "a1", purge=True)
    assert move.change == RowChange(inserts=("a1",), after=("a1",))


def test_a_stamp_needs_known_rows_and_targets() -> None:
    with pytest.raises(ResolutionError):
        stamp_path(GRAPH, ("unknown",), "a1")
    with pytest.raises(ResolutionError):
        stamp_path(GRAPH, (), "unknown")
    with pytest.raises(MultipleHeads):
        stamp_path(GRAPH, (), "head")
