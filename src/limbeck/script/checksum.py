"""A revision file's text, and the checksum that tells whether it was edited."""

from __future__ import annotations

import hashlib


def source(path: str | None) -> str | None:
    """The text of a revision file; None where there is none to read, as for compiled ones."""
    if path is None or not path.endswith(".py"):
        return None
    try:
        with open(path, encoding="utf-8", errors="replace", newline=None) as stream:
            return stream.read()
    except OSError:
        return None


def checksum(text: str | None) -> str | None:
    """SHA-256 of what the text says.

    The form of line ends, white space at the ends of lines, empty lines and lines that are only a
    comment make no difference.
    """
    if text is None:
        return None
    lines = (line.rstrip() for line in text.splitlines())
    said = "\n".join(line for line in lines if line and not line.lstrip().startswith("#"))
    return hashlib.sha256(said.encode()).hexdigest()
