"""A drawn history says what follows what."""

from __future__ import annotations

import random
import textwrap
from collections.abc import Iterable

import pytest

from limbeck.revision.drawing import Row, draw, in_ascii
from limbeck.revision.graph import Graph, Revision
from limbeck.revision.walk import history
from tests.differential.random_graphs import random_graph


def graph(text: str) -> Graph:
    """A graph of words such as ``m<a,b``."""
    pairs = (word.partition("<") for word in text.split())
    return Graph(Revision(id_, tuple(down.split(",")) if down else ()) for id_, _, down in pairs)


def drawn(revisions: Iterable[Revision]) -> str:
    rows = draw(tuple(revisions))
    lines = [r.before + (f"{r.revision.id} " if r.revision else "") + r.after for r in rows]
    return "\n".join(line.rstrip() for line in lines)


@pytest.mark.parametrize(
    ("revisions", "drawing"),
    [
        ("a b<a c<b", "c\nb\na"),
        (
            "a b<a c<a m<b,c z<m",
            """
            z
            m
            ├─╮
            b │
            │ c
            ├─╯
            a
            """,
        ),
        (
            "a b<a c<a d<a",
            """
            b
            │ c
            │ │ d
            ├─┴─╯
            a
            """,
        ),
        (
            "a b c m<a,b,c",
            """
            m
            ├─┬─╮
            a │ │
              b │
                c
            """,
        ),
        ("a b<a y z<y", "b\na\n\nz\ny"),
        (
            "a b<a s<a t<a m<b,t n<m,s",
            """
            n
            ├─╮
            m │
            ├─│─╮
            b │ │
            │ s │
            │ │ t
            ├─┴─╯
            a
            """,
        ),
    ],
)
def test_lines_branches_merges_and_bases(revisions: str, drawing: str) -> None:
    text = drawn(history(graph(revisions)))
    assert text == textwrap.dedent(drawing).strip("\n")


def test_what_is_outside_of_a_range_is_not_drawn() -> None:
    found = graph("a b<a c<b d<a m<c,d")
    assert drawn(history(found, "b", "m")) == "m\nc\nb"


def test_a_drawing_in_ascii_has_the_same_shape() -> None:
    assert in_ascii("├─│─╮ ● ○") == "|-|-\\ * o"


@pytest.mark.parametrize("seed", range(150))
def test_following_the_lines_down_leads_to_the_parents(seed: int) -> None:
    found = Graph(random_graph(random.Random(seed)))
    revisions = history(found)
    assert traced(list(draw(revisions))) == {r.id: set(r.down) for r in revisions}


def traced(rows: list[Row]) -> dict[str, set[str]]:
    """The parents of each revision, by the lines of the drawing.

    Lines meet below a merge, else above a branch point.
    """
    parents: dict[str, set[str]] = {r.revision.id: set() for r in rows if r.revision}
    lines: dict[int, set[str]] = {}  # whose children come down in each column
    for number, row in enumerate(rows):
        if row.revision is not None:
            own = len(row.before) // 2
            for child in lines.get(own, ()):
                parents[child].add(row.revision.id)
            cells = row.before[::2] + "│" + row.after[::2]
            above = {n: lines[n] for n, sign in enumerate(cells) if sign == "│" and n != own}
            lines = above | {own: {row.revision.id}}
            continue
        before = rows[number - 1].revision
        forks = before is not None and before.is_merge_point
        other = rows[number - 1] if forks else rows[number + 1]
        lines = _met(row.before[::2], lines, len(other.before) // 2, downward=forks)
    return parents


def _met(
    cells: str, lines: dict[int, set[str]], own: int, *, downward: bool
) -> dict[int, set[str]]:
    """What comes down below a line on which columns meet."""
    goes_down = [n for n, sign in enumerate(cells) if sign in "│├┤┼╮╭┬"]
    meets = [n for n, sign in enumerate(cells) if sign in "├┤┼╯╰┴╮╭┬"]
    below = {n: set(lines.get(n, ())) for n in goes_down}
    for n in meets:
        if downward and n != own:
            below[n] |= lines.get(own, set())
        elif not downward and n != own:
            below.setdefault(own, set()).update(lines.get(n, ()))
    return below
