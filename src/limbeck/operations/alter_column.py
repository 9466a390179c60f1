"""Changes of one column."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from limbeck.errors import NotReversible
from limbeck.operations.base import UNSET, Call, Operation, Ref, Statement, Unset
from limbeck.operations.compiler import Compiler
from limbeck.operations.mentions import renamed_column
from limbeck.operations.tables import schema_argument
from limbeck.operations.types import adopt_enums, drop_unused_enums
from limbeck.schema.constraints import (
    Check,
)
from limbeck.schema.names import Name
from limbeck.schema.objects import (
    Before,
    Column,
    Computed,
    Identity,
    Schema,
)
from limbeck.schema.types import Expression, SqlType


@dataclass(frozen=True, slots=True)
class AlterColumn(Operation):
    """Changes of one column. What is UNSET or None (for type, nullable, name) stays as it is.

    The `existing_…` fields are what the script says of the column before: hints for dialects that
    must write the whole column again, used where the state before is not known.
    """

    table: Name
    column: str
    new_name: str | None = None
    type: SqlType | None = None
    nullable: bool | None = None
    default: Expression | None | Unset = UNSET
    comment: str | None | Unset = UNSET
    computed: Computed | None | Unset = UNSET
    identity: Identity | None | Unset = UNSET
    autoincrement: bool | None = None
    using: str | None = None
    """The expression of PostgreSQL's ``TYPE … USING``."""
    existing_type: SqlType | None = field(default=None, compare=False)
    existing_nullable: bool | None = field(default=None, compare=False)
    existing_default: Expression | None | Unset = field(default=UNSET, compare=False)
    existing_comment: str | None | Unset = field(default=UNSET, compare=False)
    existing_computed: Computed | None | Unset = field(default=UNSET, compare=False)
    existing_identity: Identity | None | Unset = field(default=UNSET, compare=False)
    existing_autoincrement: bool | None = field(default=None, compare=False)
    type_checks: tuple[Check, ...] = ()
    """Checks that the new type brings along (Boolean, Enum with create_constraint)."""
    existing_type_checks: tuple[Check, ...] = field(default=(), compare=False)

    def changed(self, column: Column) -> Column:
        """That column after the change."""
        return replace(
            column,
            name=self.new_name or column.name,
            type=self.type or column.type,
            nullable=column.nullable if self.nullable is None else self.nullable,
            default=column.default if self.default is UNSET else self.default,
            comment=column.comment if self.comment is UNSET else self.comment,
            computed=column.computed if self.computed is UNSET else self.computed,
            identity=column.identity if self.identity is UNSET else self.identity,
            autoincrement=(
                column.autoincrement if self.autoincrement is None else self.autoincrement
            ),
        )

    def existing(self, before: Before) -> Column | None:
        """The column before: from the state, else from the hints; None if its type is unknown."""
        table = before.find(self.table)
        if table is not None and self.column in table.columns:
            return table.column(self.column)
        if self.existing_type is None:
            return None
        return Column(
            name=self.column,
            type=self.existing_type,
            nullable=self.existing_nullable is not False,
            default=_given(self.existing_default),
            comment=_given(self.existing_comment),
            computed=_given(self.existing_computed),
            identity=_given(self.existing_identity),
            autoincrement=self.existing_autoincrement or False,
        )

    def apply(self, schema: Schema) -> Schema:
        """Changes the column, and its name in what names it."""
        table = schema.table(self.table)
        old = table.column(self.column)
        new = self.changed(old)
        table = replace(table, columns=table.columns.renamed(self.column, new))
        checks = tuple(c for c in self.existing_type_checks if c in table.constraints)
        for check in checks:
            table = table.without_constraint(check)
        for check in self.type_checks:
            table = table.with_constraint(check)
        schema = schema.with_table(table)
        if new.name != old.name:
            schema = renamed_column(schema, self.table, old.name, new.name)
        if new.type != old.type:
            schema = adopt_enums(drop_unused_enums(schema, [old]), [new])
        return schema

    def reverse(self, before: Before) -> Operation:
        """The change back to what the column was."""
        old = self.existing(before)
        if old is None and self.type is None:
            return self._reverse_from_hints()
        if old is None:
            raise NotReversible(
                f"Altering '{self.table}.{self.column}' cannot be reversed: pass existing_type."
            )
        return AlterColumn(
            self.table,
            self.new_name or self.column,
            new_name=self.column if self.new_name else None,
            type=old.type if self.type is not None else None,
            nullable=old.nullable if self.nullable is not None else None,
            default=old.default if self.default is not UNSET else UNSET,
            comment=old.comment if self.comment is not UNSET else UNSET,
            computed=old.computed if self.computed is not UNSET else UNSET,
            identity=old.identity if self.identity is not UNSET else UNSET,
            autoincrement=bool(old.autoincrement) if self.autoincrement is not None else None,
            type_checks=self.existing_type_checks,
            existing_type_checks=self.type_checks,
            **existing_hints(self.changed(old)),
        )

    def _reverse_from_hints(self) -> AlterColumn:
        if self.nullable is not None and self.existing_nullable is None:
            raise NotReversible(
                f"Altering '{self.table}.{self.column}' cannot be reversed: pass existing_nullable."
            )
        return AlterColumn(
            self.table,
            self.new_name or self.column,
            new_name=self.column if self.new_name else None,
            nullable=self.existing_nullable if self.nullable is not None else None,
            default=self.existing_default if self.default is not UNSET else UNSET,
            comment=self.existing_comment if self.comment is not UNSET else UNSET,
        )

    def statements(self, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
        """ALTER COLUMN, one statement each: type, nullable, default, comment, name."""
        column = compiler.identifier(self.column)
        alter = f"ALTER TABLE {compiler.name(self.table)} ALTER COLUMN {column}"
        sql: list[str] = []
        if self.type is not None:
            sql.append(f"{alter} TYPE {compiler.type(self.type)}")
        if self.nullable is not None:
            sql.append(f"{alter} {'DROP' if self.nullable else 'SET'} NOT NULL")
        if self.default is None:
            sql.append(f"{alter} DROP DEFAULT")
        elif self.default is not UNSET:
            sql.append(f"{alter} SET DEFAULT {compiler.default(self.default)}")
        if self.comment is not UNSET:
            commented = Column(self.column, SqlType(sa.types.NullType()), comment=self.comment)
            sql.append(comment_on_column(compiler, self.table, commented))
        if self.new_name is not None:
            new = compiler.identifier(self.new_name)
            sql.append(f"ALTER TABLE {compiler.name(self.table)} RENAME COLUMN {column} TO {new}")
        return tuple(Statement(text) for text in sql)

    def call(self) -> Call:
        """``op.alter_column`` with what changes and what was there."""
        pairs: list[tuple[str, Any]] = [
            ("new_column_name", self.new_name),
            ("existing_type", self.existing_type),
            ("type_", self.type),
            ("nullable", self.nullable),
            ("existing_nullable", self.existing_nullable),
            ("autoincrement", self.autoincrement),
            ("existing_autoincrement", self.existing_autoincrement or None),
            ("postgresql_using", self.using),
        ]
        extra = [(key, value) for key, value in pairs if value is not None]
        extra += _rendered_default("server_default", self.default, self.computed, self.identity)
        extra += _rendered_default(
            "existing_server_default",
            self.existing_default or UNSET,
            self.existing_computed or UNSET,
            self.existing_identity if self.existing_identity is not None else UNSET,
        )
        if self.comment is not UNSET:
            extra.append(("comment", self.comment))
        if self.existing_comment is not UNSET and self.existing_comment is not None:
            extra.append(("existing_comment", self.existing_comment))
        return Call(
            "alter_column",
            (self.table.name, self.column),
            (*extra, *schema_argument(self.table)),
        )

    @property
    def table_name(self) -> Name:
        """The table of the column."""
        return self.table

    @property
    def provides(self) -> tuple[Ref, ...]:
        """The column's new name."""
        return () if self.new_name is None else (Ref("column", self.table, self.new_name),)

    @property
    def requires(self) -> tuple[Ref, ...]:
        """The column."""
        return (Ref("column", self.table, self.column),)


def _given(value: Any) -> Any:
    return None if value is UNSET else value


def _rendered_default(
    key: str,
    default: Expression | None | Unset,
    computed: Computed | None | Unset,
    identity: Identity | None | Unset,
) -> list[tuple[str, Any]]:
    """Computed, identity and default share one argument in the field's signature."""
    for value in (computed, identity, default):
        if value is not UNSET and value is not None:
            return [(key, value)]
    unset = default is UNSET and computed is UNSET and identity is UNSET
    return [] if unset else [(key, None)]


def existing_hints(column: Column) -> dict[str, Any]:
    """The `existing_…` fields that describe that column."""
    return {
        "existing_type": column.type,
        "existing_nullable": column.nullable,
        "existing_default": column.default,
        "existing_comment": column.comment,
        "existing_computed": column.computed,
        "existing_identity": column.identity,
        "existing_autoincrement": column.autoincrement is True,
    }


def comment_on_column(compiler: Compiler, table: Name, column: Column) -> str:
    """COMMENT ON COLUMN."""
    text = "NULL" if column.comment is None else compiler.literal(column.comment)
    name = f"{compiler.name(table)}.{compiler.identifier(column.name)}"
    return f"COMMENT ON COLUMN {name} IS {text}"
