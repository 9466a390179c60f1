"""``alembic.script``: revision files, with the names that programs know them by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from limbeck.errors import CommandError
from limbeck.project.config import Config
from limbeck.project.project import Project
from limbeck.revision.graph import Revision
from limbeck.revision.identifiers import resolve, resolve_one
from limbeck.revision.walk import history
from limbeck.script import directory

__all__ = ["Script", "ScriptDirectory"]


class Script:
    """One revision with its file, as Alembic shows it."""

    def __init__(self, scripts: ScriptDirectory, value: Revision) -> None:
        self._scripts = scripts
        self._value = value
        self.revision = value.id
        self.path = value.path
        self.doc = value.doc
        self.longdoc = value.longdoc

    @property
    def down_revision(self) -> str | tuple[str, ...] | None:
        """The revision below it; a tuple for a merge."""
        down = self._value.down
        return down[0] if len(down) == 1 else (down or None)

    @property
    def dependencies(self) -> str | tuple[str, ...] | None:
        """What it depends on."""
        needed = self._value.depends_on
        return needed[0] if len(needed) == 1 else (needed or None)

    @property
    def branch_labels(self) -> set[str]:
        """Its labels, inherited ones included."""
        return set(self._scripts.graph.labels(self.revision))

    @property
    def nextrev(self) -> frozenset[str]:
        """The revisions right above it."""
        return frozenset(self._scripts.graph.children(self.revision))

    @property
    def is_head(self) -> bool:
        """Whether nothing is above it."""
        return self._scripts.graph.is_head(self.revision)

    @property
    def is_base(self) -> bool:
        """Whether nothing is below it."""
        return self._value.is_base

    @property
    def is_branch_point(self) -> bool:
        """Whether several revisions are right above it."""
        return self._scripts.graph.is_branch_point(self.revision)

    @property
    def is_merge_point(self) -> bool:
        """Whether several revisions are right below it."""
        return self._value.is_merge_point

    @property
    def module(self) -> Any:
        """The module of its file."""
        return self._scripts.module(self._value)


class ScriptDirectory(directory.ScriptDirectory):
    """A project's revision files, with Alembic's methods."""

    @classmethod
    def from_config(cls, config: Config) -> ScriptDirectory:
        """The revision files that a configuration leads to."""
        scripts = Project(config).scripts
        found = cls.__new__(cls)
        found.__dict__.update(scripts.__dict__)
        return found

    def get_heads(self) -> list[str]:
        """The heads."""
        return list(self.graph.heads)

    def get_current_head(self) -> str | None:
        """The one head; CommandError for several."""
        heads = self.graph.heads
        if len(heads) > 1:
            raise CommandError(
                "The script directory has multiple heads (due to branching)."
                "Please use get_heads(), or merge the branches using alembic merge."
            )
        return heads[0] if heads else None

    def get_bases(self) -> list[str]:
        """The bases."""
        return list(self.graph.bases)

    def get_base(self) -> str | None:
        """The one base; CommandError for several."""
        bases = self.graph.bases
        if len(bases) > 1:
            raise CommandError("The script directory has multiple bases. Please use get_bases().")
        return bases[0] if bases else None

    def get_revision(self, id_: str) -> Script | None:
        """One revision by any identifier."""
        found = resolve_one(self.graph, id_)
        return None if found is None else Script(self, found)

    def get_revisions(self, id_: Any) -> tuple[Script, ...]:
        """Revisions by any identifier."""
        return tuple(Script(self, found) for found in resolve(self.graph, id_))

    def walk_revisions(self, base: str = "base", head: str = "heads") -> Iterator[Script]:
        """Revisions from `head` down to `base`, newest first."""
        for found in history(self.graph, base, head):
            yield Script(self, found)
