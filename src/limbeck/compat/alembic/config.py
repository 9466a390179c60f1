"""``alembic.config``."""

from __future__ import annotations

from collections.abc import Sequence

from limbeck.project.config import Config

__all__ = ["Config", "main"]


def main(argv: Sequence[str] | None = None, prog: str | None = None) -> None:
    """Runs the command line."""
    import importlib

    # the command line is the room above this one: it is named, not imported
    importlib.import_module("limbeck.cli.main").main(argv)
