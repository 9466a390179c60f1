"""``alembic.util.compat``."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from configparser import ConfigParser
from importlib import metadata
from importlib.metadata import EntryPoint
from typing import Any

is_posix = os.name == "posix"
py311 = sys.version_info >= (3, 11)
py312 = sys.version_info >= (3, 12)
py313 = sys.version_info >= (3, 13)
py314 = sys.version_info >= (3, 14)


class EncodedIO(io.TextIOWrapper):
    """A text stream over a binary one, which outlives it."""

    def close(self) -> None:
        """Leaves the binary stream open."""


def importlib_metadata_get(group: str) -> Sequence[EntryPoint]:
    """The entry points of a group."""
    return tuple(metadata.entry_points(group=group))


def read_config_parser(file_config: ConfigParser, file_argument: Sequence[Any]) -> list[str]:
    """Reads ini files as UTF-8."""
    return file_config.read(file_argument, encoding="utf-8")
