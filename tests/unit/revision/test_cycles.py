from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limbeck.errors import (
    CycleDetected,
    DependencyCycleDetected,
    DependencyLoopDetected,
    LoopDetected,
)
from limbeck.revision.graph import Graph, Revision


def test_a_revision_that_follows_itself_is_a_self_loop() -> None:
    with pytest.raises(LoopDetected, match=r"Self-loop is detected in revisions \(a\)"):
        Graph([Revision("a", ("a",))])


def test_a_revision_that_depends_on_itself_is_a_dependency_self_loop() -> None:
    with pytest.raises(DependencyLoopDetected, match="Dependency self-loop is detected"):
        Graph([Revision("a", depends_on=("a",))])


def test_a_revision_that_depends_on_its_own_label_is_a_dependency_self_loop() -> None:
    with pytest.raises(DependencyLoopDetected):
        Graph([Revision("a", depends_on=("q",), labels=("q",))])


def test_a_cycle_names_its_revisions_and_their_files() -> None:
    with pytest.raises(CycleDetected) as error:
        Graph(
            [
                Revision("a", ("c",), path="a.py"),
                Revision("b", ("a",), path="b.py"),
                Revision("c", ("b",), path="c.py"),
            ]
        )
    assert list(error.value.revisions) == ["a", "b", "c"]
    assert str(error.value) == (
        "Cycle is detected in revisions (a, b, c): a (a.py) -> c (c.py) -> b (b.py) -> a (a.py)"
    )
    assert not isinstance(error.value, DependencyCycleDetected)


def test_a_cycle_between_a_base_and_a_head_is_found_without_naming_those() -> None:
    with pytest.raises(CycleDetected) as error:
        Graph(
            [Revision("a"), Revision("b", ("a", "c")), Revision("c", ("b",)), Revision("d", ("c",))]
        )
    assert list(error.value.revisions) == ["b", "c"]


def test_a_cycle_over_a_dependency_is_a_dependency_cycle() -> None:
    with pytest.raises(DependencyCycleDetected, match="Dependency cycle is detected") as error:
        Graph([Revision("a", depends_on=("b",)), Revision("b", ("a",)), Revision("c", ("b",))])
    assert list(error.value.revisions) == ["a", "b"]


_IDS = [f"r{n}" for n in range(7)]
_EDGES = st.lists(st.tuples(st.sampled_from(_IDS), st.sampled_from(_IDS)), max_size=12)


@given(down=_EDGES, dependencies=_EDGES)
def test_every_cycle_is_found_and_what_is_named_is_a_cycle(
    down: list[tuple[str, str]], dependencies: list[tuple[str, str]]
) -> None:
    revisions = [
        Revision(
            r,
            tuple(dict.fromkeys(to for of, to in down if of == r)),
            depends_on=tuple(dict.fromkeys(to for of, to in dependencies if of == r)),
        )
        for r in _IDS
    ]
    edges = {*down, *dependencies}
    error = _error_of(revisions)
    assert (error is not None) == _cyclic(edges)
    if error is not None:
        named = set(error.revisions)
        inside = {(of, to) for of, to in edges if {of, to} <= named}
        assert all(_reaches(inside, one, other) for one in named for other in named)
        if not _cyclic(set(down)):
            assert isinstance(error, DependencyCycleDetected)


def _error_of(revisions: list[Revision]) -> CycleDetected | None:
    try:
        Graph(revisions)
    except CycleDetected as error:
        return error
    return None


def _cyclic(edges: set[tuple[str, str]]) -> bool:
    return any(_reaches(edges, r, r) for r in _IDS)


def _reaches(edges: set[tuple[str, str]], start: str, goal: str) -> bool:
    found: set[str] = set()
    todo = [start]
    while todo:
        here = todo.pop()
        new = {to for of, to in edges if of == here} - found
        found |= new
        todo.extend(new)
    return goal in found
