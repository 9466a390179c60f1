"""What a rule has found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Severity: TypeAlias = Literal["error", "warning", "style"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "style")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that should be done otherwise, or allowed by name, and where it stands."""

    code: str
    severity: Severity
    message: str
    advice: str
    revision: str
    path: str | None = None
    line: int | None = None
    table: str | None = None
    sql: str = ""

    @property
    def place(self) -> str:
        """``file:line``, as far as it is known."""
        if self.path is None:
            return f"revision {self.revision}"
        return self.path if self.line is None else f"{self.path}:{self.line}"
