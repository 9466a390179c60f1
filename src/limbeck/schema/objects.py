"""`Schema`, `Table`, `Column`, `Index`: one immutable value that is a whole database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar

from limbeck.errors import SchemaConflict
from limbeck.schema.constraints import (
    Check,
    Constraint,
    ForeignKey,
    Options,
    PrimaryKey,
    Unique,
    sort_key,
)
from limbeck.schema.named import Named
from limbeck.schema.names import Name
from limbeck.schema.types import EnumType, Expression, SqlType

C = TypeVar("C", bound=Constraint)


@dataclass(frozen=True, slots=True)
class Computed:
    """GENERATED ALWAYS AS (expression); `persisted` None is the dialect's own default."""

    expression: Expression
    persisted: bool | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """GENERATED … AS IDENTITY. `options` holds only those that differ from the defaults."""

    always: bool = False
    options: Options = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    `autoincrement` as in SQLAlchemy: True, False, "auto" (declared), or the normalised bool.
    """

    name: str
    type: SqlType
    nullable: bool = True
    default: Expression | None = None
    computed: Computed | None = None
    identity: Identity | None = None
    autoincrement: bool | str = "auto"
    comment: str | None = None
    options: Options = ()


@dataclass(frozen=True, slots=True)
class IndexElement:
    """One element of an index: a column by name, or an expression."""

    column: str | None = None
    expression: Expression | None = None
    descending: bool = False
    nulls: str | None = None
    """``first`` or ``last`` where that is not what the direction implies."""


@dataclass(frozen=True, slots=True)
class Index:
    """An index. Options are dialect keyword arguments; a WHERE is an `Expression` among them."""

    name: str
    elements: tuple[IndexElement, ...]
    unique: bool = False
    options: Options = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the elements that are plain columns."""
        return tuple(e.column for e in self.elements if e.column is not None)


@dataclass(frozen=True, slots=True)
class Table:
    """A table with all that belongs to it. Constraints keep one canonical order."""

    name: Name
    columns: Named[Column] = field(default_factory=Named)
    constraints: tuple[Constraint, ...] = ()
    indexes: Named[Index] = field(default_factory=Named)
    comment: str | None = None
    options: Options = ()
    prefixes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "constraints", tuple(sorted(self.constraints, key=sort_key)))

    def _of(self, kind: type[C]) -> tuple[C, ...]:
        return tuple(c for c in self.constraints if isinstance(c, kind))

    @property
    def primary_key(self) -> PrimaryKey | None:
        """The primary key, None for a table without."""
        return next((c for c in self.constraints if isinstance(c, PrimaryKey)), None)

    @property
    def foreign_keys(self) -> tuple[ForeignKey, ...]:
        """The foreign keys of this table."""
        return self._of(ForeignKey)

    @property
    def uniques(self) -> tuple[Unique, ...]:
        """The unique constraints of this table."""
        return self._of(Unique)

    @property
    def checks(self) -> tuple[Check, ...]:
        """The check constraints of this table."""
        return self._of(Check)

    def column(self, name: str) -> Column:
        """The column of that name; SchemaConflict if there is none."""
        try:
            return self.columns[name]
        except KeyError:
            raise SchemaConflict(f"Table '{self.name}' has no column '{name}'.") from None

    def constraint(self, name: str, kind: type[Constraint] | None = None) -> Constraint | None:
        """The constraint of that name (and kind), or None."""
        return next(
            (
                c
                for c in self.constraints
                if c.name == name and (kind is None or isinstance(c, kind))
            ),
            None,
        )

    def with_column(self, column: Column) -> Table:
        """A copy with that column, in its place or at the end."""
        return replace(self, columns=self.columns.with_(column))

    def with_constraint(self, constraint: Constraint) -> Table:
        """A copy with one more constraint."""
        return replace(self, constraints=(*self.constraints, constraint))

    def without_constraint(self, constraint: Constraint) -> Table:
        """A copy without the first constraint equal to that one."""
        rest = list(self.constraints)
        if constraint in rest:
            rest.remove(constraint)
        return replace(self, constraints=tuple(rest))

    def with_index(self, index: Index) -> Table:
        """A copy with that index."""
        return replace(self, indexes=self.indexes.with_(index))

    def without_index(self, name: str) -> Table:
        """A copy without that index."""
        return replace(self, indexes=self.indexes.without(name))


