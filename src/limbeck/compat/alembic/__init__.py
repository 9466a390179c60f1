"""Alembic's modules over ours.

`install()` makes ``import alembic`` mean this package, for as long as the process runs or until
`uninstall()`: the command line calls it in an Alembic-style project, where env.py and the scripts
say ``from alembic import context, op``. Whether Alembic is installed makes no difference.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

__version__ = "1.20.1"
"""The version of Alembic whose behaviour this has: clients read and split it."""

_OURS = {
    "alembic": __name__,
    "alembic.op": "limbeck.op",
    "alembic.context": "limbeck.context",
    "alembic.command": "limbeck.command",
    "alembic.config": f"{__name__}.config",
    "alembic.environment": f"{__name__}.environment",
    "alembic.migration": f"{__name__}.migration",
    "alembic.runtime": f"{__name__}.runtime",
    "alembic.runtime.environment": f"{__name__}.environment",
    "alembic.runtime.migration": f"{__name__}.migration",
    "alembic.script": f"{__name__}.script",
    "alembic.script.revision": f"{__name__}.revision",
    "alembic.script.write_hooks": "limbeck.script.hooks",
    "alembic.util": f"{__name__}.util",
    "alembic.util.exc": f"{__name__}.exc",
}
"""Which of our modules stands for which of Alembic's."""


class _Finder(MetaPathFinder):
    """Finds ``alembic`` and its modules here, before any that is installed."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname in _OURS:
            return ModuleSpec(fullname, _Alias(), is_package=True)
        if fullname.startswith("alembic."):
            raise ModuleNotFoundError(
                f"No module named '{fullname}': Limbeck does not provide it under Alembic's name.",
                name=fullname,
            )
        return None


class _Alias(Loader):
    """Loads our module under Alembic's name; it stays what it is under its own."""

    def __init__(self) -> None:
        self._spec: Any = None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = importlib.import_module(_OURS[spec.name])
        self._spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self._spec


_finder = _Finder()
_replaced: dict[str, ModuleType] = {}


def install() -> None:
    """Makes ``import alembic`` mean this package. Calling it again changes nothing."""
    if _finder in sys.meta_path:
        return
    for name in [n for n in sys.modules if n == "alembic" or n.startswith("alembic.")]:
        _replaced[name] = sys.modules.pop(name)
    sys.meta_path.insert(0, _finder)
    importlib.import_module("alembic")


def uninstall() -> None:
    """Takes `install()` back; modules that were imported before it are there again."""
    if _finder not in sys.meta_path:
        return
    sys.meta_path.remove(_finder)
    for name in [n for n in sys.modules if n == "alembic" or n.startswith("alembic.")]:
        del sys.modules[name]
    sys.modules.update(_replaced)
    _replaced.clear()


def __getattr__(name: str) -> Any:
    """``alembic.op`` and the like, without an import of their own."""
    if f"alembic.{name}" in _OURS:
        return importlib.import_module(_OURS[f"alembic.{name}"])
    raise AttributeError(f"module 'alembic' has no attribute '{name}'")
