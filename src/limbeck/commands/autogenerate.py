"""Comparing the models with the database: what `revision --autogenerate` and `check` share."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from limbeck.commands.hooks import comparison, object_filter
from limbeck.commands.models import require_all_models
from limbeck.commands.renames import Renames
from limbeck.commands.scope import ignore_patterns, without_foreign, without_ignored
from limbeck.database.interrupts import left_alone
from limbeck.database.migration import MigrationContext
from limbeck.database.own_tables import without_own_tables
from limbeck.dialects.base import Request
from limbeck.diff.candidates import Candidate
from limbeck.diff.compare import compare
from limbeck.diff.costs import added_columns, cost
from limbeck.diff.coverage import Uncompared, in_short, uncompared
from limbeck.diff.describe import describe
from limbeck.diff.filters import keep
from limbeck.diff.renames import followed
from limbeck.diff.tuples import as_tuples
from limbeck.errors import CommandError
from limbeck.metadata import load
from limbeck.operations.base import Operation
from limbeck.plan.order import order, reversed_operations
from limbeck.schema.objects import Schema

log = logging.getLogger("alembic.autogenerate.compare")


@dataclass(frozen=True, slots=True)
class Difference:
    """What it takes to make one database agree with the models, and to take that back."""

    context: MigrationContext
    inspected: Schema
    """The database, with the names that the renames of `upgrade` give its objects."""
    declared: Schema
    upgrade: tuple[Operation, ...]
    downgrade: tuple[Operation, ...]
    doubts: tuple[Candidate, ...] = ()
    """Drops and additions that may be renames."""
    before: Schema = field(default_factory=Schema)
    """What was compared with the models, under its old names, as far as filters let it."""

    def as_diffs(self) -> list[Any]:
        """The field's tuple form of what was found."""
        return as_tuples(self.upgrade, self.inspected, self.declared)


@dataclass(frozen=True, slots=True)
class Side:
    """What the models are compared with: a database, or the history folded without one.

    `schema_names` lists the schemas beside the default one; `settle(declared, inspected)` asks a
    server where text could not decide.
    """

    schema_names: Callable[[], Iterable[str]]
    read: Callable[[Request], Schema]
    settle: Callable[[Schema, Schema], Schema]
    mixed: bool = True
    """Whether there may be what no revision has made."""
    is_history: bool = False
    """Whether revisions have made all of it, sequences and domains too."""


def difference(context: MigrationContext, renames: Renames | None = None) -> Difference:
    """Compares the context's target metadata with the database behind its connection, and logs it.

    Nothing is changed. Raises CommandError where there is no metadata or no connection,
    RenameError where what is said of a rename does not fit.
    """
    found = compared(context, database_side(context), renames)
    announce(found)
    return found


def announce(found: Difference, unseen: Iterable[Uncompared] = ()) -> None:
    """Logs what was found, and what was not looked at; `unseen` is more of that."""
    for operation in found.upgrade:
        log.info("Detected %s", describe(operation))
    added = added_columns(found.upgrade)
    for operation in found.upgrade:
        if (sentence := cost(operation, added)) is not None:
            log.warning("%s", sentence)
    log.info("Not compared: %s", in_short((*uncompared(found.context.dialect.name), *unseen)))


@contextmanager
def _without_collector() -> Iterator[None]:
    """Holds back Python's search for garbage.

    A comparison makes hundreds of thousands of values without cycles. Looking for garbage among
    them takes as long as the comparison itself. An application's collector is `left_alone`.
    """
    holds = gc.isenabled() and not left_alone.get()
    if holds:
        gc.disable()
    try:
        yield
    finally:
        if holds:
            gc.enable()


