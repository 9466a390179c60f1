"""Constraints: add and drop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

import sqlalchemy as sa

from limbeck.errors import NotReversible, SchemaConflict
from limbeck.metadata import build, load
from limbeck.operations.base import Call, Operation, Ref, Scope, Statement
from limbeck.operations.compiler import Compiler
from limbeck.operations.names import by_default_name
from limbeck.operations.naming import collection_for
from limbeck.operations.tables import schema_argument, target_refs
from limbeck.schema.constraints import (
    Check,
    Constraint,
    Exclude,
    ForeignKey,
    PrimaryKey,
    Unique,
    content,
)
from limbeck.schema.names import Name
from limbeck.schema.objects import Before, Schema, Table

ConstraintType: TypeAlias = Literal["foreignkey", "primary", "unique", "check", "exclude"]

KINDS: dict[str, type[Constraint]] = {
    "foreignkey": ForeignKey,
    "primary": PrimaryKey,
    "unique": Unique,
    "check": Check,
    "exclude": Exclude,
}
"""The words of `drop_constraint(type_=)`."""

_VERBS: dict[type[Constraint], str] = {
    ForeignKey: "create_foreign_key",
    PrimaryKey: "create_primary_key",
    Unique: "create_unique_constraint",
    Check: "create_check_constraint",
    Exclude: "create_exclude_constraint",
}


def kind_of(constraint: Constraint) -> ConstraintType:
    """The word for a constraint's kind."""
    match constraint:
        case ForeignKey():
            return "foreignkey"
        case PrimaryKey():
            return "primary"
        case Unique():
            return "unique"
        case Check():
            return "check"
        case Exclude():
            return "exclude"


