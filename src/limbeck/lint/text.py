"""Text of findings."""

from __future__ import annotations

_LENGTH = 60


def shortened(sql: str, length: int = _LENGTH) -> str:
    """A statement on one line, cut where it is long."""
    line = " ".join(sql.split())
    return line if len(line) <= length else f"{line[: length - 1]}…"
