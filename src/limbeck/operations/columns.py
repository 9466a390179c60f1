"""Columns: add, drop, alter."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from limbeck.errors import CommandError, NotReversible, SchemaConflict
from limbeck.metadata import load
from limbeck.metadata.options import options_from
from limbeck.operations.alter_column import AlterColumn, comment_on_column
from limbeck.operations.base import UNSET, Call, Operation, Ref, Scope, Statement, Unset
from limbeck.operations.compiler import Compiler
from limbeck.operations.mentions import uses
from limbeck.operations.naming import collection_for
from limbeck.operations.tables import schema_argument, target_refs
from limbeck.operations.types import adopt_enums, drop_unused_enums, enum_refs
from limbeck.schema.constraints import (
    Check,
    Constraint,
    ForeignKey,
    Options,
    PrimaryKey,
)
from limbeck.schema.named import Named
from limbeck.schema.names import Name
from limbeck.schema.objects import (
    Before,
    Column,
    Computed,
    Identity,
    Index,
    Schema,
)
from limbeck.schema.types import Expression, SqlType


@dataclass(frozen=True, slots=True)
class AddColumn(Operation):
    """ALTER TABLE … ADD COLUMN, with the constraints and indexes that came on the column."""

    table: Name
    column: Column
    constraints: tuple[Constraint, ...] = ()
    indexes: tuple[Index, ...] = ()
    if_not_exists: bool = False
    inline_references: bool = False
    inline_primary_key: bool = False
    source: sa.Column[Any] | None = field(default=None, compare=False, repr=False)
    """The column that a script gave the verb: SQLAlchemy compiles it as it is."""

    def apply(self, schema: Schema) -> Schema:
        """Adds the column at the end, and what came with it."""
        table = schema.table(self.table)
        if self.column.name in table.columns:
            if self.if_not_exists:
                return schema
            raise SchemaConflict(f"Table '{self.table}' has a column '{self.column.name}' already.")
        table = table.with_column(self.column)
        for constraint in self.constraints:
            table = table.with_constraint(constraint)
        for index in self.indexes:
            table = table.with_index(index)
        return adopt_enums(schema.with_table(table), [self.column])

    def reverse(self, before: Before) -> Operation:
        """DROP COLUMN."""
        dropped = replace(self, if_not_exists=False)
        return DropColumn(self.table, self.column.name, added=dropped)

    def statements(self, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
        """ADD COLUMN, then constraints, indexes and the comment as statements of their own."""
        table = compiler.name(self.table)
        condition = "IF NOT EXISTS " if self.if_not_exists else ""
        inline = self.inline_constraints
        spec = (
            compiler.column_of(self.source)
            if self.source is not None
            else compiler.column(self.table, self.column, self._shaping)
        )
        for constraint in inline:
            spec += f" {inline_text(compiler, self.table, constraint)}"
        sql = [f"ALTER TABLE {table} ADD COLUMN {condition}{spec}"]
        sql += [
            f"ALTER TABLE {table} ADD {compiler.constraint(self.table, c, (self.column.name,))}"
            for c in self.constraints
            if c not in inline and not isinstance(c, PrimaryKey)
        ]
        sql += [compiler.create_index(self.table, index) for index in self.indexes]
        dialect = compiler.dialect
        apart = dialect.supports_comments and not dialect.inline_comments
        if self.column.comment is not None and apart:
            sql.append(comment_on_column(compiler, self.table, self.column))
        return tuple(Statement(text) for text in sql)

    @property
    def _shaping(self) -> tuple[Constraint, ...]:
        """The primary key, which decides how the column itself is written (SERIAL)."""
        return tuple(c for c in self.constraints if isinstance(c, PrimaryKey))

    @property
    def inline_constraints(self) -> tuple[Constraint, ...]:
        """Those that stand in the column's own text: checks, and keys on request."""
        return tuple(
            c
            for c in self.constraints
            if (isinstance(c, Check) and not c.type_bound)
            or (self.inline_references and isinstance(c, ForeignKey) and len(c.columns) == 1)
            or (self.inline_primary_key and isinstance(c, PrimaryKey))
        )

    def call(self) -> Call:
        """``op.add_column``; what cannot stand on the column is a call of its own in a script."""
        flags = ("if_not_exists", "inline_references", "inline_primary_key")
        given = (self.if_not_exists, self.inline_references, self.inline_primary_key)
        extra = tuple((key, True) for key, value in zip(flags, given, strict=True) if value)
        return Call(
            "add_column", (self.table.name, self.column), (*schema_argument(self.table), *extra)
        )

    @property
    def table_name(self) -> Name:
        """The table that gets the column."""
        return self.table

    @property
    def provides(self) -> tuple[Ref, ...]:
        """The column."""
        return (Ref("column", self.table, self.column.name),)

    @property
    def requires(self) -> tuple[Ref, ...]:
        """The table, and what its foreign keys point to."""
        keys = (c for c in self.constraints if isinstance(c, ForeignKey))
        return (Ref("table", self.table), *(ref for k in keys for ref in target_refs(k)))


