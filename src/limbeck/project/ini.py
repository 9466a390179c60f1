"""Reading an ini file: its encoding, its lists of paths, its hooks."""

from __future__ import annotations

import locale
import os
import re
import warnings
from collections.abc import Mapping
from pathlib import Path

from limbeck.errors import ConfigurationError

_SEPARATORS = {"space": " ", "newline": "\n", "os": os.pathsep, ":": ":", ";": ";"}


def read_ini(path: Path) -> str:
    """UTF-8; failing that, the locale's encoding, with a warning."""
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        encoding = locale.getpreferredencoding(False)
        if encoding.lower().replace("-", "") == "utf8":
            encoding = "latin-1"
        warnings.warn(
            f"{path} is not UTF-8; it is read as {encoding}. Save it as UTF-8.", stacklevel=2
        )
        return content.decode(encoding, "replace")


def split_paths(value: str, separator: str, choice: str) -> list[str]:
    """The paths of `value`, where the option `separator` says `choice`.

    A comment behind the choice is left out. Raises ConfigurationError for an unknown choice.
    """
    character = separator_character(separator, choice)
    parts = re.split(r"\s+", value) if character == " " else value.split(character)
    return [part.strip() for part in parts if part.strip()]


def separator_character(separator: str, choice: str) -> str:
    """The character that a choice of the option `separator` stands for.

    A comment behind the choice is left out. Raises ConfigurationError for an unknown choice.
    """
    name = re.split(r"\s+[#;]", choice, maxsplit=1)[0].strip()
    if name not in _SEPARATORS:
        raise ConfigurationError(
            f"{choice!r} is not a valid value for {separator}; "
            f"expected {', '.join(repr(known) for known in _SEPARATORS)}"
        )
    return _SEPARATORS[name]


def split_unseparated(name: str, value: str) -> list[str]:
    """The paths of the option `name` in a file that names no separator, as older files do."""
    pattern = r"(?:, *|[ \n]+)" if name == "version_locations" else r"(?:, *|[ \n]+|:)"
    parts = [part for part in re.split(pattern, value) if part]
    if len(parts) > 1:
        warnings.warn(
            f"No path_separator found in configuration; {name} is split on spaces and commas. "
            "Add path_separator = os to the configuration.",
            DeprecationWarning,
            stacklevel=3,
        )
    return parts


def ini_hooks(section: Mapping[str, str]) -> list[dict[str, str]]:
    """The hooks of `[post_write_hooks]`, each with its options and `_hook_name`."""
    hooks = []
    for name in re.split(r"[,\s]+", section.get("hooks", "")):
        if name:
            prefix = f"{name}."
            options = {
                key[len(prefix) :]: value
                for key, value in section.items()
                if key.startswith(prefix)
            }
            hooks.append({"_hook_name": name, **options})
    return hooks
