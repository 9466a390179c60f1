"""Whose objects the commands hand to env.py, to hooks and to scripts.

They are ours unless a room above has put its own in their place, which are subclasses of ours
with more methods: `limbeck.compat.alembic.install` does so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from limbeck.project.config import Config
    from limbeck.project.environment import EnvironmentContext
    from limbeck.script.directory import ScriptDirectory


@dataclass(slots=True)
class Border:
    """What makes the objects; None is ours."""

    scripts: Callable[[Config], ScriptDirectory] | None = None
    environment: Callable[[], type[EnvironmentContext]] | None = None
    directives: Callable[[], Any] | None = None
    """Gives a `limbeck.commands.directives.Directives`, a room above this one."""


border = Border()
"""The one in force in this process."""
