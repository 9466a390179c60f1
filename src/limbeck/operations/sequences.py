"""Sequences: create, alter, drop."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from limbeck.errors import NotReversible, SchemaConflict, UnsupportedOperation
from limbeck.metadata import build, load
from limbeck.operations.base import UNSET, Call, Operation, Ref, Scope, Statement, Unset
from limbeck.operations.compiler import Compiler
from limbeck.operations.tables import schema_argument
from limbeck.schema.constraints import Options
from limbeck.schema.names import Name
from limbeck.schema.objects import Before, Schema, Sequence
from limbeck.schema.types import SqlType

_SETTINGS = ("start", "increment", "minvalue", "maxvalue", "cycle", "cache", "type", "owned_by")


def _known(before: Before, name: Name) -> Sequence | None:
    return before.sequences.get(name) if isinstance(before, Schema) else None


def require_sequences(compiler: Compiler, name: Name) -> None:
    """Refuses where the database has no sequences. Raises UnsupportedOperation."""
    if not compiler.dialect.supports_sequences:
        raise UnsupportedOperation(
            f"Sequence '{name}': {compiler.dialect.name} has no sequences. Use a primary key that "
            "numbers its rows (autoincrement), or a table of counters."
        )


def owner_text(compiler: Compiler, owner: tuple[Name, str] | None) -> str:
    """OWNED BY."""
    if owner is None:
        return "OWNED BY NONE"
    return f"OWNED BY {compiler.name(owner[0])}.{compiler.identifier(owner[1])}"


def create_text(item: Sequence, compiler: Compiler, *, if_not_exists: bool = False) -> str:
    """CREATE SEQUENCE, without the owner."""
    built = sa.Sequence(
        item.name.name,
        start=item.start,
        increment=item.increment,
        minvalue=item.minvalue,
        maxvalue=item.maxvalue,
        cycle=True if item.cycle else None,
        cache=item.cache,
        schema=item.name.schema,
        data_type=None if item.type is None else build.type_(item.type),
    )
    return compiler.ddl(sa.schema.CreateSequence(built, if_not_exists=if_not_exists))


@dataclass(frozen=True, slots=True)
class CreateSequence(Operation):
    """CREATE SEQUENCE."""

    sequence: Sequence
    if_not_exists: bool = False

    def apply(self, schema: Schema) -> Schema:
        """Adds the sequence."""
        if self.sequence.name in schema.sequences:
            if self.if_not_exists:
                return schema
            raise SchemaConflict(f"Sequence '{self.sequence.name}' exists already.")
        return replace(schema, sequences=schema.sequences.with_(self.sequence))

    def reverse(self, before: Before) -> Operation:
        """DROP SEQUENCE; nothing where it was there before."""
        known = _known(before, self.sequence.name)
        if known is not None:
            return CreateSequence(known, if_not_exists=True)
        return DropSequence(self.sequence.name, sequence=self.sequence)

    def statements(self, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
        """CREATE SEQUENCE."""
        item = self.sequence
        require_sequences(compiler, item.name)
        sql = create_text(item, compiler, if_not_exists=self.if_not_exists)
        if item.owned_by is not None:
            sql += f" {owner_text(compiler, item.owned_by)}"
        return (Statement(sql),)

    def call(self) -> Call:
        """``op.create_sequence``."""
        item = self.sequence
        pairs = ((key, _argument(key, _value(item, key))) for key in _SETTINGS)
        extra = tuple(
            (_KEYWORDS.get(k, k), v) for k, v in pairs if v is not None and v is not False
        )
        condition = (("if_not_exists", True),) if self.if_not_exists else ()
        return Call(
            "create_sequence", (item.name.name,), (*schema_argument(item.name), *extra, *condition)
        )

    @property
    def provides(self) -> tuple[Ref, ...]:
        """The sequence."""
        return (Ref("sequence", self.sequence.name),)

    @property
    def requires(self) -> tuple[Ref, ...]:
        """The column that owns it."""
        return owner_refs(self.sequence.owned_by)


_KEYWORDS = {"type": "data_type"}
"""Settings whose keyword is not the name of the field."""


def owner_refs(owner: tuple[Name, str] | None) -> tuple[Ref, ...]:
    """The table and the column that own a sequence."""
    if owner is None:
        return ()
    return (Ref("table", owner[0]), Ref("column", *owner))


def _value(item: Sequence, key: str) -> Any:
    match key:
        case "start":
            return item.start
        case "increment":
            return item.increment
        case "minvalue":
            return item.minvalue
        case "maxvalue":
            return item.maxvalue
        case "cycle":
            return item.cycle
        case "cache":
            return item.cache
        case "type":
            return item.type
        case _:
            return item.owned_by


def _argument(key: str, value: Any) -> Any:
    return f"{value[0]}.{value[1]}" if key == "owned_by" and value is not None else value


@dataclass(frozen=True, slots=True)
class AlterSequence(Operation):
    """ALTER SEQUENCE. `changes` are the settings that change, as sorted pairs of `Sequence`."""

    name: Name
    changes: Options
    restart: int | bool | None = None
    """The number to go on with; True is the start. What it was cannot be taken back."""

    def apply(self, schema: Schema) -> Schema:
        """Changes what is given."""
        known = schema.sequences.get(self.name)
        if known is None:
            raise SchemaConflict(f"There is no sequence '{self.name}'.")
        return replace(schema, sequences=schema.sequences.with_(self.changed(known)))

    def changed(self, item: Sequence) -> Sequence:
        """That sequence with the changes."""
        return replace(item, **dict(self.changes))

    def reverse(self, before: Before) -> Operation:
        """The settings that were there."""
        known = _known(before, self.name)
        if known is None:
            raise NotReversible(
                f"Altering sequence '{self.name}' cannot be reversed: what it was is unknown."
            )
        return AlterSequence(self.name, tuple((k, _value(known, k)) for k, _ in self.changes))

    def statements(self, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
        """ALTER SEQUENCE, in one statement."""
        require_sequences(compiler, self.name)
        return alter_statement(self, compiler, before)

    def call(self) -> Call:
        """``op.alter_sequence``."""
        extra = tuple((_KEYWORDS.get(k, k), _argument(k, v)) for k, v in self.changes)
        restart = () if self.restart is None else (("restart", self.restart),)
        return Call(
            "alter_sequence", (self.name.name,), (*schema_argument(self.name), *extra, *restart)
        )

    @property
    def requires(self) -> tuple[Ref, ...]:
        """The sequence, and the column that is to own it."""
        return (Ref("sequence", self.name), *owner_refs(dict(self.changes).get("owned_by")))


def first_value(item: Sequence) -> int:
    """The start of a sequence that names none."""
    if item.start is not None:
        return item.start
    if (item.increment or 1) > 0:
        return 1 if item.minvalue is None else item.minvalue
    return -1 if item.maxvalue is None else item.maxvalue


def alter_statement(
    operation: AlterSequence,
    compiler: Compiler,
    before: Before,
    *,
    no: str = "NO ",
    cache: str = "CACHE 1",
) -> tuple[Statement, ...]:
    """ALTER SEQUENCE; `no` and `cache` are how the database writes NO and its own default."""
    after = operation.changed(_known(before, operation.name) or Sequence(operation.name))
    words = [_setting(key, after, compiler, no, cache) for key, _ in operation.changes]
    if operation.restart is not None:
        number = "" if operation.restart is True else f" WITH {operation.restart:d}"
        words.append(f"RESTART{number}")
    if not words:
        return ()
    return (Statement(f"ALTER SEQUENCE {compiler.name(operation.name)} {' '.join(words)}"),)


def _setting(key: str, after: Sequence, compiler: Compiler, no: str, cache: str) -> str:
    """One setting as it stands in ALTER SEQUENCE; what is None becomes the default."""
    match key:
        case "start":
            return f"START WITH {first_value(after)}"
        case "increment":
            return f"INCREMENT BY {1 if after.increment is None else after.increment}"
        case "minvalue":
            return f"{no}MINVALUE" if after.minvalue is None else f"MINVALUE {after.minvalue}"
        case "maxvalue":
            return f"{no}MAXVALUE" if after.maxvalue is None else f"MAXVALUE {after.maxvalue}"
        case "cycle":
            return "CYCLE" if after.cycle else f"{no}CYCLE"
        case "cache":
            return cache if after.cache is None else f"CACHE {after.cache}"
        case "type":
            return f"AS {compiler.type(after.type or SqlType(sa.BigInteger()))}"
        case _:
            return owner_text(compiler, after.owned_by)


@dataclass(frozen=True, slots=True)
class DropSequence(Operation):
    """DROP SEQUENCE. `sequence` is what it was, where that is known."""

    name: Name
    if_exists: bool = False
    cascade: bool = False
    sequence: Sequence | None = field(default=None, compare=False, repr=False)

    def apply(self, schema: Schema) -> Schema:
        """Removes the sequence."""
        if self.name not in schema.sequences and not self.if_exists:
            raise SchemaConflict(f"There is no sequence '{self.name}' to drop.")
        return replace(schema, sequences=schema.sequences.without(self.name))

    def reverse(self, before: Before) -> Operation:
        """CREATE SEQUENCE with what it was."""
        known = _known(before, self.name)
        if known is None and self.if_exists and isinstance(before, Schema):
            return DropSequence(self.name, if_exists=True)
        found = known or self.sequence
        if found is None:
            raise NotReversible(
                f"Dropping sequence '{self.name}' cannot be reversed: what it was is unknown."
            )
        return CreateSequence(found)

    def statements(self, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
        """DROP SEQUENCE."""
        require_sequences(compiler, self.name)
        condition = "IF EXISTS " if self.if_exists else ""
        cascade = " CASCADE" if self.cascade else ""
        return (Statement(f"DROP SEQUENCE {condition}{compiler.name(self.name)}{cascade}"),)

    def call(self) -> Call:
        """``op.drop_sequence``."""
        pairs = (("if_exists", self.if_exists), ("cascade", self.cascade))
        extra = (*schema_argument(self.name), *(pair for pair in pairs if pair[1]))
        return Call("drop_sequence", (self.name.name,), extra)

    @property
    def removes(self) -> tuple[Ref, ...]:
        """The sequence."""
        return (Ref("sequence", self.name),)


def _owner(scope: Scope, text: str | None, schema: str | None) -> tuple[Name, str] | None:
    """``table.column`` or ``schema.table.column``; without a schema the sequence's own."""
    if text is None:
        return None
    parts = text.split(".")
    if len(parts) not in (2, 3):
        raise ValueError(f"owned_by takes 'table.column' or 'schema.table.column', not '{text}'.")
    owner = parts[-3] if len(parts) == 3 else schema
    return load.qualified(parts[-2], owner, scope.dialect), parts[-1]


