"""Loading one script (a revision file, an env.py) as a module."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.machinery import SourceFileLoader, SourcelessFileLoader
from types import CodeType, ModuleType
from typing import Any

from limbeck.errors import LimbeckError, ScriptError, said
from limbeck.script.header import Header, header_of, script_syntax_error


@dataclass(slots=True)
class Importing:
    """What is called before a script runs that imports `alembic`; None is nothing.

    The command line makes that name mean ours then: `limbeck.compat.alembic.install`, a room above.
    A program's own process is left as it is, and the name means ours in its revision files alone.
    """

    alembic: Callable[[], None] | None = None


importing = Importing()
"""The one in force in this process."""

_WITHIN = "limbeck.compat.within"
"""Stands a room above, and is loaded by name where a script asks for it."""


SETTLED = 2
"""Seconds: a file that was written more recently may be written again without its time changing,
as clocks are coarse (FAT counts in two seconds). What was made of it is not kept."""


class _Loader(SourceFileLoader):
    """Keeps no bytecode of a file that was written just now.

    Python takes kept bytecode for that of the file where the size and the whole second of its last
    change are the same: an edit right after the first run would be passed over.
    """

    def set_data(self, path: str, data: Any, *, _mode: int = 0o666) -> None:
        """As Python's own, but for such a file."""
        if time.time() - os.stat(self.path).st_mtime >= SETTLED:
            super().set_data(path, data, _mode=_mode)


def load_module(path: str) -> ModuleType:
    """The revision file at `path`, run as a new module that does not enter `sys.modules`.

    Raises ScriptError naming file and line when the file does not compile or fails at import;
    errors that Limbeck raised on purpose inside it pass through.
    """
    try:
        return run_file(path, is_script=True)
    except LimbeckError:
        raise
    except Exception as error:
        raise ScriptError(_failure(path, error)) from error


def run_file(path: str, name: str | None = None, *, is_script: bool = False) -> ModuleType:
    """The file at `path` (an env.py), run as a new module that does not enter `sys.modules`.

    In a revision file, `is_script`, the name `alembic` is ours in any process.

    What the file raises passes through as it is. Raises ScriptError naming file and line when
    the file is missing or does not compile.
    """
    name = name or re.sub(r"\W", "_", os.path.basename(path))
    loader: SourceFileLoader | SourcelessFileLoader
    if path.endswith((".pyc", ".pyo")):
        loader = SourcelessFileLoader(name, path)
    else:
        loader = _Loader(name, path)
    module = ModuleType(name)
    module.__file__, module.__loader__ = path, loader
    try:
        code = loader.get_code(name)
    except SyntaxError as error:
        raise script_syntax_error(path, error) from None
    except OSError as error:
        raise ScriptError(f"Can't read {path}: {error.strerror or error}") from None
    except (ImportError, EOFError, ValueError) as error:
        raise ScriptError(f"{path} can't be loaded: {error}") from None
    assert code is not None
    if _imports_alembic(code):
        if importing.alembic is not None:
            importing.alembic()
        elif is_script:
            import_module(_WITHIN).import_within(module)
    exec(code, vars(module))
    return module


def _imports_alembic(code: CodeType) -> bool:
    """Whether it does so anywhere: in a function, too."""
    return any(name.partition(".")[0] == "alembic" for name in code.co_names) or any(
        _imports_alembic(inner) for inner in code.co_consts if isinstance(inner, CodeType)
    )


def header_by_import(path: str) -> Header:
    """The header of a file that computes it: what its module holds once it has run."""
    module = load_module(path)
    return header_of(path, vars(module), module.__doc__)


def _failure(path: str, error: BaseException) -> str:
    """`file, line N: what`, at the innermost line that stands in `path` itself."""
    from traceback import extract_tb

    lines = [frame.lineno for frame in extract_tb(error.__traceback__) if frame.filename == path]
    where = f"{path}, line {lines[-1]}" if lines else path
    return f"{where}: {said(error)}"
