"""The modules of an application: found in its folders, parsed, and their imports followed."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_NOT_THE_APPLICATION = frozenset(
    {"tests", "test", "testing", "venv", "env", "node_modules", "migrations", "site-packages"}
    | {"build", "dist", "docs", "doc", "examples", "benchmarks", "scripts", "versions"}
    | {"__pycache__"}
)
_NOT_MODULES = frozenset({"conftest", "setup", "noxfile"})
_USUAL_ROOTS = ("src", "backend", "api", "server", "lib", "python")


@dataclass(frozen=True, slots=True)
class Module:
    """One file of the application.

    `root` is the folder that has to be on `sys.path` for it to be imported as `name`. `imports`
    are local names and the dotted names that they mean; `stars` the modules that are imported
    with ``*``.
    """

    name: str
    root: Path
    path: Path
    tree: ast.Module
    imports: Mapping[str, str]
    stars: tuple[str, ...]

    @property
    def is_package(self) -> bool:
        """Whether it is the ``__init__.py`` of a package."""
        return self.path.name == "__init__.py"

    def statements(self) -> Iterator[ast.stmt]:
        """The statements that run on import: those in `if`, `try` and `with` too."""
        return _flat(self.tree.body)

    @property
    def defined(self) -> set[str]:
        """The names that are made in the module, not imported."""
        names: set[str] = set()
        for node in self.statements():
            match node:
                case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
                    names.add(name)
                case ast.Assign(targets=targets):
                    names.update(t.id for t in targets if isinstance(t, ast.Name))
                case ast.AnnAssign(target=ast.Name(id=name)):
                    names.add(name)
        return names


@dataclass(frozen=True, slots=True)
class Sources:
    """All modules by name, and what could not be read.

    `hidden` are modules whose name another has already: the two cannot be imported together.
    """

    here: Path
    modules: Mapping[str, Module]
    unread: tuple[str, ...] = ()
    hidden: tuple[Module, ...] = ()

    def where(self, module: Module, line: int) -> str:
        """``app/models.py:12``, from the project's folder."""
        return f"{module.path.relative_to(self.here).as_posix()}:{line}"

    def meaning(self, module: Module, node: ast.expr | None) -> str:
        """The dotted name of what a name or attribute in a module stands for; empty for others."""
        name = dotted(node)
        first, _, rest = name.partition(".")
        if not name:
            return ""
        meant = module.imports.get(first) or f"{module.name}.{first}"
        return self.canonical(f"{meant}.{rest}" if rest else meant)

    def canonical(self, name: str) -> str:
        """A dotted name where it was made, not where it was passed on."""
        seen = set()
        while name not in seen:
            seen.add(name)
            name = self._once(name)
        return name

    def split(self, name: str) -> tuple[Module, str] | None:
        """The module of the application that a dotted name is in, and the rest of the name."""
        parts = name.split(".")
        for length in range(len(parts) - 1, 0, -1):
            module = self.modules.get(".".join(parts[:length]))
            if module is not None:
                return module, ".".join(parts[length:])
        return None

    def class_of(self, name: str) -> tuple[Module, ast.ClassDef] | None:
        """The class of a dotted name, where it is one of the application."""
        found = self.split(name)
        for node in found[0].statements() if found else ():
            if found and isinstance(node, ast.ClassDef) and node.name == found[1]:
                return found[0], node
        return None

    def _once(self, name: str) -> str:
        found = self.split(name)
        if found is None:
            return name
        module, rest = found
        first, _, further = rest.partition(".")
        target = module.imports.get(first)
        if target is None and module.stars and first not in module.defined:
            for star in module.stars:
                source = self.modules.get(star)
                if source is not None and first in {*source.defined, *source.imports}:
                    target = f"{star}.{first}"
        if target is None:
            return name
        return f"{target}.{further}" if further else target


def read_sources(here: Path) -> Sources:
    """Parses the modules of the application below a folder.

    Left out are virtual environments, tests, migrations, and folders whose names begin with a dot.
    """
    parsed: list[tuple[Path, ast.Module]] = []
    unread: list[str] = []
    for path in _files(here):
        try:
            parsed.append((path, ast.parse(path.read_text(encoding="utf-8"))))
        except (SyntaxError, UnicodeDecodeError, ValueError) as error:
            line = f":{error.lineno}" if isinstance(error, SyntaxError) else ""
            unread.append(f"{path.relative_to(here).as_posix()}{line}")
    roots = _voted_roots(here, parsed)
    modules: dict[str, Module] = {}
    hidden: list[Module] = []
    for path, tree in parsed:
        root = _root_of(here, path, roots)
        name = _name(path.relative_to(root))
        if name and all(part.isidentifier() for part in name.split(".")):
            package = name if path.name == "__init__.py" else name.rpartition(".")[0]
            imports, stars = _imports(tree, package)
            module = Module(name, root, path, tree, imports, stars)
            if modules.setdefault(name, module) is not module:
                hidden.append(module)
    return Sources(here, modules, tuple(unread), tuple(hidden))