def _type(type_: Any) -> SqlType | None:
    return None if type_ is None else SqlType(sa.types.to_instance(type_))


def create_sequence(
    scope: Scope,
    /,
    sequence_name: str,
    *,
    schema: str | None = None,
    start: int | None = None,
    increment: int | None = None,
    minvalue: int | None = None,
    maxvalue: int | None = None,
    cycle: bool | None = None,
    cache: int | None = None,
    data_type: Any = None,
    owned_by: str | None = None,
    if_not_exists: bool | None = None,
) -> CreateSequence:
    """Creates a sequence.

    `owned_by` is a column as ``"table.column"``, with which it is dropped (PostgreSQL).
    """
    item = Sequence(
        load.qualified(sequence_name, schema, scope.dialect),
        start,
        increment,
        minvalue,
        maxvalue,
        bool(cycle),
        cache,
        _type(data_type),
        _owner(scope, owned_by, schema),
    )
    return CreateSequence(item, bool(if_not_exists))


def alter_sequence(
    scope: Scope,
    /,
    sequence_name: str,
    *,
    schema: str | None = None,
    start: int | None | Unset = UNSET,
    increment: int | None | Unset = UNSET,
    minvalue: int | None | Unset = UNSET,
    maxvalue: int | None | Unset = UNSET,
    cycle: bool | Unset = UNSET,
    cache: int | None | Unset = UNSET,
    data_type: Any = UNSET,
    owned_by: str | None | Unset = UNSET,
    restart: int | bool | None = None,
) -> AlterSequence:
    """Changes a sequence: what is given changes, None takes it back to the server's default.

    `restart` is the number to go on with, True for the start.
    """
    given = {
        "start": start,
        "increment": increment,
        "minvalue": minvalue,
        "maxvalue": maxvalue,
        "cycle": cycle,
        "cache": cache,
        "type": data_type if data_type is UNSET else _type(data_type),
        "owned_by": owned_by if owned_by is UNSET else _owner(scope, owned_by, schema),
    }
    changes = tuple((key, value) for key, value in given.items() if value is not UNSET)
    name = load.qualified(sequence_name, schema, scope.dialect)
    return AlterSequence(name, changes, None if restart is False else restart)


def drop_sequence(
    scope: Scope,
    /,
    sequence_name: str,
    *,
    schema: str | None = None,
    if_exists: bool | None = None,
    cascade: bool | None = None,
) -> DropSequence:
    """Drops a sequence; `cascade` takes along the defaults that use it (PostgreSQL)."""
    name = load.qualified(sequence_name, schema, scope.dialect)
    return DropSequence(name, bool(if_exists), bool(cascade))
