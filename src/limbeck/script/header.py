"""What a revision file says about itself, read without running it."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from limbeck.errors import ScriptError

_NAMES = ("revision", "down_revision", "branch_labels", "depends_on")
_LEGACY_FILE = re.compile(r"([a-f0-9]+)\.py[co]?$")
_CREATE_DATE = re.compile(r"^Create Date: *(.+?) *$", re.MULTILINE)
_COMPUTED = object()


class Header(NamedTuple):
    """The identity of a revision file: its ids, labels and docstring.

    `doc` is the first paragraph of the docstring, `longdoc` all of it, and `create_date` what
    it says after `Create Date:`.
    """

    revision: str
    down_revision: tuple[str, ...]
    depends_on: tuple[str, ...]
    branch_labels: tuple[str, ...]
    doc: str
    longdoc: str
    create_date: str | None


def read_header(path: str) -> Header | None:
    """The header of the file at `path`, or None when only running the file can tell.

    Raises ScriptError naming file and line when the file is not Python.
    """
    try:
        with open(path, "rb") as stream:
            source = stream.read()
        tree = ast.parse(source, path)
    except (SyntaxError, ValueError) as error:
        raise script_syntax_error(path, error) from None
    except OSError as error:
        raise ScriptError(f"Can't read the revision file {path}: {error.strerror}") from None
    found = _bindings(tree)
    if _COMPUTED in found.values() or "down_revision" not in found:
        return None
    if "revision" not in found and _LEGACY_FILE.match(os.path.basename(path)) is None:
        return None
    return header_of(path, found, ast.get_docstring(tree, clean=False))


def header_of(path: str, values: dict[str, Any], docstring: str | None) -> Header:
    """A header of plain values, as they stand in the file or in the module it makes.

    Raises ScriptError when there is no revision id, no `down_revision`, or a value is of the
    wrong kind.
    """
    if "down_revision" not in values:
        raise ScriptError(
            f"{path} has no 'down_revision' variable; a revision file declares it, "
            "as None for the first revision"
        )
    revision = values.get("revision")
    if revision is None:
        legacy = _LEGACY_FILE.match(os.path.basename(path))
        if legacy is None:
            raise ScriptError(
                f"Could not determine revision id from filename {os.path.basename(path)}. "
                "Be sure the 'revision' variable is declared inside the script (please see "
                "'Upgrading from Alembic 0.1 to 0.2' in the documentation)."
            )
        revision = legacy[1]
    if not isinstance(revision, str):
        raise ScriptError(f"revision in {path} must be a string, not {revision!r}")
    longdoc = (docstring or "").strip()
    create_date = _CREATE_DATE.search(longdoc)
    return Header(
        revision,
        _identifiers(path, "down_revision", values.get("down_revision")),
        _identifiers(path, "depends_on", values.get("depends_on")),
        _identifiers(path, "branch_labels", values.get("branch_labels")),
        longdoc.partition("\n\n")[0],
        longdoc,
        create_date[1] if create_date else None,
    )


def script_syntax_error(path: str, error: SyntaxError | ValueError) -> ScriptError:
    """The error for a file that does not compile, naming file and line."""
    if isinstance(error, SyntaxError) and error.lineno is not None:
        line = (error.text or "").strip()
        shown = f"\n    {line}" if line else ""
        return ScriptError(f"{path}, line {error.lineno}: {error.msg}{shown}")
    return ScriptError(f"{path} is not Python source: {error}")


def _identifiers(path: str, name: str, value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    items = (value,) if isinstance(value, str) else value
    if not isinstance(items, tuple | list | set | frozenset) or not all(
        isinstance(item, str) for item in items
    ):
        raise ScriptError(
            f"{name} in {path} must be None, a string or several strings, not {value!r}"
        )
    ordered = sorted(items) if isinstance(items, set | frozenset) else items
    return tuple(dict.fromkeys(ordered))


def _bindings(tree: ast.Module) -> dict[str, Any]:
    """Values of the header's names; `_COMPUTED` where one is bound by anything but a literal."""
    found: dict[str, Any] = {}
    for statement in tree.body:
        for name, value in _bound_by(statement):
            if name == "*":
                found = dict.fromkeys(_NAMES, _COMPUTED) | found
            elif name in _NAMES:
                found[name] = _literal(value)
    return found


def _bound_by(statement: ast.stmt) -> Iterator[tuple[str, ast.expr | None]]:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            yield name, value
        case ast.AnnAssign(target=ast.Name(id=name), value=value):
            if value is not None:
                yield name, value
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.Expr():
            return
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            for alias in aliases:
                yield alias.asname or alias.name, None
        case _:
            for node in ast.walk(statement):
                match node:
                    case ast.Name(id=name, ctx=ast.Store()):
                        yield name, None
                    case ast.alias(name=name, asname=asname):
                        yield asname or name, None


def _literal(value: ast.expr | None) -> Any:
    if value is None:
        return _COMPUTED
    if isinstance(value, ast.Constant):
        return value.value
    try:
        return ast.literal_eval(value)
    except (ValueError, TypeError, SyntaxError):
        return _COMPUTED
