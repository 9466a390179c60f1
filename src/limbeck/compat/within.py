"""``import alembic`` of one script, in a process where that name is somebody else's.

A program that calls a `Migrator` may use Alembic itself, or not have it. Its old revision files say
``from alembic import op`` all the same, so for them, and for nothing else, the statement is
answered with our modules: neither `sys.modules` nor `sys.meta_path` is touched.
"""

from __future__ import annotations

import builtins
import importlib
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

_NAME = "alembic"
_OURS = f"{__package__}.alembic"


def import_within(module: ModuleType) -> None:
    """Makes ``import alembic`` in the code of `module`, which has not run yet, mean our package."""
    vars(module)["__builtins__"] = {**vars(builtins), "__import__": _import}


def _import(
    name: str,
    globals: Mapping[str, Any] | None = None,
    locals: Mapping[str, Any] | None = None,
    fromlist: Sequence[str] | None = (),
    level: int = 0,
) -> Any:
    """What `__import__` does, under our name for Alembic's."""
    if level or name.partition(".")[0] != _NAME:
        return builtins.__import__(name, globals, locals, fromlist or (), level)
    ours = _OURS + name.removeprefix(_NAME)
    if fromlist:
        return builtins.__import__(ours, globals, locals, fromlist, 0)
    importlib.import_module(ours)
    return importlib.import_module(_OURS)
