"""The page of the library: `Migrator` and what it returns, errors, `context`, and fixtures."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from limbeck import AsyncMigrator, Config, Fleet, Migrator, context, errors, import_models
from limbeck.commands.plan import Planned
from limbeck.commands.verify import Verification
from limbeck.migrator import Checked, Member, Outcome, Outcomes, Revision
from limbeck.testing import plugin, stage, tests
from reference.text import MADE, class_stub, sentence, stub, table, words

_TOP = """# Library

What programs, an `env.py` and tests import. [In an application](../library.md),
[async](../async.md) and [testing](../testing.md) tell how it is used.
"""
_RESULTS = (Revision, Checked, Planned, Verification, Member, Outcome, Outcomes)
_ASYNC = "Its methods are those of `Migrator`, each to be awaited.\n"


def page() -> str:
    """Markdown: classes with their methods, then the errors, `context` and the plugin."""
    if {*_methods(Migrator)} != {*_methods(AsyncMigrator), "on"}:
        raise ValueError("Migrator and AsyncMigrator do not have the same methods")
    return "\n".join(
        (
            MADE + _TOP,
            *_class(Migrator, 2),
            *_class(AsyncMigrator, 2, methods=False),
            _ASYNC,
            *_class(Fleet, 2),
            "## What they return\n",
            *(line for result in _RESULTS for line in _class(result, 3)),
            "## Errors\n",
            f"{sentence(errors.__doc__)} They are in `limbeck.errors`.\n",
            *_errors(errors.LimbeckError, ""),
            "\n## Configuration and models\n",
            *_class(Config, 3, methods=False),
            *_entry("import_models", import_models),
            "## context\n",
            "What an `env.py` imports: `from limbeck import context`.\n",
            *(line for name, f in _functions(context) for line in _entry(name, f)),
            *_testing(),
        )
    )


def _class(cls: type, level: int, *, methods: bool = True) -> Iterator[str]:
    yield f"{'#' * level} {cls.__name__}\n"
    if is_dataclass(cls):
        listed = "\n".join(f"    {field.name}: {field.type}" for field in fields(cls))
        yield f"```python\nclass {cls.__name__}:\n{listed}\n```\n"
    else:
        yield f"{class_stub(cls)}\n"
    yield f"{words(cls.__doc__)}\n"
    for name, method in _methods(cls).items() if methods else ():
        if isinstance(method, property):
            yield f"`{name}`: {words(method.__doc__)}\n"
        else:
            yield from _entry(name, method, leaving_out=("self",))


def _methods(cls: type) -> dict[str, Any]:
    public = {name: value for name, value in vars(cls).items() if not name.startswith("_")}
    return {n: v for n, v in public.items() if inspect.isfunction(v) or isinstance(v, property)}


def _entry(
    name: str, function: Callable[..., Any], *, leaving_out: tuple[str, ...] = ()
) -> Iterator[str]:
    """Raises ValueError where there is no docstring."""
    if not function.__doc__:
        raise ValueError(f"{name} has no docstring")
    yield f"{stub(name, function, leaving_out=leaving_out)}\n\n{words(function.__doc__)}\n"


def _functions(module: Any) -> Iterator[tuple[str, Callable[..., Any]]]:
    for name, value in vars(module).items():
        own = inspect.isfunction(value) and value.__module__ == module.__name__
        if own and not name.startswith("_"):
            yield name, value


def _errors(cls: type[Exception], indent: str) -> Iterator[str]:
    """The tree as a list, children below their parent."""
    yield f"{indent}- `{cls.__name__}`: {sentence(cls.__doc__)}"
    for child in sorted(cls.__subclasses__(), key=lambda child: child.__name__):
        if child.__module__ == errors.__name__ and child.__bases__[0] is cls:
            yield from _errors(child, f"{indent}    ")


# -- the plugin -------------------------------------------------------------------------------


def _testing() -> Iterator[str]:
    yield "## For tests\n"
    yield "The options and fixtures of the pytest plugin.\n"
    yield table(("option in pytest's ini", "default", "meaning"), _ini_options())
    yield ""
    yield table(("fixture", "what it is"), _fixtures())
    yield ""
    ready = [(f"`{n}`", sentence(f.__doc__)) for n, f in _functions(tests) if n[:5] == "test_"]
    yield table(("ready test", "what it holds"), ready)
    yield ""
    yield from _class(stage.Stage, 3)


def _ini_options() -> list[tuple[str, str, str]]:
    options: list[tuple[str, str, str]] = []

    def addini(name: str, help: str, type: str = "string", default: Any = None) -> None:
        shown = str(default).lower() if isinstance(default, bool) else default
        options.append((f"`{name}`", f"`{shown}`" if shown else "none", help))

    plugin.pytest_addoption(SimpleNamespace(addini=addini))  # type: ignore[arg-type]
    return options


def _fixtures() -> Iterator[tuple[str, str]]:
    """Read from the source: what pytest makes of a fixture's function has not its docstring."""
    source = Path(plugin.__file__).read_text(encoding="utf-8")
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and any(
            "fixture" in ast.unparse(decorator) for decorator in node.decorator_list
        ):
            yield f"`{node.name}`", words(ast.get_docstring(node))
