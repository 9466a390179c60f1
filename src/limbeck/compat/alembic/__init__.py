"""Alembic's modules over ours.

`install()` makes ``import alembic`` mean this package, for as long as the process runs or until
`uninstall()`: the command line calls it in an Alembic-style project, where env.py and the scripts
say ``from alembic import context, op``. Whether Alembic is installed makes no difference. The
files of this folder stand for Alembic's modules of the same names, by being there.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING, Any

from limbeck.project.border import border
from limbeck.script.module import importing

if TYPE_CHECKING:
    from limbeck.project.config import Config
    from limbeck.project.environment import EnvironmentContext
    from limbeck.script.directory import ScriptDirectory

__version__ = "1.20.1"
"""The version of Alembic whose behaviour this has: clients read and split it."""

_NAME = "alembic"


def _ours(name: str) -> str:
    """The name of our module for one of Alembic's."""
    return __name__ + name.removeprefix(_NAME)


class _Finder(MetaPathFinder):
    """Finds ``alembic`` and its modules here, before any that is installed."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != _NAME and not fullname.startswith(f"{_NAME}."):
            return None
        found = importlib.util.find_spec(_ours(fullname))
        if found is None:
            raise ModuleNotFoundError(
                f"No module named '{fullname}': Limbeck does not provide it under Alembic's name.",
                name=fullname,
            )
        is_package = found.submodule_search_locations is not None
        return ModuleSpec(fullname, _Alias(), is_package=is_package)


class _Alias(Loader):
    """Loads our module under Alembic's name; it stays what it is under its own."""

    def __init__(self) -> None:
        self._spec: Any = None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = importlib.import_module(_ours(spec.name))
        self._spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self._spec


_finder = _Finder()
_replaced: dict[str, ModuleType] = {}


def _is_alembic(name: str) -> bool:
    return name == _NAME or name.startswith(f"{_NAME}.")


def install() -> None:
    """Makes ``import alembic`` mean this package. Calling it again changes nothing."""
    if _finder in sys.meta_path:
        return
    for name in [name for name in sys.modules if _is_alembic(name)]:
        _replaced[name] = sys.modules.pop(name)
    sys.meta_path.insert(0, _finder)
    importing.alembic = install  # for the processes that this one sends work to
    border.scripts = _scripts
    border.environment = _environment
    border.directives = _directives
    importlib.import_module(_NAME)


def uninstall() -> None:
    """Takes `install()` back; modules that were imported before it are there again."""
    if _finder not in sys.meta_path:
        return
    sys.meta_path.remove(_finder)
    importing.alembic = border.scripts = border.environment = border.directives = None
    for name in [name for name in sys.modules if _is_alembic(name)]:
        del sys.modules[name]
    sys.modules.update(_replaced)
    _replaced.clear()


def _scripts(config: Config) -> ScriptDirectory:
    """The project's scripts, of the class that stands in `alembic.command`: some put their own."""
    from limbeck.compat.alembic import command

    return command.ScriptDirectory.from_config(config)


def _environment() -> type[EnvironmentContext]:
    from limbeck.compat.alembic.runtime.environment import EnvironmentContext as Ours

    return Ours


def _directives() -> Any:
    from limbeck.compat.alembic.autogenerate.border import DIRECTIVES

    return DIRECTIVES


_ATTRIBUTES = ("op", "context", "command", "config", "script", "util", "migration", "environment")
_PACKAGES = ("autogenerate", "ddl", "operations", "runtime")


def __getattr__(name: str) -> Any:
    """``alembic.op`` and the like, without an import of their own."""
    if name in (*_ATTRIBUTES, *_PACKAGES):
        return importlib.import_module(f"{__name__}.{name}")
    if name == "plugins":
        return importlib.import_module(f"{__name__}.runtime.plugins")
    raise AttributeError(f"module 'alembic' has no attribute '{name}'")
