"""A cache of headers beside the revision files, so that unchanged files are not read again.

One small file for each folder of revision files, in its `__pycache__`. An entry holds as long as
the file's size and modification time do. A cache that is missing, corrupt, not writable or from
another version is ignored and made anew; nothing depends on it.
"""

from __future__ import annotations

import contextlib
import marshal
import os
import sys
import threading
import time
import warnings
import zlib
from collections.abc import Sequence
from typing import Any

from limbeck.script.header import Header, read_header
from limbeck.script.module import SETTLED, header_by_import

_FORMAT = 2  # raise it when what is kept, or how a header is read, changes
_MAGIC = f"limbeck headers {_FORMAT} {sys.hexversion:x} {marshal.version}\n".encode()
_NAME = f"limbeck-headers.{sys.implementation.cache_tag}"

_reading = threading.Lock()  # Python's warning filters are the process's

# As a plain tuple: size, modification time, and the fields of a Header.
_Fields = tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...], str, str, "str | None"]
_Entry = tuple[int, int, _Fields]


def read_headers(directory: str, files: Sequence[os.DirEntry[str]]) -> list[_Fields]:
    """The fields of the headers of `files`, which stand in `directory`, in that order.

    Raises ScriptError for a file that cannot be read.
    """
    path = _cache_path(directory)
    known = _load(path)
    kept: dict[str, _Entry] = {}
    changed = False
    headers: list[_Fields] = []
    settled = time.time_ns() - SETTLED * 1_000_000_000
    for file in files:
        name = file.name
        status = file.stat()
        entry = known.get(name)
        if entry is None or entry[1] != status.st_mtime_ns or entry[0] != status.st_size:
            fields = (*_read(file.path),)
            if status.st_mtime_ns < settled:
                kept[name] = (status.st_size, status.st_mtime_ns, fields)
                changed = True
        else:
            kept[name] = entry
            fields = entry[2]
        headers.append(fields)
    if changed or len(kept) != len(known):
        _store(path, kept)
    return headers


def _read(file: str) -> Header:
    if file.endswith((".pyc", ".pyo")):
        return header_by_import(file)
    with _reading, warnings.catch_warnings():
        # An invalid escape in a script is for its author when it runs, not for a listing.
        warnings.simplefilter("ignore")
        return read_header(file) or header_by_import(file)


def _cache_path(directory: str) -> str:
    if sys.pycache_prefix is None:
        return os.path.join(directory, "__pycache__", _NAME)
    drive, absolute = os.path.splitdrive(os.path.abspath(directory))
    return os.path.join(sys.pycache_prefix, drive.strip(":"), absolute.lstrip(os.sep), _NAME)


def _load(path: str) -> dict[str, _Entry]:
    """The entries of a cache; none when it is missing or anything about it is wrong."""
    try:
        with open(path, "rb") as stream:
            content = stream.read()
        if not content.startswith(_MAGIC):
            return {}
        start = len(_MAGIC) + 4
        checksum, body = content[len(_MAGIC) : start], content[start:]
        if zlib.crc32(body) != int.from_bytes(checksum, "big"):
            return {}
        entries: Any = marshal.loads(body)
    except (OSError, ValueError, EOFError, TypeError):
        return {}
    return entries if isinstance(entries, dict) else {}


def _store(path: str, entries: dict[str, _Entry]) -> None:
    """Write a cache in one step; a folder that is not writable is left alone."""
    body = marshal.dumps(entries)
    temporary = f"{path}.{os.getpid()}.{threading.get_ident()}"
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(temporary, "wb") as stream:
            stream.write(_MAGIC + zlib.crc32(body).to_bytes(4, "big") + body)
        os.replace(temporary, path)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