@_without_collector()
def compared(context: MigrationContext, side: Side, renames: Renames | None = None) -> Difference:
    """Compares the context's target metadata with that side, and says nothing.

    Renames come first, then everything else, on the database with its new names; the way back is
    the other way round. Raises CommandError where there is no metadata, RenameError where what is
    said of a rename does not fit.
    """
    metadata = required_metadata(context)
    require_all_models(context, metadata)
    declared, inspected = both_sides(context, side, metadata)
    renames = renames or Renames()
    options = replace(comparison(context), drops_objects=side.is_history)
    doubts: tuple[Candidate, ...] | None = None
    while doubts is None:
        renaming = renames.carried_out(inspected, declared, metadata, context.dialect)
        renaming = followed(renaming, declared)
        settled = side.settle(declared, renaming.schema)
        renaming = followed(renaming, settled)
        found = compare(renaming.schema, settled, options)
        doubts = renames.settled(found, renaming.schema, settled)
    dialect = context.limbeck_dialect
    keys = {
        "adds_foreign_keys": dialect.adds_foreign_keys,
        "pins_foreign_keys": dialect.pins_foreign_keys,
    }
    changes = order(found, renaming.schema, **keys)
    downgrade = (
        *reversed_operations(changes, renaming.schema, **keys),
        *renaming.reversed_operations(inspected),
    )
    upgrade = (*renaming.operations, *changes)
    return Difference(context, renaming.schema, settled, upgrade, downgrade, doubts, inspected)


def database_side(context: MigrationContext) -> Side:
    """The database behind the context's connection."""
    connection = _required_connection(context)
    read_back = context.limbeck_dialect.read_back

    def settle(declared: Schema, inspected: Schema) -> Schema:
        if read_back is None or declared == inspected:
            return declared
        return read_back(connection, declared, inspected)

    def schema_names() -> set[str]:
        names = set(sa.inspect(connection).get_schema_names())
        return names - {"information_schema", connection.dialect.default_schema_name}

    return Side(schema_names, context.read, settle)


def both_sides(
    context: MigrationContext, side: Side, metadata: Sequence[sa.MetaData]
) -> tuple[Schema, Schema]:
    """(declared, inspected), normalised and filtered."""
    dialect = context.limbeck_dialect
    loaded = load.schema(metadata, context.dialect)
    declared = dialect.normalize(loaded, context.dialect).without_table(context.version.qualified)
    request = Request(
        schemas=_schemas(context, side, declared),
        exclude=(context.version.qualified,),
        include_name=context.opts.get("include_name"),
    )
    inspected = side.read(request)
    inspected = without_own_tables(inspected, declared)
    patterns = ignore_patterns(context)
    inspected, declared = (without_ignored(s, patterns) for s in (inspected, declared))
    predicate = object_filter(context, metadata)
    if predicate is not None:
        inspected, declared = keep(inspected, declared, predicate)
    return declared, without_foreign(context, inspected, declared) if side.mixed else inspected


def _required_connection(context: MigrationContext) -> sa.Connection:
    if context.connection is None:
        raise CommandError("Using --autogenerate needs a database connection, not --sql.")
    return context.connection


def required_metadata(context: MigrationContext) -> Sequence[sa.MetaData]:
    """The target metadata. Raises CommandError where there is none."""
    target = context.opts.get("target_metadata")
    if target is None:
        script = context.script
        where = script.env_py if script is not None else "env.py"
        raise CommandError(
            "Can't proceed with --autogenerate option; environment script "
            f"{where} does not provide a MetaData object or sequence of objects to the context."
        )
    return [target] if isinstance(target, sa.MetaData) else list(target)


def _schemas(context: MigrationContext, side: Side, declared: Schema) -> tuple[str | None, ...]:
    """The schemas to look into: those of the models, and on request all, or those named."""
    wanted: Any = context.opts.get("include_schemas")
    objects = (declared.tables, declared.sequences, declared.domains)
    named = {name.schema for names in objects for name in names if name.schema is not None}
    if wanted is True:
        named.update(side.schema_names())
    elif wanted:
        default = getattr(context.dialect, "default_schema_name", None)
        named |= set(wanted) - {default}
    include_name = context.opts.get("include_name")
    found: tuple[str | None, ...] = (None, *sorted(named))
    if include_name is None:
        return found
    return tuple(name for name in found if include_name(name, "schema", {}))
