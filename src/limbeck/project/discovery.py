"""Importing all models of an application, so that their metadata is complete."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator
from types import ModuleType

from limbeck.errors import ModelImportError, said, user_line


def import_models(*packages: str) -> tuple[str, ...]:
    """Import every module below each of `packages`, and say which, in order of import.

    Sub-packages are followed whether or not they hold an `__init__.py`; a plain module is
    imported by itself; `__main__` modules are left out. ``apps.*.models`` stands for the modules
    of that name in every package of ``apps``.
    Raises ModelImportError naming the module that failed, and why.
    """
    imported: dict[str, None] = {}
    for package in (name for pattern in packages for name in _fitting(pattern)):
        module = _import(package)
        imported[package] = None
        for name in _names_below(module, package):
            _import(name)
            imported[name] = None
    return tuple(imported)


def _fitting(pattern: str) -> list[str]:
    """The names that a pattern stands for; itself where it has no ``*``."""
    before, star, after = pattern.partition(".*.")
    if not star:
        return [pattern]
    found = []
    for folder in getattr(_import(before), "__path__", ()):
        for name in _names_in(folder, before):
            middle = name.removeprefix(f"{before}.").split(".")
            if len(middle) == after.count(".") + 2 and ".".join(middle[1:]) == after:
                found.append(name)
    if not found:
        raise ModelImportError(f"models: no module fits '{pattern}'")
    return list(dict.fromkeys(found))


def _names_below(module: ModuleType, package: str) -> Iterator[str]:
    """Names of all modules below a package, parents before children, sorted."""
    seen: set[str] = set()
    for folder in getattr(module, "__path__", ()):
        for name in _names_in(folder, package):
            if name not in seen:
                seen.add(name)
                yield name


def _names_in(folder: str, package: str) -> Iterator[str]:
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return
    for entry in found:
        stem, extension = os.path.splitext(entry.name)
        if entry.is_dir():
            if entry.name.isidentifier() and entry.name != "__pycache__" and _has_python(entry):
                yield f"{package}.{entry.name}"
                yield from _names_in(entry.path, f"{package}.{entry.name}")
        elif extension == ".py" and stem.isidentifier() and stem not in ("__init__", "__main__"):
            yield f"{package}.{stem}"


def _has_python(folder: os.DirEntry[str]) -> bool:
    """Whether any module stands in the folder or below it; others are not packages."""
    return any(name.endswith(".py") for _, _, names in os.walk(folder.path) for name in names)


def _import(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except Exception as error:
        raise ModelImportError(_reason(name, error)) from error


def _reason(name: str, error: Exception) -> str:
    if isinstance(error, ModuleNotFoundError) and error.name == name.partition(".")[0]:
        return (
            f"Importing {name} failed: there is no module '{error.name}' on sys.path; is "
            "'prepend_sys_path' right, or the application installed?"
        )
    if isinstance(error, SyntaxError):
        return f"Importing {name} failed: {error.filename}, line {error.lineno}: {error.msg}"
    line = user_line(error)
    where = "" if line is None else f" ({line})"
    return f"Importing {name} failed{where}: {said(error)}"
