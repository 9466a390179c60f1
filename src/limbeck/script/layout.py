"""Python expressions as small trees, laid out as black and `ruff format` lay them out.

A call stands on one line if it fits; else its arguments stand on one indented line if they fit
there; else one a line with a trailing comma, and so on inward. Strings are never split.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TypeAlias

INDENT = "    "
"""One level of indentation."""

LINE_LENGTH = 88
"""The columns of a line in a script, as black and ruff have them by default."""


@dataclass(frozen=True, slots=True)
class Atom:
    """Text that is never split: a name, a number, a string."""

    text: str


@dataclass(frozen=True, slots=True)
class Bracket:
    """A call, list, tuple or dictionary: ``sa.Column(`` items ``)``."""

    opening: str
    items: tuple[Node, ...]
    closing: str


@dataclass(frozen=True, slots=True)
class Keyword:
    """A value behind its key: ``name=``, ``"key": ``, ``**``."""

    key: str
    value: Node


@dataclass(frozen=True, slots=True)
class Chain:
    """Methods called on a value: ``base.first(…).second(…)``."""

    base: Node
    links: tuple[Bracket, ...]


Node: TypeAlias = Atom | Bracket | Keyword | Chain


def call(function: str, *items: Node) -> Bracket:
    """``function(items)``."""
    return Bracket(f"{function}(", items, ")")


def flat(node: Node) -> str:
    """The expression on one line."""
    match node:
        case Atom():
            return node.text
        case Keyword():
            return node.key + flat(node.value)
        case Chain():
            return flat(node.base) + "".join(flat(link) for link in node.links)
        case Bracket():
            inner = ", ".join(flat(item) for item in node.items)
            lone = "," if len(node.items) == 1 and node.opening == "(" else ""
            return f"{node.opening}{inner}{lone}{node.closing}"


def lines(node: Node, room: int, lead: int = 0, tail: int = 0) -> list[str]:
    """The expression in `room` columns, its lines indented relative to the first.

    `lead` columns of the first line and `tail` columns of the last are taken already.
    """
    text = flat(node)
    if lead + width(text) + tail <= room:
        return [text]
    match node:
        case Keyword():
            first, *rest = lines(node.value, room, lead + width(node.key), tail)
            return [node.key + first, *rest]
        case Bracket() if node.items:
            return [node.opening, *_inside(node, room - len(INDENT)), node.closing]
        case Chain():
            return _chained(node, room, lead, tail)
        case _:
            return [text]


def _inside(node: Bracket, room: int) -> list[str]:
    """What stands between the brackets, where it is not on their line."""
    inner = ", ".join(flat(item) for item in node.items)
    lone_tuple = len(node.items) == 1 and node.opening == "("
    if width(inner) <= room and not lone_tuple:
        return [INDENT + inner]
    if len(node.items) == 1 and not lone_tuple:
        return [INDENT + line for line in lines(node.items[0], room)]
    found: list[str] = []
    for item in node.items:
        *first, last = lines(item, room, 0, 1)
        found += [INDENT + line for line in (*first, f"{last},")]
    return found


def _chained(node: Chain, room: int, lead: int, tail: int) -> list[str]:
    """One method keeps to its value's line; two or more stand on lines of their own."""
    if len(node.links) > 1:
        found = lines(node.base, room, lead)
        for link in node.links:
            found += lines(link, room, 0, tail if link is node.links[-1] else 0)
        return found
    link = node.links[0]
    base = lines(node.base, room, lead, width(link.opening))
    *first, last = base
    taken = width(last) + (lead if not first else 0)
    head, *rest = lines(link, room, taken, tail)
    return [*first, last + head, *rest]


def width(text: str) -> int:
    """The columns that a text takes on a screen: East Asian wide characters take two."""
    if text.isascii():
        return len(text)
    return sum(_columns(char) for char in text)


def _columns(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1
