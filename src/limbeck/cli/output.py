"""What goes to standard error: failures, warnings and the log of a run."""

from __future__ import annotations

import os
import re
import sys
import warnings
from pathlib import Path
from typing import TextIO

from limbeck.errors import LimbeckError

_PASSWORD = re.compile(r"(\w://[^\s:@/'\"]*):[^\s'\"]*@")
_OURS = str(Path(__file__).parent.parent) + os.sep


def fail(error: BaseException) -> int:
    """Print one message for an error, without its traceback, and give the exit status."""
    if isinstance(error, LimbeckError):
        print(f"FAILED: {without_passwords(str(error))}", file=sys.stderr)
        return 255
    where = _user_line(error)
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    place = f"{where}: " if where else ""
    print(f"FAILED: {place}{without_passwords(what)}", file=sys.stderr)
    print("(--raiseerr shows where it came from)", file=sys.stderr)
    return 1


def without_passwords(text: str) -> str:
    """`text` with the password of every URL in it replaced."""
    return _PASSWORD.sub(r"\1:***@", text)


def _user_line(error: BaseException) -> str | None:
    """`file, line N` of the innermost line of the user's own code that the error went through."""
    import sysconfig
    import traceback

    libraries = [os.path.realpath(path) + os.sep for path in sysconfig.get_paths().values()]
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = os.path.realpath(frame.filename)
        if os.path.exists(path) and not path.startswith((_OURS, *libraries)):
            return f"{frame.filename}, line {frame.lineno}"
    return None


def show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """A warning for the user as one line; those for developers as Python shows them."""
    stream = file or sys.stderr
    if category is UserWarning:
        stream.write(f"WARNING: {message}\n")
    else:
        stream.write(warnings.formatwarning(message, category, filename, lineno, line))


def show_progress() -> None:
    """Let the log of a run be seen, where nobody has set up logging."""
    import logging

    logger = logging.getLogger("alembic")
    if logger.handlers or logging.getLogger().handlers:
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(levelname)-5.5s [%(name)s] %(message)s"))
    logger.addHandler(handler)
    if logger.level == logging.NOTSET:
        logger.setLevel(logging.INFO)
