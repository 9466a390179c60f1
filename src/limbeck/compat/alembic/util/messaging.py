"""``alembic.util.messaging``: words for the terminal."""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import NoReturn, TextIO

from sqlalchemy.engine import make_url

log = logging.getLogger("alembic.util.messaging")


def write_outstream(stream: TextIO, *text: str | bytes, quiet: bool = False) -> None:
    """Writes text, replacing what the stream cannot show."""
    if quiet:
        return
    encoding = getattr(stream, "encoding", None) or "utf-8"
    for part in text:
        plain = part.decode(encoding, "replace") if isinstance(part, bytes) else part
        stream.write(plain.encode(encoding, "replace").decode(encoding))


def msg(msg: str, newline: bool = True, flush: bool = False, quiet: bool = False) -> None:
    """Writes a message to the terminal."""
    write_outstream(sys.stdout, f"  {msg}", "\n" if newline else "", quiet=quiet)
    if flush and not quiet:
        sys.stdout.flush()


def err(message: str, quiet: bool = False) -> NoReturn:
    """Says that a command failed, and exits."""
    log.error(message)
    msg(f"FAILED: {message}", quiet=quiet)
    sys.exit(-1)


@contextmanager
def status(status_msg: str, newline: bool = False, quiet: bool = False) -> Iterator[None]:
    """A message before, and how it ended after."""
    msg(f"{status_msg} ...", newline, flush=True, quiet=quiet)
    try:
        yield
    except BaseException:
        write_outstream(sys.stdout, "  FAILED\n", quiet=quiet)
        raise
    else:
        write_outstream(sys.stdout, "  done\n", quiet=quiet)


def warn(msg: str, stacklevel: int = 2) -> None:
    """A UserWarning."""
    warnings.warn(msg, UserWarning, stacklevel=stacklevel)


def warn_deprecated(msg: str, stacklevel: int = 2) -> None:
    """A DeprecationWarning."""
    warnings.warn(msg, DeprecationWarning, stacklevel=stacklevel)


def obfuscate_url_pw(input_url: str) -> str:
    """The URL with its password hidden."""
    return make_url(input_url).render_as_string(hide_password=True)


def format_as_comma(value: str | Iterable[str] | None) -> str:
    """Strings with commas between them."""
    if value is None:
        return ""
    return value if isinstance(value, str) else ", ".join(value)
