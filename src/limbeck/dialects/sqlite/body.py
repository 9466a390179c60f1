"""The text of CREATE TABLE cut into its definitions, before any of them is read."""

from __future__ import annotations

import re

_MARK = re.compile(
    r"""
    [(),]
  | '(?:[^']|'')*' | "(?:[^"]|"")*" | `(?:[^`]|``)*` | \[[^\]]*\]
  | --[^\n]* | /\*.*?(?:\*/|\Z)
    """,
    re.VERBOSE | re.DOTALL,
)
"""What a cut depends on, and what may hold such a sign without meaning it."""


def definitions(sql: str) -> tuple[list[str], str]:
    """(the texts between the commas of the outermost parentheses, what follows these)."""
    found: list[str] = []
    depth = start = 0
    for match in _MARK.finditer(sql):
        mark = match[0]
        if mark == "(":
            depth += 1
            if depth == 1:
                start = match.end()
        elif mark == ")":
            depth -= 1
            if depth == 0:
                return [*found, sql[start : match.start()].strip()], sql[match.end() :]
        elif mark == "," and depth == 1:
            found.append(sql[start : match.start()].strip())
            start = match.end()
    return found, ""
