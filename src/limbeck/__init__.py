"""Limbeck: database migrations for SQLAlchemy."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

__all__ = [
    "AsyncMigrator",
    "Config",
    "Fleet",
    "Migrator",
    "__version__",
    "command",
    "context",
    "import_models",
    "op",
]

if TYPE_CHECKING:
    from limbeck import command, context, op
    from limbeck.config import Config
    from limbeck.migrator import AsyncMigrator, Fleet, Migrator
    from limbeck.project.discovery import import_models

_MODULES = frozenset({"command", "config", "context", "errors", "migrator", "op"})
_NAMES = {
    "AsyncMigrator": "limbeck.migrator",
    "Config": "limbeck.config",
    "Fleet": "limbeck.migrator",
    "Migrator": "limbeck.migrator",
    "import_models": "limbeck.project.discovery",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for; `import limbeck` by itself imports nothing else."""
    if name in _MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    if name in _NAMES:
        return getattr(importlib.import_module(_NAMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
