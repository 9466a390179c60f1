"""``alembic.runtime.plugins``: comparators of third parties, switched on by name."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Sequence
from importlib.metadata import entry_points
from types import ModuleType
from typing import Any

from limbeck.compat.alembic.util.langhelpers import DispatchPriority, PriorityDispatcher

__all__ = ["Plugin"]

log = logging.getLogger("alembic.runtime.plugins")

BUILT_IN = tuple(
    f"alembic.autogenerate.{name}"
    for name in ("schemas", "tables", "types", "constraints", "defaults", "comments")
)
"""Names of what our own comparison does: naming one is no error, and leaving one out no effect."""

_EXPRESSION = re.compile(r"~?(?:[\w*]+)(?:\.[\w*]+)*")

_all_plugins: dict[str, Plugin] = {}


class Plugin:
    """A named set of comparators."""

    def __init__(self, name: str) -> None:
        if name in _all_plugins:
            raise ValueError(f"A plugin named {name} is already registered")
        self.name = name
        self.autogenerate_comparators = PriorityDispatcher()
        _all_plugins[name] = self

    def remove(self) -> None:
        """Takes it out of the register."""
        _all_plugins.pop(self.name, None)

    def add_autogenerate_comparator(
        self,
        fn: Callable[..., Any],
        compare_target: str,
        compare_element: str | None = None,
        *,
        qualifier: str = "default",
        priority: DispatchPriority = DispatchPriority.MEDIUM,
    ) -> None:
        """Registers a comparator; `compare_element` names its subgroup."""
        self.autogenerate_comparators.dispatch_for(
            compare_target, subgroup=compare_element, priority=priority, qualifier=qualifier
        )(fn)

    @classmethod
    def setup_plugin_from_module(cls, module: ModuleType, name: str) -> None:
        """Makes a plugin and lets the module's ``setup(plugin)`` fill it."""
        module.setup(cls(name))

    @classmethod
    def populate_autogenerate_priority_dispatch(
        cls, comparators: PriorityDispatcher, include_plugins: Sequence[str]
    ) -> None:
        """Adds the comparators of the plugins that the patterns name; ``~`` leaves some out."""
        load_plugins()
        wanted: list[str] = []
        unwanted: list[str] = []
        for pattern in include_plugins:
            if not _EXPRESSION.fullmatch(pattern):
                raise ValueError(f"Invalid plugin expression {pattern!r}")
            (unwanted if pattern.startswith("~") else wanted).append(pattern.lstrip("~"))
        for pattern in wanted:
            matching = [name for name in (*_all_plugins, *BUILT_IN) if _matches(pattern, name)]
            if not matching:
                log.warning("Did not locate plugins: %s", pattern)
        for name, plugin in _all_plugins.items():
            taken = any(_matches(pattern, name) for pattern in wanted)
            if taken and not any(_matches(pattern, name) for pattern in unwanted):
                log.info("setting up autogenerate plugin %s", name)
                comparators.populate_with(plugin.autogenerate_comparators)


def _matches(pattern: str, name: str) -> bool:
    parts = (
        r"[^.]+(?:\.[^.]+)*" if part == "*" else re.escape(part) for part in pattern.split(".")
    )
    return re.fullmatch(r"\.".join(parts), name) is not None


_loaded: list[Any] = []


def load_plugins() -> None:
    """Loads the plugins of the entry point group ``alembic.plugins``, once."""
    if _loaded:
        return
    _loaded.append(True)
    for point in sorted(entry_points(group="alembic.plugins"), key=lambda found: found.name):
        Plugin.setup_plugin_from_module(point.load(), point.name)
