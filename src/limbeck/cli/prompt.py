"""Questions to somebody at a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

import click


def asker() -> Callable[[str], bool] | None:
    """How a question is asked; None in a pipe, in CI, and wherever nobody sits at a terminal."""
    streams = (sys.stdin, sys.stderr)
    if os.environ.get("CI") or not all(s is not None and s.isatty() for s in streams):
        return None
    return _ask


def _ask(question: str) -> bool:
    """Asks until it is answered; Enter alone is no. Standard output is left to the command."""
    return click.confirm(question, default=False, err=True)
