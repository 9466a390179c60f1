"""ALTER COLUMN: each change is a statement, in an order in which none gets in another's way.

Type and nullability come before the default, the name comes last. What keeps a column from being
changed goes first (identity, a default that does not fit the new type) and comes back after.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from limbeck.dialects.postgresql import conversions, enums
from limbeck.dialects.postgresql.identity import sequence_defaults
from limbeck.dialects.postgresql.named_types import TypeTexts, enum_of
from limbeck.errors import UnsupportedOperation
from limbeck.operations.alter_column import AlterColumn, comment_on_column
from limbeck.operations.base import UNSET, Statement
from limbeck.operations.compiler import Compiler
from limbeck.schema.names import Name
from limbeck.schema.objects import Before, Column, Identity
from limbeck.schema.types import Expression, SqlType


def alter_column(
    operation: AlterColumn, compiler: Compiler, before: Before
) -> tuple[Statement, ...]:
    """The statements of one change. Raises UnsupportedOperation for a generated expression."""
    return tuple(Statement(sql) for sql in Alteration(operation, compiler, before).statements())


class Alteration:
    """One ALTER COLUMN. The state before is asked only for what the operation does not say."""

    def __init__(self, operation: AlterColumn, compiler: Compiler, before: Before) -> None:
        self.operation = operation
        self.compiler = compiler
        self.before = before
        self.table = compiler.name(operation.table)
        self.column = compiler.identifier(operation.column)
        self.alter = f"ALTER TABLE {self.table} ALTER COLUMN {self.column}"

    def statements(self) -> Iterator[str]:
        """All of them, in order."""
        operation = self.operation
        yield from self._computed()
        ends = operation.identity is None or (
            operation.identity is UNSET and self._gives_way(operation.existing_identity)
        )
        if ends and operation.existing_autoincrement is not True:
            yield f"{self.alter} DROP IDENTITY"  # a SERIAL column has none any more
        ended = self._ends_numbering()
        if ended:
            yield from self._numbering_ends()
        dropped_types: tuple[Statement, ...] = ()
        if operation.type is not None:
            yield from self._type(operation.type)
            dropped_types = self._unused_types(operation.type)
        if operation.nullable is not None:
            yield f"{self.alter} {'DROP' if operation.nullable else 'SET'} NOT NULL"
        ends = operation.default is None or (
            isinstance(operation.identity, Identity)
            and operation.default is UNSET
            and isinstance(operation.existing_default, Expression)
        )
        if ends and operation.existing_autoincrement is not True:
            yield f"{self.alter} DROP DEFAULT"  # that of SERIAL is not meant
        elif isinstance(operation.default, Expression):
            yield f"{self.alter} SET DEFAULT {self.compiler.default(operation.default)}"
        yield from (statement.sql for statement in dropped_types)
        if isinstance(operation.identity, Identity):
            yield from self._identity(operation.identity)
            if ended:
                yield self._continued(self._own_sequence)
        if self._begins_numbering():
            yield from self._numbering_begins()
        yield from self._comment()
        if operation.new_name is not None:
            new = self.compiler.identifier(operation.new_name)
            yield f"ALTER TABLE {self.table} RENAME {self.column} TO {new}"

    def _gives_way(self, existing: object) -> bool:
        """Whether an identity makes room for a default: a script has one argument for both."""
        return isinstance(existing, Identity) and isinstance(self.operation.default, Expression)

    def _existing(self) -> Column | None:
        """The column as it is, from the state; None if that does not know it."""
        table = self.before.find(self.operation.table)
        return None if table is None else table.columns.get(self.operation.column)

    def _computed(self) -> Iterator[str]:
        computed = self.operation.computed
        if computed is UNSET:
            return
        if computed is not None:
            raise UnsupportedOperation(
                f"PostgreSQL cannot make '{self.operation.table}.{self.operation.column}' a "
                "generated column or change its expression. Drop the column and add it again: "
                "op.drop_column(…), then op.add_column(…, sa.Column(…, sa.Computed(…)))."
            )
        yield f"{self.alter} DROP EXPRESSION"

    def _comment(self) -> Iterator[str]:
        comment = self.operation.comment
        if comment is UNSET:
            return
        column = Column(self.operation.column, SqlType(sa.types.NullType()), comment=comment)
        yield comment_on_column(self.compiler, self.operation.table, column)

    # type

    def _type(self, type_: SqlType) -> Iterator[str]:
        """TYPE, with USING and without the default where the server needs that."""
        operation = self.operation
        created = enums.create_types([type_], self.compiler, self.before)
        yield from (statement.sql for statement in created)
        for check in operation.existing_type_checks:
            if check.name is not None:
                name = self.compiler.identifier(check.name)
                yield f"ALTER TABLE {self.table} DROP CONSTRAINT {name}"
        written = self.compiler.type(type_)
        using = operation.using or self._using(type_, written)
        default = self._default_in_the_way() if using or self._leaves_enum(type_) else None
        if default is not None:
            yield f"{self.alter} DROP DEFAULT"
        clause = f" USING {using}" if using else ""
        yield f"{self.alter} TYPE {written}{clause}"
        if default is not None and operation.default is UNSET:
            yield f"{self.alter} SET DEFAULT {enums.portable_default(default, self.compiler)}"
        for check in operation.type_checks:
            text = self.compiler.constraint(operation.table, check)
            yield f"ALTER TABLE {self.table} ADD {text}"

    def _existing_type(self) -> SqlType | None:
        if self.operation.existing_type is not None:
            return self.operation.existing_type
        existing = self._existing()
        return None if existing is None else existing.type

    def _using(self, type_: SqlType, written: str) -> str | None:
        """The conversion, where the type before is known and does not convert by itself."""
        existing = self._existing_type()
        if existing is None:
            return None
        texts = TypeTexts(self.compiler.dialect)
        old = texts.normalized(existing).text or ""
        new = texts.normalized(type_).text or ""
        if not old or not new or not conversions.needs_using(old, new):
            return None
        return conversions.using(self.column, old, new, written)

    def _leaves_enum(self, type_: SqlType) -> bool:
        """Whether the column's enum type is another one after the change, or none."""
        dialect = self.compiler.dialect
        existing = self._existing_type()
        old = None if existing is None else enum_of(existing.payload, dialect)
        new = enum_of(type_.payload, dialect)
        return old is not None and (new is None or new.name != old.name)

    def _default_in_the_way(self) -> Expression | None:
        """The default that does not fit the new type; what the script says of it counts first."""
        hint = self.operation.existing_default
        if hint is not None and hint is not UNSET:
            assert isinstance(hint, Expression)  # UNSET and None are told apart above
            return hint
        if self._ends_numbering():
            return None  # what is there is SERIAL's own, which goes
        existing = self._existing()
        return None if existing is None else existing.default

    def _unused_types(self, type_: SqlType) -> tuple[Statement, ...]:
        if not self._leaves_enum(type_):
            return ()
        existing = self._existing_type()
        assert existing is not None  # a type that is left is known
        column = Column(self.operation.column, existing)
        return enums.drop_types(self.operation.table, [column], self.compiler, self.before)

    # identity and SERIAL

    def _identity(self, identity: Identity) -> Iterator[str]:
        existing = self.operation.existing_identity
        if existing is UNSET:
            known = self._existing()
            existing = None if known is None else known.identity
        if isinstance(existing, Identity):
            yield f"{self.alter} {' '.join(_changes(existing, identity))}"
            return
        kind = "ALWAYS" if identity.always else "BY DEFAULT"
        options = _options(dict(identity.options))
        written = f" ({' '.join(options)})" if options else ""
        yield f"{self.alter} ADD GENERATED {kind} AS IDENTITY{written}"

    def _was_serial(self) -> bool | None:
        """Whether the column numbers rows by SERIAL; None where nobody knows."""
        if self.operation.existing_autoincrement is not None:
            return self.operation.existing_autoincrement
        existing = self._existing()
        return None if existing is None else existing.autoincrement is True

    def _ends_numbering(self) -> bool:
        """Whether a SERIAL column stops being one: as told, or by what it becomes."""
        operation = self.operation
        if isinstance(operation.existing_identity, Identity):
            return False
        existing = operation.existing_type
        leaves = (
            operation.type is not None
            and not self._is_number(operation.type)
            and (existing is None or self._is_number(existing))
        )
        gains_identity = isinstance(operation.identity, Identity)
        if not (operation.autoincrement is False or leaves or gains_identity):
            return False
        return self._was_serial() is True

    def _begins_numbering(self) -> bool:
        """Whether a column becomes SERIAL: as told, or by becoming a number again."""
        operation = self.operation
        if operation.type is not None and not self._is_number(operation.type):
            return False
        existing = operation.existing_type
        was_number = existing is None or self._is_number(existing)
        if operation.autoincrement is True and self._was_serial() is False:
            return was_number or operation.type is not None
        return (
            operation.existing_autoincrement is True
            and operation.autoincrement is None
            and operation.type is not None
            and not was_number
        )

    def _is_number(self, type_: SqlType) -> bool:
        text = TypeTexts(self.compiler.dialect).normalized(type_).text
        return text in ("smallint", "integer", "bigint")

    @property
    def _sequence(self) -> str:
        """The sequence that SERIAL would make."""
        table = self.operation.table
        name = Name(f"{table.name}_{self.operation.column}_seq", table.schema)
        return self.compiler.name(name)

    @property
    def _own_sequence(self) -> str:
        """The sequence that belongs to the column, as an expression."""
        literal = self.compiler.literal
        return f"pg_get_serial_sequence({literal(self.table)}, {literal(self.operation.column)})"

    def _numbering_ends(self) -> Iterator[str]:
        """The column's own sequence goes, whose name is that of before a rename."""
        if not isinstance(self.operation.existing_default, Expression):
            yield f"{self.alter} DROP DEFAULT"
        own = self._own_sequence
        drop = f"EXECUTE 'DROP SEQUENCE ' || {own};"
        yield f"DO $limbeck$ BEGIN IF {own} IS NOT NULL THEN {drop} END IF; END $limbeck$"

    def _numbering_begins(self) -> Iterator[str]:
        """A sequence that goes on where the rows are."""
        operation = self.operation
        if operation.identity is UNSET and isinstance(operation.existing_identity, Identity):
            yield f"{self.alter} DROP IDENTITY"
        sequence = self.compiler.literal(self._sequence)
        yield f"CREATE SEQUENCE {self._sequence} OWNED BY {self.table}.{self.column}"
        yield f"{self.alter} SET DEFAULT nextval({sequence}::regclass)"
        yield self._continued(sequence)

    def _continued(self, sequence: str) -> str:
        return (
            f"SELECT setval({sequence}, coalesce(max({self.column}), 0) + 1, false) "
            f"FROM {self.table}"
        )


