"""What an env.py says, read with `ast` and never run: which settings could take its place."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any

from limbeck.project.settings import Settings

_USUAL_CALLS = frozenset(
    (
        "ThreadPoolExecutor",
        "async_engine_from_config",
        "asyncio.get_running_loop",
        "asyncio.run",
        "config.get_main_option",
        "config.get_section",
        "connectable.begin",
        "connectable.connect",
        "connectable.dispose",
        "connection.run_sync",
        "context.begin_transaction",
        "context.is_offline_mode",
        "copy_context",
        "create_async_engine",
        "create_engine",
        "do_run_migrations",
        "engine.begin",
        "engine.connect",
        "engine.dispose",
        "engine_from_config",
        "executor.submit",
        "fileConfig",
        "logging.getLogger",
        "os.environ.get",
        "os.getenv",
        "run_async_migrations",
        "run_migrations_offline",
        "run_migrations_online",
        "context.run_migrations",
        "str",
    )
)
"""Calls that connect and run migrations, as every env.py does; native mode does them too."""

_OF_CONNECTING = frozenset(
    {"connection", "url", "target_metadata", "literal_binds", "dialect_opts", "dialect_name"}
)
"""Keywords of `context.configure` that native mode gives by itself."""

_SETTINGS = frozenset(field.name for field in fields(Settings))


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something in an env.py that no setting says: its line, and what it is."""

    line: int
    what: str


@dataclass(slots=True)
class EnvFile:
    """An env.py as far as settings can say the same.

    `settings` are values of `[tool.limbeck]`, with the line each comes from in `lines`. With no
    `obstacles`, they can take the place of the file.
    """

    settings: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    obstacles: list[Obstacle] = field(default_factory=list)
    is_async: bool = False

    def say(self, name: str, value: Any, line: int) -> None:
        """Takes note of a setting; of several for one name the first stays."""
        if name not in self.settings:
            self.settings[name] = value
            self.lines[name] = line
        elif self.settings[name] != value:
            self.obstacles.append(Obstacle(line, f"a second value of '{name}'"))


def read_env_file(text: str) -> EnvFile:
    """Reads the source of an env.py. Raises SyntaxError as Python does."""
    return _Reader(ast.parse(text)).read()


