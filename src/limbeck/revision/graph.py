"""A revision, and the graph that all revisions of a project form.

Revisions refer to each other by id. Two kinds of edges lead down from a revision: its
`down_revision` (versioned edges, which make branches and merges) and its `depends_on`.
A *head* has no child over versioned edges; a *real* head has no child over any edge.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from limbeck.errors import RevisionError
from limbeck.revision.cycles import raise_for_cycles
from limbeck.revision.revision import Revision

__all__ = ["Graph", "Revision"]


class Graph:
    """All revisions of a project; immutable, cheap to build, deterministic.

    `revisions` come in file order, and every tuple answered here keeps that order. Sets answered
    here are for membership only.

    Raises `RevisionError` when a parent is missing or a branch label is used twice, and
    `CycleDetected` (or its kin) for cycles. Of several revisions with one id the last counts, with
    a warning that names the files.
    """

    def __init__(self, revisions: Iterable[Revision] = ()) -> None:
        self._revisions = _by_id(revisions)
        self.label_owners: Mapping[str, str] = _label_owners(self._revisions)
        self._dependencies = self._resolve_dependencies()
        self._children, self._all_children = self._link_children()
        self.heads: tuple[str, ...] = tuple(r for r in self._revisions if r not in self._children)
        raise_for_cycles({r.id: r.down for r in self}, self._dependencies, self._revisions)

    # -- as a mapping -----------------------------------------------------------------------

    def __getitem__(self, revision_id: str) -> Revision:
        return self._revisions[revision_id]

    def __contains__(self, revision_id: object) -> bool:
        return revision_id in self._revisions

    def __len__(self) -> int:
        return len(self._revisions)

    def __iter__(self) -> Iterator[Revision]:
        return iter(self._revisions.values())

    def get(self, revision_id: str) -> Revision | None:
        """The revision with exactly this id, or None."""
        return self._revisions.get(revision_id)

    @property
    def ids(self) -> Iterable[str]:
        """All ids, in file order."""
        return self._revisions.keys()

    def position(self, revision_id: str) -> int:
        """Where the revision stands in file order, from 0."""
        return self._positions[revision_id]

    def in_file_order(self, revision_ids: Iterable[str]) -> tuple[str, ...]:
        """The same ids, each once, in file order."""
        return tuple(sorted(set(revision_ids), key=self._positions.__getitem__))

    # -- ends -------------------------------------------------------------------------------

    @cached_property
    def bases(self) -> tuple[str, ...]:
        """Revisions without a `down_revision`."""
        return tuple(r.id for r in self if not r.down)

    @cached_property
    def real_heads(self) -> tuple[str, ...]:
        """Revisions that no other one follows or depends on."""
        return tuple(r for r in self._revisions if r not in self._all_children)

    def are_heads(self, rows: Iterable[str]) -> bool:
        """Whether rows of a version table are all heads, be it with those that others depend on."""
        return set(rows) in (set(self.heads), set(self.real_heads))

    @cached_property
    def real_bases(self) -> tuple[str, ...]:
        """Revisions that follow none and depend on none."""
        return tuple(r.id for r in self if not r.down and not r.depends_on)

    # -- edges ------------------------------------------------------------------------------

    def children(self, revision_id: str) -> tuple[str, ...]:
        """Revisions whose `down_revision` names this one."""
        return tuple(self._children.get(revision_id, ()))

    def all_children(self, revision_id: str) -> tuple[str, ...]:
        """Revisions that follow this one or depend on it."""
        return tuple(self._all_children.get(revision_id, ()))

    def dependencies(self, revision_id: str) -> tuple[str, ...]:
        """The ids that `depends_on` names, labels resolved."""
        return self._dependencies.get(revision_id, ())

    def needed_dependencies(self, revision_id: str) -> tuple[str, ...]:
        """`dependencies` without those that an earlier revision of the branch has already."""
        return self._needed_dependencies.get(revision_id, ())

    def parents(self, revision_id: str) -> tuple[str, ...]:
        """`down_revision`, then the needed dependencies, each once: what must run just before."""
        down = self._revisions[revision_id].down
        needed = self._needed_dependencies.get(revision_id)
        return tuple(dict.fromkeys(down + needed)) if needed else down

    def depth(self, revision_id: str) -> int:
        """How many revisions the longest way down from it has: more than all that it needs."""
        return self._depths[revision_id]

    def ancestors(self, revision_ids: Iterable[str], *, dependencies: bool = True) -> set[str]:
        """The given ids and all below them; over `depends_on` too unless told otherwise."""
        seen: set[str] = set()
        todo = list(revision_ids)
        while todo:
            revision_id = todo.pop()
            if revision_id in seen:
                continue
            seen.add(revision_id)
            todo.extend(self._revisions[revision_id].down)
            if dependencies:
                todo.extend(self._dependencies.get(revision_id, ()))
        return seen

    def descendants(self, revision_ids: Iterable[str], *, dependencies: bool = True) -> set[str]:
        """The given ids and all above them; over `depends_on` too unless told otherwise."""
        children = self._all_children if dependencies else self._children
        seen: set[str] = set()
        todo = list(revision_ids)
        while todo:
            revision_id = todo.pop()
            if revision_id in seen:
                continue
            seen.add(revision_id)
            todo.extend(children.get(revision_id, ()))
        return seen

    def lineage(self, revision_ids: Iterable[str], *, dependencies: bool = False) -> set[str]:
        """The given ids with all above and all below them."""
        given = tuple(revision_ids)
        return self.ancestors(given, dependencies=dependencies) | self.descendants(
            given, dependencies=dependencies
        )

    # -- what a revision is -----------------------------------------------------------------

    def is_head(self, revision_id: str) -> bool:
        """Whether no revision has this one as its `down_revision`."""
        return revision_id not in self._children

    def is_real_head(self, revision_id: str) -> bool:
        """Whether no revision follows or depends on this one."""
        return revision_id not in self._all_children

    def is_effective_head(self, revision_id: str) -> bool:
        """Whether it is a head that a revision of another branch depends on."""
        return self.is_head(revision_id) and not self.is_real_head(revision_id)

    def is_base(self, revision_id: str) -> bool:
        """Whether it has no `down_revision`."""
        return self._revisions[revision_id].is_base

    def is_branch_point(self, revision_id: str) -> bool:
        """Whether several revisions have it as their `down_revision`."""
        return len(self.children(revision_id)) > 1

    def is_real_branch_point(self, revision_id: str) -> bool:
        """Whether several revisions follow or depend on it."""
        return len(self.all_children(revision_id)) > 1

    def is_merge_point(self, revision_id: str) -> bool:
        """Whether it has several `down_revision`s."""
        return self._revisions[revision_id].is_merge_point

    def labels(self, revision_id: str) -> tuple[str, ...]:
        """The branch labels that hold for it: its own, and those spread from its branch."""
        return self._labels.get(revision_id, ())

    # -- derived once -----------------------------------------------------------------------

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {revision_id: n for n, revision_id in enumerate(self._revisions)}

    def _resolve_dependencies(self) -> dict[str, tuple[str, ...]]:
        owners = self.label_owners
        resolved: dict[str, tuple[str, ...]] = {}
        for revision in self:
            if revision.depends_on:
                named = (owners.get(name, name) for name in revision.depends_on)
                resolved[revision.id] = tuple(dict.fromkeys(named))
        return resolved

    def _link_children(self) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        revisions = self._revisions
        children: dict[str, list[str]] = {}
        for revision in revisions.values():
            down = revision.down
            for parent in down if len(down) < 2 else dict.fromkeys(down):
                if parent not in revisions:
                    raise _missing(revision, parent, "down_revision")
                children.setdefault(parent, []).append(revision.id)
        if not self._dependencies:
            return children, children
        everything = {parent: list(above) for parent, above in children.items()}
        for revision_id, dependencies in self._dependencies.items():
            revision = revisions[revision_id]
            for dependency in dependencies:
                if dependency not in revisions:
                    raise _missing(revision, dependency, "depends_on")
                if dependency not in revision.down:
                    everything.setdefault(dependency, []).append(revision_id)
        return children, everything

    @cached_property
    def _needed_dependencies(self) -> dict[str, tuple[str, ...]]:
        if not self._dependencies:
            return {}
        needed: dict[str, tuple[str, ...]] = {}
        for revision_id, inherited in self._inherited_dependencies():
            own = self._dependencies.get(revision_id, ())
            if left := tuple(d for d in own if d not in inherited):
                needed[revision_id] = left
        return needed

    def _inherited_dependencies(self) -> Iterator[tuple[str, frozenset[str]]]:
        """Each id with the dependencies of all below it; sets are shared along a plain line."""
        below: dict[str, frozenset[str]] = {}
        for revision_id in self._parents_first:
            inherited: frozenset[str] = frozenset()
            for parent in self._revisions[revision_id].down:
                inherited = below[parent] if not inherited else inherited | below[parent]
            yield revision_id, inherited
            own = self._dependencies.get(revision_id)
            below[revision_id] = inherited.union(own) if own else inherited

    @cached_property
    def _depths(self) -> dict[str, int]:
        depths: dict[str, int] = {}
        for revision_id in self._parents_first:
            below = (*self._revisions[revision_id].down, *self.dependencies(revision_id))
            depths[revision_id] = 1 + max((depths[parent] for parent in below), default=0)
        return depths

    @cached_property
    def _parents_first(self) -> tuple[str, ...]:
        """All ids, each after all that it follows or depends on."""
        waiting = {r.id: len({*r.down, *self.dependencies(r.id)}) for r in self}
        ready = [r for r, count in waiting.items() if not count]
        for revision_id in ready:
            for child in self._all_children.get(revision_id, ()):
                waiting[child] -= 1
                if not waiting[child]:
                    ready.append(child)
        return tuple(ready)

    @cached_property
    def _labels(self) -> dict[str, tuple[str, ...]]:
        spread: dict[str, tuple[str, ...]] = {}
        for label, owner in self.label_owners.items():
            for revision_id in self._spread_of_label(owner):
                spread[revision_id] = (*spread.get(revision_id, ()), label)
        return spread

    def _spread_of_label(self, owner: str) -> set[str]:
        """Where a label of `owner` holds.

        It holds for all descendants. If those are one plain line (no branch, no merge, nothing
        depends on a part of it), then also below the owner, up to where the line begins.
        """
        holds = self.descendants((owner,), dependencies=False)
        if any(self._ends_a_line(revision_id) for revision_id in holds):
            return holds
        below = self._revisions[owner].down
        while below and not self._ends_a_line(below[0]):
            holds.add(below[0])
            below = self._revisions[below[0]].down
        return holds

    def _ends_a_line(self, revision_id: str) -> bool:
        return self.is_real_branch_point(revision_id) or self.is_merge_point(revision_id)


def _by_id(revisions: Iterable[Revision]) -> dict[str, Revision]:
    by_id: dict[str, Revision] = {}
    for revision in revisions:
        if revision.id in by_id:
            warnings.warn(
                f"Revision {revision.id} is present more than once: {by_id[revision.id]} and "
                f"{revision}; the last one is used. Give one of them another id.",
                UserWarning,
                stacklevel=3,
            )
        by_id[revision.id] = revision
    return by_id


def _label_owners(revisions: Mapping[str, Revision]) -> dict[str, str]:
    owners: dict[str, str] = {}
    for revision in revisions.values():
        for label in revision.labels:
            owner = label if label in revisions else owners.get(label)
            if owner is not None:
                raise RevisionError(
                    f"Branch name '{label}' in revision {revision.id} already used by revision "
                    f"{owner}{_files((revision, revisions[owner]))}"
                )
            owners[label] = revision.id
    return owners


def _files(revisions: Sequence[Revision]) -> str:
    paths = [r.path for r in revisions if r.path]
    return f" ({', '.join(paths)})" if paths else ""


def _missing(revision: Revision, missing: str, attribute: str) -> RevisionError:
    return RevisionError(
        f"Revision {revision} refers to {missing}, which is not in the script directory. "
        f"Restore the file of {missing}, or correct the {attribute} of {revision.id}."
    )
