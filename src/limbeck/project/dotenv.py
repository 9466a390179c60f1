"""The variables of a `.env` file, as much of its language as URLs need."""

from __future__ import annotations

import os
import re
from collections import ChainMap
from collections.abc import Mapping
from pathlib import Path

_LINE = re.compile(r"\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*")
_COMMENT = re.compile(r"\s#.*")


def environment_of(folder: Path) -> Mapping[str, str]:
    """The environment, and below it the variables of the folder's `.env`."""
    return ChainMap(os.environ, read_dotenv(folder / ".env"))


def read_dotenv(file: Path) -> dict[str, str]:
    """The variables of a file; none where there is no file. Lines of another form are left out."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    return {found[1]: _value(found[2]) for line in lines if (found := _LINE.fullmatch(line))}


def _value(text: str) -> str:
    if len(text) > 1 and text[0] in "'\"" and text[0] in text[1:]:
        return text[1 : text.index(text[0], 1)]
    return _COMMENT.sub("", f" {text}").strip()
