"""``alembic.script.revision``: revisions and the map of them, over our graph."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from limbeck.compat.alembic.util.langhelpers import to_tuple
from limbeck.errors import (
    CycleDetected,
    DependencyCycleDetected,
    DependencyLoopDetected,
    LoopDetected,
    MultipleHeads,
    RangeNotAncestorError,
    ResolutionError,
    RevisionError,
)
from limbeck.revision.graph import Graph
from limbeck.revision.identifiers import all_current, members, parse, resolve_ids, resolve_one
from limbeck.revision.order import newest_first
from limbeck.revision.revision import Revision as Value
from limbeck.revision.walk import downgrade_path, history, upgrade_path

__all__ = [
    "CycleDetected",
    "DependencyCycleDetected",
    "DependencyLoopDetected",
    "LoopDetected",
    "MultipleHeads",
    "RangeNotAncestorError",
    "ResolutionError",
    "Revision",
    "RevisionError",
    "RevisionMap",
    "is_revision",
    "tuple_rev_as_scalar",
]

_RevIdType: TypeAlias = str | list[str] | tuple[str, ...]
_GetRevArg: TypeAlias = str | tuple[str, ...] | Iterable[str] | Iterable["Revision"] | None
_RevisionIdentifierType: TypeAlias = str | tuple[str, ...] | None
_RevisionOrStr: TypeAlias = "Revision | str"
_RevisionOrBase: TypeAlias = "Revision | str"


def tuple_rev_as_scalar(rev: Sequence[Any] | None) -> Any:
    """None for none, the one for one, the tuple for several."""
    if not rev:
        return None
    return rev[0] if len(rev) == 1 else rev


def is_revision(rev: Any) -> Revision:
    """The revision, which must be one."""
    assert isinstance(rev, Revision)
    return rev


class Revision:
    """A revision, by the names that programs know."""

    revision: str = ""
    down_revision: str | tuple[str, ...] | None = None
    dependencies: str | tuple[str, ...] | None = None
    module: Any = None

    def __init__(
        self,
        revision: str,
        down_revision: str | Sequence[str] | None,
        dependencies: str | Sequence[str] | None = None,
        branch_labels: str | Sequence[str] | None = None,
    ) -> None:
        self._value = Value(
            revision,
            to_tuple(down_revision, ()) or (),
            to_tuple(dependencies, ()) or (),
            to_tuple(branch_labels, ()) or (),
        )
        self._map: RevisionMap | None = None
        self._name()

    def _name(self) -> None:
        value = self._value
        self.revision = value.id
        self.down_revision = tuple_rev_as_scalar(value.down)
        self.dependencies = tuple_rev_as_scalar(value.depends_on)
        self._orig_branch_labels = value.labels

    @property
    def id(self) -> str:
        """The revision's id, as our values name it."""
        return self.revision

    @property
    def _graph(self) -> Graph:
        return Graph([Value(self.revision)]) if self._map is None else self._map._graph

    @property
    def branch_labels(self) -> set[str]:
        """Its labels, inherited ones included."""
        if self._map is None:
            return set(self._orig_branch_labels)
        return set(self._graph.labels(self.revision))

    @property
    def nextrev(self) -> frozenset[str]:
        """The revisions right above it."""
        return frozenset(self._graph.children(self.revision))

    @property
    def _all_nextrev(self) -> frozenset[str]:
        return frozenset(self._graph.all_children(self.revision))

    @property
    def _versioned_down_revisions(self) -> tuple[str, ...]:
        return self._value.down

    @property
    def _resolved_dependencies(self) -> tuple[str, ...]:
        return self._graph.dependencies(self.revision)

    @property
    def _all_down_revisions(self) -> tuple[str, ...]:
        return (*self._value.down, *self._resolved_dependencies)

    @property
    def _normalized_down_revisions(self) -> tuple[str, ...]:
        return self._graph.parents(self.revision)

    @property
    def is_head(self) -> bool:
        """Whether nothing is above it."""
        return self._graph.is_head(self.revision)

    @property
    def _is_real_head(self) -> bool:
        return self._graph.is_real_head(self.revision)

    @property
    def is_base(self) -> bool:
        """Whether nothing is below it."""
        return self._value.is_base

    @property
    def _is_real_base(self) -> bool:
        return not self._value.down and not self._value.depends_on

    @property
    def is_branch_point(self) -> bool:
        """Whether several revisions are right above it."""
        return self._graph.is_branch_point(self.revision)

    @property
    def _is_real_branch_point(self) -> bool:
        return self._graph.is_real_branch_point(self.revision)

    @property
    def is_merge_point(self) -> bool:
        """Whether several revisions are right below it."""
        return self._value.is_merge_point

    @classmethod
    def verify_rev_id(cls, revision: str) -> None:
        """Raises RevisionError for an id that the symbol syntax could not tell apart."""
        Value(revision)

    def __repr__(self) -> str:
        extra = f", dependencies={self.dependencies!r}" if self.dependencies else ""
        labels = f", branch_labels={self.branch_labels!r}" if self.branch_labels else ""
        name = type(self).__name__
        return f"{name}({self.revision!r}, {self.down_revision!r}{extra}{labels})"


