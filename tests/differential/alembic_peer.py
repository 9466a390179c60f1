"""Alembic's revision graph in memory: no files, no server.

Its order of several dependencies of one revision changes with the hash seed; here it is pinned to
the order in which they are written.
"""

from __future__ import annotations

import types
from collections.abc import Iterable, Sequence
from typing import Any

from alembic.runtime.migration import HeadMaintainer
from alembic.script import Script, ScriptDirectory
from alembic.script.revision import RevisionMap

from limbeck.revision.graph import Revision


def _script(revision: Revision) -> Script:
    module: Any = types.ModuleType(revision.id)
    module.__doc__ = revision.longdoc
    module.down_revision = _one_or_all(revision.down)
    module.depends_on = _one_or_all(revision.depends_on)
    module.branch_labels = _one_or_all(revision.labels)
    module.upgrade = module.downgrade = lambda: None
    return Script(module, revision.id, revision.path or "")


def _one_or_all(names: Sequence[str]) -> Any:
    return names[0] if len(names) == 1 else tuple(names) or None


class Peer:
    """What Alembic answers for the same revisions."""

    def __init__(self, revisions: Iterable[Revision], directory: str) -> None:
        given = [_script(revision) for revision in revisions]
        self.map = RevisionMap(lambda: iter(given))
        self.script = ScriptDirectory(directory)
        self.script.revision_map = self.map
        self.map.heads  # builds the map
        for revision in given:
            needed = set(revision._normalized_resolved_dependencies)
            revision._normalized_resolved_dependencies = tuple(
                d for d in dict.fromkeys(revision._resolved_dependencies) if d in needed
            )

    def upgrade(self, rows: Sequence[str], target: Any) -> list[Any]:
        return list(self.script._upgrade_revs(target, tuple(rows)))

    def downgrade(self, rows: Sequence[str], target: str) -> list[Any]:
        return list(self.script._downgrade_revs(target, tuple(rows)))

    def stamp(self, rows: Sequence[str], target: Any) -> list[Any]:
        return list(self.script._stamp_revs(target, tuple(rows)))

    def history(self, lower: Any, upper: Any) -> list[str]:
        return [r.revision for r in self.script.walk_revisions(lower, upper)]

    def resolve(self, identifier: str) -> list[str]:
        return [r.revision for r in self.script.get_revisions(identifier) if r is not None]


class Rows(HeadMaintainer):
    """The version table as a set, changed by Alembic's own rules; refuses what a table refuses."""

    def __init__(self, rows: Iterable[str]) -> None:
        self.heads = set(rows)
        self.gone: list[str] = []
        self.new: list[str] = []

    def _insert_version(self, version: str) -> None:
        if version in self.heads:
            raise LookupError(f"row {version} is there already")
        self.heads.add(version)
        self.new.append(version)

    def _delete_version(self, version: str) -> None:
        if version not in self.heads:
            raise LookupError(f"no row {version} to delete")
        self.heads.remove(version)
        self.gone.append(version)

    def _update_version(self, from_: str, to_: str) -> None:
        if from_ not in self.heads:
            raise LookupError(f"no row {from_} to update")
        if to_ in self.heads:
            raise LookupError(f"row {to_} is there already")
        self.heads.remove(from_)
        self.heads.add(to_)
        self.gone.append(from_)
        self.new.append(to_)

    def run(self, step: Any) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
        """The rows that go, the rows that come, and all rows after the step."""
        self.gone, self.new = [], []
        self.update_to_step(step)
        return frozenset(self.gone), frozenset(self.new), frozenset(self.heads)