def dotted(node: ast.expr | None) -> str:
    """``a.b.c`` of names and attributes, else nothing."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attribute):
            before = dotted(value)
            return f"{before}.{attribute}" if before else ""
        case _:
            return ""


def _files(folder: Path) -> Iterator[Path]:
    with os.scandir(folder) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        if entry.is_dir(follow_symlinks=False):
            if not _left_out(entry):
                yield from _files(Path(entry.path))
        elif entry.name.endswith(".py") and not _is_test(entry.name.removesuffix(".py")):
            yield Path(entry.path)


def _left_out(entry: os.DirEntry[str]) -> bool:
    return (
        entry.name.startswith(".")
        or entry.name in _NOT_THE_APPLICATION
        or os.path.exists(os.path.join(entry.path, "pyvenv.cfg"))
        or (
            os.path.exists(os.path.join(entry.path, "env.py"))
            and os.path.isdir(os.path.join(entry.path, "versions"))
        )
    )


def _is_test(stem: str) -> bool:
    return stem.startswith("test_") or stem.endswith("_test") or stem in _NOT_MODULES


def _voted_roots(here: Path, parsed: Sequence[tuple[Path, ast.Module]]) -> frozenset[Path]:
    """The folders that absolute imports start from, as the imports themselves show."""
    roots: set[Path] = set()
    for path, tree in parsed:
        for name in _absolute_imports(tree):
            for folder in _above(here, path):
                if (folder / name).is_dir() or (folder / f"{name}.py").is_file():
                    roots.add(folder)
    return frozenset(roots)


def _above(here: Path, path: Path) -> Iterator[Path]:
    """The folders from the project's down to the file's."""
    folder = here
    yield folder
    for part in path.relative_to(here).parts[:-1]:
        folder = folder / part
        yield folder


def _absolute_imports(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            names.add(node.module.partition(".")[0])
    return names


def _root_of(here: Path, path: Path, voted: frozenset[Path]) -> Path:
    """The folder on `sys.path` for a file: one that imports start from, else by its packages."""
    folders = [folder for folder in _above(here, path) if folder in voted]
    outside = [f for f in folders if not (f / "__init__.py").exists()]
    if outside:
        return outside[-1]
    top = path.parent
    while top != here and (top / "__init__.py").exists():
        top = top.parent
    if top != path.parent:
        return top
    first = path.relative_to(here).parts[0]
    return here / first if first in _USUAL_ROOTS and path.parent != here else here


def _name(relative: Path) -> str:
    parts = relative.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(tree: ast.Module, package: str) -> tuple[dict[str, str], tuple[str, ...]]:
    names: dict[str, str] = {}
    stars: list[str] = []
    for node in _flat(tree.body):
        if isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.partition(".")[0]
                names[alias.asname or first] = alias.name if alias.asname else first
        elif isinstance(node, ast.ImportFrom):
            source = _absolute(node, package)
            for alias in node.names:
                if alias.name == "*":
                    stars.append(source)
                else:
                    names[alias.asname or alias.name] = f"{source}.{alias.name}"
    return names, tuple(stars)


def _absolute(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    parts = package.split(".") if package else []
    kept = parts[: len(parts) - node.level + 1]
    return ".".join([*kept, *([node.module] if node.module else [])])


def _flat(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    for node in body:
        yield node
        match node:
            case ast.If() | ast.Try() | ast.With():
                for part in ("body", "orelse", "finalbody"):
                    yield from _flat(getattr(node, part, []))
                for handler in getattr(node, "handlers", []):
                    yield from _flat(handler.body)


def assignment(node: ast.stmt) -> tuple[str, ast.expr] | None:
    """The name and value of ``name = value``, annotated or not."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return name, value
        case ast.AnnAssign(target=ast.Name(id=name), value=value) if value is not None:
            return name, value
        case _:
            return None
