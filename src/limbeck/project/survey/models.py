"""Where an application's metadata and models are."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from limbeck.project.survey.modules import Module, Sources, assignment

_DECLARATIVE = frozenset({"DeclarativeBase", "DeclarativeBaseNoMeta"})
_DECORATORS = (".as_declarative", ".as_declarative_base")
_MAKERS: Mapping[str, str] = {
    "declarative_base": "declarative base",
    "generate_base": "declarative base",
    "MetaData": "MetaData",
    "registry": "registry",
    "SQLAlchemy": "Flask-SQLAlchemy",
}
"""Functions that make something with a metadata, and what that is."""

_LIBRARIES = ("sqlalchemy", "flask_sqlalchemy", "sqlmodel", "advanced_alchemy", "litestar")
_ADVANCED = re.compile(r"(UUID|NanoID|BigInt|Identity|Default|Advanced)\w*Base")
_ADVANCED_BASE = "advanced_alchemy.base:UUIDBase"
"""All of its bases share one registry."""

_MODEL_PACKAGES = frozenset({"models", "model", "entities", "tables", "orm"})


@dataclass(slots=True)
class Root:
    """Something with a metadata, and the modules whose tables it holds.

    `reference` is what the setting `metadata` would say; `folder` where it is made, if in the
    application.
    """

    reference: str
    what: str
    where: str
    module: Module | None = None
    users: dict[str, str] = field(default_factory=dict)
    """Names of modules, and where the first of their tables stands."""
    tables: int = 0


def find_roots(sources: Sources) -> list[Root]:
    """What holds tables; where nothing does, whatever could."""
    found = _Finder(sources).find()
    return [root for root in found if root.tables] or found


class _Finder:
    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self.roots: dict[str, Root] = {}
        self.same: dict[str, str] = {}
        """Names whose metadata is that of another."""
        self.classes: dict[str, tuple[Module, ast.ClassDef]] = {}

    def find(self) -> list[Root]:
        for module in self.sources.modules.values():
            for node in module.statements():
                if isinstance(node, ast.ClassDef):
                    self.classes[f"{module.name}.{node.name}"] = (module, node)
                elif (assigned := assignment(node)) and isinstance(assigned[1], ast.Call):
                    self._made(module, *assigned)
        for name, (module, node) in self.classes.items():
            self._own_base(name, module, node)
        for name, (module, node) in self.classes.items():
            self._mapped(name, module, node)
        for module in self.sources.modules.values():
            self._core_tables(module)
        return [root for name, root in self.roots.items() if name not in self.same]

    def _made(self, module: Module, name: str, call: ast.expr) -> None:
        """``Base = declarative_base()``, ``metadata = MetaData()``, ``db = SQLAlchemy()`` …"""
        if not isinstance(call, ast.Call):
            return
        maker = self.sources.meaning(module, call.func)
        library, last = maker.partition(".")[0], maker.rpartition(".")[2]
        if last not in _MAKERS or (library not in _LIBRARIES and last != "generate_base"):
            return
        made = f"{module.name}.{name}"
        self._add(made, module, call.lineno, _MAKERS[last])
        for keyword in call.keywords:
            if keyword.arg in ("metadata", "model_class"):
                self._same(self.sources.meaning(module, keyword.value), made)

    def _own_base(self, name: str, module: Module, node: ast.ClassDef) -> None:
        """``class Base(DeclarativeBase)``, or a class that has a metadata of its own."""
        bases = [self.sources.meaning(module, base) for base in node.bases]
        declarative = any(b.rpartition(".")[2] in _DECLARATIVE for b in bases)
        assigned = [value for n in node.body if (value := assignment(n)) is not None]
        own = [value for name_, value in assigned if name_ in ("metadata", "registry")]
        if any(_is_advanced_registry(self.sources.meaning(module, value)) for value in own):
            return
        inherits = any(self._root_of(base) for base in bases)
        for decorator in node.decorator_list:
            made = decorator.func if isinstance(decorator, ast.Call) else decorator
            if self.sources.meaning(module, made).endswith(_DECORATORS):
                declarative = True
                own += [k.value for k in getattr(decorator, "keywords", ()) if k.arg == "metadata"]
        if not declarative and not (own and inherits):
            return
        self._add(name, module, node.lineno, "declarative base")
        for metadata in own:
            if meant := self.sources.meaning(module, metadata):
                self._same(meant, name)

    def _same(self, other: str, name: str) -> None:
        """Takes note that something else has the metadata of a root; `Base.metadata` is Base."""
        owner = other.removesuffix(".metadata")
        self.same[owner if owner in self.classes else other] = name

    def _add(self, name: str, module: Module, line: int, what: str) -> None:
        reference = f"{module.name}:{name.removeprefix(f'{module.name}.')}"
        self.roots[name] = Root(reference, what, self.sources.where(module, line), module)

    def _mapped(self, name: str, module: Module, node: ast.ClassDef) -> None:
        """Takes note of a class that has a table."""
        root = self._root_of(name)
        if root is None or root == name or (root not in self.roots and ":" not in root):
            return
        plain = root.startswith("sqlmodel:") or self._is_sqlmodel(root)
        if plain and not _has_keyword(node, "table"):
            return
        if "__abstract__" in (assigned[0] for n in node.body if (assigned := assignment(n))):
            return
        bases = [self.sources.meaning(module, base) for base in node.bases]
        if any(base.rpartition(".")[2] in _DECLARATIVE for base in bases):
            return
        if root not in self.roots:
            what = "SQLModel" if root.startswith("sqlmodel:") else "advanced-alchemy"
            self.roots[root] = Root(root, what, self.sources.where(module, node.lineno))
        self._use(root, module, node.lineno)

    def _is_sqlmodel(self, root: str) -> bool:
        module, node = self.classes.get(root, (None, None))
        return (
            module is not None
            and node is not None
            and any(
                self.sources.meaning(module, base).startswith("sqlmodel.") for base in node.bases
            )
        )

    def _core_tables(self, module: Module) -> None:
        """``Table("users", metadata, …)``."""
        for node in module.statements():
            for call in (n for n in ast.walk(node) if isinstance(n, ast.Call)):
                if len(call.args) > 1 and self._is_table(module, call):
                    meant = self.sources.meaning(module, call.args[1])
                    root = self._root_of(meant) or self._root_of(meant.removesuffix(".metadata"))
                    if root in self.roots:
                        self._use(root, module, call.lineno)

    def _is_table(self, module: Module, call: ast.Call) -> bool:
        meant = self.sources.meaning(module, call.func)
        return meant.startswith("sqlalchemy.") and meant.endswith(".Table")

    def _use(self, root: str, module: Module, line: int) -> None:
        while root in self.same and self.same[root] != root:
            root = self.same[root]
        found = self.roots[root]
        found.tables += 1
        found.users.setdefault(module.name, self.sources.where(module, line))

    def _root_of(self, name: str, seen: frozenset[str] = frozenset()) -> str | None:
        """What a class takes its metadata from: a root's name, or a reference into a library."""
        if name in self.roots:
            return name
        if name in self.classes and name not in seen:
            module, node = self.classes[name]
            for decorator in node.decorator_list:
                owner = self.sources.meaning(module, decorator).rpartition(".")[0]
                if owner in self.roots:
                    return owner
            for _, value in filter(None, map(assignment, node.body)):
                if _is_advanced_registry(self.sources.meaning(module, value)):
                    return _ADVANCED_BASE
            for base in node.bases:
                found = self._root_of(self.sources.meaning(module, base), seen | {name})
                if found is not None:
                    return found
            return None
        owner, _, last = name.rpartition(".")
        if owner in self.roots and last == "Model":  # Flask-SQLAlchemy's db.Model
            return owner
        if name in ("sqlmodel.SQLModel", "sqlmodel.main.SQLModel"):
            return "sqlmodel:SQLModel"
        if name.startswith(("advanced_alchemy.", "litestar.")) and _ADVANCED.fullmatch(last):
            return _ADVANCED_BASE
        return None


