"""Where an application keeps the URL of its database."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from limbeck.project.survey.modules import Module, Sources, assignment, dotted
from limbeck.project.survey.objects import SettingsObjects
from limbeck.project.survey.places import Place, is_url_name, needed_arguments

_URL = re.compile(r"(sqlite|postgres(ql)?|mysql|mariadb|oracle|mssql)(\+\w+)?://")
_ENGINES = frozenset({"create_engine", "create_async_engine"})
_ADVANCED = frozenset({"SQLAlchemyAsyncConfig", "SQLAlchemySyncConfig"})
VARIABLES = (
    "DATABASE_URL",
    "SQLALCHEMY_DATABASE_URI",
    "SQLALCHEMY_DATABASE_URL",
    "DATABASE_URI",
    "DB_URL",
    "POSTGRES_URL",
)
"""Environment variables that hold a URL, the usual one first."""


def find_urls(
    sources: Sources, environment: Mapping[str, str], dotenv: Mapping[str, str]
) -> list[Place]:
    """The ways to the URL, all of the best kind that there is.

    Where an engine is made of some of them, only those. `environment` and `dotenv` are the
    variables that are set, and those of a .env file.
    """
    found = [*SettingsObjects(sources).find()]
    for module in sources.modules.values():
        found += _of_module(sources, module)
    found += _variables(environment, dotenv)
    if not found:
        return []
    best = min(place.rank for place in found)
    level = {place.reference: place for place in found if place.rank == best}
    used = _in_engines(sources)
    preferred = [place for place in level.values() if place.last in used]
    return preferred or list(level.values())


def _variables(environment: Mapping[str, str], dotenv: Mapping[str, str]) -> Iterator[Place]:
    """The usual one that is set, else those of a .env file that are named like it."""
    for names, what in ((environment, "the environment"), (dotenv, ".env")):
        for name in VARIABLES:
            if name in names:
                yield Place(f"${name}", "environment variable", what, 6, name)
                return
    for name in dotenv:
        if is_url_name(name):
            yield Place(f"${name}", "environment variable", ".env", 6, name)


# -- plain variables, classes, engines --------------------------------------------------------


def _of_module(sources: Sources, module: Module) -> Iterator[Place]:
    def place(reference: str, what: str, node: ast.AST, rank: int) -> Place:
        where = sources.where(module, getattr(node, "lineno", 1))
        last = reference.rpartition(".")[2]
        return Place(f"{module.name}:{reference}", what, where, rank, last, module.root)

    for node in module.statements():
        if isinstance(node, ast.ClassDef):
            if not node.bases or any(dotted(b) == "object" for b in node.bases):
                for name, value in filter(None, map(assignment, node.body)):
                    if is_url_name(name):  # Flask's config classes
                        yield place(f"{node.name}.{name}", "settings", value, 1)
        elif (assigned := assignment(node)) is not None:
            name, value = assigned
            called = _called(sources, module, value)
            if called in _ENGINES:
                yield place(name, "engine", node, 4)
            elif called in _ADVANCED:
                yield place(_of_advanced(name, value), "advanced-alchemy", node, 3)
            elif is_url_name(name) or _is_url_text(value):
                yield place(name, "variable", node, 2)
        elif isinstance(node, ast.FunctionDef) and _gives_engine(sources, module, node):
            yield place(node.name, "engine", node, 4)
    yield from _flask(sources, module)
    yield from _of_engines(sources, module)


def _gives_engine(sources: Sources, module: Module, node: ast.FunctionDef) -> bool:
    """Whether a function without arguments returns an engine that it makes."""
    returned = (step.value for step in ast.walk(node) if isinstance(step, ast.Return))
    return not needed_arguments(node) and any(
        value is not None and _called(sources, module, value) in _ENGINES for value in returned
    )


def _of_engines(sources: Sources, module: Module) -> Iterator[Place]:
    """Environment variables that an engine is made of, wherever that is."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and _called(sources, module, node) in _ENGINES:
            for part in ast.walk(node.args[0]) if node.args else ():
                if isinstance(part, ast.expr) and (named := _environment_variable(part)):
                    where = sources.where(module, node.lineno)
                    yield Place(named, "engine", where, 5, "", module.root)


def _called(sources: Sources, module: Module, value: ast.expr) -> str:
    if not isinstance(value, ast.Call):
        return ""
    return sources.meaning(module, value.func).rpartition(".")[2]


def _of_advanced(name: str, value: ast.expr) -> str:
    keywords = {k.arg for k in value.keywords} if isinstance(value, ast.Call) else set()
    return f"{name}.connection_string" if "connection_string" in keywords else f"{name}.get_engine"


def _is_url_text(value: ast.expr) -> bool:
    match value:
        case ast.Constant(value=str(text)):
            return bool(_URL.match(text))
        case ast.JoinedStr(values=[ast.Constant(value=str(text)), *_]):
            return bool(_URL.match(text))
        case _:
            return False


def _flask(sources: Sources, module: Module) -> Iterator[Place]:
    """``app.config["SQLALCHEMY_DATABASE_URI"] = …``, where its value is one that can be named."""
    for node in ast.walk(module.tree):
        match node:
            case ast.Assign(
                targets=[ast.Subscript(slice=ast.Constant(value="SQLALCHEMY_DATABASE_URI"))],
                value=value,
            ):
                named = _environment_variable(value) or _literal_url(value)
                if named:
                    where = sources.where(module, node.lineno)
                    yield Place(named, "Flask configuration", where, 3, "", module.root)


def _literal_url(value: ast.expr) -> str | None:
    """A URL that stands there as text, if it may stand in another file: without a password."""
    match value:
        case ast.Constant(value=str(text)) if _URL.match(text) and "@" not in text:
            return text
        case _:
            return None


def _environment_variable(value: ast.expr) -> str | None:
    match value:
        case ast.Subscript(value=place, slice=ast.Constant(value=str(name))):
            return f"${name}" if dotted(place) in ("os.environ", "environ") else None
        case ast.Call(func=function, args=[ast.Constant(value=str(name)), *_]):
            known = ("os.getenv", "getenv", "os.environ.get", "environ.get")
            return f"${name}" if dotted(function) in known else None
        case ast.BoolOp(values=[first, *_]):
            return _environment_variable(first)
        case _:
            return None


def _in_engines(sources: Sources) -> frozenset[str]:
    """The names that engines are made of: ``create_engine(settings.DATABASE_URL)``."""
    names: set[str] = set()
    for module in sources.modules.values():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] in _ENGINES:
                for argument in (*node.args[:1], *(k.value for k in node.keywords[:1])):
                    for part in ast.walk(argument):
                        if isinstance(part, ast.Attribute):
                            names.add(part.attr)
                        elif isinstance(part, ast.Name):
                            names.add(part.id)
    return frozenset(names)