class _Reader:
    """One pass over the statements of the file, one over the calls in its functions."""

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self.found = EnvFile()
        self.names: dict[str, str] = {}
        """Local names, and what they mean: a module, or ``module:attribute``."""
        self.imports: list[tuple[str, str, int]] = []
        self.explained: set[ast.Call] = set()
        """Calls that a setting stands for."""

    def read(self) -> EnvFile:
        for node in self.tree.body:
            self._statement(node)
        for call in self._calls(self.tree):
            self._call(call)
        self._models()
        self.found.is_async = any(
            isinstance(node, ast.AsyncFunctionDef | ast.AsyncWith) for node in ast.walk(self.tree)
        )
        self.found.obstacles.sort(key=lambda obstacle: obstacle.line)
        return self.found

    @staticmethod
    def _calls(tree: ast.AST) -> Iterator[ast.Call]:
        return (node for node in ast.walk(tree) if isinstance(node, ast.Call))

    def _obstacle(self, node: ast.AST, what: str) -> None:
        self.found.obstacles.append(Obstacle(getattr(node, "lineno", 0), what))

    # -- statements -----------------------------------------------------------------------------

    def _statement(self, node: ast.stmt) -> None:
        match node:
            case ast.Import() | ast.ImportFrom():
                self._import(node)
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                self._assignment(name, value, node)
            case ast.AnnAssign(target=ast.Name(id=name), value=value) if value is not None:
                self._assignment(name, value, node)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                if node.decorator_list:
                    self._obstacle(node, f"a function of its own, {node.name}()")
            case ast.If() | ast.With() | ast.Try():
                pass  # what they call is looked at below
            case ast.Expr(value=ast.Call() | ast.Constant()):
                pass
            case _:
                self._obstacle(node, f"a statement of its own: {_short(node)}")

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        module = "" if isinstance(node, ast.Import) else (node.module or "")
        if isinstance(node, ast.ImportFrom) and node.level:
            self._obstacle(node, "a relative import")
            return
        for alias in node.names:
            local = alias.asname or alias.name.partition(".")[0]
            if alias.name == "*":
                self.imports.append((module, "*", node.lineno))
                continue
            meaning = f"{module}:{alias.name}" if module else (alias.asname and alias.name) or local
            self.names[local] = meaning
            brought = f"{module}.{alias.name}" if module and alias.name.islower() else module
            self.imports.append((brought or alias.name, local, node.lineno))

    def _assignment(self, name: str, value: ast.expr, node: ast.stmt) -> None:
        if name == "target_metadata":
            self._metadata(value, node)
        elif name in ("config", "logger", "connectable", "engine"):
            pass
        else:
            reference = self._reference(value)
            if reference is not None:
                self.names[name] = reference
            else:
                self._obstacle(node, f"a value of its own, {name}")

    def _metadata(self, value: ast.expr, node: ast.stmt) -> None:
        if isinstance(value, ast.Constant) and value.value is None:
            return
        items = value.elts if isinstance(value, ast.List | ast.Tuple) else [value]
        references = [self._reference(item) for item in items]
        known = [r.removesuffix(".metadata") for r in references if r is not None and ":" in r]
        if len(known) != len(items):
            self._obstacle(node, f"target_metadata is computed: {_short(value)}")
            return
        self.found.say("metadata", known[0] if len(known) == 1 else known, node.lineno)

    # -- calls ----------------------------------------------------------------------------------

    def _call(self, call: ast.Call) -> None:
        name = _dotted(call.func)
        if name.endswith("set_main_option"):
            self._main_option(call)
        elif name.endswith("context.configure"):
            self._configure(call)
        elif name.endswith("context.run_migrations") and (call.args or call.keywords):
            self._obstacle(call, "arguments of run_migrations()")
        elif name.endswith("import_models"):
            models = [a.value for a in call.args if isinstance(a, ast.Constant)]
            self.found.say("models", models, call.lineno)
        elif name and name not in _USUAL_CALLS and call not in self.explained:
            self._obstacle(call, f"a call of its own: {_short(call)}")

    def _main_option(self, call: ast.Call) -> None:
        match call.args:
            case [ast.Constant(value="sqlalchemy.url"), value]:
                url = self._url(value)
                if url is None:
                    self._obstacle(call, f"the URL is computed: {_short(value)}")
                else:
                    self.found.say("url", url, call.lineno)
                    self.explained.update(self._calls(value))
            case _:
                self._obstacle(call, f"a setting of its own: {_short(call)}")

    def _url(self, value: ast.expr) -> str | None:
        """An environment variable or the ``module:attribute`` that gives it."""
        match value:
            case ast.Call(func=ast.Name(id="str"), args=[inner]):
                return self._url(inner)
            case ast.Call(func=ast.Attribute(value=inner, attr="replace")):
                return self._url(inner)  # doubled percent signs: native settings need none
            case ast.Subscript(value=place, slice=ast.Constant(value=str(variable))):
                return f"${variable}" if _dotted(place) == "os.environ" else None
            case ast.Call(func=function, args=[ast.Constant(value=str(variable)), *_]) if _dotted(
                function
            ) in ("os.getenv", "os.environ.get"):
                return f"${variable}"
            case ast.Call(func=function, args=[], keywords=[]):
                reference = self._reference(function)
            case _:
                reference = self._reference(value)
        return reference if reference is not None and ":" in reference else None

    def _configure(self, call: ast.Call) -> None:
        for keyword in call.keywords:
            name = keyword.arg
            if name is None:
                self._obstacle(call, "options of configure() that are computed")
            elif name in _OF_CONNECTING:
                continue
            elif name in _SETTINGS and isinstance(keyword.value, ast.Constant):
                self.found.say(name, keyword.value.value, keyword.value.lineno)
            elif name in _SETTINGS and (reference := self._reference(keyword.value)):
                self.found.say(name, reference, keyword.value.lineno)
            else:
                self._obstacle(keyword.value, f"configure({name}=…)")

    # -- names ----------------------------------------------------------------------------------

    def _reference(self, value: ast.expr) -> str | None:
        """``module:attribute`` for a name that was imported, else None."""
        first, _, rest = _dotted(value).partition(".")
        meaning = self.names.get(first)
        if not first or meaning is None:
            return None
        if ":" in meaning:
            return f"{meaning}.{rest}" if rest else meaning
        path = f"{meaning}.{rest}"
        modules = [module for module, _, _ in self.imports if path.startswith(f"{module}.")]
        if not modules:
            return None
        module = max(modules, key=len)
        return f"{module}:{path.removeprefix(f'{module}.')}"

    def _models(self) -> None:
        """Imports whose names nobody uses are there for the models that they bring."""
        used = {n.id for n in ast.walk(self.tree) if isinstance(n, ast.Name)}
        found = [
            (module, line)
            for module, local, line in self.imports
            if local == "*" or local not in used
        ]
        models = [module for module, _ in found if module.partition(".")[0] not in _NOT_MODELS]
        if models and "models" not in self.found.settings:
            self.found.say("models", list(dict.fromkeys(models)), found[0][1])


_NOT_MODELS = frozenset(
    {"alembic", "limbeck", "sqlalchemy", "logging", "asyncio", "os", "sys", "pathlib", "typing"}
)


def _dotted(node: ast.expr) -> str:
    """``a.b.c`` of names and attributes, else nothing."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attribute):
            before = _dotted(value)
            return f"{before}.{attribute}" if before else ""
        case _:
            return ""


def _short(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 60 else f"{text[:57]}…"
