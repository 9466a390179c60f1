"""Writing `[tool.limbeck]` into a pyproject.toml: comments and layout of the rest stay."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from limbeck.errors import ConfigurationError
from limbeck.project.settings import read_toml, tool_table


def write_table(file: Path, values: Mapping[str, Any]) -> None:
    """Adds `[tool.limbeck]` with those values, at the end of the file, which is made if need be.

    Raises ConfigurationError where the file has the table already, or is not TOML.
    """
    import tomlkit

    text = file.read_text(encoding="utf-8") if file.exists() else ""
    if text and tool_table(read_toml(file), "limbeck", str(file)) is not None:
        raise ConfigurationError(f"{file} has a table [tool.limbeck] already; edit it by hand")
    table = tomlkit.table()
    for name, value in values.items():
        table.add(name, list(value) if isinstance(value, tuple) else value)
    document = tomlkit.document()
    document.add("tool", tomlkit.table(is_super_table=True).add("limbeck", table))
    separator = "\n" if text.strip() else ""
    kept = text if not text or text.endswith("\n") else f"{text}\n"
    file.write_text(f"{kept}{separator}{document.as_string()}", encoding="utf-8", newline="\n")
