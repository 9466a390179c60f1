"""A history drawn as lines of text: branches side by side, forks and merges between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from limbeck.revision.graph import Revision

_CORNERS = {
    # what leads away from a place: up, down, left, right
    (True, True, False, False): "│",
    (True, True, True, False): "┤",
    (True, True, False, True): "├",
    (True, True, True, True): "┼",
    (True, False, True, False): "╯",
    (True, False, False, True): "╰",
    (True, False, True, True): "┴",
    (False, True, True, False): "╮",
    (False, True, False, True): "╭",
    (False, True, True, True): "┬",
    (False, False, True, True): "─",
}

_ASCII = str.maketrans("│┤├┼╯╰┴╮╭┬─●○", "|||+/\\+\\/+-*o")


@dataclass(frozen=True, slots=True)
class Row:
    """One line: `before` the sign of a revision and `after` it; no revision where lines meet."""

    before: str
    revision: Revision | None = None
    after: str = ""


def draw(revisions: Sequence[Revision]) -> Iterator[Row]:
    """The rows for revisions, newest first; each must come before all that it follows.

    What a revision follows outside of `revisions` is not drawn. As wide as there are branches at
    the same time, and the same for the same revisions.
    """
    shown = {revision.id for revision in revisions}
    lanes: list[str | None] = []
    """The revision that each column leads down to; None for a free one."""
    ended = -1
    for revision in revisions:
        waiting = [n for n, wanted in enumerate(lanes) if wanted == revision.id]
        own = waiting[0] if waiting else _free(lanes)
        if own == ended:  # it does not follow what stands above it
            yield Row("".join(map(_sign, lanes)))
        if len(waiting) > 1:
            below = [w if n not in waiting[1:] else None for n, w in enumerate(lanes)]
            yield Row(_meeting(lanes, below, own, waiting[1:]))
            lanes[:] = below
        lanes[own] = revision.id
        signs = [*map(_sign, lanes)]
        yield Row("".join(signs[:own]), revision, "".join(signs[own + 1 :]))
        parents = [parent for parent in dict.fromkeys(revision.down) if parent in shown]
        lanes[own] = parents[0] if parents else None
        ended = -1 if parents else own
        above = list(lanes)
        ends = [_lane(lanes, parent) for parent in parents[1:]]
        if ends:
            yield Row(_meeting(above, lanes, own, ends))
        while lanes and lanes[-1] is None:
            lanes.pop()


def in_ascii(text: str) -> str:
    """A drawing for a terminal that cannot show its signs."""
    return text.translate(_ASCII)


def _sign(wanted: str | None) -> str:
    return "  " if wanted is None else "│ "


def _free(lanes: list[str | None]) -> int:
    """A column that nothing goes through, made where there is none."""
    if None not in lanes:
        lanes.append(None)
    return lanes.index(None)


def _lane(lanes: list[str | None], parent: str) -> int:
    """The column that leads to a further parent of a merge, made where there is none."""
    if parent in lanes:
        return lanes.index(parent)
    place = _free(lanes)
    lanes[place] = parent
    return place


def _meeting(
    above: Sequence[str | None], below: Sequence[str | None], own: int, ends: Sequence[int]
) -> str:
    """A line on which columns meet the column `own`; others are crossed underneath."""
    first, last = min(own, *ends), max(own, *ends)
    cells = []
    for n in range(max(len(above), len(below))):
        up = n < len(above) and above[n] is not None
        down = n < len(below) and below[n] is not None
        meets, inside = n == own or n in ends, first <= n <= last
        left, right = inside and n > first, inside and n < last
        if not meets:
            left = right = inside and not (up or down)
        sign = _CORNERS.get((up, down, left, right), " ")
        cells.append(sign + ("─" if first <= n < last else " "))
    return "".join(cells)
