"""What a user may write to name revisions, and the revisions it names.

`head`, `heads`, `base`, `current`, a full id, a unique prefix of one, a branch label; each of
them with `label@` before it, or `+N` / `-N` after it. `+N` and `-N` alone count from the current
revisions. Where a position can be below the first revision, it is None, as `base` is.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from limbeck.errors import CommandError, MultipleHeads, ResolutionError, RevisionError
from limbeck.revision.graph import Graph, Revision

_RELATIVE = re.compile(r"(?:(?P<label>.+?)@)?(?P<symbol>[^@+:-]+)?(?P<offset>[+-][0-9]+)")
_SHORTEST_WITH_PREFIX = 4
_SHOWN_MATCHES = 3
_SYMBOLS = ("head", "heads", "base", "current")

Names = str | Sequence[str] | None


class WalkedTooFar(RevisionError):
    """An offset leads beyond the first or the last revision."""


@dataclass(frozen=True, slots=True)
class Identifier:
    """One identifier, taken apart: `label@symbol+offset`.

    `symbol` is None in `+N` and `-N`; `offset` is None when the text has none.
    """

    text: str
    label: str | None
    symbol: str | None
    offset: int | None

    @property
    def relative_text(self) -> str:
        """The offset with its sign, as messages show it."""
        return "" if self.offset is None else f"{self.offset:+d}"

    def out_of_range(self, why: str = "") -> WalkedTooFar:
        """The error for an offset that leads beyond the first or the last revision."""
        return WalkedTooFar(
            f"Relative revision {self.relative_text} didn't produce "
            f"{abs(self.offset or 0)} migrations{why}"
        )


def parse(graph: Graph, text: str) -> Identifier:
    """Take an identifier apart; a label or id that looks relative is taken as it is."""
    if text not in graph and text not in graph.label_owners:
        relative = _RELATIVE.fullmatch(text)
        if relative:
            return Identifier(text, relative["label"], relative["symbol"], int(relative["offset"]))
    label, at, symbol = text.partition("@")
    return (
        Identifier(text, label or None, symbol, None) if at else Identifier(text, None, text, None)
    )


def parse_range(text: str) -> tuple[str | None, str | None]:
    """The two ends of `a:b`; an empty end is None.

    Raises `CommandError` when there is not exactly one colon.
    """
    lower, colon, upper = text.partition(":")
    if not colon or ":" in upper:
        raise CommandError(
            f"Revision range '{text}' is not of the form [start]:[end], [start]:, or :[end]"
        )
    return lower.strip() or None, upper.strip() or None


# -- names ----------------------------------------------------------------------------------


def resolve(
    graph: Graph, identifier: Names, *, current: Sequence[str] | None = None
) -> tuple[Revision, ...]:
    """The revisions that an identifier names: several for `heads`, none for `base` and None.

    `+N`, `-N` and `current` refer to `current`, the revisions a database is at (none at all: an
    empty database). When it is not given, `current` names nothing, and where it has no revision,
    `-N` counts from the heads.

    Raises `ResolutionError` for what names nothing or is ambiguous, `MultipleHeads` where one
    head is meant, `RevisionError` for an offset that leads too far or to several revisions.
    """
    return tuple(graph[r] for r in resolve_ids(graph, identifier, current=current))


def resolve_one(
    graph: Graph, identifier: Names, *, current: Sequence[str] | None = None
) -> Revision | None:
    """Like `resolve` for at most one revision; None for `base`. Raises `MultipleHeads`."""
    found = resolve_ids(graph, identifier, current=current)
    return graph[one(found, identifier)] if found else None


def resolve_ids(
    graph: Graph, identifier: Names, *, current: Sequence[str] | None = None
) -> tuple[str, ...]:
    """Like `resolve`, as ids."""
    if identifier is None:
        return ()
    if isinstance(identifier, (tuple, list, set, frozenset)):
        named = (r for part in identifier for r in resolve_ids(graph, part, current=current))
        return tuple(dict.fromkeys(named))
    parsed = parse(graph, _text(identifier))
    if parsed.offset is None:
        return symbol_ids(graph, parsed.label, parsed.symbol or "", current=current)
    starts: Iterable[str | None]
    if parsed.symbol is not None:
        named_start = symbol_ids(graph, parsed.label, parsed.symbol, current=current)
        starts = (one(named_start, identifier) if named_start else None,)
    else:
        starts = current or (graph.real_heads if parsed.offset < 0 else (None,))
        if parsed.label:
            starts = [r for r in starts if r in members(graph, parsed.label)] or (None,)
    ends = (walk(graph, start, parsed.offset, parsed) for start in starts)
    return tuple(dict.fromkeys(end for end in ends if end is not None))


def symbol_ids(
    graph: Graph, label: str | None, symbol: str, *, current: Sequence[str] | None = None
) -> tuple[str, ...]:
    """The ids that `label@symbol` names, where `symbol` has no offset."""
    match symbol:
        case "base":
            return ()
        case "current" if current is not None:
            rows = known_rows(graph, current)
            return in_branch(graph, rows, label) if label else rows
        case "heads":
            return in_branch(graph, graph.heads, label) if label else graph.real_heads
        case "head":
            heads = in_branch(graph, graph.heads, label) if label else graph.heads
            return (one(heads, f"{label}@head" if label else "head"),) if heads else ()
        case _:
            return (find(graph, symbol, label),)


def one(ids: Sequence[str], argument: Names) -> str:
    """The only one of `ids`; raises `MultipleHeads` for several."""
    if len(ids) > 1:
        raise MultipleHeads(ids, argument if isinstance(argument, str) else str(argument))
    return ids[0]


def find(graph: Graph, name: str, label: str | None = None) -> str:
    """The id that `name` stands for: an id, a branch label, or a prefix of one of them.

    Prefixes count for ids and labels of four characters and more. With `label`, only revisions
    of that branch are meant. Raises `ResolutionError`.
    """
    branch = members(graph, label) if label else None
    exact = graph.label_owners.get(name, name)
    if exact not in graph:
        exact = _find_prefix(graph, name, branch)
    if branch is not None and exact not in branch:
        raise ResolutionError(f"Revision {exact} is not a member of branch '{label}'", name)
    return exact


def _find_prefix(graph: Graph, prefix: str, branch: set[str] | None) -> str:
    matches = [
        name
        for names in (graph.ids, graph.label_owners)
        for name in names
        if len(name) >= _SHORTEST_WITH_PREFIX
        and name.startswith(prefix)
        and (branch is None or graph.label_owners.get(name, name) in branch)
    ]
    if not matches or not prefix:
        hint = (
            "; please ensure at least four characters are present for partial revision "
            "identifier matches"
        )
        raise ResolutionError(
            f"No such revision or branch '{prefix}'"
            f"{hint if len(prefix) < _SHORTEST_WITH_PREFIX else ''}",
            prefix,
            _meant(graph, prefix),
        )
    if len(matches) > 1:
        shown = ", ".join(f"'{name}'" for name in matches[:_SHOWN_MATCHES])
        more = "..." if len(matches) > _SHOWN_MATCHES else ""
        raise ResolutionError(f"Multiple revisions start with '{prefix}': {shown}{more}", prefix)
    return graph.label_owners.get(matches[0], matches[0])


def _meant(graph: Graph, name: str) -> str:
    """What may be meant by a name that there is not."""
    names = [*graph.ids, *graph.label_owners, *_SYMBOLS]
    longer = [known for known in names if name and known.startswith(name)]
    near = dict.fromkeys([*longer, *difflib.get_close_matches(name, names, n=_SHOWN_MATCHES)])
    shown = [f"'{found}'" for found in near][:_SHOWN_MATCHES]
    return f"Did you mean {' or '.join(shown)}?" if shown else "'limbeck history' lists them all."


def _text(identifier: object) -> str:
    """Guards against what a driver may hand out as a version row."""
    if not isinstance(identifier, str):
        raise RevisionError(
            f"revision identifier {identifier!r} is not a string; ensure database driver "
            "settings are correct"
        )
    return identifier


# -- branches and rows ----------------------------------------------------------------------


def branch_owner(graph: Graph, label: str) -> str:
    """The revision that a branch label, or an id used as one, stands for."""
    try:
        return find(graph, label)
    except ResolutionError as error:
        raise ResolutionError(f"No such branch: '{label}'", label) from error


def members(graph: Graph, label: str, *, dependencies: bool = False) -> set[str]:
    """All revisions above and below the one that `label` stands for, and that one."""
    return graph.lineage((branch_owner(graph, label),), dependencies=dependencies)


def in_branch(graph: Graph, ids: Iterable[str], label: str) -> tuple[str, ...]:
    """Those of `ids` that are members of the branch."""
    branch = members(graph, label)
    return tuple(r for r in ids if r in branch)


def known_rows(graph: Graph, rows: Sequence[str]) -> tuple[str, ...]:
    """The rows of a version table, each once; raises `ResolutionError` for an unknown one."""
    for row in rows:
        if _text(row) not in graph:
            raise ResolutionError(
                f"No such revision or branch '{row}': the version table names it, but no "
                "revision file has that id",
                row,
                "The version table names it, and no revision file has that id: bring the file "
                f"back ('limbeck show {row}' prints it where a history is kept), or have "
                "'limbeck stamp --purge REVISION' say where the database is.",
            )
    return tuple(dict.fromkeys(rows))


def all_current(graph: Graph, rows: Sequence[str]) -> tuple[str, ...]:
    """The rows, and the tips of other branches that they imply through `depends_on`."""
    applied = graph.ancestors(known_rows(graph, rows))
    return graph.in_file_order(r for r in applied if applied.isdisjoint(graph.children(r)))


# -- offsets --------------------------------------------------------------------------------


def walk(
    graph: Graph,
    start: str | None,
    steps: int,
    identifier: Identifier,
    *,
    label: str | None = None,
    clamp: bool = False,
) -> str | None:
    """The revision that is `steps` above (or below, if negative) `start`; None is base.

    With `label`, upward steps stay on that branch. Beyond the ends it stops there with `clamp`,
    else raises `RevisionError`, as it does where the way parts ("Ambiguous walk").
    """
    branch = members(graph, label) if label and steps > 0 else None
    here = start
    for _ in range(abs(steps)):
        if steps > 0:
            following = graph.bases if here is None else graph.children(here)
            ways = [r for r in following if branch is None or r in branch]
        elif here is None:
            ways = []
        elif not (ways := list(graph[here].down)):
            here = None
            continue
        if not ways:
            if clamp:
                return here
            raise identifier.out_of_range()
        if len(ways) > 1:
            raise RevisionError(
                f"Ambiguous walk: '{identifier.text}' reaches {here or 'base'}, from where the "
                f"way goes on to {', '.join(ways)}; name the revision, or its branch with @"
            )
        here = ways[0]
    return here