def inline_text(compiler: Compiler, table: Name, constraint: Constraint) -> str:
    """A constraint as it stands in a column's own text."""
    text = compiler.constraint(table, constraint)
    match constraint:
        case ForeignKey():
            name, references = text.split("FOREIGN KEY", 1)
            return (name + references[references.index("REFERENCES") :]).strip()
        case PrimaryKey():
            return text[: text.index("PRIMARY KEY")] + "PRIMARY KEY"
        case _:
            return text


@dataclass(frozen=True, slots=True)
class DropColumn(Operation):
    """ALTER TABLE … DROP COLUMN. `added` is the operation that would bring it back."""

    table: Name
    column: str
    if_exists: bool = False
    options: Options = ()
    added: AddColumn | None = field(default=None, compare=False, repr=False)

    def apply(self, schema: Schema) -> Schema:
        """Removes the column and the constraints and indexes that need it."""
        table = schema.table(self.table)
        if self.column not in table.columns:
            if self.if_exists:
                return schema
            raise SchemaConflict(f"Table '{self.table}' has no column '{self.column}' to drop.")
        gone = table.column(self.column)
        table = replace(
            table,
            columns=table.columns.without(self.column),
            constraints=tuple(c for c in table.constraints if not uses(c, self.column)),
            indexes=Named(i for i in table.indexes.values() if not uses(i, self.column)),
        )
        return drop_unused_enums(schema.with_table(table), [gone])

    def reverse(self, before: Before) -> Operation:
        """ADD COLUMN, with the constraints and indexes that went with it."""
        table = before.find(self.table)
        if table is None or self.column not in table.columns:
            if self.added is not None:
                return self.added
            raise NotReversible(
                f"Dropping '{self.table}.{self.column}' cannot be reversed: what it was is unknown."
            )
        constraints = tuple(c for c in table.constraints if uses(c, self.column))
        return AddColumn(
            self.table,
            table.column(self.column),
            constraints,
            tuple(i for i in table.indexes.values() if uses(i, self.column)),
            inline_primary_key=any(isinstance(c, PrimaryKey) for c in constraints),
        )

    def statements(self, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
        """DROP COLUMN."""
        condition = "IF EXISTS " if self.if_exists else ""
        name = compiler.identifier(self.column)
        return (
            Statement(f"ALTER TABLE {compiler.name(self.table)} DROP COLUMN {condition}{name}"),
        )

    def call(self) -> Call:
        """``op.drop_column``."""
        extra = (("if_exists", True),) if self.if_exists else ()
        return Call(
            "drop_column",
            (self.table.name, self.column),
            (*schema_argument(self.table), *extra, *self.options),
        )

    @property
    def table_name(self) -> Name:
        """The table that loses the column."""
        return self.table

    @property
    def removes(self) -> tuple[Ref, ...]:
        """The column."""
        return (Ref("column", self.table, self.column),)

    @property
    def releases(self) -> tuple[Ref, ...]:
        """What its foreign keys pointed to, and its enum type."""
        if self.added is None:
            return ()
        keys = (c for c in self.added.constraints if isinstance(c, ForeignKey))
        refs = (ref for key in keys for ref in target_refs(key))
        return (*refs, *enum_refs([self.added.column]))


def add_column(
    scope: Scope,
    /,
    table_name: str,
    column: sa.Column[Any],
    *,
    schema: str | None = None,
    if_not_exists: bool | None = None,
    inline_references: bool | None = None,
    inline_primary_key: bool | None = None,
) -> AddColumn:
    """Adds a column, with the foreign keys, checks, unique constraint and index that it carries."""
    item = column if column.table is None else column._copy()
    collection = collection_for([item], scope.naming_convention)
    parent = sa.Table(table_name, collection, item, schema=schema)
    loaded = load.table(parent, scope.dialect)
    added = loaded.column(item.name)
    if item.autoincrement is True:  # said outright: its key may come with a later operation
        added = replace(added, autoincrement=True)
    return AddColumn(
        load.qualified(table_name, schema, scope.dialect),
        added,
        loaded.constraints,
        tuple(loaded.indexes.values()),
        bool(if_not_exists),
        bool(inline_references),
        bool(inline_primary_key),
        item if added.autoincrement is False else None,
    )


def drop_column(
    scope: Scope,
    /,
    table_name: str,
    column_name: str,
    *,
    schema: str | None = None,
    if_exists: bool | None = None,
    **kw: Any,
) -> DropColumn:
    """Drops a column, with the constraints and indexes that the server drops along."""
    existing = kw.pop("existing_type", None)
    del existing  # accepted for batch scripts; the state before knows better
    options = options_from(kw)
    return DropColumn(
        load.qualified(table_name, schema, scope.dialect), column_name, bool(if_exists), options
    )


def alter_column(
    scope: Scope,
    /,
    table_name: str,
    column_name: str,
    *,
    nullable: bool | None = None,
    comment: str | bool | None = False,
    server_default: Any = False,
    new_column_name: str | None = None,
    type_: Any = None,
    existing_type: Any = None,
    existing_server_default: Any = False,
    existing_nullable: bool | None = None,
    existing_comment: str | None = None,
    schema: str | None = None,
    **kw: Any,
) -> AlterColumn:
    """Changes a column: type, nullability, server default, comment, name, identity, computed.

    False means "leave as it is" for `comment` and `server_default`, where None takes it away; an
    `sa.Identity` or `sa.Computed` is given as `server_default`. `type_` may come with
    ``postgresql_using="…"``, an expression that makes the new value of the old; `autoincrement` is
    MySQL's. What the column was is known from the database or the history: `existing_…` says it
    where neither can be asked, and for the downgrade.
    """
    name = load.qualified(table_name, schema, scope.dialect)
    default, computed, identity = _split_default(server_default)
    if server_default is None:
        # None takes away whichever of the three the column is known to have
        _, was_computed, was_identity = _split_default(existing_server_default)
        if was_identity not in (UNSET, None):
            default, identity = UNSET, None
        elif was_computed not in (UNSET, None):
            default, computed = UNSET, None
    existing = _split_default(existing_server_default)
    new_name = new_column_name if new_column_name != column_name else None
    final = new_name or column_name
    using = kw.pop("postgresql_using", None)
    autoincrement = kw.pop("autoincrement", None)
    existing_autoincrement = kw.pop("existing_autoincrement", None)
    if using is not None and type_ is None:
        raise CommandError(
            f"alter_column('{table_name}', '{column_name}'): postgresql_using needs type_."
        )
    return AlterColumn(
        name,
        column_name,
        new_name=new_name,
        type=None if type_ is None else SqlType(sa.types.to_instance(type_)),
        nullable=nullable,
        default=default,
        comment=UNSET if comment is False else comment,  # type: ignore[arg-type]  # True is no comment
        computed=computed,
        identity=identity,
        autoincrement=None if autoincrement is None else autoincrement is True,
        using=None if using is None else str(using),
        existing_type=(
            None if existing_type is None else SqlType(sa.types.to_instance(existing_type))
        ),
        existing_nullable=existing_nullable,
        existing_default=existing[0],
        existing_comment=existing_comment if existing_comment is not None else UNSET,
        existing_computed=existing[1],
        existing_identity=existing[2],
        existing_autoincrement=existing_autoincrement,
        type_checks=_type_checks(scope, table_name, final, type_, schema),
        existing_type_checks=(
            _type_checks(scope, table_name, column_name, existing_type, schema)
            if type_ is not None
            else ()
        ),
    )


def _split_default(
    given: Any,
) -> tuple[Expression | None | Unset, Computed | None | Unset, Identity | None | Unset]:
    """(default, computed, identity) of one `server_default` argument; False leaves all unset."""
    if given is False:
        return UNSET, UNSET, UNSET
    if given is None:
        return None, UNSET, UNSET
    loaded = load.column(sa.Column("c", sa.types.NullType(), given)) if _generated(given) else None
    if loaded is not None:
        return (
            UNSET,
            loaded.computed if loaded.computed is not None else UNSET,
            loaded.identity if loaded.identity is not None else UNSET,
        )
    if isinstance(given, sa.DefaultClause):
        given = given.arg
    return Expression(given), UNSET, UNSET


def _generated(given: Any) -> bool:
    return isinstance(given, sa.Computed | sa.Identity)


def _type_checks(
    scope: Scope, /, table_name: str, column_name: str, type_: Any, schema: str | None
) -> tuple[Check, ...]:
    """The checks that a type brings to a column of that name."""
    if type_ is None or not isinstance(type_, sa.types.SchemaType):
        return ()
    copied = type_.copy()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
    column = sa.Column(column_name, copied)
    collection = collection_for([column], scope.naming_convention)
    parent = sa.Table(table_name, collection, column, schema=schema)
    return load.table(parent, scope.dialect).checks
