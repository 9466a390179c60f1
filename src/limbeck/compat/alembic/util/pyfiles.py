"""``alembic.util.pyfiles``: Python files and templates."""

from __future__ import annotations

import os
from pathlib import Path
from types import ModuleType
from typing import Any

from limbeck.errors import CommandError
from limbeck.script.directory import resource_path
from limbeck.script.module import run_file
from limbeck.script.template import render_template, write_file


def load_python_file(dir_: str | os.PathLike[str], filename: str | os.PathLike[str]) -> ModuleType:
    """A file of a folder, run as a new module."""
    return run_file(os.fspath(Path(dir_, filename)))


def load_module_py(module_id: str, path: str | os.PathLike[str]) -> ModuleType:
    """A file, run as a new module of that name."""
    return run_file(os.fspath(path), module_id)


def coerce_resource_to_filename(fname_or_resource: str) -> Path:
    """The path of ``package:file``, or of what is a path already."""
    return Path(resource_path(fname_or_resource))


def pyc_file_from_path(path: str | os.PathLike[str]) -> Path | None:
    """The compiled file of a source file, if there is one."""
    from importlib.util import cache_from_source

    candidate = Path(cache_from_source(os.fspath(path)))
    if candidate.exists():
        return candidate
    beside = Path(f"{os.path.splitext(os.fspath(path))[0]}.pyc")
    return beside if beside.exists() else None


def template_to_file(
    template_file: str | os.PathLike[str],
    dest: str | os.PathLike[str],
    output_encoding: str,
    *,
    append_with_newlines: bool = False,
    **kw: Any,
) -> None:
    """Renders a Mako template into a file."""
    text = render_template(os.fspath(template_file), kw)
    target = Path(dest)
    if append_with_newlines and target.exists():
        text = f"{target.read_text(encoding=output_encoding)}\n\n{text}"
    write_file(target, text, output_encoding, replace=True)


__all__ = [
    "CommandError",
    "coerce_resource_to_filename",
    "load_module_py",
    "load_python_file",
    "pyc_file_from_path",
    "template_to_file",
]