@dataclass(frozen=True, slots=True)
class AddConstraint(Operation):
    """ALTER TABLE … ADD CONSTRAINT."""

    table: Name
    constraint: Constraint
    using_index: str | None = None
    """The unique index that a key takes over and gives its name to (PostgreSQL)."""

    def apply(self, schema: Schema) -> Schema:
        """Adds the constraint."""
        table = schema.table(self.table)
        if self.using_index is not None and self.using_index in table.indexes:
            table = table.without_index(self.using_index)
        name = self.constraint.name
        if name is not None and table.constraint(name, type(self.constraint)) is not None:
            raise SchemaConflict(f"Table '{self.table}' has a constraint '{name}' already.")
        return schema.with_table(table.with_constraint(self.constraint))

    def reverse(self, before: Before) -> Operation:
        """DROP CONSTRAINT."""
        return DropConstraint(
            self.table, self.constraint.name, kind_of(self.constraint), constraint=self.constraint
        )

    def statements(self, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
        """ADD CONSTRAINT."""
        text = compiler.constraint(self.table, self.constraint)
        return (Statement(f"ALTER TABLE {compiler.name(self.table)} ADD {text}"),)

    def call(self) -> Call:
        """The verb of the constraint's kind."""
        item, table = self.constraint, self.table.name
        verb = _VERBS[type(item)]
        if isinstance(item, ForeignKey):
            args: tuple[Any, ...] = (
                item.name,
                table,
                item.referred.name,
                list(item.columns),
                list(item.referred_columns),
            )
            extra = [
                ("source_schema", self.table.schema),
                ("referent_schema", item.referred.schema),
                ("onupdate", item.on_update),
                ("ondelete", item.on_delete),
                ("initially", item.initially),
                ("deferrable", item.deferrable),
                ("match", item.match),
            ]
            pairs = tuple((k, v) for k, v in extra if v is not None)
            return Call(verb, args, (*pairs, *item.options))
        if isinstance(item, Check):
            args = (item.name, table, item.expression)
        elif isinstance(item, Exclude):
            args = (item.name, table, item.definition)
        else:
            args = (item.name, table, list(item.columns))
        timing = (
            tuple(
                (k, v)
                for k, v in (("deferrable", item.deferrable), ("initially", item.initially))
                if v is not None
            )
            if isinstance(item, Unique)
            else ()
        )
        using = () if self.using_index is None else (("postgresql_using_index", self.using_index),)
        return Call(verb, args, (*schema_argument(self.table), *timing, *item.options, *using))

    @property
    def table_name(self) -> Name:
        """The table that gets the constraint."""
        return self.table

    @property
    def provides(self) -> tuple[Ref, ...]:
        """The constraint, and the key that it makes."""
        item = self.constraint
        own = Ref("constraint", self.table, item.name or "")
        if isinstance(item, PrimaryKey | Unique):
            return (own, Ref("key", self.table, ",".join(sorted(item.columns))))
        return (own,)

    @property
    def requires(self) -> tuple[Ref, ...]:
        """The table, its columns, and what a foreign key points to."""
        columns = tuple(
            Ref("column", self.table, c) for c in getattr(self.constraint, "columns", ())
        )
        target = target_refs(self.constraint) if isinstance(self.constraint, ForeignKey) else ()
        return (Ref("table", self.table), *columns, *target)


@dataclass(frozen=True, slots=True)
class DropConstraint(Operation):
    """ALTER TABLE … DROP CONSTRAINT. `constraint` is what it was, where that is known."""

    table: Name
    name: str | None
    kind: ConstraintType | None = None
    if_exists: bool = False
    constraint: Constraint | None = field(default=None, compare=False, repr=False)
    naming_convention: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """What an unnamed constraint is called where the database keeps no name (SQLite)."""

    def find(self, table: Table) -> Constraint | None:
        """The constraint of that table that is meant."""
        kind = KINDS[self.kind] if self.kind else None
        if self.name is not None:
            found = table.constraint(self.name, kind)
            if found is not None:
                return found
        wanted = self.constraint
        if wanted is not None:
            alike = (c for c in table.constraints if content(c) == content(wanted))
            unnamed = (c for c in alike if self.name is None or c.name is None)
            found = next(unnamed, None)
            if found is not None:
                return found
        if self.name is not None:
            found = by_default_name(table, self.name, kind)
            if found is not None:
                return found
        return table.primary_key if self.kind == "primary" else None

    def apply(self, schema: Schema) -> Schema:
        """Removes the constraint."""
        table = schema.table(self.table)
        found = self.find(table)
        if found is None:
            if self.if_exists:
                return schema
            raise SchemaConflict(f"Table '{self.table}' has no constraint '{self.name}' to drop.")
        return schema.with_table(table.without_constraint(found))

    def reverse(self, before: Before) -> Operation:
        """ADD CONSTRAINT with what it was."""
        table = before.find(self.table)
        found = (self.find(table) if table is not None else None) or self.constraint
        if found is None:
            raise NotReversible(
                f"Dropping constraint '{self.name}' of '{self.table}' cannot be reversed: "
                "what it was is unknown."
            )
        return AddConstraint(self.table, found)

    def statements(self, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
        """DROP CONSTRAINT."""
        condition = "IF EXISTS " if self.if_exists else ""
        name = compiler.identifier(self.required_name(before))
        return (
            Statement(f"ALTER TABLE {compiler.name(self.table)} DROP CONSTRAINT {condition}{name}"),
        )

    def required_name(self, before: Before) -> str:
        """The name to drop it by; an unnamed one is looked up. NotReversible if there is none."""
        if self.name is not None:
            return self.name
        table = before.find(self.table)
        found = self.find(table) if table is not None else None
        if found is None or found.name is None:
            raise SchemaConflict(
                f"A constraint of '{self.table}' has no name: pass the one that the server gave."
            )
        return found.name

    def call(self) -> Call:
        """``op.drop_constraint``."""
        extra: list[tuple[str, Any]] = list(schema_argument(self.table))
        if self.kind is not None and self.kind != "exclude":
            extra.append(("type_", self.kind))
        if self.if_exists:
            extra.append(("if_exists", True))
        return Call("drop_constraint", (self.name, self.table.name), tuple(extra))

    @property
    def table_name(self) -> Name:
        """The table that loses the constraint."""
        return self.table

    @property
    def removes(self) -> tuple[Ref, ...]:
        """The constraint, and the key that it made."""
        own = Ref("constraint", self.table, self.name or "")
        if isinstance(self.constraint, PrimaryKey | Unique):
            return (own, Ref("key", self.table, ",".join(sorted(self.constraint.columns))))
        return (own,)

    @property
    def releases(self) -> tuple[Ref, ...]:
        """Its columns, and what a foreign key pointed to."""
        item = self.constraint
        columns = tuple(Ref("column", self.table, c) for c in getattr(item, "columns", ()))
        return (*columns, *(target_refs(item) if isinstance(item, ForeignKey) else ()))


def _loaded(
    scope: Scope,
    /,
    table_name: str,
    schema: str | None,
    item: sa.Constraint,
    columns: Sequence[str] = (),
) -> AddConstraint:
    """The operation that adds that constraint, its name settled by the naming convention."""
    collection = collection_for([item], scope.naming_convention)
    stubs = (sa.Column(c, sa.types.NullType()) for c in dict.fromkeys(columns))
    parent = sa.Table(table_name, collection, *stubs, schema=schema)
    parent.append_constraint(item)
    build.add_referred(parent)
    loaded = load.constraint(item, scope.dialect)
    if loaded is None:
        raise SchemaConflict(f"The constraint '{item.name}' of '{table_name}' has no columns.")
    return AddConstraint(load.qualified(table_name, schema, scope.dialect), loaded)


def create_primary_key(
    scope: Scope,
    /,
    constraint_name: str | None,
    table_name: str,
    columns: Sequence[str],
    *,
    schema: str | None = None,
    postgresql_using_index: str | None = None,
    **kw: Any,
) -> AddConstraint:
    """Adds a primary key; on PostgreSQL from a unique index that is there."""
    item = sa.PrimaryKeyConstraint(*columns, name=constraint_name, **kw)
    made = _loaded(scope, table_name, schema, item, columns)
    return replace(made, using_index=_index_for(scope, postgresql_using_index))


def create_unique_constraint(
    scope: Scope,
    /,
    constraint_name: str | None,
    table_name: str,
    columns: Sequence[str],
    *,
    schema: str | None = None,
    postgresql_using_index: str | None = None,
    **kw: Any,
) -> AddConstraint:
    """Adds a unique constraint; on PostgreSQL from a unique index that is there."""
    item = sa.UniqueConstraint(*columns, name=constraint_name, **kw)
    made = _loaded(scope, table_name, schema, item, columns)
    return replace(made, using_index=_index_for(scope, postgresql_using_index))


def _index_for(scope: Scope, /, name: str | None) -> str | None:
    """The index that a key takes over: as with other options, it is for one database."""
    return name if scope.dialect.name == "postgresql" else None


def create_foreign_key(
    scope: Scope,
    /,
    constraint_name: str | None,
    source_table: str,
    referent_table: str,
    local_cols: Sequence[str],
    remote_cols: Sequence[str],
    *,
    onupdate: str | None = None,
    ondelete: str | None = None,
    deferrable: bool | None = None,
    initially: str | None = None,
    match: str | None = None,
    source_schema: str | None = None,
    referent_schema: str | None = None,
    **dialect_kw: Any,
) -> AddConstraint:
    """Adds a foreign key; on PostgreSQL ``postgresql_not_valid=True`` leaves rows unchecked."""
    target = referent_table if referent_schema is None else f"{referent_schema}.{referent_table}"
    item = sa.ForeignKeyConstraint(
        list(local_cols),
        [f"{target}.{c}" for c in remote_cols],
        name=constraint_name,
        onupdate=onupdate,
        ondelete=ondelete,
        deferrable=deferrable,
        initially=initially,
        match=match,
        **dialect_kw,
    )
    return _loaded(scope, source_table, source_schema, item, local_cols)


def create_check_constraint(
    scope: Scope,
    /,
    constraint_name: str | None,
    table_name: str,
    condition: Any,
    *,
    schema: str | None = None,
    **kw: Any,
) -> AddConstraint:
    """Adds a check constraint; `condition` is SQL text or an SQLAlchemy expression.

    A colon in text is a colon, also where a script escaped it for `text()`.
    """
    is_text = isinstance(condition, str)
    clause = build.text(condition.replace("\\:", ":")) if is_text else condition
    item = sa.CheckConstraint(clause, name=constraint_name, **kw)
    return _loaded(scope, table_name, schema, item)


def create_exclude_constraint(
    scope: Scope,
    /,
    constraint_name: str | None,
    table_name: str,
    *elements: Any,
    schema: str | None = None,
    **kw: Any,
) -> AddConstraint:
    """Adds an EXCLUDE constraint (PostgreSQL)."""
    from sqlalchemy.dialects.postgresql import ExcludeConstraint

    item = ExcludeConstraint(*elements, name=constraint_name, **kw)
    columns = [e[0] for e in elements if isinstance(e[0], str)]
    return _loaded(scope, table_name, schema, item, columns)


def drop_constraint(
    scope: Scope,
    /,
    constraint_name: str | None,
    table_name: str,
    type_: str | None = None,
    *,
    schema: str | None = None,
    if_exists: bool | None = None,
) -> DropConstraint:
    """Drops a constraint by name; `type_` is foreignkey, primary, unique or check."""
    if type_ is not None and type_ not in KINDS:
        raise TypeError(f"'type' can be one of {', '.join(sorted(KINDS))}; got '{type_}'")
    name = constraint_name
    if name is not None and not isinstance(name, sa.sql.elements.conv):
        name = _by_convention(scope, name, table_name, type_)
    kind: Any = type_
    return DropConstraint(
        load.qualified(table_name, schema, scope.dialect),
        name,
        kind,
        bool(if_exists),
        naming_convention=scope.naming_convention,
    )


def _by_convention(scope: Scope, /, name: str, table_name: str, type_: str | None) -> str:
    """The name that the convention makes of that one (for a check it may hold the given name)."""
    if type_ != "check" or not scope.naming_convention:
        return name
    collection = sa.MetaData(naming_convention=dict(scope.naming_convention))
    parent = sa.Table(table_name, collection)
    item = sa.CheckConstraint(sa.text("1 = 1"), name=name)
    parent.append_constraint(item)
    return load.constraint_name(item, scope.dialect) or name
