"""What a comparison is about: not what the settings ignore, and not what belongs to others."""

from __future__ import annotations

import ast
import io
import logging
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any, TypeAlias

from limbeck.database.migration import MigrationContext
from limbeck.database.runs import upgrade_steps
from limbeck.database.steps import MigrationStep
from limbeck.errors import ConfigurationError
from limbeck.metadata import load
from limbeck.operations.base import Operation
from limbeck.operations.batch import Batch
from limbeck.operations.data import Execute
from limbeck.runtime.invoke import running
from limbeck.runtime.replay import OfflineState
from limbeck.runtime.sinks import Recorder
from limbeck.schema.named import Named
from limbeck.schema.names import Name
from limbeck.schema.objects import Schema

log = logging.getLogger("alembic.autogenerate.compare")

Thing: TypeAlias = tuple[str, Name]
"""The kind of an object, in the words of `Ref`, and its name."""

_KINDS = {"table": "tables", "sequence": "sequences", "domain": "domains"}
"""What may belong to others, and where a schema holds it."""


def ignore_patterns(context: MigrationContext) -> tuple[str, ...]:
    """The setting `ignore`; in an ini file the patterns stand apart by white space or commas."""
    found = _option(context, "ignore", ())
    return tuple(re.split(r"[\s,]+", found.strip())) if isinstance(found, str) else tuple(found)


def is_ignored(name: Name, patterns: Sequence[str]) -> bool:
    """Whether a pattern fits the name, or the name with its schema."""
    return any(fnmatchcase(name.name, p) or fnmatchcase(str(name), p) for p in patterns)


def without_ignored(schema: Schema, patterns: Sequence[str]) -> Schema:
    """The schema without what the patterns name."""
    return _kept(schema, lambda thing: not is_ignored(thing[1], patterns)) if patterns else schema


def without_foreign(context: MigrationContext, inspected: Schema, declared: Schema) -> Schema:
    """The database without what no model names and no revision has made, where that is to stay.

    It is listed on the log.
    """
    if not keeps_foreign(context):
        return inspected
    unnamed = set(_things(inspected)) - set(_things(declared))
    own = made(context) if unnamed else Made()
    foreign = {thing for thing in unnamed if thing not in own}
    if not foreign:
        return inspected
    words = [f"{kind} '{name}'" for kind, name in sorted(foreign, key=_order)]
    log.info("Left alone, for no model and no revision here made it: %s", ", ".join(words))
    return _kept(inspected, lambda thing: thing not in foreign)


def keeps_foreign(context: MigrationContext) -> bool:
    """The setting `foreign_objects`: ``keep`` in native mode, else ``drop``, as with Alembic."""
    wanted = str(_option(context, "foreign_objects", "drop"))
    if wanted not in ("keep", "drop"):
        raise ConfigurationError(f"foreign_objects must be 'keep' or 'drop', not {wanted!r}")
    return wanted == "keep"


def _option(context: MigrationContext, name: str, default: Any) -> Any:
    config = context.config
    return default if config is None else config.get_alembic_option(name, default)


def _things(schema: Schema) -> Iterator[Thing]:
    return ((kind, name) for kind, held in _KINDS.items() for name in getattr(schema, held))


def _order(thing: Thing) -> tuple[Any, ...]:
    return (thing[0], thing[1].sort_key)


def _kept(schema: Schema, stays: Callable[[Thing], bool]) -> Schema:
    changes = {
        held: Named(item for item in getattr(schema, held).values() if stays((kind, item.name)))
        for kind, held in _KINDS.items()
    }
    return replace(schema, **changes)


# -- what the revisions of this project have made ------------------------------------------------


@dataclass(frozen=True, slots=True)
class Made:
    """What revisions have made. `words` are names in those that could not be run without a server:
    it is better to propose a drop that somebody reads than to call one's own table foreign."""

    things: frozenset[Thing] = frozenset()
    words: frozenset[str] = frozenset()

    def __contains__(self, thing: Thing) -> bool:
        return thing in self.things or thing[1].name in self.words


def made(context: MigrationContext) -> Made:
    """What the revisions have made, known without a server: their upgrades run in memory."""
    script = context.script
    if script is None:
        return Made()
    things: set[Thing] = set()
    words: set[str] = set()
    replay = _Replay(context)
    for step in upgrade_steps(script, (), "heads"):
        operations = replay.run(step)
        if operations is None:
            words.update(_words_of(step))
        else:
            things.update(thing for op in operations for thing in _made_by(op, context))
    return Made(frozenset(things), frozenset(words))


class _Replay:
    """Runs steps on a context of its own, which has no connection and whose SQL goes nowhere."""

    def __init__(self, context: MigrationContext) -> None:
        opts = {**context.opts, "as_sql": True, "output_buffer": io.StringIO(), "fn": None}
        opts.pop("starting_rev", None)
        self._context = type(context)(context.dialect, None, opts, context.environment_context)
        self._arguments = context.run_arguments
        self._state = OfflineState(
            normalize=lambda s: context.limbeck_dialect.normalize(s, context.dialect)
        )

    def run(self, step: MigrationStep) -> list[Operation] | None:
        """The operations of a step; None where it cannot be run so."""
        sink = Recorder()
        context = self._context
        context.interpreter = context.interpreter_for(sink, self._state, context.dialect)
        with running(context.interpreter):
            try:
                if step.migration_fn is not None:
                    step.migration_fn(**self._arguments)
            except Exception as error:  # whatever a script does without its server
                log.debug("What %s makes is not known: %s", step.short_log, error)
                return None
        return [recorded.operation for recorded in sink.steps]


_CREATED = re.compile(
    r"""\b(?:CREATE\s+(?:(?:GLOBAL|LOCAL|TEMP|TEMPORARY|UNLOGGED|FOREIGN|OR\s+REPLACE)\s+)*
        (?P<kind>TABLE|SEQUENCE|DOMAIN)\s+(?:IF\s+NOT\s+EXISTS\s+)?
      | \b(?P<renamed>ALTER\s+TABLE)\s+[^;]*?\bRENAME\s+TO\s+)
      (?P<name>[\w"`.\[\]]+)""",
    re.IGNORECASE | re.VERBOSE,
)


def _made_by(operation: Operation, context: MigrationContext) -> Iterator[Thing]:
    match operation:
        case Batch(operations=inner):
            for part in inner:
                yield from _made_by(part, context)
        case Execute(statement=statement):
            with suppress(Exception):  # an element that no dialect can write
                yield from _made_by_sql(str(statement), context)
        case _:
            for ref in operation.provides:
                if ref.kind in _KINDS and not ref.part:
                    yield ref.kind, ref.name


def _made_by_sql(sql: str, context: MigrationContext) -> Iterator[Thing]:
    for match in _CREATED.finditer(sql):
        *schema, name = re.sub(r'["`\[\]]', "", match["name"]).split(".")
        owner = schema[-1] if schema else None
        kind = (match["kind"] or "table").lower()
        yield kind, load.qualified(name, owner, context.dialect)


def _words_of(step: MigrationStep) -> Iterator[str]:
    """Every word of the texts in a revision's file."""
    path = step.revision.path if step.revision is not None else None
    if path is None or not path.endswith(".py"):
        return
    with suppress(OSError, SyntaxError, ValueError):
        with open(path, "rb") as stream:
            tree = ast.parse(stream.read())
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
                yield from re.findall(r"\w+", node.value)