def _changes(before: Identity, after: Identity) -> Iterator[str]:
    """SET … for each option that differs; one that is given no more goes back to its default."""
    if before.always != after.always:
        yield f"SET GENERATED {'ALWAYS' if after.always else 'BY DEFAULT'}"
    old, new = dict(before.options), dict(after.options)
    defaults = sequence_defaults(64, new)
    for key in sorted({*old, *new}):
        value = new.get(key)
        if old.get(key) != value:
            reset = key not in new
            if reset and key in ("minvalue", "maxvalue"):
                yield f"SET NO {key.upper()}"
            else:
                chosen = defaults.get(key) if reset else value
                yield from (f"SET {text}" for text in _options({key: chosen}))


_WORDS = {
    "cache": "CACHE",
    "increment": "INCREMENT BY",
    "maxvalue": "MAXVALUE",
    "minvalue": "MINVALUE",
    "start": "START WITH",
}


def _options(given: dict[str, Any]) -> list[str]:
    """Sequence options as SQL."""
    found: list[str] = []
    for key, value in sorted(given.items()):
        if key == "cycle":
            found.append("CYCLE" if value else "NO CYCLE")
        elif key in ("nominvalue", "nomaxvalue") and value:
            found.append(f"NO {key.removeprefix('no').upper()}")
        elif key in _WORDS:
            found.append(f"{_WORDS[key]} {value}")
    return found
