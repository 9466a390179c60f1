"""Objects that hold an application's settings, and the URL among those."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from limbeck.project.survey.modules import Module, Sources, assignment, dotted
from limbeck.project.survey.places import Place, is_url_name, needed_arguments

_SETTINGS = frozenset({"BaseSettings", "Struct"})


class SettingsObjects:
    """Instances of settings classes, and functions that give one."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self.classes: dict[str, tuple[Module, ast.ClassDef]] = {
            f"{module.name}.{node.name}": (module, node)
            for module in sources.modules.values()
            for node in module.statements()
            if isinstance(node, ast.ClassDef)
        }

    def find(self) -> Iterator[Place]:
        """The URLs of each settings class, through the one object of it that is best to name.

        That is one beside the class, and rather an object than a function that gives it.
        """
        ways: dict[str, list[tuple[bool, bool, str, Module]]] = {}
        for module in self.sources.modules.values():
            for held, access in self._objects(module):
                elsewhere = self.classes[held][0] is not module
                ways.setdefault(held, []).append((elsewhere, "(" in access, access, module))
        for held, found in ways.items():
            _, _, access, module = min(found, key=lambda way: way[:2])
            yield from self._places(module, held, access)
        for name, (module, node) in self.classes.items():
            if name not in ways and self._is_settings(name) and not self._is_part(name):
                yield from self._places(module, name, f"{node.name}()")

    def _objects(self, module: Module) -> Iterator[tuple[str, str]]:
        """The settings classes of what a module holds, and how that is named in it."""
        for node in module.statements():
            match node:
                case ast.FunctionDef(name=name) if not needed_arguments(node):
                    held, access = self._given(module, node), f"{name}()"
                case _ if (assigned := assignment(node)) is not None:
                    held, access = self._made(module, assigned[1]), assigned[0]
                case _:
                    continue
            if held:
                yield held, access

    def _given(self, module: Module, node: ast.FunctionDef) -> str | None:
        """The settings class of what a function returns."""
        named = self.sources.meaning(module, node.returns)
        if self._is_settings(named):
            return named
        for step in ast.walk(node):
            if isinstance(step, ast.Return) and step.value is not None:
                found = self._made(module, step.value)
                if found is not None:
                    return found
        return None

    def _made(self, module: Module, value: ast.expr) -> str | None:
        """The settings class of ``Settings()``, or of ``get_settings()``, ``Settings.load()``."""
        if not isinstance(value, ast.Call):
            return None
        called = self.sources.meaning(module, value.func)
        for name in (called, called.rpartition(".")[0]):
            if self._is_settings(name):
                return name
        split = self.sources.split(called)
        if split is not None:
            for node in split[0].statements():
                if isinstance(node, ast.FunctionDef) and node.name == split[1]:
                    named = self.sources.meaning(split[0], node.returns)
                    return named if self._is_settings(named) else None
        return None

    def _is_settings(self, name: str, seen: frozenset[str] = frozenset()) -> bool:
        if name not in self.classes or name in seen:
            return False
        module, node = self.classes[name]
        for decorator in node.decorator_list:
            called = decorator.func if isinstance(decorator, ast.Call) else decorator
            if self.sources.meaning(module, called).startswith(("dataclasses.", "attr")):
                return "settings" in name.lower() or "config" in name.lower()
        bases = [self.sources.meaning(module, base) for base in node.bases]
        return any(
            base.rpartition(".")[2] in _SETTINGS or self._is_settings(base, seen | {name})
            for base in bases
        )

    def _is_part(self, name: str) -> bool:
        """Whether another settings class has a field of that one, or is derived from it."""
        return any(
            name == self.sources.meaning(module, meant)
            for other, (module, node) in self.classes.items()
            if other != name
            for meant in (
                *node.bases,
                *(field.annotation for field in node.body if isinstance(field, ast.AnnAssign)),
            )
        )

    def _places(
        self, module: Module, held: str, access: str, names: tuple[str, ...] = ()
    ) -> Iterator[Place]:
        """The URLs that an object of a settings class has, those of its parts too."""
        for owner, node, name, line in self._members(held):
            path = (*names, name)
            if is_url_name(*path) or is_url_name(held.rpartition(".")[2], *path):
                yield Place(
                    f"{module.name}:{'.'.join((access, *path))}",
                    "settings",
                    self.sources.where(owner, line),
                    0,
                    name,
                    module.root,
                )
            elif isinstance(node, ast.AnnAssign) and len(names) < 2:
                part = self.sources.meaning(owner, node.annotation)
                if self._is_settings(part) or self._is_model(part):
                    yield from self._places(module, part, access, path)

    def _is_model(self, name: str) -> bool:
        """Whether it is a pydantic model, which settings may hold."""
        if name not in self.classes:
            return False
        module, node = self.classes[name]
        return any(self.sources.meaning(module, b) == "pydantic.BaseModel" for b in node.bases)

    def _members(self, held: str) -> Iterator[tuple[Module, ast.stmt, str, int]]:
        """Fields, properties and methods without arguments of a class and those above it."""
        if held not in self.classes:
            return
        module, node = self.classes[held]
        for member in node.body:
            match member:
                case (
                    ast.AnnAssign(target=ast.Name(id=name))
                    | ast.Assign(targets=[ast.Name(id=name)])
                ):
                    yield module, member, name, member.lineno
                case ast.FunctionDef(name=name) if len(needed_arguments(member)) == 1 and not {
                    dotted(d.func if isinstance(d, ast.Call) else d).rpartition(".")[2]
                    for d in member.decorator_list
                } & {"field_validator", "validator", "model_validator", "root_validator"}:
                    yield module, member, name, member.lineno
        for base in node.bases:
            yield from self._members(self.sources.meaning(module, base))
