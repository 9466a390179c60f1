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

    text = file.read_bytes().decode() if file.exists() else ""
    if text and tool_table(read_toml(file), "limbeck", str(file)) is not None:
        raise ConfigurationError(f"{file} has a table [tool.limbeck] already; edit it by hand")
    document = tomlkit.document()
    document.add("tool", tomlkit.table(is_super_table=True).add("limbeck", _table(values)))
    ended = "\n" if text and not text.endswith("\n") else ""
    blank = "\n" if text.strip() else ""
    added = f"{ended}{blank}{document.as_string()}"
    if "\r\n" in text:
        added = added.replace("\n", "\r\n")
    file.write_bytes(f"{text}{added}".encode())


def _table(values: Mapping[str, Any]) -> Any:
    """A table, which has no header where it holds nothing but tables."""
    import tomlkit

    only_tables = bool(values) and all(isinstance(v, Mapping) for v in values.values())
    table = tomlkit.table(is_super_table=only_tables)
    for name, value in values.items():
        match value:
            case Mapping():
                table.add(name, _table(value))
            case tuple():
                table.add(name, list(value))
            case _:
                table.add(name, value)
    return table
