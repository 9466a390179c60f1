"""Columns: add, drop, alter."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.compiler import RESERVED_WORDS

from limbeck.errors import CommandError, NotReversible, SchemaConflict
from limbeck.metadata import load
from limbeck.operations.base import UNSET, Call, Operation, Ref, Scope, Statement, Unset
from limbeck.operations.compiler import Compiler
from limbeck.operations.tables import schema_argument, target_refs
from limbeck.operations.types import adopt_enums, drop_unused_enums, enum_refs
from limbeck.schema.constraints import (
    Check,
    Constraint,
    Exclude,
    ForeignKey,
    Options,
    PrimaryKey,
    Unique,
)
from limbeck.schema.named import Named
from limbeck.schema.names import Name
from limbeck.schema.objects import (
    Before,
    Column,
    Computed,
    Identity,
    Index,
    IndexElement,
    Schema,
    Table,
)
from limbeck.schema.types import Expression, SqlType

_TOKENS = re.compile(
    r"""
    '(?:[^']|'')*'                        # a string literal names nothing
    | "(?P<quoted>(?:[^"]|"")*)"
    | `(?P<ticked>(?:[^`]|``)*)`
    | \[(?P<bracketed>[^\W\d][\w$ ]*)\]
    | (?<![\w$:])(?P<word>[^\W\d][\w$]*)(?![\w$])(?!\s*\()    # nor does a function or a cast
    """,
    re.VERBOSE,
)


@lru_cache(maxsize=4096)
def _identifiers(text: str) -> frozenset[str]:
    found: set[str] = set()
    for token in _TOKENS.finditer(text):
        quoted, ticked = token["quoted"], token["ticked"]
        if quoted is not None:
            found.add(quoted.replace('""', '"'))
        elif ticked is not None:
            found.add(ticked.replace("``", "`"))
        elif token["bracketed"] is not None:
            found.add(token["bracketed"])
        elif token["word"] is not None and token["word"].lower() not in RESERVED_WORDS:
            found |= {token["word"], token["word"].lower()}
    return frozenset(found)


def names_in(expression: Expression) -> frozenset[str]:
    """What an expression's text names, as far as text can tell: columns, and some words more."""
    return _identifiers(expression.text if expression.text is not None else str(expression.payload))


def mentions(expression: Expression, column: str) -> bool:
    """Whether an expression's text names that column, as far as text can tell."""
    return _is_among(column, names_in(expression))


def _is_among(column: str, names: frozenset[str]) -> bool:
    """MySQL's normal forms are in lower case, as its columns may be written in any."""
    return column in names or column.lower() in names


def used_names(item: Constraint | Index) -> frozenset[str]:
    """The columns of its own table without which a constraint or index cannot be."""
    match item:
        case PrimaryKey() | Unique() | ForeignKey():
            return frozenset(item.columns)
        case Check():
            return names_in(item.expression)
        case Exclude():
            return names_in(item.definition)
        case Index():
            found = set(item.columns)
            for element in item.elements:
                found |= names_in(element.expression) if element.expression else frozenset()
            for key, value in item.options:
                if isinstance(value, Expression):
                    found |= names_in(value)
                elif key.endswith("_include"):
                    found |= frozenset(value)
            return frozenset(found)


def uses(item: Constraint | Index, column: str) -> bool:
    """Whether a constraint or index cannot outlive that column of its own table."""
    return _is_among(column, used_names(item))


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


def comment_on_column(compiler: Compiler, table: Name, column: Column) -> str:
    """COMMENT ON COLUMN."""
    text = "NULL" if column.comment is None else compiler.literal(column.comment)
    name = f"{compiler.name(table)}.{compiler.identifier(column.name)}"
    return f"COMMENT ON COLUMN {name} IS {text}"


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


def renamed_column(schema: Schema, table: Name, old: str, new: str) -> Schema:
    """The schema where that column has its new name in every key, check and index."""
    return replace(schema, tables=Named(_renamed_in(t, table, old, new) for t in schema))


def _renamed_in(table: Table, owner: Name, old: str, new: str) -> Table:
    own = table.name == owner
    if not own and not any(key.referred == owner for key in table.foreign_keys):
        return table

    def names(columns: Iterable[str], applies: bool = True) -> tuple[str, ...]:
        return tuple(new if applies and c == old else c for c in columns)

    def constraint(item: Constraint) -> Constraint:
        match item:
            case ForeignKey():
                return replace(
                    item,
                    columns=names(item.columns, own),
                    referred_columns=names(item.referred_columns, item.referred == owner),
                )
            case PrimaryKey() | Unique() if own:
                return replace(item, columns=names(item.columns))
            case Check() if own:
                return replace(item, expression=_renamed_text(item.expression, old, new))
            case _:
                return item

    def column(item: Column) -> Column:
        if item.computed is None:
            return item
        expression = _renamed_text(item.computed.expression, old, new)
        return replace(item, computed=replace(item.computed, expression=expression))

    def index(item: Index) -> Index:
        options = tuple(
            (key, _renamed_text(value, old, new) if isinstance(value, Expression) else value)
            for key, value in item.options
        )
        return replace(item, elements=tuple(element(e) for e in item.elements), options=options)

    def element(item: IndexElement) -> IndexElement:
        if item.expression is not None:
            return replace(item, expression=_renamed_text(item.expression, old, new))
        return replace(item, column=new if item.column == old else item.column)

    return replace(
        table,
        columns=Named(column(c) for c in table.columns.values()) if own else table.columns,
        constraints=tuple(constraint(c) for c in table.constraints),
        indexes=Named(index(i) for i in table.indexes.values()) if own else table.indexes,
    )


def _renamed_text(expression: Expression, old: str, new: str) -> Expression:
    """The expression with that name replaced, in string literals not."""
    if not mentions(expression, old):
        return expression
    text = expression.text if expression.text is not None else str(expression.payload)
    pattern = rf"('(?:[^']|'')*')|(?<![\w]){re.escape(old)}(?![\w])"
    changed = re.sub(pattern, lambda match: match[1] or new, text)
    return Expression(changed, changed, expression.origin)


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
    collection = sa.MetaData(naming_convention=scope.naming_convention or None)
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
    options = load.options(kw)
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

    False means "leave as it is" for `comment` and `server_default`, where None takes it away.
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
    collection = sa.MetaData(naming_convention=scope.naming_convention or None)
    copied = type_.copy()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
    parent = sa.Table(table_name, collection, sa.Column(column_name, copied), schema=schema)
    return load.table(parent, scope.dialect).checks
