"""Where an application keeps the URL of its database."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from limbeck.project.survey.engines import CONFIGS, ENGINES, called, of_engines, used_names
from limbeck.project.survey.modules import Module, Sources, assignment, dotted
from limbeck.project.survey.objects import SettingsObjects
from limbeck.project.survey.places import (
    URL,
    Place,
    environment_variable,
    is_url_name,
    literal_url,
    needed_arguments,
)
from limbeck.project.survey.variables import find_variables

_TESTS = re.compile(r"test", re.IGNORECASE)


class Urls:
    """The ways to the URLs of an application, those of the best kind first of all."""

    def __init__(self, sources: Sources, here: Path, environment: Mapping[str, str]) -> None:
        self.all: list[Place] = [*SettingsObjects(sources).find()]
        for module in sources.modules.values():
            self.all += _of_module(sources, module)
        self.all += find_variables(here, environment)
        self._used = used_names(sources)

    def best(self, places: Iterable[Place]) -> list[Place]:
        """Those of the best kind that there is; where an engine is made of some, only those."""
        found = [*places]
        best = min((place.rank for place in found), default=0)
        level = {place.reference: place for place in reversed(found) if place.rank == best}
        preferred = [place for place in level.values() if place.last in self._used]
        return [*reversed(preferred or list(level.values()))]


# -- plain variables, classes, functions, engines ---------------------------------------------


def _of_module(sources: Sources, module: Module) -> Iterator[Place]:
    def place(reference: str, what: str, node: ast.AST, rank: int) -> Place:
        where = sources.where(module, getattr(node, "lineno", 1))
        last = reference.rpartition(".")[2]
        return Place(f"{module.name}:{reference}", what, where, rank, last, module.root)

    for node in module.statements():
        if isinstance(node, ast.ClassDef):
            for name, value in _of_class(sources, module, node):
                yield place(f"{node.name}.{name}", "settings", value, 1)
        elif (assigned := assignment(node)) is not None:
            name, value = assigned
            made = called(sources, module, value)
            if made in ENGINES:
                yield place(name, "engine", node, 4)
            elif made in CONFIGS:
                yield place(_of_advanced(name, value), "advanced-alchemy", node, 3)
            elif is_url_name(name) or _is_url(sources, module, value):
                yield place(name, "variable", node, 2)
        elif isinstance(node, ast.FunctionDef) and not needed_arguments(node):
            if _gives_engine(sources, module, node):
                yield place(node.name, "engine", node, 4)
            elif is_url_name(node.name) or is_url_name(*module.name.split("."), node.name):
                yield place(node.name, "function", node, 2)
    yield from _flask(sources, module)
    yield from of_engines(sources, module)


def _of_class(
    sources: Sources, module: Module, node: ast.ClassDef
) -> Iterator[tuple[str, ast.expr]]:
    """The URLs of a config class as Flask has them: one of no library, and not for tests.

    A class that inherits its URL and has another one is a variant of its parent.
    """
    inherited: set[str] = set()
    for base in node.bases:
        if dotted(base) == "object":
            continue
        found = sources.class_of(sources.meaning(module, base))
        if found is None or any(dotted(b) != "object" for b in found[1].bases):
            return
        inherited |= {name for name, _ in filter(None, map(assignment, found[1].body))}
    for name, value in filter(None, map(assignment, node.body)):
        if is_url_name(name) and name not in inherited and not _TESTS.match(node.name):
            yield name, value


def _gives_engine(sources: Sources, module: Module, node: ast.FunctionDef) -> bool:
    """Whether a function returns an engine that it makes."""
    returned = (step.value for step in ast.walk(node) if isinstance(step, ast.Return))
    return any(called(sources, module, value) in ENGINES for value in returned)


def _of_advanced(name: str, value: ast.expr) -> str:
    keywords = {k.arg for k in value.keywords} if isinstance(value, ast.Call) else set()
    return f"{name}.connection_string" if "connection_string" in keywords else f"{name}.get_engine"


def _is_url(sources: Sources, module: Module, value: ast.expr) -> bool:
    match value:
        case (
            ast.Constant(value=str(text))
            | ast.JoinedStr(values=[ast.Constant(value=str(text)), *_])
        ):
            return bool(URL.match(text))
        case ast.Call(func=function):
            meant = sources.meaning(module, function)
            return meant.startswith("sqlalchemy.") and meant.endswith((".URL.create", ".make_url"))
        case _:
            return False


def _flask(sources: Sources, module: Module) -> Iterator[Place]:
    """``app.config["SQLALCHEMY_DATABASE_URI"] = …``, where its value is one that can be named.

    Also ``app.config.from_mapping(SQLALCHEMY_DATABASE_URI=…)`` and ``update``.
    """
    key = "SQLALCHEMY_DATABASE_URI"
    for node in ast.walk(module.tree):
        match node:
            case ast.Assign(targets=[ast.Subscript(slice=ast.Constant(value=name))], value=value):
                given = [value] if name == key else []
            case ast.Call(keywords=keywords):
                given = [k.value for k in keywords if k.arg == key]
            case _:
                continue
        for value in given:
            if named := environment_variable(value) or literal_url(value):
                where = sources.where(module, value.lineno)
                yield Place(named, "Flask configuration", where, 3, "", module.root)
