"""Where an application keeps the URL of its database."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from limbeck.project.survey.modules import Module, Sources, assignment, dotted

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")
_ADDRESS = frozenset({"url", "uri", "dsn", "connection"})
_DATABASE = frozenset(
    {"database", "db", "sqlalchemy", "postgres", "postgresql", "pg", "mysql", "mariadb", "sqlite"}
)
_OTHERS = frozenset(
    {"test", "tests", "testing", "redis", "celery", "broker", "mongo", "mongodb", "replica"}
    | {"readonly", "read", "shadow", "admin", "amqp", "cache", "prefix", "scheme"}
)
_URL = re.compile(r"(sqlite|postgres(ql)?|mysql|mariadb|oracle|mssql)(\+\w+)?://")
_SETTINGS = frozenset({"BaseSettings", "Struct"})
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


@dataclass(frozen=True, slots=True)
class Place:
    """One way to the URL: what the setting would say, what it is, and where it stands.

    `rank` orders kinds: what an application calls its settings comes before an engine made of
    them. `last` is the name by which the application itself asks for it.
    """

    reference: str
    what: str
    where: str
    rank: int
    last: str = ""
    root: Path | None = None


def find_urls(
    sources: Sources, environment: Mapping[str, str], dotenv: Mapping[str, str]
) -> list[Place]:
    """The ways to the URL, all of the best kind that there is.

    Where an engine is made of some of them, only those. `environment` and `dotenv` are the
    variables that are set, and those of a .env file.
    """
    found = [*_Settings(sources).find()]
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


def is_url_name(*names: str) -> bool:
    """Whether a name, with those of the objects it is in, is that of a database's URL."""
    words = {word.lower() for name in names for word in _WORDS.findall(name)}
    last = {word.lower() for word in _WORDS.findall(names[-1])}
    if words & _OTHERS or not last & _ADDRESS:
        return False
    return bool(words & _DATABASE) or last == {"dsn"}


def _variables(environment: Mapping[str, str], dotenv: Mapping[str, str]) -> Iterator[Place]:
    for names, what in ((environment, "the environment"), (dotenv, ".env")):
        for name in VARIABLES:
            if name in names:
                yield Place(f"${name}", "environment variable", what, 5, name)
                return


# -- objects with the settings of an application ----------------------------------------------


class _Settings:
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
                case ast.FunctionDef(name=name) if not _arguments(node):
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
            if is_url_name(*path):
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
                case ast.FunctionDef(name=name) if len(_arguments(member)) == 1 and not {
                    dotted(d.func if isinstance(d, ast.Call) else d).rpartition(".")[2]
                    for d in member.decorator_list
                } & {"field_validator", "validator", "model_validator", "root_validator"}:
                    yield module, member, name, member.lineno
        for base in node.bases:
            yield from self._members(self.sources.meaning(module, base))


def _arguments(node: ast.FunctionDef) -> list[ast.arg]:
    """The arguments that a call has to give."""
    given = [*node.args.posonlyargs, *node.args.args]
    return given[: len(given) - len(node.args.defaults)]


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
    yield from _flask(sources, module)


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
