from __future__ import annotations

import pytest

from limbeck.errors import CommandError, MultipleHeads, ResolutionError, RevisionError
from limbeck.revision.graph import Graph, Revision
from limbeck.revision.identifiers import all_current, parse_range, resolve, resolve_one

BRANCHES = Graph(
    [
        Revision("1975ea83b712"),
        Revision("ae1027a6acf1", ("1975ea83b712",), labels=("accounts",)),
        Revision("ae1027a6acf2", ("ae1027a6acf1",)),
        Revision("bb0000000001", ("1975ea83b712",), labels=("billing",)),
        Revision("bb0000000002", ("bb0000000001",)),
    ]
)
LINE = Graph([Revision("aaaa"), Revision("bbbb", ("aaaa",)), Revision("cccc", ("bbbb",))])


def names(
    graph: Graph, identifier: str | None, current: tuple[str, ...] | None = None
) -> list[str]:
    return [r.id for r in resolve(graph, identifier, current=current)]


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [
        ("cccc", ["cccc"]),
        ("cc", ["cccc"]),
        ("head", ["cccc"]),
        ("heads", ["cccc"]),
        ("base", []),
        (None, []),
        ("head-1", ["bbbb"]),
        ("head-2", ["aaaa"]),
        ("head-3", []),
        ("base+1", ["aaaa"]),
        ("aaaa+2", ["cccc"]),
        ("aa+1", ["bbbb"]),
        ("-1", ["bbbb"]),
        ("+1", ["aaaa"]),
    ],
)
def test_symbols_and_offsets_on_a_line(identifier: str | None, expected: list[str]) -> None:
    assert names(LINE, identifier) == expected


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [
        ("accounts", ["ae1027a6acf1"]),
        ("accounts@head", ["ae1027a6acf2"]),
        ("accounts@heads", ["ae1027a6acf2"]),
        ("bb0000000001@head", ["bb0000000002"]),
        ("accounts@base", []),
        ("accounts@ae1027a6acf2", ["ae1027a6acf2"]),
        ("accounts@ae1027a6acf2-1", ["ae1027a6acf1"]),
        ("billing@bb", None),
        ("accounts@-1", ["ae1027a6acf1"]),
        ("heads", ["ae1027a6acf2", "bb0000000002"]),
    ],
)
def test_branch_labels_narrow_a_name(identifier: str, expected: list[str] | None) -> None:
    if expected is None:
        with pytest.raises(ResolutionError, match="Multiple revisions start with 'bb'"):
            names(BRANCHES, identifier)
    else:
        assert names(BRANCHES, identifier) == expected


def test_current_names_the_rows_of_the_database() -> None:
    assert names(LINE, "current", ("bbbb",)) == ["bbbb"]
    assert names(LINE, "current", ()) == []
    assert names(LINE, "+1", ("bbbb",)) == ["cccc"]
    assert names(LINE, "-1", ("bbbb",)) == ["aaaa"]


def test_current_is_unknown_where_no_database_is_asked() -> None:
    with pytest.raises(ResolutionError, match="No such revision or branch 'current'"):
        names(LINE, "current")


def test_head_with_several_heads_names_them() -> None:
    with pytest.raises(MultipleHeads) as error:
        resolve_one(BRANCHES, "head")
    assert error.value.argument == "head"
    assert list(error.value.heads) == ["ae1027a6acf2", "bb0000000002"]


def test_one_revision_is_asked_for_but_heads_names_several() -> None:
    with pytest.raises(MultipleHeads):
        resolve_one(BRANCHES, "heads")
    assert resolve_one(LINE, "base") is None


@pytest.mark.parametrize(
    ("identifier", "message"),
    [
        ("nothing", "No such revision or branch 'nothing'$"),
        ("zz", "please ensure at least four characters"),
        ("ae10", "Multiple revisions start with 'ae10': 'ae1027a6acf1', 'ae1027a6acf2'"),
        ("accounts@bb0000000001", "Revision bb0000000001 is not a member of branch 'accounts'"),
        ("nothing@head", "No such branch: 'nothing'"),
        ("accounts@", "No such revision or branch ''"),
        ("", "No such revision or branch ''"),
    ],
)
def test_a_name_that_fits_no_single_revision_is_an_error(identifier: str, message: str) -> None:
    with pytest.raises(ResolutionError, match=message):
        names(BRANCHES, identifier)


def test_a_prefix_counts_only_for_ids_of_four_characters_and_more() -> None:
    graph = Graph([Revision("abc"), Revision("xyz4", ("abc",))])
    assert names(graph, "x") == ["xyz4"]
    with pytest.raises(ResolutionError):
        names(graph, "ab")


@pytest.mark.parametrize("identifier", ["head+1", "aaaa-2", "base-1", "-4"])
def test_an_offset_beyond_the_ends_is_an_error(identifier: str) -> None:
    with pytest.raises(RevisionError, match=r"Relative revision .\d didn't produce \d migrations"):
        names(LINE, identifier)


def test_an_offset_that_could_lead_two_ways_is_an_error_that_names_them() -> None:
    with pytest.raises(RevisionError, match=r"Ambiguous walk.* ae1027a6acf1, bb0000000001"):
        names(BRANCHES, "1975ea83b712+1")


def test_a_label_that_looks_relative_is_a_label() -> None:
    graph = Graph([Revision("a", labels=("feature-1",)), Revision("b", ("a",))])
    assert names(graph, "feature-1") == ["a"]
    assert names(graph, "feature-1@head") == ["b"]
    assert names(graph, "feature-1@+1", ()) == ["a"]


def test_a_row_that_is_no_text_points_to_the_driver() -> None:
    with pytest.raises(RevisionError, match="is not a string; ensure database driver settings"):
        resolve(LINE, (b"aaaa",))  # type: ignore[arg-type]  # what a misconfigured driver hands out


def test_tips_that_are_implied_by_a_dependency_are_current_too() -> None:
    graph = Graph([Revision("a1"), Revision("a2", ("a1",)), Revision("b1", depends_on=("a1",))])
    assert all_current(graph, ("b1",)) == ("a1", "b1")
    assert all_current(graph, ("a2", "b1")) == ("a2", "b1")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a:b", ("a", "b")), (":b", (None, "b")), ("a:", ("a", None)), (":", (None, None))],
)
def test_a_range_has_two_ends(text: str, expected: tuple[str | None, str | None]) -> None:
    assert parse_range(text) == expected


@pytest.mark.parametrize("text", ["a", "a:b:c"])
def test_a_range_without_just_one_colon_is_an_error(text: str) -> None:
    with pytest.raises(CommandError, match=r"\[start\]:\[end\]"):
        parse_range(text)
