"""``alembic.script.write_hooks``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from limbeck.script.hooks import REVISION_SCRIPT_TOKEN, register, run_hook

__all__ = ["REVISION_SCRIPT_TOKEN", "console_scripts", "exec_", "module", "register"]


def _as(kind: str, path: str, options: Mapping[str, Any]) -> None:
    name = options.get("_hook_name", kind)
    run_hook({**options, "_hook_name": name, "type": kind}, path)


def console_scripts(
    path: str,
    options: dict[str, Any],
    ignore_output: bool = False,
    verify_version: tuple[int, ...] | None = None,
) -> None:
    """Runs a console script over a file."""
    _as("console_scripts", path, options)


def exec_(path: str, options: dict[str, Any], ignore_output: bool = False) -> None:
    """Runs a program over a file."""
    _as("exec", path, options)


def module(path: str, options: dict[str, Any], ignore_output: bool = False) -> None:
    """Runs a Python module over a file."""
    _as("module", path, options)
