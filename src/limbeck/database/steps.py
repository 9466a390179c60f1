"""The steps of a run: one revision up or down, or one stamp; and what hooks are told of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from limbeck.revision.graph import Graph, Revision
from limbeck.revision.rows import RowChange, StampMove, after_move
from limbeck.revision.walk import Move


def _comma(ids: Sequence[str]) -> str:
    return ", ".join(ids)


@dataclass(frozen=True, slots=True)
class MigrationStep:
    """One thing that a run does, and how the version table's rows change with it."""

    graph: Graph
    from_revisions: tuple[str, ...]
    to_revisions: tuple[str, ...]
    is_upgrade: bool
    is_stamp: bool
    name: str
    doc: str | None
    change: Callable[[Sequence[str]], RowChange] = field(compare=False)
    migration_fn: Callable[..., Any] | None = field(default=None, compare=False)
    revision: Revision | None = None

    @property
    def is_downgrade(self) -> bool:
        """Whether it takes something back."""
        return not self.is_upgrade

    @property
    def short_log(self) -> str:
        """``upgrade a -> b``."""
        return f"{self.name} {_comma(self.from_revisions)} -> {_comma(self.to_revisions)}"

    @property
    def label(self) -> str:
        """The revision's id and message."""
        own = self.to_revisions if self.is_upgrade else self.from_revisions
        return f"{_comma(own)} {self.doc or ''}".rstrip()

    @property
    def long_log(self) -> str:
        """The same with the revision's message."""
        return f"{self.short_log}, {self.doc}" if self.doc else self.short_log

    def __str__(self) -> str:
        return self.long_log

    @property
    def announcement(self) -> str:
        """What is about to happen: "Running …", unless the revision only counts as run."""
        if self.revision is not None and self.migration_fn is None:
            return f"Marking {self} as applied; nothing is run"
        return f"Running {self}"

    @property
    def info(self) -> MigrationInfo:
        """What `on_version_apply` hooks are told."""
        up, down = (
            (self.to_revisions, self.from_revisions)
            if self.is_upgrade
            else (self.from_revisions, self.to_revisions)
        )
        return MigrationInfo(self.graph, self.is_upgrade, self.is_stamp, up, down)


def revision_step(graph: Graph, move: Move, migration_fn: Callable[..., Any]) -> MigrationStep:
    """The step that runs a revision."""
    revision = move.revision
    upgrade = move.direction == "upgrade"
    own, below = (revision.id,), revision.down
    return MigrationStep(
        graph,
        from_revisions=below if upgrade else own,
        to_revisions=own if upgrade else below,
        is_upgrade=upgrade,
        is_stamp=False,
        name=move.direction,
        doc=revision.doc or None,
        change=lambda rows: after_move(graph, rows, move),
        migration_fn=migration_fn,
        revision=revision,
    )


def stamp_step(graph: Graph, move: StampMove) -> MigrationStep:
    """The step that changes rows and runs nothing."""
    return MigrationStep(
        graph,
        from_revisions=move.from_ids,
        to_revisions=move.to_ids,
        is_upgrade=move.is_upgrade,
        is_stamp=True,
        name="stamp_branch" if move.is_branch_move else "stamp_revision",
        doc=None,
        change=lambda rows: move.change,
    )


@dataclass(frozen=True, slots=True)
class MigrationInfo:
    """What a step does to the version table, for `on_version_apply` hooks.

    "Up" and "down" are the ends of the step by height, "source" and "destination" by direction.
    """

    revision_map: Graph
    is_upgrade: bool
    is_stamp: bool
    up_revision_ids: tuple[str, ...]
    down_revision_ids: tuple[str, ...]

    @property
    def is_migration(self) -> bool:
        """Whether a revision ran, and not only a stamp."""
        return not self.is_stamp

    @property
    def up_revision_id(self) -> str | None:
        """The upper revision; the first of several after a stamp."""
        return next(iter(self.up_revision_ids), None)

    @property
    def source_revision_ids(self) -> tuple[str, ...]:
        """The rows that go."""
        return self.down_revision_ids if self.is_upgrade else self.up_revision_ids

    @property
    def destination_revision_ids(self) -> tuple[str, ...]:
        """The rows that come."""
        return self.up_revision_ids if self.is_upgrade else self.down_revision_ids

    def _revisions(self, ids: tuple[str, ...]) -> tuple[Revision, ...]:
        return tuple(self.revision_map[i] for i in ids if i in self.revision_map)

    @property
    def up_revision(self) -> Revision | None:
        """The upper revision."""
        return next(iter(self.up_revisions), None)

    @property
    def up_revisions(self) -> tuple[Revision, ...]:
        """The upper revisions."""
        return self._revisions(self.up_revision_ids)

    @property
    def down_revisions(self) -> tuple[Revision, ...]:
        """The lower revisions."""
        return self._revisions(self.down_revision_ids)

    @property
    def source_revisions(self) -> tuple[Revision, ...]:
        """The revisions whose rows go."""
        return self._revisions(self.source_revision_ids)

    @property
    def destination_revisions(self) -> tuple[Revision, ...]:
        """The revisions whose rows come."""
        return self._revisions(self.destination_revision_ids)
