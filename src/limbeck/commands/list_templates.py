"""The templates that `init` knows."""

from __future__ import annotations

from pathlib import Path


def list_templates(directory: str) -> tuple[tuple[str, str], ...]:
    """Name and description (the first line of its README) of each template, sorted by name."""
    found = []
    for folder in sorted(Path(directory).iterdir()):
        readme = folder / "README"
        if readme.is_file():
            found.append((folder.name, readme.read_text(encoding="utf-8").splitlines()[0].strip()))
    return tuple(found)
