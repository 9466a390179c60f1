"""What a command leaves: its document, failures, warnings and the log of a run."""

from __future__ import annotations

import os
import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from typing import Any, TextIO

from limbeck.errors import LimbeckError, invalid, user_line, where

_PASSWORD = re.compile(r"(\w://[^\s:@/'\"]*):[^\s'\"]*@")
_BACKGROUND = re.compile(r"\s*\(Background on this error at: \S+\)")


@dataclass(frozen=True, slots=True)
class Document:
    """What a command prints with `--json`, and how it ends after that.

    docs/json.md has the schema of each; a `failure` is raised when it is printed.
    """

    content: Any
    status: int = 0
    failure: Exception | None = None


def print_json(content: Any, stream: TextIO) -> None:
    """Writes a document; texts are escaped where the stream cannot show them."""
    import json

    text = json.dumps(content, indent=2, ensure_ascii=False, default=str)
    try:
        text.encode(stream.encoding or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(content, indent=2, default=str)
    stream.write(f"{text}\n")
    stream.flush()


@contextmanager
def for_document() -> Iterator[TextIO]:
    """Standard output for one document alone: what else is written there goes to standard error.

    That is also so of what env.py prints, and of programs that are started.
    """
    stdout = sys.stdout
    try:
        number, errors = stdout.fileno(), sys.stderr.fileno()
    except OSError:  # they are no files, as in a test
        with redirect_stdout(sys.stderr):
            yield stdout
        return
    stdout.flush()
    kept = os.dup(number)
    os.dup2(errors, number)
    try:
        with open(kept, "w", encoding=stdout.encoding, closefd=False) as stream:
            yield stream
    finally:
        stdout.flush()
        os.dup2(kept, number)
        os.close(kept)


def fail(error: BaseException) -> int:
    """Print one message for an error, without its traceback, and give the exit status."""
    ours = isinstance(error, LimbeckError)
    message = str(error) if ours else _explain(error)
    print(f"FAILED: {without_passwords(message)}", file=sys.stderr)
    place = where(error) or (None if ours else user_line(error))
    if place:
        print(f"  at {place}", file=sys.stderr)
    if not ours:
        print("  (--raiseerr shows the whole way there)", file=sys.stderr)
    return 255 if ours else 1


def without_passwords(text: str) -> str:
    """`text` with the password of every URL in it replaced."""
    return _PASSWORD.sub(r"\1:***@", text)


def _explain(error: BaseException) -> str:
    """What an error that is not ours means, where it is one that users of SQLAlchemy meet."""
    text = _BACKGROUND.sub("", invalid(error) or str(error)).strip()
    name = type(error).__name__
    if isinstance(error, ModuleNotFoundError) and _is_for_driver(error):
        from limbeck.database.connect import missing_driver

        return missing_driver(error)
    if name == "NoSuchModuleError" and (unknown := re.search(r"sqlalchemy\.dialects:(\S+)", text)):
        return (
            f"SQLAlchemy knows no database '{unknown[1].replace('.', '+')}'; "
            "put the URL of your database in sqlalchemy.url, or set it in env.py"
        )
    if name == "MissingGreenlet":
        return (
            "The URL names an async driver, and env.py connects without async: use a driver that "
            "is not async, or an env.py such as 'limbeck init -t async' makes"
        )
    return f"{name}: {text}" if text else name


def _is_for_driver(error: BaseException) -> bool:
    """Whether it was SQLAlchemy that looked for a driver's module."""
    step = error.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_name == "import_dbapi":
            return True
        step = step.tb_next
    return False


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
    """Let the log of a run be seen, where nobody has set up logging.

    The project's own modules may do so when they are imported, and may import Alembic itself,
    which logs that it sets up its plugins.
    """
    import logging

    logger, root = logging.getLogger("alembic"), logging.getLogger()
    if logger.handlers or root.handlers:
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(levelname)-5.5s [%(name)s] %(message)s"))
    handler.addFilter(lambda record: not root.handlers and record.name != "alembic.runtime.plugins")
    logger.addHandler(handler)
    if logger.level == logging.NOTSET:
        logger.setLevel(logging.INFO)
