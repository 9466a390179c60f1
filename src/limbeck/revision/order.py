"""The order in which revisions run: one branch at a time, for as long as that is possible."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from limbeck.revision.graph import Graph


def newest_first(
    graph: Graph, revisions: Collection[str], through: Collection[str] = ()
) -> tuple[str, ...]:
    """`revisions` so that each stands before all that it needs.

    Starts at the first of the newest ones in file order and follows its branch down, until it
    comes to a revision that another branch needs; then goes on with that branch. The same for
    the same graph, whatever the hash seed. Linear along lines, branches and merges.

    `through` are revisions that are left out, though some of `revisions` need others by way of
    them.
    """
    return tuple(_Descent(graph, revisions, through))


class _Descent:
    """One way down over `revisions`, several branches side by side.

    `fronts` are the revisions that are next on their branch. `ahead` counts, for each revision
    still to come, those that follow it and must come first.
    """

    def __init__(self, graph: Graph, revisions: Collection[str], through: Collection[str]) -> None:
        self.graph = graph
        self.through = through
        self.ahead = dict.fromkeys((*revisions, *through), 0)
        for revision_id in self.ahead:
            for parent in graph.parents(revision_id):
                if parent in self.ahead:
                    self.ahead[parent] += 1
        for revision_id in [r for r in through if not self.ahead[r]]:
            self._take_off(revision_id)
        newest = (r for r in revisions if not self.ahead[r])
        self.fronts = list(graph.in_file_order(newest))
        self.known_fronts = set(self.fronts)
        self.blocked = ""
        self.above_blocked: set[str] = set()

    def __iter__(self) -> Iterator[str]:
        at = 0
        while self.ahead:
            here = self.fronts[at]
            if self.ahead[here]:
                at = self._front_above(here)
                continue
            yield here
            freed = self._take_off(here)
            following = self._new_fronts(self.graph.parents(here))
            if following:
                self.fronts[at] = following[0]
                self.fronts.extend(following[1:])
            else:
                del self.fronts[at]
                at = max(at - 1, 0)
            self.fronts.extend(self._new_fronts(freed))

    def _new_fronts(self, revision_ids: Iterable[str]) -> list[str]:
        """Those that are to come, and are no front yet: now they are."""
        new = [r for r in revision_ids if r in self.ahead]
        new = [r for r in new if r not in self.through and r not in self.known_fronts]
        self.known_fronts.update(new)
        return new

    def _take_off(self, revision_id: str) -> list[str]:
        """It comes; so do those after it that are left out and that nothing holds any more.

        Answers which others the ones left out have held until now.
        """
        freed: list[str] = []
        passed = [revision_id]
        while passed:
            here = passed.pop()
            del self.ahead[here]
            for parent in self.graph.parents(here):
                if parent not in self.ahead:
                    continue
                self.ahead[parent] -= 1
                if not self.ahead[parent] and here in self.through:
                    freed.append(parent)
                if not self.ahead[parent] and parent in self.through:
                    passed.append(parent)
        return freed

    def _front_above(self, revision_id: str) -> int:
        """The first position in `fronts` whose revision needs this one; one of them does."""
        if revision_id != self.blocked:
            self.blocked, self.above_blocked = revision_id, set()
            return self._search_front_above(revision_id)
        # A branch that many others join is asked for again and again: now it is worth knowing all.
        if not self.above_blocked:
            self.above_blocked.update(r for level in self._levels(revision_id) for r in level)
        return next(n for n, r in enumerate(self.fronts) if r in self.above_blocked)

    def _search_front_above(self, revision_id: str) -> int:
        depth = self.graph.depth(revision_id)
        wanted = {r: n for n, r in enumerate(self.fronts) if self.graph.depth(r) > depth}
        best_possible = min(wanted.values())
        found = len(self.fronts)
        for level in self._levels(revision_id):
            found = min([found, *(wanted[r] for r in level if r in wanted)])
            if found == best_possible:
                break
        return found

    def _levels(self, revision_id: str) -> Iterator[list[str]]:
        """All still to come that need this revision: its followers, then theirs, and so on."""
        seen = {revision_id}
        level = [revision_id]
        while level:
            above = [c for r in level for c in self.graph.all_children(r) if c in self.ahead]
            level = [c for c in dict.fromkeys(above) if c not in seen]
            seen.update(level)
            yield level
