"""What an application makes its engines of."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from limbeck.project.survey.modules import Module, Sources, assignment, dotted
from limbeck.project.survey.places import Place, environment_variable, literal_url

ENGINES = frozenset({"create_engine", "create_async_engine"})
CONFIGS = frozenset({"SQLAlchemyAsyncConfig", "SQLAlchemySyncConfig"})
"""Those of advanced-alchemy, which make an engine."""

_UNWRAPPED = frozenset({"get_secret_value", "unicode_string"})
"""Methods that give the text of what a setting holds; the setting is taken without them."""


def called(sources: Sources, module: Module, value: ast.expr | None) -> str:
    """The last name of the function that an expression calls."""
    if not isinstance(value, ast.Call):
        return ""
    return sources.meaning(module, value.func).rpartition(".")[2]


def used_names(sources: Sources) -> frozenset[str]:
    """The names that engines are made of: ``create_engine(settings.DATABASE_URL)``."""
    return frozenset(
        part.attr if isinstance(part, ast.Attribute) else part.id
        for module in sources.modules.values()
        for _, argument in _arguments(sources, module)
        for part in ast.walk(argument)
        if isinstance(part, ast.Attribute | ast.Name)
    )


def of_engines(sources: Sources, module: Module) -> Iterator[Place]:
    """What engines are made of, wherever that is: a variable, an attribute, or a URL as text.

    An engine that is an object of the module itself is a place of its own.
    """
    held = {id(value) for node in module.statements() if (value := _value(node)) is not None}
    for node, argument in _arguments(sources, module):
        where = sources.where(module, node.lineno)
        needed = environment_variable(argument) if isinstance(argument, ast.Subscript) else None
        if needed and id(node) in held:  # the module cannot be imported without it
            yield Place(needed, "what an engine is made of", where, 3, "", module.root)
            continue
        for part in ast.walk(argument):
            if isinstance(part, ast.expr) and (named := environment_variable(part)):
                yield Place(named, "what an engine is made of", where, 5, "", module.root)
        named = reference(sources, module, argument)
        if id(node) not in held and (named := named or literal_url(argument)):
            yield Place(named, "what an engine is made of", where, 5, "", module.root)


def _value(node: ast.stmt) -> ast.expr | None:
    assigned = assignment(node)
    return None if assigned is None else assigned[1]


def _arguments(sources: Sources, module: Module) -> Iterator[tuple[ast.Call, ast.expr]]:
    """The calls that make an engine, and the argument with its URL."""
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Call):
            continue
        name = called(sources, module, node) or dotted(node.func).rpartition(".")[2]
        keywords = {k.arg: k.value for k in node.keywords}
        if name in ENGINES and (node.args or "url" in keywords):
            yield node, node.args[0] if node.args else keywords["url"]
        elif name in CONFIGS and "connection_string" in keywords:
            yield node, keywords["connection_string"]


def reference(sources: Sources, module: Module, value: ast.expr) -> str | None:
    """``module:settings.database.url`` for what a module of the application can be asked for."""
    match value:
        case ast.Call(func=ast.Name(id="str"), args=[inner]):
            return reference(sources, module, inner)
        case ast.Call(func=ast.Attribute(value=inner, attr=method)) if method in _UNWRAPPED:
            return reference(sources, module, inner)
    steps = _steps(value)
    if not steps:
        return None
    plain = next((n for n, step in enumerate(steps, 1) if step.endswith("()")), len(steps))
    first, *rest = (step.removesuffix("()") for step in steps[:plain])
    if first not in module.imports and first not in module.defined:
        return None
    meant = module.imports.get(first) or f"{module.name}.{first}"
    found = sources.split(sources.canonical(".".join((meant, *rest))))
    if found is None:
        return None
    call = "()" if steps[plain - 1].endswith("()") else ""
    return f"{found[0].name}:{'.'.join((f'{found[1]}{call}', *steps[plain:]))}"


def _steps(value: ast.expr) -> list[str]:
    """``a.b().c`` as its parts; none where there is anything else in it."""
    match value:
        case ast.Name(id=name):
            return [name]
        case ast.Attribute(value=inner, attr=attribute):
            before = _steps(inner)
            return [*before, attribute] if before else []
        case ast.Call(func=function, args=[], keywords=[]):
            *before, last = _steps(function) or [""]
            return [*before, f"{last}()"] if last else []
        case _:
            return []
