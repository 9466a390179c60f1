"""Which of Alembic's names a project uses, and whether Limbeck has them under those names."""

from __future__ import annotations

import ast
import importlib
import importlib.util
from collections.abc import Iterable, Iterator

_OURS = f"{__package__}.alembic"


def missing_names(sources: Iterable[tuple[str, str]]) -> list[str]:
    """``name (file, line N)`` of each import from `alembic` that the alias does not provide.

    `sources` are pairs of a file's path and its text. Files that do not parse are left out.
    """
    answers: dict[tuple[str, str], bool] = {}
    found = []
    for path, text in sources:
        for module, name, line in _imports(text):
            if (module, name) not in answers:
                answers[module, name] = _provides(module, name)
            if not answers[module, name]:
                found.append(f"{'.'.join(filter(None, (module, name)))} ({path}, line {line})")
    return found


def _imports(text: str) -> Iterator[tuple[str, str, int]]:
    if "alembic" not in text:
        return
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                for alias in names:
                    if alias.name.partition(".")[0] == "alembic":
                        yield alias.name, "", node.lineno
            case ast.ImportFrom(module=str(module), level=0) if (
                module.partition(".")[0] == "alembic"
            ):
                for alias in node.names:
                    yield module, "" if alias.name == "*" else alias.name, node.lineno


def _provides(module: str, name: str) -> bool:
    ours = _OURS + module.removeprefix("alembic")
    try:
        if importlib.util.find_spec(ours) is None:
            return False
        return (
            not name
            or hasattr(importlib.import_module(ours), name)
            or _provides(f"{module}.{name}", "")
        )
    except ModuleNotFoundError:
        return False
