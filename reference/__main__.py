"""Writes docs/reference."""

from __future__ import annotations

from pathlib import Path

from reference import pages

FOLDER = Path(__file__).parents[1] / "docs" / "reference"


def write() -> None:
    """Writes all pages, and removes those that are no more."""
    wanted = pages()
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.glob("*.md"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write()