class RevisionMap:
    """All revisions that `generator()` gives, read when they are first asked for."""

    def __init__(self, generator: Callable[[], Iterable[Revision]]) -> None:
        self._generator = generator
        self._read: dict[str, Revision] | None = None
        self._made: Graph | None = None

    # -- what it holds --------------------------------------------------------------------------

    @property
    def _revisions(self) -> dict[str, Revision]:
        if self._read is None:
            self._read = {revision.revision: revision for revision in self._generator()}
            for revision in self._read.values():
                revision._map = self
        return self._read

    @property
    def _graph(self) -> Graph:
        if self._made is None:
            self._made = Graph(revision._value for revision in self._revisions.values())
        return self._made

    @property
    def _revision_map(self) -> Mapping[Any, Any]:
        graph = self._graph
        labels = {label: self._one(owner) for label, owner in graph.label_owners.items()}
        return {**{r.id: self._one(r.id) for r in graph}, **labels, None: None, (): None}

    def _one(self, revision_id: str) -> Any:
        return self._revisions[revision_id]

    def _many(self, ids: Iterable[str]) -> tuple[Any, ...]:
        return tuple(self._one(revision_id) for revision_id in ids)

    def add_revision(self, revision: Revision, _replace: bool = False) -> None:
        """Adds a revision, or puts it in the place of the one of that id."""
        self._revisions[revision.revision] = revision
        revision._map = self
        self._made = None

    @property
    def heads(self) -> tuple[str, ...]:
        """Revisions with nothing above them."""
        return self._graph.heads

    @property
    def bases(self) -> tuple[str, ...]:
        """Revisions with nothing below them."""
        return self._graph.bases

    @property
    def _real_heads(self) -> tuple[str, ...]:
        return self._graph.real_heads

    @property
    def _real_bases(self) -> tuple[str, ...]:
        return self._graph.real_bases

    # -- names ----------------------------------------------------------------------------------

    def get_revision(self, id_: Any) -> Any:
        """One revision by any identifier, None for base. Raises RevisionError."""
        found = resolve_one(self._graph, _plain(id_))
        return None if found is None else self._one(found.id)

    def get_revisions(self, id_: Any) -> tuple[Any, ...]:
        """Revisions by any identifier. Raises RevisionError."""
        return self._many(resolve_ids(self._graph, _plain(id_)))

    def get_current_head(self, branch_label: str | None = None) -> str | None:
        """The one head (of a branch); MultipleHeads for several."""
        heads: Sequence[str] = self._graph.heads
        if branch_label is not None:
            heads = self.filter_for_lineage(heads, branch_label)
        if len(heads) > 1:
            raise MultipleHeads(heads, f"{branch_label}@head" if branch_label else "head")
        return heads[0] if heads else None

    def filter_for_lineage(
        self, targets: Iterable[Any], check_against: Any, include_dependencies: bool = False
    ) -> tuple[Any, ...]:
        """Those of the targets that share a line with the other revision or branch."""
        given = to_tuple(check_against, ()) or ()
        names = [name.partition("@")[0] if "@" in name else name for name in given]
        related: set[str] = set()
        for name in names:
            related |= members(self._graph, name, dependencies=include_dependencies)
        return tuple(target for target in targets if _id(target) in related)

    def _shares_lineage(
        self, target: Any, test_against_revs: Any, include_dependencies: bool = False
    ) -> bool:
        others = [_id(other) for other in to_tuple(test_against_revs, ()) or ()]
        return bool(self.filter_for_lineage([target], others, include_dependencies))

    def _resolve_revision_number(self, id_: Any) -> tuple[tuple[str, ...], str | None]:
        label = parse(self._graph, id_).label if isinstance(id_, str) else None
        return resolve_ids(self._graph, _plain(id_)), label

    def _get_all_current(self, id_: Any) -> set[Any]:
        rows = resolve_ids(self._graph, _plain(id_))
        return set(self._many(all_current(self._graph, rows)))

    def _get_ancestor_nodes(
        self,
        targets: Iterable[Any],
        map_: Any = None,
        check: bool = False,
        include_dependencies: bool = True,
    ) -> Iterator[Any]:
        ids = [_id(target) for target in targets]
        found = self._graph.ancestors(ids, dependencies=include_dependencies)
        yield from self._many(self._graph.in_file_order(found))

    def _get_descendant_nodes(
        self,
        targets: Iterable[Any],
        map_: Any = None,
        check: bool = False,
        omit_immediate_dependencies: bool = False,
        include_dependencies: bool = True,
    ) -> Iterator[Any]:
        ids = [_id(target) for target in targets]
        found = self._graph.descendants(ids, dependencies=include_dependencies)
        yield from self._many(self._graph.in_file_order(found))

    def _topological_sort(self, revisions: Iterable[Any], heads: Iterable[Any]) -> list[str]:
        return list(newest_first(self._graph, {_id(revision) for revision in revisions}))

    # -- walks ----------------------------------------------------------------------------------

    def iterate_revisions(
        self,
        upper: Any,
        lower: Any,
        implicit_base: bool = False,
        inclusive: bool = False,
        assert_relative_length: bool = True,
        select_for_downgrade: bool = False,
    ) -> Iterator[Any]:
        """Revisions from `upper` down to `lower`, which is left out unless `inclusive`.

        With `implicit_base`, what an upgrade from `lower` to `upper` would run, newest first; with
        `select_for_downgrade`, what a downgrade would take back. Raises RevisionError.
        """
        graph, upper, lower = self._graph, _plain(upper), _plain(lower)
        if select_for_downgrade:
            moves = downgrade_path(graph, resolve_ids(graph, upper), lower)
            found = [move.revision.id for move in moves]
        elif implicit_base:
            moves = upgrade_path(graph, resolve_ids(graph, lower), upper)
            found = [move.revision.id for move in reversed(moves)]
        else:
            found = [revision.id for revision in history(graph, lower, upper)]
            if not inclusive:
                ends = resolve_ids(graph, lower)
                found = [revision_id for revision_id in found if revision_id not in ends]
        yield from self._many(found)


def _id(revision: Any) -> str:
    found: str = revision if isinstance(revision, str) else revision.revision
    return found


def _plain(identifier: Any) -> Any:
    """An identifier where revisions stand as their ids."""
    match identifier:
        case None | str():
            return identifier
        case Revision():
            return identifier.revision
        case _:
            return tuple(_plain(part) for part in identifier)
