"""Indexes and constraints under another name, and constraints that are validated later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy.sql.elements import conv

from limbeck.errors import CommandError, SchemaConflict
from limbeck.metadata import load
from limbeck.operations.base import Call, Operation, Ref, Scope, Statement
from limbeck.operations.batch import Batch
from limbeck.operations.compiler import Compiler
from limbeck.operations.constraints import (
    AddConstraint,
    ConstraintType,
    DropConstraint,
    drop_constraint,
    kind_of,
)
from limbeck.operations.tables import schema_argument
from limbeck.schema.constraints import NOT_VALID, Constraint, ForeignKey, PrimaryKey, Unique
from limbeck.schema.names import Name
from limbeck.schema.objects import Before, Schema, Table


@dataclass(frozen=True, slots=True)
class RenameIndex(Operation):
    """ALTER INDEX … RENAME TO. `table` may be None where the dialect can do without."""

    old: str
    new: str
    table: Name | None = None
    schema: str | None = None

    def apply(self, schema: Schema) -> Schema:
        """Renames the index, or the key whose index it is."""
        table = self._owner(schema)
        key = table.constraint(self.new)  # MySQL names an index as its foreign key
        taken = self.new in table.indexes or not isinstance(key, ForeignKey | None)
        if taken and self.new != self.old:
            raise SchemaConflict(f"Table '{table.name}' has an index '{self.new}' already.")
        if self.old in table.indexes:
            index = replace(table.indexes[self.old], name=self.new)
            return schema.with_table(replace(table, indexes=table.indexes.renamed(self.old, index)))
        found = table.constraint(self.old)
        assert found is not None  # `_owner` has seen it
        return schema.with_table(renamed_constraint(table, found, self.new))

    def _owner(self, schema: Schema) -> Table:
        tables = tuple(schema) if self.table is None else (schema.table(self.table),)
        for table in tables:
            key = table.constraint(self.old)
            if self.old in table.indexes or isinstance(key, Unique | PrimaryKey):
                return table
        raise SchemaConflict(f"There is no index '{self.old}' to rename.")

    def owner(self, before: Before) -> Name:
        """The table of the index. CommandError where neither the script nor the state says it."""
        if self.table is not None:
            return self.table
        if isinstance(before, Schema):
            return self._owner(before).name
        raise CommandError(
            f"rename_index '{self.old}': an index belongs to its table here. Pass table_name."
        )

    def reverse(self, before: Before) -> Operation:
        """The rename back."""
        return RenameIndex(self.new, self.old, self.table, self.schema)

    def statements(self, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
        """ALTER INDEX … RENAME TO; an index is named in the schema of its table."""
        schema = self.table.schema if self.table is not None else self.schema
        old, new = compiler.name(Name(self.old, schema)), compiler.identifier(self.new)
        return (Statement(f"ALTER INDEX {old} RENAME TO {new}"),)

    def call(self) -> Call:
        """``op.rename_index``."""
        extra: list[tuple[str, Any]] = []
        if self.table is not None:
            extra.append(("table_name", self.table.name))
        schema = self.table.schema if self.table is not None else self.schema
        if schema is not None:
            extra.append(("schema", schema))
        return Call("rename_index", (self.old, self.new), tuple(extra))

    @property
    def table_name(self) -> Name | None:
        """The table of the index."""
        return self.table

    @property
    def provides(self) -> tuple[Ref, ...]:
        """The new name."""
        return () if self.table is None else (Ref("index", self.table, self.new),)

    @property
    def removes(self) -> tuple[Ref, ...]:
        """The old name."""
        return () if self.table is None else (Ref("index", self.table, self.old),)


def renamed_constraint(table: Table, constraint: Constraint, new: str | None) -> Table:
    """The table with that constraint under another name."""
    return table.without_constraint(constraint).with_constraint(replace(constraint, name=new))


@dataclass(frozen=True, slots=True)
class RenameConstraint(Operation):
    """ALTER TABLE … RENAME CONSTRAINT."""

    table: Name
    old: str
    new: str
    kind: ConstraintType | None = None
    naming_convention: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """What an unnamed constraint is called where the database keeps no name (SQLite)."""

    def find(self, table: Table) -> Constraint:
        """The constraint of that table that is meant. SchemaConflict if there is none."""
        found = DropConstraint(self.table, self.old, self.kind).find(table)
        if found is None:
            raise SchemaConflict(f"Table '{self.table}' has no constraint '{self.old}' to rename.")
        return found

    def apply(self, schema: Schema) -> Schema:
        """Renames the constraint."""
        table = schema.table(self.table)
        found = self.find(table)
        if self.new != self.old and table.constraint(self.new, type(found)) is not None:
            raise SchemaConflict(f"Table '{self.table}' has a constraint '{self.new}' already.")
        return schema.with_table(renamed_constraint(table, found, self.new))

    def reverse(self, before: Before) -> Operation:
        """The rename back."""
        return replace(self, old=self.new, new=self.old)

    def statements(self, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
        """ALTER TABLE … RENAME CONSTRAINT."""
        old, new = compiler.identifier(self.old), compiler.identifier(self.new)
        alter = f"ALTER TABLE {compiler.name(self.table)}"
        return (Statement(f"{alter} RENAME CONSTRAINT {old} TO {new}"),)

    def call(self) -> Call:
        """``op.rename_constraint``."""
        kind = () if self.kind is None else (("type_", self.kind),)
        args = (conv(self.old), conv(self.new), self.table.name)
        return Call("rename_constraint", args, (*kind, *schema_argument(self.table)))

    @property
    def table_name(self) -> Name:
        """The table of the constraint."""
        return self.table

    @property
    def provides(self) -> tuple[Ref, ...]:
        """The new name."""
        return (Ref("constraint", self.table, self.new),)

    @property
    def removes(self) -> tuple[Ref, ...]:
        """The old name."""
        return (Ref("constraint", self.table, self.old),)


@dataclass(frozen=True, slots=True)
class ValidateConstraint(Operation):
    """VALIDATE CONSTRAINT: rows that were there before the constraint are checked as well.

    `apart` says that it has a transaction of its own: the lock that adding the constraint took
    would be held for as long as the rows are checked.
    """

    table: Name
    name: str
    apart: bool = False

    def apply(self, schema: Schema) -> Schema:
        """The constraint without NOT VALID."""
        table = schema.table(self.table)
        found = self._found(table)
        options = tuple(pair for pair in found.options if pair[0] != NOT_VALID)
        changed = replace(found, options=options)
        return schema.with_table(table.without_constraint(found).with_constraint(changed))

    def _found(self, table: Table) -> Constraint:
        found = table.constraint(self.name)
        if found is None:
            raise SchemaConflict(f"Table '{self.table}' has no constraint '{self.name}'.")
        return found

    def reverse(self, before: Before) -> Operation:
        """The constraint made anew with NOT VALID, where it is known to have been so.

        Elsewhere nothing: a constraint that all rows keep does not stand in the way of anything.
        """
        table = before.find(self.table)
        found = None if table is None else table.constraint(self.name)
        if found is None or not dict(found.options).get(NOT_VALID):
            return Batch(self.table, ())
        dropped = DropConstraint(self.table, self.name, kind_of(found), constraint=found)
        return Batch(self.table, (dropped, AddConstraint(self.table, found)))

    def statements(self, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
        """VALIDATE CONSTRAINT."""
        name = compiler.identifier(self.name)
        sql = f"ALTER TABLE {compiler.name(self.table)} VALIDATE CONSTRAINT {name}"
        return (Statement(sql, transactional=not self.apart),)

    def call(self) -> Call:
        """``op.validate_constraint``."""
        return Call(
            "validate_constraint", (self.name, self.table.name), schema_argument(self.table)
        )

    @property
    def table_name(self) -> Name:
        """The table of the constraint."""
        return self.table

    @property
    def requires(self) -> tuple[Ref, ...]:
        """The constraint."""
        return (Ref("constraint", self.table, self.name),)


def rename_index(
    scope: Scope,
    /,
    index_name: str,
    new_index_name: str,
    table_name: str | None = None,
    *,
    schema: str | None = None,
) -> RenameIndex:
    """Renames an index; MySQL, MariaDB, SQLite and MSSQL need its table."""
    table = None if table_name is None else load.qualified(table_name, schema, scope.dialect)
    return RenameIndex(index_name, new_index_name, table, schema)


def rename_constraint(
    scope: Scope,
    /,
    constraint_name: str,
    new_constraint_name: str,
    table_name: str,
    type_: str | None = None,
    *,
    schema: str | None = None,
) -> RenameConstraint:
    """Renames a constraint; `type_` is foreignkey, primary, unique, check or exclude.

    With ``type_="check"`` both names go through the naming convention, as they do in
    `create_check_constraint`.
    """
    old, new = (
        drop_constraint(scope, name, table_name, type_, schema=schema)
        for name in (constraint_name, new_constraint_name)
    )
    return RenameConstraint(
        old.table, old.name or "", new.name or "", old.kind, scope.naming_convention
    )


def validate_constraint(
    scope: Scope, /, constraint_name: str, table_name: str, *, schema: str | None = None
) -> ValidateConstraint:
    """Checks the rows that a constraint added as NOT VALID has not seen (PostgreSQL)."""
    return ValidateConstraint(load.qualified(table_name, schema, scope.dialect), constraint_name)
