"""The reference pages of the documentation, made from the code.

``python -m reference`` writes docs/reference; a test holds it current.
"""

from __future__ import annotations

from reference import commands, library, operations, settings


def pages() -> dict[str, str]:
    """The text of each page by its file name."""
    return {
        "commands.md": commands.page(),
        "library.md": library.page(),
        "operations.md": operations.page(),
        "settings.md": settings.page(),
    }
