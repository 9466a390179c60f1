"""What a command runs: the steps from the version table's rows to a target."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from limbeck.database.steps import MigrationStep, revision_step, stamp_step
from limbeck.errors import ScriptError
from limbeck.revision.rows import stamp_path
from limbeck.revision.walk import Move, downgrade_path, upgrade_path
from limbeck.script.directory import ScriptDirectory


def upgrade_steps(
    scripts: ScriptDirectory, rows: Sequence[str], target: str | tuple[str, ...]
) -> list[MigrationStep]:
    """The revisions to run, first to last, to have `target` and all it needs."""
    return [move_step(scripts, move) for move in upgrade_path(scripts.graph, rows, target)]


def downgrade_steps(
    scripts: ScriptDirectory, rows: Sequence[str], target: str | None
) -> list[MigrationStep]:
    """The revisions to take back, first to last, so that nothing above `target` is left."""
    return [move_step(scripts, move) for move in downgrade_path(scripts.graph, rows, target)]


def stamp_steps(
    scripts: ScriptDirectory,
    rows: Sequence[str],
    targets: str | Sequence[str] | None,
    purge: bool = False,
) -> list[MigrationStep]:
    """The changes of the version table's rows that make them say `targets`."""
    return [stamp_step(scripts.graph, m) for m in stamp_path(scripts.graph, rows, targets, purge)]


def move_step(scripts: ScriptDirectory, move: Move) -> MigrationStep:
    """The step that runs one revision up or down."""
    return revision_step(scripts.graph, move, _function(scripts, move))


def _function(scripts: ScriptDirectory, move: Move) -> Callable[..., Any]:
    """The script's function; its file is loaded when the step runs, not before."""

    def run(**kw: Any) -> Any:
        module = scripts.module(move.revision)
        function = getattr(module, move.direction, None)
        if function is None:
            raise ScriptError(
                f"{move.revision.path} has no function '{move.direction}': add "
                f"'def {move.direction}() -> None:' to it."
            )
        return function(**kw)

    return run
