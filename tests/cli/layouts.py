"""Applications as they are laid out in public, and how one is put into a test's folder."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from limbeck.project.settings import read_toml

LAYOUTS = Path(__file__).parents[1] / "layouts"


def lay_out(project: Path, name: str) -> None:
    """Copies a layout."""
    kept_out = shutil.ignore_patterns("__pycache__", ".ruff_cache")
    shutil.copytree(LAYOUTS / name, project, dirs_exist_ok=True, ignore=kept_out)


def written(project: Path) -> dict[str, Any]:
    """What `[tool.limbeck]` says."""
    settings: dict[str, Any] = read_toml(project / "pyproject.toml")["tool"]["limbeck"]
    return settings