def _is_advanced_registry(name: str) -> bool:
    return name.startswith("advanced_alchemy.") and name.endswith(".orm_registry")


def _has_keyword(node: ast.ClassDef, name: str) -> bool:
    return any(
        k.arg == name and isinstance(k.value, ast.Constant) and k.value.value is True
        for k in node.keywords
    )


# -- the setting `models` ---------------------------------------------------------------------


def model_packages(sources: Sources, roots: Iterable[Root]) -> tuple[str, ...]:
    """What the setting `models` would say so that every table is known, and few modules run."""
    users = sorted({name for root in roots for name in root.users})
    bases = {root.module.name for root in roots if root.module is not None}
    names = {_package_of(sources, name, set(users), bases) for name in users}
    kept = [n for n in sorted(names) if not any(n.startswith(f"{other}.") for other in names)]
    return tuple(_with_patterns(kept))


def _package_of(sources: Sources, name: str, users: set[str], bases: set[str]) -> str:
    """The package of models that a module belongs to, or the module itself."""
    parts = name.split(".")
    for number, part in enumerate(parts[:-1], start=1):
        if part in _MODEL_PACKAGES:
            return ".".join(parts[:number])
    package = ".".join(parts[:-1])
    siblings = {m for m in sources.modules if m.rpartition(".")[0] == package}
    only_models = package and len(siblings & users) > 1 and siblings <= users | bases
    return package if only_models else name


def _with_patterns(names: list[str]) -> list[str]:
    """``apps.users.models`` and ``apps.orders.models`` as ``apps.*.models``."""
    groups: dict[str, list[str]] = {}
    for name in names:
        first, *middle, last = name.split(".") if name.count(".") > 1 else ("", "", "")
        pattern = f"{first}.*.{last}" if first and len(middle) == 1 else name
        groups.setdefault(pattern, []).append(name)
    return sorted(p if len(group) > 1 else group[0] for p, group in groups.items())