@dataclass(frozen=True, slots=True)
class Namespace:
    """A schema of the database, as CREATE SCHEMA makes it."""

    name: str


@dataclass(frozen=True, slots=True)
class Sequence:
    """A sequence of its own. What is None, and `cycle` False, is the server's default."""

    name: Name
    start: int | None = None
    increment: int | None = None
    minvalue: int | None = None
    maxvalue: int | None = None
    cycle: bool = False
    cache: int | None = None
    type: SqlType | None = None
    owned_by: tuple[Name, str] | None = None
    """The (table, column) with which it is dropped (PostgreSQL)."""


@dataclass(frozen=True, slots=True)
class Extension:
    """An extension (PostgreSQL); `schema` holds its objects, `version` None is the newest."""

    name: str
    schema: str | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Domain:
    """A domain: a type with a default and checks of its own (PostgreSQL)."""

    name: Name
    type: SqlType
    default: Expression | None = None
    not_null: bool = False
    checks: tuple[Check, ...] = ()


class Before(Protocol):
    """The state before an operation, as far as an operation may ask for it.

    A `Schema` is one; on a live server it is read only when asked (`runtime.state`).
    """

    def find(self, name: Name) -> Table | None:
        """The table, or None if there is none."""

    def table(self, name: Name) -> Table:
        """The table; SchemaConflict if there is none."""

    def enum(self, name: Name) -> EnumType | None:
        """The enum type of that name, or None."""

    def enum_users(self, name: Name) -> tuple[tuple[Name, str], ...]:
        """The (table, column) pairs whose type it is, in order of name."""

    def referring(self, name: Name) -> tuple[tuple[Name, ForeignKey], ...]:
        """The foreign keys of other tables that point to that table."""


@dataclass(frozen=True, slots=True)
class Schema:
    """A database: tables, and the objects that are not part of one."""

    tables: Named[Table] = field(default_factory=Named)
    enums: Named[EnumType] = field(default_factory=Named)
    schemas: Named[Namespace] = field(default_factory=Named)
    sequences: Named[Sequence] = field(default_factory=Named)
    extensions: Named[Extension] = field(default_factory=Named)
    domains: Named[Domain] = field(default_factory=Named)

    def __iter__(self) -> Iterator[Table]:
        return iter(self.tables.values())

    def find(self, name: Name) -> Table | None:
        """The table, or None if there is none."""
        return self.tables.get(name)

    def table(self, name: Name) -> Table:
        """The table; SchemaConflict if there is none."""
        try:
            return self.tables[name]
        except KeyError:
            raise SchemaConflict(f"There is no table '{name}'.") from None

    def enum(self, name: Name) -> EnumType | None:
        """The enum type of that name, or None."""
        return self.enums.get(name)

    def enum_users(self, name: Name) -> tuple[tuple[Name, str], ...]:
        """The (table, column) pairs whose type it is, in order of name."""
        users = ((t.name, c.name) for t in self for c in t.columns.values() if c.type.enum == name)
        return tuple(sorted(users, key=lambda user: (user[0].sort_key, user[1])))

    def referring(self, name: Name) -> tuple[tuple[Name, ForeignKey], ...]:
        """The foreign keys of other tables that point to that table."""
        return tuple(
            (t.name, fk)
            for t in self
            if t.name != name
            for fk in t.foreign_keys
            if fk.referred == name
        )

    def with_table(self, table: Table) -> Schema:
        """A copy with that table, in its place or at the end."""
        return replace(self, tables=self.tables.with_(table))

    def without_table(self, name: Name) -> Schema:
        """A copy without that table."""
        return replace(self, tables=self.tables.without(name))

    def with_enum(self, enum: EnumType) -> Schema:
        """A copy with that enum type."""
        return replace(self, enums=self.enums.with_(enum))

    def without_enums(self, names: Iterable[Name]) -> Schema:
        """A copy without those enum types."""
        gone = set(names)
        return replace(self, enums=Named(e for n, e in self.enums.items() if n not in gone))
