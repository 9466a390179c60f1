"""Colour, where a person looks at it."""

from __future__ import annotations

import os
import sys

import click


def painted(text: str, colour: str, *, bold: bool = False) -> str:
    """The text in a colour; as it is in a pipe, a file, or with NO_COLOR."""
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return text
    return click.style(text, fg=colour, bold=bold or None)
