"""Tables: create, drop, rename, comment."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

import sqlalchemy as sa

from limbeck.errors import NotReversible, SchemaConflict
from limbeck.metadata import build, load
from limbeck.operations.base import UNSET, Call, Operation, Ref, Scope, Statement, Unset
from limbeck.operations.compiler import Compiler
from limbeck.operations.naming import collection_for
from limbeck.operations.types import adopt_enums, drop_unused_enums, enum_refs
from limbeck.schema.constraints import Constraint, ForeignKey, PrimaryKey, Unique
from limbeck.schema.named import Named
from limbeck.schema.names import Name
from limbeck.schema.objects import Before, Schema, Table


def key_refs(table: Table) -> tuple[Ref, ...]:
    """What foreign keys may point to: the primary key, unique constraints and unique indexes."""
    keys = [
        *(c.columns for c in table.constraints if isinstance(c, PrimaryKey | Unique)),
        *(i.columns for i in table.indexes.values() if i.unique),
    ]
    return tuple(Ref("key", table.name, ",".join(sorted(k))) for k in keys)


def target_refs(key: ForeignKey) -> tuple[Ref, ...]:
    """The table and the key that a foreign key points to."""
    return (
        Ref("table", key.referred),
        Ref("key", key.referred, ",".join(sorted(key.referred_columns))),
    )


@dataclass(frozen=True, slots=True)
class CreateTable(Operation):
    """CREATE TABLE, with its indexes and comments.

    `source` is the Table that a script made with the verb: SQLAlchemy compiles it as it is.
    """

    table: Table
    if_not_exists: bool = False
    source: sa.Table | None = field(default=None, compare=False, repr=False)

    def apply(self, schema: Schema) -> Schema:
        """Adds the table, and the enum types that it is the first to use."""
        if schema.find(self.table.name) is not None:
            if self.if_not_exists:
                return schema
            raise SchemaConflict(f"Table '{self.table.name}' exists already.")
        return adopt_enums(schema.with_table(self.table), self.table.columns.values())

    def reverse(self, before: Before) -> Operation:
        """DROP TABLE."""
        return DropTable(self.table.name, table=self.table)

    def statements(self, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
        """CREATE TABLE, then one CREATE INDEX each, then comments where they are apart."""
        built = self.source if self.source is not None else build.table(self.table)
        build.add_referred(built)
        sql = [compiler.create_table(built, if_not_exists=self.if_not_exists)]
        sql += [
            compiler.create_index(self.table.name, index, if_not_exists=self.if_not_exists)
            for index in self.table.indexes.values()
        ]
        dialect = compiler.dialect
        if dialect.supports_comments and not dialect.inline_comments:
            if self.table.comment is not None:
                sql.append(compiler.ddl(sa.schema.SetTableComment(built)))
            sql += [
                compiler.ddl(sa.schema.SetColumnComment(column))
                for column in built.columns
                if column.comment is not None
            ]
        return tuple(Statement(text) for text in sql)

    def call(self) -> Call:
        """``op.create_table``; indexes are calls of their own (`script.render` adds them)."""
        extra: list[tuple[str, Any]] = []
        if self.table.name.schema is not None:
            extra.append(("schema", self.table.name.schema))
        if self.table.comment is not None:
            extra.append(("comment", self.table.comment))
        if self.table.prefixes:
            extra.append(("prefixes", list(self.table.prefixes)))
        extra += self.table.options
        if self.if_not_exists:
            extra.append(("if_not_exists", True))
        return Call(
            "create_table",
            (self.table.name.name, *self.table.columns.values(), *self.table.constraints),
            tuple(extra),
        )

    def result(self) -> Any:
        """The Table, for `bulk_insert` and queries in the script."""
        return self.source if self.source is not None else build.table(self.table)

    @property
    def table_name(self) -> Name:
        """The table that is created."""
        return self.table.name

    @property
    def provides(self) -> tuple[Ref, ...]:
        """The table, its columns and its keys."""
        name = self.table.name
        columns = (Ref("column", name, c) for c in self.table.columns)
        return (Ref("table", name), *columns, *key_refs(self.table))

    @property
    def requires(self) -> tuple[Ref, ...]:
        """The tables and keys that its foreign keys point to."""
        others = (k for k in self.table.foreign_keys if k.referred != self.table.name)
        return tuple(ref for key in others for ref in target_refs(key))


@dataclass(frozen=True, slots=True)
class DropTable(Operation):
    """DROP TABLE. `table` is what it was, where that is known, and makes it reversible."""

    name: Name
    if_exists: bool = False
    table: Table | None = field(default=None, compare=False, repr=False)

    def apply(self, schema: Schema) -> Schema:
        """Removes the table, and the enum types that nobody else uses."""
        found = schema.find(self.name)
        if found is None:
            if self.if_exists:
                return schema
            raise SchemaConflict(f"There is no table '{self.name}' to drop.")
        return drop_unused_enums(schema.without_table(self.name), found.columns.values())

    def reverse(self, before: Before) -> Operation:
        """CREATE TABLE with all that it had."""
        table = before.find(self.name) or self.table
        if table is None:
            raise NotReversible(
                f"Dropping '{self.name}' cannot be reversed: what it was is unknown."
            )
        return CreateTable(table)

    def statements(self, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
        """DROP TABLE."""
        condition = "IF EXISTS " if self.if_exists else ""
        return (Statement(f"DROP TABLE {condition}{compiler.name(self.name)}"),)

    def call(self) -> Call:
        """``op.drop_table``."""
        return Call(
            "drop_table",
            (self.name.name,),
            (*schema_argument(self.name), *((("if_exists", True),) if self.if_exists else ())),
        )

    @property
    def table_name(self) -> Name:
        """The table that is dropped."""
        return self.name

    @property
    def removes(self) -> tuple[Ref, ...]:
        """The table, and where it is known its columns and keys."""
        table = self.table
        if table is None:
            return (Ref("table", self.name),)
        columns = (Ref("column", self.name, c) for c in table.columns)
        return (Ref("table", self.name), *columns, *key_refs(table))

    @property
    def releases(self) -> tuple[Ref, ...]:
        """The tables and keys that its foreign keys point to, and its enum types."""
        if self.table is None:
            return ()
        others = (k for k in self.table.foreign_keys if k.referred != self.name)
        return (
            *(ref for key in others for ref in target_refs(key)),
            *enum_refs(self.table.columns.values()),
        )


@dataclass(frozen=True, slots=True)
class RenameTable(Operation):
    """ALTER TABLE … RENAME TO; foreign keys that point to it follow."""

    old: Name
    new_name: str
    keys_follow: bool = field(default=False, compare=False, repr=False)
    """Whether the server gives the foreign keys that it has named itself new names (InnoDB)."""

    @property
    def new(self) -> Name:
        """The name after it."""
        return Name(self.new_name, self.old.schema)

    def apply(self, schema: Schema) -> Schema:
        """Renames the table wherever it is named."""
        moved = replace(schema.table(self.old), name=self.new)
        if self.keys_follow:
            moved = replace(moved, constraints=tuple(map(self._followed, moved.constraints)))
        if schema.find(self.new) is not None:
            raise SchemaConflict(f"Table '{self.new}' exists already.")
        tables = schema.tables.renamed(self.old, moved)
        return replace(schema, tables=Named(self._repointed(t) for t in tables.values()))

    def _followed(self, constraint: Constraint) -> Constraint:
        """``users_ibfk_1`` becomes ``people_ibfk_1``.

        Source: https://dev.mysql.com/doc/refman/8.4/en/rename-table.html
        """
        start = f"{self.old.name}_ibfk_"
        if isinstance(constraint, ForeignKey) and (constraint.name or "").startswith(start):
            number = (constraint.name or "").removeprefix(start)
            return replace(constraint, name=f"{self.new_name}_ibfk_{number}")
        return constraint

    def _repointed(self, table: Table) -> Table:
        if not any(key.referred == self.old for key in table.foreign_keys):
            return table
        return replace(
            table,
            constraints=tuple(
                replace(c, referred=self.new)
                if isinstance(c, ForeignKey) and c.referred == self.old
                else c
                for c in table.constraints
            ),
        )

    def reverse(self, before: Before) -> Operation:
        """The rename back."""
        return RenameTable(self.new, self.old.name, self.keys_follow)

    def statements(self, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
        """ALTER TABLE … RENAME TO."""
        new = compiler.identifier(self.new_name)
        return (Statement(f"ALTER TABLE {compiler.name(self.old)} RENAME TO {new}"),)

    def call(self) -> Call:
        """``op.rename_table``."""
        return Call("rename_table", (self.old.name, self.new_name), schema_argument(self.old))

    @property
    def table_name(self) -> Name:
        """The table before it."""
        return self.old

    @property
    def provides(self) -> tuple[Ref, ...]:
        """The new name."""
        return (Ref("table", self.new),)

    @property
    def removes(self) -> tuple[Ref, ...]:
        """The old name."""
        return (Ref("table", self.old),)


@dataclass(frozen=True, slots=True)
class SetTableComment(Operation):
    """COMMENT ON TABLE; `comment` None takes it away."""

    name: Name
    comment: str | None
    existing: str | None | Unset = field(default=UNSET, compare=False)

    def apply(self, schema: Schema) -> Schema:
        """Sets the comment of the table."""
        return schema.with_table(replace(schema.table(self.name), comment=self.comment))

    def reverse(self, before: Before) -> Operation:
        """The comment that was there."""
        table = before.find(self.name)
        existing = table.comment if table is not None else self.existing
        if existing is UNSET:
            raise NotReversible(f"The comment of '{self.name}' before the change is unknown.")
        return SetTableComment(self.name, existing, self.comment)

    def statements(self, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
        """COMMENT ON TABLE."""
        text = "NULL" if self.comment is None else compiler.literal(self.comment)
        return (Statement(f"COMMENT ON TABLE {compiler.name(self.name)} IS {text}"),)

    def call(self) -> Call:
        """``op.create_table_comment`` or ``op.drop_table_comment``."""
        existing = () if self.existing is UNSET else (("existing_comment", self.existing),)
        extra = (*existing, *schema_argument(self.name))
        if self.comment is None:
            return Call("drop_table_comment", (self.name.name,), extra)
        return Call("create_table_comment", (self.name.name, self.comment), extra)

    @property
    def table_name(self) -> Name:
        """The table that is commented."""
        return self.name

    @property
    def requires(self) -> tuple[Ref, ...]:
        """The table."""
        return (Ref("table", self.name),)


def schema_argument(name: Name) -> tuple[tuple[str, Any], ...]:
    """``schema=`` where the name has one."""
    return () if name.schema is None else (("schema", name.schema),)


def create_table(
    scope: Scope,
    /,
    table_name: str,
    *columns: sa.schema.SchemaItem,
    if_not_exists: bool | None = None,
    **kw: Any,
) -> CreateTable:
    """Creates a table, its indexes and comments; returns the `Table`.

    Takes what `sqlalchemy.Table` takes; columns may carry foreign keys, checks, `unique` and
    `index`, as in a model. Columns of another table are copied. On PostgreSQL the enum types that
    no table uses yet are created before it.
    """
    items = [_copied(c) for c in columns]
    collection = collection_for(items, scope.naming_convention)
    indexes = [item for item in items if isinstance(item, sa.Index)]
    rest = [item for item in items if not isinstance(item, sa.Index)]
    built = sa.Table(table_name, collection, *rest, *indexes, **kw)
    build.add_referred(built)
    return CreateTable(load.table(built, scope.dialect), bool(if_not_exists), built)


def _copied(item: sa.schema.SchemaItem) -> sa.schema.SchemaItem:
    """The item, or a copy where it belongs to a table already."""
    owner = "table" if isinstance(item, sa.Column | sa.Index) else "parent"
    if getattr(item, owner, None) is None:
        return item
    copied: sa.schema.SchemaItem = item._copy()  # type: ignore[attr-defined]  # no public way
    return copied


def drop_table(
    scope: Scope,
    /,
    table_name: str,
    *,
    schema: str | None = None,
    if_exists: bool | None = None,
    **kw: Any,
) -> DropTable:
    """Drops a table, and on PostgreSQL the enum types that it was the last to use."""
    return DropTable(load.qualified(table_name, schema, scope.dialect), bool(if_exists))


def rename_table(
    scope: Scope, /, old_table_name: str, new_table_name: str, *, schema: str | None = None
) -> RenameTable:
    """Renames a table; it stays in its schema."""
    old = load.qualified(old_table_name, schema, scope.dialect)
    return RenameTable(old, new_table_name, scope.dialect.name in ("mysql", "mariadb"))


def create_table_comment(
    scope: Scope,
    /,
    table_name: str,
    comment: str | None,
    *,
    existing_comment: str | None | Literal[Unset.UNSET] = UNSET,
    schema: str | None = None,
) -> SetTableComment:
    """Sets the comment of a table."""
    name = load.qualified(table_name, schema, scope.dialect)
    return SetTableComment(name, comment, existing_comment)


def drop_table_comment(
    scope: Scope,
    /,
    table_name: str,
    *,
    existing_comment: str | None | Literal[Unset.UNSET] = UNSET,
    schema: str | None = None,
) -> SetTableComment:
    """Takes the comment of a table away."""
    return SetTableComment(
        load.qualified(table_name, schema, scope.dialect), None, existing_comment
    )
